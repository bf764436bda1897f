"""What is known of an array's shape: the number of its axes and the length of the first."""

from __future__ import annotations

from jaxlint.facts import access
from jaxlint.facts.frames import Frame
from jaxlint.facts.values import Array, Const, Ref, Static, Tuple, Value
from jaxlint.jaxapi import Function

Extents = tuple[int | None, int | None]
"""The number of axes and the length of the first one, None where not known."""


def of_call(frame: Frame, row: Function, bound: dict[str, Value]) -> Extents:
    """Of the result of a library function that states or keeps them."""
    match row.name.rpartition(".")[2], bound:
        case "array", {"ndmin": _}:
            return None, None
        case "array" | "asarray", {"object": first} | {"a": first}:
            return _of_literal(frame, first)
        case "stack", {"arrays": arrays, **rest} if "axis" not in rest:
            items = access.exact_items(frame, arrays)
            return None, len(items) if items is not None else None
        case "arange", {"start": Const(value=int() as stop), **rest} if not rest:
            return 1, stop
        case "arange", _:
            return 1, None
        case _, {"shape": shape}:
            return _stated(shape)
    operand = next(iter(bound.values()), None)
    if row.params == ("x",) and isinstance(operand, Array):
        return operand.ndim, operand.length
    return None, None


def _of_literal(frame: Frame, value: Value) -> Extents:
    """Of a (nested) list of numbers."""
    if isinstance(value, Const | Static):
        return 0, None
    if isinstance(value, Array):
        return value.ndim, value.length
    items = access.exact_items(frame, value) if isinstance(value, Ref | Tuple) else None
    if items is None:
        return None, None
    inner = _of_literal(frame, items[0])[0] if items else 0
    return inner + 1 if inner is not None else None, len(items)


def _stated(shape: Value) -> Extents:
    """Of a shape argument."""
    match shape:
        case Const(value=int() as length):
            return 1, length
        case Static(kind="int"):
            return 1, None
        case Tuple(items=items):
            first = items[0].value if items and isinstance(items[0], Const) else None
            return len(items), first if isinstance(first, int) else None
    return None, None


def of_operation(left: Value, right: Value) -> Extents:
    """Of ``left op right``, where both sides are alike or one is a scalar."""
    sizes = [
        (0, None) if isinstance(side, Const | Static) else (side.ndim, side.length)
        for side in (left, right)
        if isinstance(side, Const | Static | Array)
    ]
    if len(sizes) < 2 or (sizes[0] != sizes[1] and (0, None) not in sizes):
        return None, None
    return sizes[0] if sizes[0] != (0, None) else sizes[1]
