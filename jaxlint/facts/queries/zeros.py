"""Where a value is certainly at a point without a finite derivative: by its elements, or by the way it is computed."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Array, Const
from jaxlint.facts.queries.derivatives import Singularity, steady
from jaxlint.facts.queries.passed import passed
from jaxlint.facts.queries.view import View

_DEPTH = 6


def element_at_point(ctx: View, found: Singularity) -> float | None:
    """The singular point that an element of the operand is at, by the numbers in the code."""
    value = ctx.value(found.operand)
    known = value.contents if isinstance(value, Array) else None
    if known is None or not _always_runs(ctx, found.node):
        return None
    if found.constant:
        return float(known.some[0]) if len(set(known.some)) == 1 else None
    if found.whole:
        return 0.0 if known.some and not any(known.some) else None
    return next((point for point in found.points if any(item == point for item in known.some)), None)


def _always_runs(ctx: View, node: cst.CSTNode) -> bool:
    """True for code that no condition decides upon."""
    conditional = cst.If | cst.IfExp | cst.While | cst.Try | cst.BooleanOperation
    frame = ctx.frame
    while frame.caller is not None and frame.boundary is not None:
        if frame.boundary.kind in ("branch", "loop", "tree"):
            return False
        frame = frame.caller
    return not ctx.frame.guarded and not any(isinstance(above, conditional) for above in ctx.ancestors(node))


def differences_of_all_pairs(ctx: View, node: cst.BaseExpression, depth: int = _DEPTH) -> cst.BaseExpression | None:
    """``x[:, None] - x[None, :]``, its square, or a sum of such: zero where something meets itself."""
    if depth == 0:
        return None
    match node:
        case cst.Name(value=name) if (bound := ctx.binding(name)) is not None and steady(ctx, bound):
            return differences_of_all_pairs(ctx, bound, depth - 1)
        case cst.BinaryOperation(operator=cst.Subtract(), left=left, right=right):
            return node if _pairs_up(ctx, left, right) else None
        case cst.BinaryOperation(operator=cst.Power(), left=left, right=power):
            even = ctx.value(power)
            positive = isinstance(even, Const) and isinstance(even.value, int | float) and even.value >= 1
            return differences_of_all_pairs(ctx, left, depth - 1) if positive else None
        case cst.BinaryOperation(operator=cst.Multiply(), left=left, right=right):
            same = ctx.code(left) == ctx.code(right)
            return differences_of_all_pairs(ctx, left, depth - 1) if same else None
        case cst.BinaryOperation(operator=cst.Add(), left=left, right=right):
            both = differences_of_all_pairs(ctx, left, depth - 1), differences_of_all_pairs(ctx, right, depth - 1)
            return both[0] if None not in both else None
        case cst.Call():
            return _of_call(ctx, node, depth)
    return None


def _of_call(ctx: View, node: cst.Call, depth: int) -> cst.BaseExpression | None:
    call = passed(ctx, node)
    if call is None or call.short not in ("square", "abs", "absolute", "sum", "mean", "subtract"):
        return None
    if call.short == "subtract":
        pair = call.single("x1"), call.single("x2")
        return node if pair[0] is not None and pair[1] is not None and _pairs_up(ctx, pair[0], pair[1]) else None
    if call.short in ("sum", "mean") and "axis" not in call.arguments:
        return None
    operand = call.single("a") or call.single("x")
    return differences_of_all_pairs(ctx, operand, depth - 1) if operand is not None else None


def _pairs_up(ctx: View, left: cst.BaseExpression, right: cst.BaseExpression) -> bool:
    """True for one array with new axes in different places, so that each item meets each."""
    (first, one), (second, other) = _expanded(ctx, left), _expanded(ctx, right)
    return first is not None and first == second and one != other


def _expanded(ctx: View, node: cst.BaseExpression) -> tuple[str | None, str]:
    """An array and the way it is expanded: ``x[:, None]`` -> "x", ":, None"."""
    match node:
        case cst.Subscript(value=base, slice=elements) if any(
            isinstance(element.slice, cst.Index) and ctx.value(element.slice.value) == Const(None)
            for element in elements
        ):
            full = all(_is_whole(ctx, element.slice) for element in elements)
            return (ctx.code(base) if full else None), ",".join(ctx.code(element.slice) for element in elements)
        case cst.Call() if ctx.name(node.func) == "jax.numpy.expand_dims" and len(node.args) == 2:
            return ctx.code(node.args[0].value), ctx.code(node.args[1].value)
        case cst.Attribute(value=base, attr=cst.Name(value="T")):
            return ctx.code(base), "T"
        case cst.Name() | cst.Attribute() if not any(isinstance(inner, cst.Call) for inner in own_nodes(node)):
            return ctx.code(node), ""
    return None, ""


def _is_whole(ctx: View, part: cst.BaseSlice) -> bool:
    if isinstance(part, cst.Slice):
        return part.lower is None and part.upper is None and part.step is None
    return isinstance(part, cst.Index) and ctx.value(part.value) in (Const(None), Const(...))
