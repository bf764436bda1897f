"""Indices that run past the end of an axis as they are written: ``x[len(x)]``, ``x[i + 1]`` for all its rows."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.values import Const
from jaxlint.facts.queries.view import View
from jaxlint.source import walk


def past_the_end(ctx: View, base: cst.BaseExpression, axis: int, index: cst.BaseExpression) -> bool:
    """True if an index is the length of the axis, or gets there in the last turn of a loop over the axis."""
    if _is_length(ctx, base, axis, index):
        return True
    match index:
        case cst.BinaryOperation(operator=cst.Add(), left=cst.Name(value=name), right=step):
            forward = ctx.value(step)
            if isinstance(forward, Const) and isinstance(forward.value, int) and forward.value > 0:
                source = _range_of(ctx, name, index)
                return source is not None and _is_length(ctx, base, axis, source)
    return False


def _is_length(ctx: View, base: cst.BaseExpression, axis: int, node: cst.BaseExpression) -> bool:
    """``len(x)``, ``x.shape[0]`` or a name for it."""
    if isinstance(node, cst.Name) and (bound := ctx.binding(node.value)) is not None:
        return _is_length(ctx, base, axis, bound)
    text = ctx.code(base)
    match node:
        case cst.Call(func=func, args=[cst.Arg(value=of)]):
            return axis == 0 and ctx.name(func) == "builtins.len" and ctx.code(of) == text and _is_steady(ctx, base)
        case cst.Subscript(value=cst.Attribute(value=of, attr=cst.Name(value="shape"))):
            number = ctx.value(node.slice[0].slice.value) if isinstance(node.slice[0].slice, cst.Index) else None
            return number == Const(axis) and ctx.code(of) == text and _is_steady(ctx, base)
    return False


def _is_steady(ctx: View, base: cst.BaseExpression) -> bool:
    """True for a variable that the function binds once, or gets as an argument."""
    if not isinstance(base, cst.Name) or ctx.function is None:
        return False
    stores = sum(
        isinstance(node, cst.AssignTarget | cst.AugAssign | cst.AnnAssign | cst.For | cst.NamedExpr | cst.CompFor)
        and any(isinstance(inner, cst.Name) and inner.value == base.value for inner in walk(node.target))
        for node in ctx.nodes()
    )
    return stores + (base.value in ctx.frame.arguments) == 1


def _range_of(ctx: View, name: str, node: cst.CSTNode) -> cst.BaseExpression | None:
    """The number of turns of the loop around whose variable is ``name``, if it runs them all, unconditionally."""
    for above in ctx.ancestors(node):
        match above:
            case (
                cst.If()
                | cst.IfExp()
                | cst.While()
                | cst.Try()
                | cst.BooleanOperation()
                | cst.FunctionDef()
                | cst.Lambda()
            ):
                return None
            case cst.For(target=cst.Name(value=target), iter=source, body=body) if target == name:
                leaves = any(
                    isinstance(inner, cst.Break | cst.Continue | cst.Return | cst.Raise) for inner in walk(body)
                )
                return _count(ctx, source) if not leaves else None
            case cst.ListComp() | cst.GeneratorExp() if (
                isinstance(above.for_in.target, cst.Name) and above.for_in.target.value == name
            ):
                return _count(ctx, above.for_in.iter) if not above.for_in.ifs else None
    return None


def _count(ctx: View, source: cst.BaseExpression) -> cst.BaseExpression | None:
    """``n`` of ``range(n)`` and ``range(a, n)``."""
    match source:
        case cst.Call(func=func, args=[cst.Arg(value=stop)]) | cst.Call(func=func, args=[_, cst.Arg(value=stop)]):
            return stop if ctx.name(func) == "builtins.range" else None
    return None
