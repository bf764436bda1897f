"""What operators and comparisons make of values."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import libcst as cst

from jaxlint.facts.model.dtypes import BOOL
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.state import summary
from jaxlint.facts.model.values import (
    Array,
    Const,
    Either,
    HostArray,
    Key,
    Keys,
    Kind,
    Library,
    Many,
    Ref,
    Static,
    Tree,
    Tuple,
    Unknown,
    Value,
    any_tracing,
    identity,
    tracing,
)
from jaxlint.facts.model.why import Traced, strongest
from jaxlint.facts.notes import cuts, evidence
from jaxlint.facts.trace import access, contents, dtypes, extents

MAX_FOLDED = 1 << 20
"""Constants larger than this are not computed."""

_FOLD: dict[type, Callable[[Any, Any], Any]] = {
    cst.Add: operator.add, cst.AddAssign: operator.add,
    cst.Subtract: operator.sub, cst.SubtractAssign: operator.sub,
    cst.Multiply: operator.mul, cst.MultiplyAssign: operator.mul,
    cst.Divide: operator.truediv, cst.DivideAssign: operator.truediv,
    cst.FloorDivide: operator.floordiv, cst.FloorDivideAssign: operator.floordiv,
    cst.Modulo: operator.mod, cst.ModuloAssign: operator.mod,
}  # fmt: skip


_COMPARE: dict[type, Callable[[Any, Any], bool]] = {
    cst.Equal: operator.eq,
    cst.NotEqual: operator.ne,
    cst.LessThan: operator.lt,
    cst.LessThanEqual: operator.le,
    cst.GreaterThan: operator.gt,
    cst.GreaterThanEqual: operator.ge,
}


def arithmetic(frame: Frame, op: cst.CSTNode, left: Value, right: Value, node: cst.CSTNode | None = None) -> Value:
    """The value of ``left op right``; ``node`` is the expression."""
    match left, right:
        case Const(value=a), Const(value=b):
            return _fold(op, a, b)
        case (Static() | Const(), Static() | Const()):
            return Static(_number_kind(op, left, right), _is_extent(left) or _is_extent(right), _turn(op, left, right))
        case (Tuple(items=a), Tuple(items=b)) if isinstance(op, cst.Add):
            return Tuple((*a, *b))
        case (Ref(kind="list"), Ref(kind="list")) if isinstance(op, cst.Add | cst.AddAssign):
            first, second = access.exact_items(frame, left), access.exact_items(frame, right)
            if first is not None and second is not None:
                return access.new_list(frame, [*first, *second])
            return access.new_list(frame, [access.any_item(frame, left), access.any_item(frame, right)], open=True)
        case (Either(), _) | (_, Either()):
            return _arithmetic_of_options(frame, op, left, right)
    evidence.settle_operands(frame, op, left, right)
    found = _array_result(frame, op, left, right, node)
    return found if found is not None else Unknown()


def _arithmetic_of_options(frame: Frame, op: cst.CSTNode, left: Value, right: Value) -> Value:
    lefts = left.options if isinstance(left, Either) else (left,)
    rights = right.options if isinstance(right, Either) else (right,)
    if len(lefts) * len(rights) > 6:
        return Unknown()
    usable = [option for option in lefts if option != Const(None)], [o for o in rights if o != Const(None)]
    return summary([arithmetic(frame, op, a, b) for a in usable[0] for b in usable[1]])


def _fold(op: cst.CSTNode, a: Any, b: Any) -> Value:
    fold = _FOLD.get(type(op))
    number = (int, float, bool)
    if fold is not None and isinstance(a, number) and isinstance(b, number):
        try:
            result = fold(a, b)
        except (ArithmeticError, ValueError, TypeError):
            return Static()
        return Const(result) if not isinstance(result, int) or abs(result) < MAX_FOLDED**3 else Static("int")
    if isinstance(op, cst.Power | cst.PowerAssign) and isinstance(a, number) and isinstance(b, number):
        small = isinstance(b, int) and abs(b) < 64 and isinstance(a, (int, float)) and abs(a) < MAX_FOLDED
        return Const(a**b) if small and (a or b >= 0) else Static()
    if isinstance(a, str) and isinstance(b, str) and isinstance(op, cst.Add) and len(a) + len(b) < MAX_FOLDED:
        return Const(a + b)
    return Static("str" if isinstance(a, str) else None)


def _number_kind(op: cst.CSTNode, left: Value, right: Value) -> Kind:
    kinds = {kind_of(left), kind_of(right)}
    if kinds <= {"int", "bool"}:
        return "float" if isinstance(op, cst.Divide | cst.DivideAssign) else "int"
    return "float" if kinds <= {"int", "bool", "float"} else None


def kind_of(value: Value) -> Kind:
    """The element type of a number or array, where it is known."""
    match value:
        case Const(value=bool()):
            return "bool"
        case Const(value=int()):
            return "int"
        case Const(value=float()):
            return "float"
        case Const(value=str()):
            return "str"
        case Array(kind=kind) | HostArray(kind=kind) | Static(kind=kind):
            return kind
    return None


_INJECTIVE = (
    cst.Add, cst.AddAssign, cst.Subtract, cst.SubtractAssign, cst.Multiply, cst.MultiplyAssign, cst.Divide,
    cst.DivideAssign, cst.Power, cst.PowerAssign,
)  # fmt: skip


def _turn(op: cst.CSTNode, left: Value, right: Value) -> object:
    """The number of turns that one side is computed from: what comes out is another in each turn, too."""
    found = [side.turn for side in (left, right) if isinstance(side, Static) and side.turn is not None]
    return found[0] if len(found) == 1 and isinstance(op, _INJECTIVE) else None


_LOGICAL = (cst.BitAnd, cst.BitOr, cst.BitXor, cst.BitAndAssign, cst.BitOrAssign, cst.BitXorAssign)


def _is_extent(value: Value) -> bool:
    return isinstance(value, Static) and value.extent


def _array_result(frame: Frame, op: cst.CSTNode, left: Value, right: Value, node: cst.CSTNode | None) -> Value | None:
    """An array if either side proves that the result is one."""
    pair = (left, right)
    if any(isinstance(side, (Key, Keys)) for side in pair):
        return None
    if any(isinstance(side, Array) for side in pair):
        traced = strongest(any_tracing(pair), frame.staged)
        if isinstance(op, cst.FloorDivide | cst.FloorDivideAssign) and node is not None:
            traced = cuts.cut(frame, node, traced)
        dtype = dtypes.of_operation(op, left, right)
        known = contents.of_operation(frame, op, left, right)
        if node is not None:
            if not isinstance(op, cst.Power | cst.PowerAssign):  # an exponent is no array
                contents.note_constant(frame, node, left, right)
            some = contents.ends(frame, op, left, right) if known is None else ()
            known = contents.fitting(frame, node, known, dtype, some)
        return Array(traced, _result_kind(op, left, right), *extents.of_operation(op, left, right), dtype, known)
    tree = left if isinstance(left, Tree) else right if isinstance(right, Tree) else None
    if tree is not None:
        other = right if tree is left else left
        if (
            _one_is_array(frame, left, right)
            or isinstance(other, Const | Static | HostArray)
            or not isinstance(op, cst.Add | cst.AddAssign)
        ):
            return Array(
                strongest(any_tracing(pair)), _result_kind(op, left, right), dtype=dtypes.of_operation(op, left, right)
            )
        return Tree(tree.traced)
    host = all(isinstance(side, HostArray | Const | Static | Tuple) for side in pair)
    if host and any(isinstance(side, HostArray) for side in pair):
        dtype, known = dtypes.of_host_operation(op, left, right), contents.of_operation(frame, op, left, right)
        return HostArray(
            _result_kind(op, left, right), scalar=all(_is_scalar(side) for side in pair), dtype=dtype, contents=known
        )
    return None


def _is_scalar(value: Value) -> bool:
    return isinstance(value, Const | Static) or (isinstance(value, HostArray) and value.scalar)


def _result_kind(op: cst.CSTNode, left: Value, right: Value) -> Kind:
    a, b = kind_of(left), kind_of(right)
    if isinstance(op, _LOGICAL):
        return "bool" if a == b == "bool" else "int" if "int" in (a, b) else None
    if isinstance(op, cst.Divide | cst.DivideAssign):
        return "float" if None not in (a, b) and "complex" not in (a, b) else None
    kinds: tuple[Kind, ...] = ("complex", "float", "int")
    for kind in kinds:
        if kind in (a, b) and (kind == "complex" or None not in (a, b)):
            return kind
    return "int" if a == b == "bool" else None


def compare(frame: Frame, op: cst.BaseCompOp, left: Value, right: Value, node: cst.CSTNode | None = None) -> Value:
    """The value of ``left op right`` for one comparison, part of the expression ``node``."""
    if isinstance(op, cst.Is | cst.IsNot):
        return _is(frame, left, right, isinstance(op, cst.IsNot))
    if isinstance(op, cst.In | cst.NotIn):
        return Static("bool")
    match left, right:
        case Const(value=a), Const(value=b):
            fold = _COMPARE.get(type(op))
            try:
                return Const(bool(fold(a, b))) if fold is not None else Static("bool")
            except TypeError:
                return Static("bool")
        case (Const(value=str() | None), _) | (_, Const(value=str() | None)):
            return Static("bool")
        case (Static() | Const() | Library(), Static() | Const() | Library()):
            return Static("bool")
        case (HostArray(), HostArray() | Const() | Static()) | (Const() | Static(), HostArray()):
            return HostArray("bool", scalar=_is_scalar(left) and _is_scalar(right))
        case (Either(), _) | (_, Either()):
            traced = strongest(tracing(left), tracing(right))
            both = any(isinstance(side, Array) for side in (left, right))
            return Array(_compared(frame, node, traced), "bool") if traced or both else Unknown()
    if any(isinstance(side, Array | Tree) for side in (left, right)):
        evidence.settle_compared(frame, op, left, right)
        equality = isinstance(op, cst.Equal | cst.NotEqual)
        if equality and not _one_is_array(frame, left, right) and _may_be_container(left, right):
            return Unknown()
        traced = _compared(frame, node, strongest(any_tracing((left, right)), frame.staged))
        if node is not None:
            contents.note_constant(frame, node, left, right)
        return Array(traced, "bool", *extents.of_operation(op, left, right), BOOL)
    return Unknown()


def _compared(frame: Frame, node: cst.CSTNode | None, traced: Traced | None) -> Traced | None:
    return cuts.cut(frame, node, traced) if node is not None else traced


def _one_is_array(frame: Frame, left: Value, right: Value) -> bool:
    """True if either side is certainly an array, and so what comes of them."""
    sides = (left, right)
    return any(isinstance(side, Array) or identity(side) in frame.tracer.settled for side in sides)


def _may_be_container(left: Value, right: Value) -> bool:
    other = right if isinstance(left, Tree) else left
    return not isinstance(other, Const | Static | HostArray)


def _is(frame: Frame, left: Value, right: Value, negated: bool) -> Value:
    if isinstance(left, Const | Library) and type(left) is type(right):
        same = left == right
    elif Const(None) in (left, right):
        other = right if left == Const(None) else left
        known = frame.state.nones.get(identity(other)) if isinstance(other, Unknown | Tree) else None
        if isinstance(other, Static) and other.kind is not None:
            known = False
        if known is None and isinstance(other, Unknown | Tree | Either | Static | Many):
            return Static("bool")
        same = known is True
    else:
        return Static("bool")
    return Const(same is not negated)
