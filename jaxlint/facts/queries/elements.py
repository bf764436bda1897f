"""Whether code needs the elements of an array, or only what is known without them: its shape, its type."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.values import Transformed
from jaxlint.facts.queries.view import View

_METADATA = ("shape", "dtype", "ndim", "size", "nbytes", "sharding", "aval", "is_deleted", "delete", "weak_type")
_LOOKS = ("shape", "ndim", "size", "result_type", "typeof", "structure", "tree_structure", "eval_shape", "isinstance",
          "type", "id", "len", "hasattr", "callable", "repr")  # fmt: skip


def needs_elements(ctx: View, node: cst.CSTNode) -> bool:
    """True for what needs the numbers of an array, or of the arrays in it."""
    above = ctx.parent(node)
    match above:
        case cst.Attribute(attr=cst.Name(value=attribute)):
            return attribute not in _METADATA and needs_elements(ctx, above)
        case cst.Subscript(value=base):
            return base is node and (ctx.jax_array(node) or needs_elements(ctx, above))
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
