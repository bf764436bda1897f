"""A variable that is used after its buffers were donated.  Page: rules/donated_read.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.events import DonatedRead
from jaxlint.facts.model.values import Transformed
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule

_METADATA = ("shape", "dtype", "ndim", "size", "nbytes", "sharding", "aval", "is_deleted", "delete", "weak_type")
_LOOKS = ("shape", "ndim", "size", "result_type", "typeof", "structure", "tree_structure", "eval_shape", "isinstance",
          "type", "id", "len", "hasattr", "callable", "repr")  # fmt: skip


@rule("JAX706", since="0.1")
def donated_read(ctx: View, event: DonatedRead) -> Iterator[Finding]:
    if not isinstance(ctx.node, cst.Name | cst.Attribute) or not _is_use(ctx, ctx.node) or ctx.caught(ctx.node):
        return
    call = event.donation.node
    assert isinstance(call, cst.Call)
    name = ctx.code(ctx.node)
    again = event.donation.node in ctx.ancestors(ctx.node)
    where = "the turn before" if again else f"the call in line {event.donation.line}"
    yield Finding(
        ctx.node,
        f"`{name}` was donated in {where}: its buffers are deleted, and reading it raises a RuntimeError; go on with "
        "what the call returns, or do not donate it",
    )


def _is_use(ctx: View, node: cst.CSTNode) -> bool:
    """True for what needs the numbers of an array, or of the arrays in it."""
    above = ctx.parent(node)
    match above:
        case cst.Attribute(attr=cst.Name(value=attribute)):
            return attribute not in _METADATA and _is_use(ctx, above)
        case cst.Subscript(value=base):
            return base is node and (ctx.jax_array(node) or _is_use(ctx, above))
        case cst.Call(func=func):
            return func is node and ctx.jax_array(getattr(func, "value", func))
        case cst.Arg():
            call = ctx.parent(above)
            return isinstance(call, cst.Call) and _reads(ctx, call)
        case cst.BinaryOperation() | cst.UnaryOperation() | cst.AugAssign() | cst.FormattedStringExpression():
            return True
        case cst.ComparisonTarget(operator=operator):
            return not isinstance(operator, cst.Is | cst.IsNot)
        case cst.Comparison(comparisons=comparisons):
            return not any(isinstance(part.operator, cst.Is | cst.IsNot) for part in comparisons)
    return False


def _reads(ctx: View, call: cst.Call) -> bool:
    """True for calls of compiled functions and of library functions that read their arguments."""
    if isinstance(ctx.value(call.func), Transformed):
        return True
    name = ctx.name(call.func) or ""
    known = name.startswith(("jax.", "numpy.")) or name in ("builtins.print", "builtins.float", "builtins.sum")
    return known and name.rpartition(".")[2] not in _LOOKS
