"""Where a value is certainly at a point without a finite derivative: by its elements, or by the way it is computed."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.contents import MAX_ELEMENTS, Contents
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Array, Const, Tree, identity
from jaxlint.facts.queries.derivatives import Singularity, steady
from jaxlint.facts.queries.passed import passed
from jaxlint.facts.queries.view import View

_DEPTH = 6


def element_at_point(ctx: View, found: Singularity) -> float | None:
    """The singular point that an element of the operand is at, by the numbers in the code."""
    value = ctx.value(found.operand)
    if not isinstance(value, Array) or not _always_runs(ctx, found.node):
        return None
    if value.contents is not None:
        return _point_in(value.contents, found)
    batch = value.batch.contents if value.batch is not None else None
    few = batch is not None and (len(batch.items) <= MAX_ELEMENTS or not found.whole)
    points = (_point_in(row, found) for row in (batch.rows if found.whole else (batch,))) if batch and few else ()
    return next((point for point in points if point is not None), None)


def _point_in(known: Contents, found: Singularity) -> float | None:
    """The singular point among some elements."""
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
            return node if _pairs_up(ctx, left, right) or rows_of_one(ctx, left, right) else None
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


def never_negative(ctx: View, node: cst.BaseExpression, depth: int = _DEPTH) -> bool:
    """True for squares, absolute values, and sums of such."""
    if depth == 0:
        return False
    match node:
        case cst.Name(value=name) if (bound := ctx.binding(name)) is not None and steady(ctx, bound):
            return never_negative(ctx, bound, depth - 1)
        case cst.BinaryOperation(operator=cst.Power(), right=power):
            even = ctx.value(power)
            return isinstance(even, Const) and isinstance(even.value, int) and even.value % 2 == 0
        case cst.BinaryOperation(operator=cst.Multiply(), left=left, right=right):
            return ctx.code(left) == ctx.code(right)
        case cst.BinaryOperation(operator=cst.Add(), left=left, right=right):
            return never_negative(ctx, left, depth - 1) and never_negative(ctx, right, depth - 1)
        case cst.Call() if (call := passed(ctx, node)) is not None:
            if call.short in ("square", "abs", "absolute"):
                return True
            operand = call.single("a") if call.short in ("sum", "mean", "max", "min") else None
            return operand is not None and never_negative(ctx, operand, depth - 1)
    return False


def _of_call(ctx: View, node: cst.Call, depth: int) -> cst.BaseExpression | None:
    call = passed(ctx, node)
    if call is None or call.short not in ("square", "abs", "absolute", "sum", "mean", "subtract"):
        return None
    if call.short == "subtract":
        pair = call.single("x1"), call.single("x2")
        return node if pair[0] is not None and pair[1] is not None and _pairs_up(ctx, pair[0], pair[1]) else None
    operand = call.single("a") or call.single("x")
    found = differences_of_all_pairs(ctx, operand, depth - 1) if operand is not None else None
    if call.short in ("sum", "mean") and "axis" not in call.arguments:
        return found if found is not None and difference_of_rows(ctx, found) is not None else None
    return found


def difference_of_rows(ctx: View, node: cst.BaseExpression) -> cst.BaseExpression | None:
    """``a - b`` of two rows of one array, by itself or by its name: zero where a row meets itself."""
    match node:
        case cst.Name(value=name) if (bound := ctx.binding(name)) is not None and steady(ctx, bound):
            return difference_of_rows(ctx, bound) if not isinstance(bound, cst.Name) else None
        case cst.BinaryOperation(operator=cst.Subtract(), left=left, right=right):
            return node if rows_of_one(ctx, left, right) else None
    return None


def rows_of_one(ctx: View, left: cst.BaseExpression, right: cst.BaseExpression) -> bool:
    """True for rows of one array, each of which some `vmap` takes, so that one of them meets itself."""
    first, second = ctx.value(left), ctx.value(right)
    if isinstance(first, Array) and isinstance(second, Array):
        return first.batch is not None and first.batch is second.batch and first is not second
    if isinstance(first, Tree) and isinstance(second, Tree) and ctx.code(left) != ctx.code(right):
        return identity(first) is identity(second) and identity(first) in ctx.tracer.rows
    return False


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
