"""The elements of small arrays that are written down in the code, and exact arithmetic on them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import prod
from typing import Any

Number = bool | int | float

MAX_ELEMENTS = 1024
"""Longer ones are not kept, unless they are a ``range`` or of one number."""
MAX_BITS = 4096
"""Integers larger than this are not computed."""


@dataclass(frozen=True, slots=True)
class Repeated(Sequence[Number]):
    """One number, many times."""

    value: Number
    times: int

    def __len__(self) -> int:
        return self.times

    def __getitem__(self, index: Any) -> Any:
        within = range(self.times)[index]
        return self.value if isinstance(within, int) else Repeated(self.value, len(within))


@dataclass(frozen=True, slots=True)
class Contents:
    """The elements of an array in the order of rows; Python numbers, so that integers are exact."""

    dims: tuple[int, ...]
    items: Sequence[Number]

    @property
    def bounds(self) -> tuple[Number, Number] | None:
        """The least and the greatest element, None of an empty array."""
        if isinstance(self.items, Repeated):
            return self.items.value, self.items.value
        if isinstance(self.items, range):
            return (min(self.items[0], self.items[-1]), max(self.items[0], self.items[-1])) if self.items else None
        return (min(self.items), max(self.items)) if self.items else None

    @property
    def some(self) -> Sequence[Number]:
        """Some elements, all if they are few; of long ones the first and the last."""
        if isinstance(self.items, Repeated):
            return (self.items.value,)
        return self.items if len(self.items) <= MAX_ELEMENTS else (self.items[0], self.items[-1])

    def row(self, number: int) -> Contents | None:
        """One item along the first axis."""
        if not self.dims or not -self.dims[0] <= number < self.dims[0]:
            return None
        size = prod(self.dims[1:])
        start = number % self.dims[0] * size
        return Contents(self.dims[1:], self.items[start : start + size])

    @property
    def rows(self) -> Iterator[Contents]:
        """Its items along the first axis; one of many that are alike."""
        count = self.dims[0] if self.dims else 0
        for number in range(min(count, 1) if isinstance(self.items, Repeated) else count):
            row = self.row(number)
            if row is not None:
                yield row

    @property
    def common_row(self) -> Contents | None:
        """What each item along the first axis is, if they are all alike."""
        if len(self.items) > MAX_ELEMENTS and not isinstance(self.items, Repeated):
            return None
        found = list(self.rows)
        return found[0] if found and all(list(row.items) == list(found[0].items) for row in found[1:]) else None

    def reshaped(self, dims: tuple[int, ...]) -> Contents | None:
        return Contents(dims, self.items) if prod(dims) == len(self.items) else None


def scalar(value: Number) -> Contents:
    return Contents((), (value,))


def filled(dims: tuple[int | None, ...] | None, value: Number) -> Contents | None:
    """An array of one number."""
    known = tuple(length for length in dims if length is not None and length >= 0) if dims is not None else None
    if known is None or dims is None or len(known) != len(dims) or not prod(known):
        return None
    return Contents(known, Repeated(value, prod(known)))


def nested(rows: Sequence[Contents]) -> Contents | None:
    """An array of rows, None if they are not alike."""
    if not rows or any(row.dims != rows[0].dims for row in rows) or len(rows) * len(rows[0].items) > MAX_ELEMENTS:
        return None
    return Contents((len(rows), *rows[0].dims), tuple(item for row in rows for item in row.items))


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow,
}  # fmt: skip


def binary(symbol: str, left: Contents, right: Contents) -> Contents | None:
    """``left op right`` where they have equal shapes, or one is a scalar."""
    dims = left.dims or right.dims
    if left.dims and right.dims and left.dims != right.dims:
        return None
    if prod(dims) > MAX_ELEMENTS:
        return _alike(symbol, left, right) or _moved(symbol, left, right)
    items = _at(symbol, left, right, range(prod(dims)))
    return Contents(dims, items) if items is not None else None


def ends(symbol: str, left: Contents, right: Contents) -> Sequence[Number]:
    """The first and the last element of ``left op right``, of arrays of any length."""
    if left.dims and right.dims and left.dims != right.dims:
        return ()
    size = prod(left.dims or right.dims)
    return _at(symbol, left, right, (0, size - 1)) or () if size else ()


def _alike(symbol: str, left: Contents, right: Contents) -> Contents | None:
    """Of two arrays that hold one number each."""
    if not all(isinstance(side.items, Repeated) or not side.dims for side in (left, right)):
        return None
    items = _at(symbol, left, right, (0,))
    dims = left.dims or right.dims
    return Contents(dims, Repeated(items[0], prod(dims))) if items is not None else None


def _moved(symbol: str, left: Contents, right: Contents) -> Contents | None:
    """A long range with an integer added to it, or multiplied."""
    if isinstance(right.items, range):
        left, right = right, left
    by = right.items[0]
    if not isinstance(left.items, range) or right.dims or not isinstance(by, int):
        return None
    start, stop, step = left.items.start, left.items.stop, left.items.step
    if symbol == "+":
        return Contents(left.dims, range(start + by, stop + by, step))
    return Contents(left.dims, range(start * by, stop * by, step * by)) if by and symbol == "*" else None


def _at(symbol: str, left: Contents, right: Contents, where: Sequence[int]) -> tuple[Number, ...] | None:
    try:
        return tuple(
            _apply(symbol, left.items[i if left.dims else 0], right.items[i if right.dims else 0]) for i in where
        )
    except (ArithmeticError, ValueError, TypeError):
        return None


def inner(left: Contents, right: Contents) -> Contents | None:
    """The product of two vectors."""
    pairs = binary("*", left, right) if len(left.dims) == 1 and left.dims == right.dims else None
    return scalar(total(pairs)) if pairs is not None else None


def running(contents: Contents, symbol: str) -> Contents | None:
    """Sums, or products, of the elements so far."""
    if len(contents.dims) != 1 or len(contents.items) > MAX_ELEMENTS:
        return None
    return Contents(contents.dims, tuple(accumulate(contents.items, BINARY[symbol])))


def _apply(symbol: str, left: Number, right: Number) -> Number:
    if symbol == "**" and not _is_small(left, right):
        raise OverflowError
    result: Number = BINARY[symbol](left, right)
    if isinstance(result, complex):
        raise ValueError(symbol)
    return result


def _is_small(base: Number, exponent: Number) -> bool:
    """True for a power that is quickly computed; what is not surely overflows anyway."""
    if isinstance(base, int) and isinstance(exponent, int):
        return abs(exponent) * max(abs(base).bit_length(), 1) <= MAX_BITS
    return abs(exponent) < MAX_BITS


def total(contents: Contents) -> Number:
    """The sum of all elements."""
    items = contents.items
    if isinstance(items, Repeated):
        return items.value * items.times
    return (items[0] + items[-1]) * len(items) // 2 if isinstance(items, range) and items else sum(items)


def product(contents: Contents) -> Number:
    """The product of all elements; an integer that has grown very large stays as it is."""
    result: Number = 1
    items = contents.items
    if len(items) > MAX_BITS and not isinstance(items, range):
        return items[0] ** MAX_BITS if isinstance(items, Repeated) and isinstance(items[0], int) else 1
    for item in items:
        if item == 0:
            return 0
        if isinstance(result, int) and result.bit_length() > MAX_BITS:
            continue
        result *= item
    return result
