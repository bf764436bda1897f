"""A gradient that is zero everywhere, since the function rounds or compares.  Page: rules/zero_gradient.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix, replace
from jaxlint.facts.model.events import ZeroGradient
from jaxlint.facts.queries.flatness import only_flat
from jaxlint.facts.queries.passed import passed
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule

_ROUNDING = frozenset({"round", "rint", "floor", "ceil", "trunc", "fix", "around", "sign"})


@rule("JAX803", since="0.1", fix="unsafe")
def zero_gradient(ctx: View, event: ZeroGradient) -> Iterator[Finding]:
    node, why = ctx.node, event.boundary.why
    if not only_flat(ctx.tracer, event.boundary) or not isinstance(node, cst.BaseExpression):
        return
    message = (
        f"the gradient of `{event.boundary.function}` is zero everywhere: it depends on its argument only through "
        f"{_what(ctx, node)}, which has a derivative of zero"
    )
    yield Finding(node, message, _straight_through(ctx, node), why)


def _what(ctx: View, node: cst.BaseExpression) -> str:
    match node:
        case cst.Call(func=func):
            return f"`{ctx.code(func)}`"
        case cst.Comparison():
            return "the comparison"
    return "the floor division"


def _straight_through(ctx: View, node: cst.BaseExpression) -> Fix | Decline:
    """``round(w)``  ->  ``w + stop_gradient(round(w) - w)``"""
    call = passed(ctx, node) if isinstance(node, cst.Call) else None
    operand = next(iter(call.arguments.values()), ()) if call is not None else ()
    if call is None or call.short not in _ROUNDING or len(call.arguments) != 1 or len(operand) != 1:
        return Decline("a smooth stand-in (a sigmoid, a softmax) is a choice for the author")
    name = "jax.lax.stop_gradient"
    value = ctx.code(operand[0]) if _is_term(operand[0]) else ctx.grouped(operand[0])
    text = f"({value} + {ctx.spell(name)}({ctx.code(node)} - {value}))"
    message = "Keep the value and let the gradient pass straight through"
    return Fix(message, (replace(ctx, node, text),), "unsafe", (name,))


def _is_term(node: cst.BaseExpression) -> bool:
    """True for what stands beside a `+` without parentheses."""
    products = cst.Multiply | cst.Divide | cst.Power | cst.MatrixMultiply
    return isinstance(node, cst.BinaryOperation) and isinstance(node.operator, products)
