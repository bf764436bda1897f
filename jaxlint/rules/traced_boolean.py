"""`and`, `or`, `not`, a chained comparison or `in` on tracers, as a value.  Page: rules/traced_boolean.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix, replace
from jaxlint.facts.queries.truth import asked
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.logic import array_logic, is_mask
from jaxlint.rules import rule

_TESTS = (cst.If, cst.While, cst.IfExp, cst.Assert, cst.CompIf)


@rule("JAX403", since="0.1", fix="unsafe")
def traced_boolean(ctx: View, node: cst.BooleanOperation | cst.UnaryOperation | cst.Comparison) -> Iterator[Finding]:
    if (why := asked(ctx, node)) and not _reported_outside(ctx, node):
        yield Finding(node, f"{_what(node)} asks for a concrete bool, but {why}", _fix(ctx, node), why)


def _reported_outside(ctx: View, node: cst.BaseExpression) -> bool:
    """True for a part of a larger condition that is reported as a whole, as a test or by this rule."""
    above = ctx.parent(node)
    if isinstance(above, _TESTS):
        return above.test is node
    if isinstance(above, cst.BooleanOperation) or (
        isinstance(above, cst.UnaryOperation) and isinstance(above.operator, cst.Not)
    ):
        return asked(ctx, above) is not None or _reported_outside(ctx, above)
    return False


def _what(node: cst.BaseExpression) -> str:
    match node:
        case cst.BooleanOperation(operator=cst.And()):
            return "`and`"
        case cst.BooleanOperation():
            return "`or`"
        case cst.UnaryOperation():
            return "`not`"
        case cst.Comparison(comparisons=[cst.ComparisonTarget(operator=cst.In() | cst.NotIn())]):
            return "`in`"
    return "a chained comparison hides an `and`, which"


def _fix(ctx: View, node: cst.BaseExpression) -> Fix | Decline:
    if isinstance(node, cst.BooleanOperation) and not is_mask(ctx, node):
        return Decline(f"{_what(node)} gives the value of an operand, which is perhaps no bool array")
    text = array_logic(ctx, node)
    if isinstance(text, Decline):
        return text
    parent = ctx.parent(node)
    bare = text.atomic or bool(node.lpar) or isinstance(parent, cst.Arg | cst.Assign | cst.Return | cst.AnnAssign)
    return Fix(
        "Combine the arrays elementwise",
        (replace(ctx, node, text.text if bare else text.grouped),),
        "unsafe",
        text.uses,
    )
