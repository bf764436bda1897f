"""Which arguments of a trace are arrays: those with which it certainly does what containers, None and keys do not bear.

A `Tree` may be an array or a container of arrays. One operation that the trace runs unconditionally settles the matter,
and so does an annotation.
"""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from jaxlint.facts.model.definitions import Parameter
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.project import Stated
from jaxlint.facts.model.values import EXTENT, Array, Const, HostArray, Static, Tree, Unknown, Value, identity

_ATTRIBUTES = frozenset(
    {"shape", "ndim", "dtype", "at", "T", "astype", "reshape", "ravel", "flatten", "sum", "squeeze", "transpose"}
)
_OPERANDS = frozenset({"x", "x1", "x2", "a", "b", "y", "m", "v", "condition", "operand", "array"})
_LENIENT = ("jax.numpy.asarray", "jax.numpy.copy", "jax.numpy.astype", "jax.numpy.block", "jax.numpy.broadcast_to")
_ON_KEYS = frozenset(
    f"jax.numpy.{name}"
    for name in ("where", "take", "reshape", "ravel", "squeeze", "expand_dims", "transpose", "roll", "flip", "swapaxes")
)
_ARITHMETIC = (
    cst.Subtract, cst.Divide, cst.Power, cst.MatrixMultiply, cst.FloorDivide, cst.LeftShift, cst.RightShift,
    cst.SubtractAssign, cst.DivideAssign, cst.PowerAssign, cst.MatrixMultiplyAssign, cst.FloorDivideAssign,
)  # fmt: skip
_SCALAR_TYPES = ("bool", "int", "float", "complex")
_ARRAY_TYPES = ("Array", "ndarray", "ArrayLike", "Scalar", "Numeric")
_SHAPED_TYPES = ("Float", "Int", "Bool", "Num", "Shaped", "Real", "Inexact", "Integer", "UInt", "Complex")


def settle(frame: Frame, value: Value, *, numeric: bool = True) -> None:
    """Note that a value is used as an array or a number, unless that depends on a condition.

    ``numeric``: not even as an array of keys, which has a shape but no arithmetic.
    """
    if isinstance(value, Tree) and _unconditional(frame):
        frame.tracer.settled.add(identity(value))
        if numeric:
            frame.tracer.numeric.add(identity(value))


def refined(frame: Frame, value: Value) -> Value:
    """The value of a variable with what is known by now: an argument that was used in arithmetic is an array."""
    if isinstance(value, Tree) and identity(value) in frame.tracer.numeric:
        return Array(value.traced)
    return value


def settle_attribute(frame: Frame, base: Value, name: str) -> None:
    """``x.shape``, ``x.sum``"""
    if name in _ATTRIBUTES:
        settle(frame, base, numeric=name in ("astype", "sum", "at"))


def _unconditional(frame: Frame) -> bool:
    """True if no branch was taken on the way here from where the outermost trace was entered."""
    entry: Frame | None = frame
    conditions = 0
    while entry is not None and entry.boundary is not None:
        conditions = entry.guarded
        entry = entry.caller
    return len(frame.state.guards) == conditions


def settle_operands(frame: Frame, op: cst.CSTNode, left: Value, right: Value) -> None:
    """``left op right``: what only numbers and arrays can do. ``list + list`` and ``list * int`` settle nothing."""
    for value, other in ((left, right), (right, left)):
        if isinstance(op, _ARITHMETIC) or _is_number(frame, other, integers=not isinstance(op, cst.Multiply)):
            settle(frame, value)


def settle_compared(frame: Frame, op: cst.BaseCompOp, left: Value, right: Value) -> None:
    """``left < right`` with a number on one side; ``==`` is defined for everything."""
    if isinstance(op, cst.LessThan | cst.LessThanEqual | cst.GreaterThan | cst.GreaterThanEqual):
        for value, other in ((left, right), (right, left)):
            if _is_number(frame, other):
                settle(frame, value)


def settle_ordered(frame: Frame, values: Sequence[Value]) -> None:
    """``max(x, 0.0)``: what is ordered together with a number is a number or an array."""
    if any(_is_number(frame, value) for value in values):
        for value in values:
            settle(frame, value)


def settle_passed(frame: Frame, name: str, bound: dict[str, Value]) -> None:
    """Operands of a function of `jax.numpy` or `jax.nn`; those refuse lists and None."""
    if name.startswith(("jax.numpy.", "jax.nn.")) and name not in _LENIENT:
        for parameter, value in bound.items():
            if parameter in _OPERANDS:
                settle(frame, value, numeric=name not in _ON_KEYS or parameter == "condition")


def settle_annotated(frame: Frame, parameter: Parameter, value: Value) -> None:
    """``x: float``, ``x: jax.Array``, ``x: Float[Array, "n"]``."""
    if isinstance(value, Tree) and parameter.annotation is not None and _is_array_type(parameter.annotation):
        frame.tracer.settled.add(identity(value))
        if _last_name(parameter.annotation) in _SCALAR_TYPES:
            frame.tracer.numeric.add(identity(value))


def as_stated(value: Value, stated: Stated | None) -> Value:
    """An argument with what is stated of its parameter."""
    match value, stated:
        case Tree(traced=traced), Stated(sort="array", ndim=ndim):
            return Array(traced, ndim=ndim)
        case Unknown(), Stated(sort="array", ndim=ndim):
            return Array(ndim=ndim)
        case Unknown(), Stated(sort="size"):
            return EXTENT
    return value


def _is_number(frame: Frame, value: Value, *, integers: bool = True) -> bool:
    match value:
        case Array() | HostArray():
            return True
        case Tree():
            return identity(value) in frame.tracer.settled
        case Const(value=bool() | int()) | Static(kind="int" | "bool"):
            return integers
        case Const(value=float() | complex()) | Static(kind="float" | "complex"):
            return True
    return False


def _is_array_type(annotation: cst.BaseExpression) -> bool:
    match annotation:
        case cst.Subscript(value=base):
            return _last_name(base) in _SHAPED_TYPES
        case cst.SimpleString():
            return str(annotation.evaluated_value).rpartition(".")[2] in (*_SCALAR_TYPES, *_ARRAY_TYPES)
    return _last_name(annotation) in (*_SCALAR_TYPES, *_ARRAY_TYPES)


def _last_name(node: cst.BaseExpression) -> str:
    match node:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name
    return ""
