"""The extents of ``x[index]``, from those of ``x`` and what is known of the index."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.values import Array, Const, HostArray, Static, Tuple, Value

Dims = tuple[int | None, ...]


def of_item(base: Array, index: Value, node: cst.Subscript) -> tuple[int | None, Dims | None]:
    """Number and lengths of the axes of ``base[index]``; None, None where they are not known."""
    parts = index.items if isinstance(index, Tuple) and len(node.slice) > 1 else (index,)
    if base.ndim is None or len(parts) != len(node.slice):
        return None, None
    axes = list(base.dims if base.dims is not None else (None,) * base.ndim)
    known = _result(axes, list(zip(parts, node.slice, strict=True)))
    return (len(known), tuple(known)) if known is not None else (None, None)


def _result(axes: list[int | None], parts: list[tuple[Value, cst.SubscriptElement]]) -> list[int | None] | None:
    taken = sum(part not in (Const(None), Const(...)) for part, _ in parts)
    if taken > len(axes) or sum(not isinstance(part, Const | Static) for part, _ in parts) > 1:
        return None
    result: list[int | None] = []
    for number, (part, element) in enumerate(parts):
        if part == Const(None):
            result.append(1)
        elif part == Const(...):
            rest = len(axes) - sum(later != Const(None) for later, _ in parts[number + 1 :])
            result, axes = [*result, *axes[:rest]], axes[rest:]
        else:
            length, axes = axes[0], axes[1:]
            found = _along(length, part, element)
            if found is None:
                return None
            result += found
    return [*result, *axes]


def _along(length: int | None, part: Value, element: cst.SubscriptElement) -> list[int | None] | None:
    """What becomes of one axis; None if that is not known."""
    match part:
        case Const(value=slice() as span):
            return [_sliced(length, span)]
        case _ if isinstance(element.slice, cst.Slice):
            return [None]
        case Const(value=bool()):
            return None
        case Const(value=int()) | Static(kind="int"):
            return []
        case Array(kind="int", ndim=int(), dims=dims) if dims is not None:
            return list(dims)
        case HostArray(kind="int", scalar=True):
            return []
    return None


def _sliced(length: int | None, span: slice) -> int | None:
    if span == slice(None):
        return length
    try:
        return len(range(*span.indices(length))) if length is not None else None
    except (TypeError, ValueError):
        return None
