"""The elements of arrays that the code states: followed through arithmetic, and checked against their integer type."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import libcst as cst

from jaxlint.facts.model import contents as exact
from jaxlint.facts.model.arguments import Arguments
from jaxlint.facts.model.contents import Contents, Number
from jaxlint.facts.model.dtypes import INT, Dtype
from jaxlint.facts.model.events import Overflow
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.values import Array, Const, HostArray, Ref, Tuple, Value
from jaxlint.facts.trace import access

_SYMBOLS: dict[type, str] = {
    cst.Add: "+", cst.AddAssign: "+", cst.Subtract: "-", cst.SubtractAssign: "-", cst.Multiply: "*",
    cst.MultiplyAssign: "*", cst.Divide: "/", cst.DivideAssign: "/", cst.FloorDivide: "//",
    cst.FloorDivideAssign: "//", cst.Modulo: "%", cst.ModuloAssign: "%", cst.Power: "**", cst.PowerAssign: "**",
}  # fmt: skip
_CALLED = {"add": "+", "subtract": "-", "multiply": "*", "power": "**", "pow": "**"}


def of(frame: Frame, value: Value | None) -> Contents | None:
    """Of a number, an array, or a (nested) list of numbers. Not of what has been written into."""
    match value:
        case Const(value=bool() | int() | float() as number):
            return exact.scalar(number)
        case Array(contents=known):
            return known
        case HostArray(contents=known):
            return known if value not in frame.tracer.written else None
        case Tuple() | Ref(kind="list"):
            items = access.exact_items(frame, value)
            rows = [of(frame, item) for item in items] if items is not None and len(items) <= exact.MAX_ELEMENTS else []
            return exact.nested([row for row in rows if row is not None]) if rows and None not in rows else None
    return None


def of_call(frame: Frame, name: str, bound: dict[str, Value], dims: tuple[int | None, ...] | None) -> Contents | None:
    """Of the result of a function of JAX or NumPy."""
    short = name.rpartition(".")[2]
    operands = list(bound.values())
    first = of(frame, operands[0]) if operands else None
    match short:
        case "zeros" | "zeros_like":
            return exact.filled(dims, 0)
        case "ones" | "ones_like":
            return exact.filled(dims, 1)
        case "full":
            value = bound.get("fill_value")
            return exact.filled(dims, value.value) if isinstance(value, Const) and _is_number(value.value) else None
        case "arange":
            return _arange(bound)
        case "array" | "asarray" | "copy" if "ndmin" not in bound:
            return first
        case "sum" | "prod" if not bound.keys() - {"a", "dtype"} and first is not None:
            return exact.scalar(exact.total(first) if short == "sum" else exact.product(first))
        case "max" | "min" if len(bound) == 1 and first is not None and first.bounds is not None:
            return exact.scalar(first.bounds[short == "max"])
        case "cumsum" | "cumprod" if len(bound) == 1 and first is not None:
            return exact.running(first, "+" if short == "cumsum" else "*")
        case "dot" | "vdot" | "inner" | "matmul" if len(operands) == 2 and first is not None:
            second = of(frame, operands[1])
            return exact.inner(first, second) if second is not None else None
        case "square" if first is not None:
            return exact.binary("*", first, first)
        case _ if short in _CALLED and len(operands) == 2 and first is not None:
            second = of(frame, operands[1])
            return exact.binary(_CALLED[short], first, second) if second is not None else None
        case _ if short in _NUMBERS and len(operands) == 1:
            return first
    return None


_METHODS = ("sum", "prod", "max", "min", "cumsum", "cumprod", "dot", "astype", "copy")


def of_method(frame: Frame, base: Array, name: str, args: Arguments) -> Contents | None:
    """Of ``x.name(...)``."""
    if base.contents is None or name not in _METHODS:
        return None
    if name in ("astype", "copy"):
        return base.contents
    if not args.exact or (args.positional and name != "dot"):
        return None
    return of_call(frame, name, {"a": base, **dict(zip("b", args.positional, strict=False)), **args.keywords}, None)


_NUMBERS = (
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "bfloat16",
    "float32",
    "float64",
)


def _arange(bound: dict[str, Value]) -> Contents | None:
    numbers = [value.value for name, value in bound.items() if isinstance(value, Const) and name != "dtype"]
    if not numbers or len(numbers) < len(bound.keys() - {"dtype"}) or not all(type(n) is int for n in numbers):
        return None
    if len(numbers) == 3 and not numbers[2]:
        return None
    elements = range(*numbers)
    return Contents((len(elements),), elements)


def _is_number(value: object) -> bool:
    return isinstance(value, bool | int | float)


def of_operation(frame: Frame, op: cst.CSTNode, left: Value, right: Value) -> Contents | None:
    """Of ``left op right``."""
    symbol, a, b = _SYMBOLS.get(type(op)), of(frame, left), of(frame, right)
    if isinstance(op, cst.MatrixMultiply) and a is not None and b is not None:
        return exact.inner(a, b)
    return exact.binary(symbol, a, b) if symbol is not None and a is not None and b is not None else None


def ends(frame: Frame, op: cst.CSTNode, left: Value, right: Value) -> Sequence[Number]:
    """Some elements of ``left op right``, also where they are too many to keep."""
    symbol, a, b = _SYMBOLS.get(type(op)), of(frame, left), of(frame, right)
    return exact.ends(symbol, a, b) if symbol is not None and a is not None and b is not None else ()


_MOST = INT.limits or (0, 0)
"""What a Python integer may be where x64 is not enabled, beside an array of floats too."""


def note_constant(frame: Frame, node: cst.CSTNode, left: Value, right: Value) -> None:
    """Note a Python integer that does not fit the array it meets."""
    for array, number in ((left, right), (right, left)):
        match array, number:
            case Array(dtype=Dtype() as dtype), Const(value=int() as value) if dtype.name != "uint32":
                least, greatest = dtype.limits or _MOST
                if value > greatest or (value < least < 0):
                    _record(frame, node, dtype if dtype.limits else INT, value)


def note_operands(frame: Frame, node: cst.CSTNode, name: str, bound: dict[str, Value]) -> None:
    """Note a Python integer that does not fit an array beside it: ``jnp.where(m, x, 2**40)``."""
    if name.rpartition(".")[2] not in _TOGETHER:
        return
    arrays = [value for value in bound.values() if isinstance(value, Array)]
    for number in bound.values():
        if arrays and isinstance(number, Const):
            note_constant(frame, node, arrays[-1], number)


_TOGETHER = frozenset(("where", "maximum", "minimum", "add", "subtract", "multiply", "clip"))


def _record(frame: Frame, node: cst.CSTNode, dtype: Dtype, value: Number) -> None:
    if not frame.state.guards and not frame.caught:
        frame.tracer.record(frame, node, Overflow(dtype, value))


def fitting(
    frame: Frame, node: cst.CSTNode, found: Contents | None, dtype: Dtype | None, some: Sequence[Number] = ()
) -> Contents | None:
    """What remains known of elements in an array of an element type: integers that do not fit are noted."""
    if dtype is None or (dtype.limits is None and dtype.largest is None):
        return found if dtype is None else None
    least, greatest = dtype.limits or (-(dtype.largest or 0), dtype.largest or 0)
    numbers = [*(found.bounds or () if found is not None else ()), *some]
    beyond = next((n for n in numbers if isfinite(n) and not least <= n <= greatest), None)
    if beyond is None:
        return found
    if dtype.name != "uint32":  # hashes and random numbers wrap around on purpose
        _record(frame, node, dtype, beyond)
    return None
