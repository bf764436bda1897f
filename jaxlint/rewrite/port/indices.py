"""How many axes a parameter has, by the indices that it is used with, where no item of it is seen to be a number."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes
from jaxlint.rewrite.port.reading import Reading, Unit

_PRODUCTS = ("numpy.dot", "numpy.inner", "numpy.vdot")
_FEWEST = 2


def contracted(reading: Reading, unit: Unit) -> Iterator[tuple[str, int]]:
    """The ranks of arrays in ``np.dot(A[i, :j], x[:j])``: an axis whose length changes from turn to turn is the one
    that is summed over, so that none comes after it."""
    for node in unit.nodes:
        match node:
            case cst.BinaryOperation(operator=cst.MatrixMultiply(), left=left, right=right):
                yield from _vectors(unit, left, right)
            case cst.Call(func=func, args=[cst.Arg(value=left), cst.Arg(value=right)]):
                if reading.name(unit, func) in _PRODUCTS:
                    yield from _vectors(unit, left, right)


def _vectors(unit: Unit, left: cst.BaseExpression, right: cst.BaseExpression) -> Iterator[tuple[str, int]]:
    found = [_sliced(unit, left), _sliced(unit, right)]
    if None not in found:
        yield from (each for each in found if each is not None)


def _sliced(unit: Unit, node: cst.BaseExpression) -> tuple[str, int] | None:
    """The array and the number of indices of ``A[i, :j]``, ``A[j:, i]``, ``x[:j][::-1]``, sliced along one axis."""
    match node:
        case cst.Subscript(value=cst.Subscript() as inner, slice=[cst.SubscriptElement(slice=cst.Slice())]):
            return _sliced(unit, inner)
        case cst.Subscript(value=cst.Name(value=name), slice=elements):
            slices = [each.slice for each in elements if isinstance(each.slice, cst.Slice)]
            if len(slices) == 1 and _moves(unit, slices[0]):
                return name, len(elements)
    return None


def _moves(unit: Unit, part: cst.Slice) -> bool:
    """True if the length of a slice changes from turn to turn: its ends follow different variables of loops."""
    counted = {
        node.target.value for node in unit.nodes if isinstance(node, cst.For) and isinstance(node.target, cst.Name)
    }
    lower, upper = (
        {part.value for part in own_nodes(end) if isinstance(part, cst.Name)} & counted if end is not None else set()
        for end in (part.lower, part.upper)
    )
    return lower != upper


def consistent(unit: Unit, name: str) -> int | None:
    """The largest number of indices that an array is used with, if that is two or more, or if only slices are taken of
    it. This is an assumption: the report says so."""
    uses = [
        [each.slice for each in node.slice if not _is_new_axis(each.slice)]
        for node in unit.nodes
        if isinstance(node, cst.Subscript) and isinstance(node.value, cst.Name) and node.value.value == name
        if all(_is_plain(each.slice) for each in node.slice)
    ]
    most = max(map(len, uses), default=0)
    if most >= _FEWEST:
        return most
    slices = [part for use in uses for part in use if isinstance(part, cst.Slice)]
    return 1 if len(slices) == len(uses) and any(_moves(unit, part) for part in slices) else None


def _is_plain(index: cst.BaseSlice) -> bool:
    match index:
        case cst.Slice():
            return True
        case cst.Index(value=cst.Ellipsis() | cst.Tuple() | cst.List() | cst.Comparison()):
            return False
    return True


def _is_new_axis(index: cst.BaseSlice) -> bool:
    match index:
        case cst.Index(value=cst.Name(value="None") | cst.Attribute(attr=cst.Name(value="newaxis"))):
            return True
    return False
