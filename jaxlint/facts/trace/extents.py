"""What is known of an array's shape: the number of its axes and their lengths."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.arguments import Arguments
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.values import Array, Const, HostArray, Ref, Static, Tuple, Value
from jaxlint.facts.trace import access
from jaxlint.jaxapi import Function

Dims = tuple[int | None, ...]
Extents = tuple[int | None, Dims | None]
"""The number of axes and the lengths of all, or of the first ones, None where not known."""

_UNKNOWN: Extents = (None, None)
_SCALAR: Extents = (0, ())


_REDUCTIONS = frozenset(
    """sum mean max min amax amin prod std var ptp all any argmax argmin median average count_nonzero logsumexp norm
    nansum nanmean nanmax nanmin nanprod nanstd nanvar""".split()  # noqa: SIM905
)
"""Functions and methods that give a scalar unless an axis is stated."""


def of_reduction(name: str, args: Arguments) -> Extents:
    """Of ``x.sum()`` and its like."""
    whole = name in _REDUCTIONS and not args.positional and not args.keywords.keys() - {"where", "initial", "dtype"}
    return _SCALAR if whole and args.exact else _UNKNOWN


_SAME = ("astype", "copy", "clip", "round", "conj", "conjugate", "cumsum", "cumprod", "sort")


def of_method(base: Array, name: str, args: Arguments) -> Extents:
    """Of ``x.name(...)``: a reduction, or something of the same shape."""
    if name in _SAME and base.ndim != 0 and "axis" not in args.keywords:
        flattened = name.startswith("cum") and base.ndim != 1
        return _UNKNOWN if flattened else (base.ndim, base.dims)
    return of_reduction(name, args)


def of_call(frame: Frame, row: Function, bound: dict[str, Value]) -> Extents:
    """Of the result of a library function that states or keeps them."""
    match row.name.rpartition(".")[2], bound:
        case name, _ if name in _REDUCTIONS and not bound.keys() & {"axis", "keepdims", "returned"}:
            return _SCALAR
        case "percentile" | "quantile", {"q": Array(ndim=ndim, dims=dims)} if not bound.keys() & {"axis", "keepdims"}:
            return ndim, dims
        case "percentile" | "quantile", {"q": q} if not bound.keys() & {"axis", "keepdims"}:
            return _known(_of_literal(frame, q))
        case "array", {"ndmin": _}:
            return _UNKNOWN
        case "array" | "asarray", {"object": literal} | {"a": literal}:
            return _known(_of_literal(frame, literal))
        case "stack", {"arrays": arrays, **rest} if "axis" not in rest:
            dims, items = _of_literal(frame, arrays), access.exact_items(frame, arrays)
            return _known(dims) if dims is not None or items is None else (None, (len(items),))
        case "concatenate", {"arrays": arrays, **rest} if "axis" not in rest:
            return _joined(access.exact_items(frame, arrays))
        case "append", {"arr": array, "values": values, **rest} if "axis" not in rest:
            return _joined([array, values])
        case "vstack", {"tup": arrays}:
            return _joined([_as_rows(item) for item in access.exact_items(frame, arrays) or ()])
        case "arange", {"start": Const(value=int() as stop), **rest} if not rest.keys() - {"dtype"}:
            return _known((max(stop, 0),))
        case "linspace", {"num": Const(value=int() as num)}:
            return _known((num,))
        case "arange" | "linspace", _:
            return _known((None,))
        case "eye" | "identity", {"N": size} | {"n": size}:
            return _known((_length(size), _length(bound.get("M", size))))
        case _, {"shape": shape}:
            return _known(_stated(shape))
        case "zeros_like" | "ones_like" | "empty_like" | "full_like" | "tril" | "triu" | "copy", _:
            like = next(iter(bound.values()), None)
            return (like.ndim, like.dims) if isinstance(like, Array) else _UNKNOWN
    operand = next(iter(bound.values()), None)
    if row.params == ("x",) and isinstance(operand, Array):
        return operand.ndim, operand.dims
    return _UNKNOWN


def of_sample(name: str, args: Arguments) -> tuple[int, ...] | None:
    """Of what a function or generator of `numpy.random` draws."""
    match name.rpartition(".")[2], args.positional:
        case "rand" | "randn", sizes:
            return lengths(tuple(map(_length, sizes)) or None)
        case "random" | "random_sample" | "standard_normal", (size, *_):
            return lengths(_stated(size))
    return lengths(_stated(args.keywords["size"])) if "size" in args.keywords else None


def lengths(dims: Dims | None) -> tuple[int, ...] | None:
    """The lengths of all axes; None where one is not known."""
    found = tuple(length for length in dims or () if length is not None)
    return found if dims is not None and len(found) == len(dims) else None


_SIZES = ("shape", "num", "N", "M", "n", "start", "stop", "repeats", "reps", "length", "total_repeat_length")


def turn_of(frame: Frame, row: Function, bound: dict[str, Value]) -> object:
    """The number of a loop's turns on which a length of the result depends."""
    if row.name.rpartition(".")[2] in ("concatenate", "append", "vstack", "hstack"):
        parts = [part for value in bound.values() for part in (access.exact_items(frame, value) or [value])]
        growing = [part.turn for part in parts if isinstance(part, Array) and part.turn is not None]
        return ("joined", growing[0]) if len(growing) == 1 else None
    sizes = [value for name, value in bound.items() if name in _SIZES and name in row.static]
    found = [
        part.turn
        for size in sizes
        for part in (size.items if isinstance(size, Tuple) else (size,))
        if isinstance(part, Static) and part.turn is not None
    ]
    return found[0] if len(found) == 1 else None


def _joined(items: list[Value] | None) -> Extents:
    """Of arrays put end to end, where the lengths of all are known."""
    scalar: Dims = (1,)
    sizes = [getattr(item, "dims", None if not isinstance(item, Const | Static) else scalar) for item in items or ()]
    if not sizes or any(dims is None or len(dims) == 0 or dims[0] is None for dims in sizes):
        return _UNKNOWN
    known = [dims for dims in sizes if dims is not None]
    return _known((sum(dims[0] or 0 for dims in known), *known[0][1:]))


def _as_rows(item: Value) -> Value:
    if isinstance(item, Array) and item.dims is not None and len(item.dims) == 1:
        return Array(item.traced, item.kind, 2, (1, *item.dims))
    return item


def _known(dims: Dims | None) -> Extents:
    return (len(dims), dims) if dims is not None else _UNKNOWN


def _length(value: Value) -> int | None:
    return value.value if isinstance(value, Const) and isinstance(value.value, int) and value.value >= 0 else None


def _of_literal(frame: Frame, value: Value) -> Dims | None:
    """Of a (nested) list of numbers or arrays."""
    if isinstance(value, Const | Static):
        return ()
    if isinstance(value, HostArray):
        return value.dims
    if isinstance(value, Array):
        return value.dims if value.ndim is not None else None
    items = access.exact_items(frame, value) if isinstance(value, Ref | Tuple) else None
    inner = _of_literal(frame, items[0]) if items else None
    return (len(items), *inner) if items is not None and inner is not None else None


def _stated(shape: Value) -> Dims | None:
    """Of a shape argument."""
    match shape:
        case Const(value=int() as length):
            return (length,)
        case Static(kind="int"):
            return (None,)
        case Tuple(items=items):
            return tuple(map(_length, items))
    return None


def of_operation(op: cst.CSTNode, left: Value, right: Value) -> Extents:
    """Of ``left op right``, as they are broadcast."""
    first, second = _of_operand(left), _of_operand(right)
    if first is None or second is None:
        return _UNKNOWN
    if isinstance(op, cst.MatrixMultiply | cst.MatrixMultiplyAssign):
        return _multiplied(first, second)
    if first == _SCALAR or second == _SCALAR:
        return second if first == _SCALAR else first
    return _broadcast(first, second) if first[0] is not None and second[0] is not None else _UNKNOWN


def _of_operand(value: Value) -> Extents | None:
    if isinstance(value, Const | Static):
        return _SCALAR
    return (value.ndim, value.dims) if isinstance(value, Array) else None


def _broadcast(first: Extents, second: Extents) -> Extents:
    """Axes are aligned at the end; those of length 1, and missing ones, take the other's length."""
    ndim = max(first[0] or 0, second[0] or 0)
    sides = [(1,) * (ndim - (count or 0)) + (dims or (None,) * (count or 0)) for count, dims in (first, second)]
    return ndim, tuple(b if a == 1 else a if b == 1 or a == b else a or b for a, b in zip(*sides, strict=True))


def _multiplied(first: Extents, second: Extents) -> Extents:
    """Of the product of matrices and vectors."""
    rows = first[1] if first[1] is not None else (None,) * (first[0] or 0)
    columns = second[1] if second[1] is not None else (None,) * (second[0] or 0)
    match first[0], second[0]:
        case 2, 2:
            return 2, (rows[0], columns[-1])
        case 2, 1:
            return 1, (rows[0],)
        case 1, 2:
            return 1, (columns[-1],)
        case 1, 1:
            return _SCALAR
    return _UNKNOWN
