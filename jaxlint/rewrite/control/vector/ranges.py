"""The range that a loop's variable runs over, and the part of an array that it selects: `x[i + 1]` -> `x[1:n + 1]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from jaxlint.facts.model.definitions import bound_names, own_nodes
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control.vector.lengths import Lengths, at_least, constant, is_stated_by_shapes
from jaxlint.rewrite.polynomial import Polynomial, plus, polynomial, written
from jaxlint.rewrite.variable import targets

Known = Sequence[Polynomial]
"""Lengths of arrays that exist, and so are not negative."""


@dataclass(frozen=True, slots=True)
class Bound:
    """An end of a range: in terms of lengths, and as the user wrote it (``parts``: in terms of names, where it is a
    sum)."""

    size: Polynomial
    text: str
    parts: Polynomial | None

    def moved(self, by: Polynomial) -> str:
        """The text of the end, moved."""
        if not by:
            return self.text
        if self.parts is not None:
            return written(plus(self.parts, by)) or "0"
        text = written(by)
        return f"{self.text} - {text[1:]}" if text.startswith("-") else f"{self.text} + {text}"

    def plus(self, number: int) -> Bound:
        """The end moved by a number."""
        by: Polynomial = {(): number}
        return Bound(plus(self.size, by), self.moved(by), None if self.parts is None else plus(self.parts, by))


@dataclass(frozen=True, slots=True)
class Shift:
    """What an index adds to a loop's variable, at least and at most."""

    text: Polynomial
    least: Polynomial
    most: Polynomial


@dataclass(frozen=True, slots=True)
class Run:
    """``for name in range(start, stop)``. The order of the turns is given up."""

    name: str
    start: Bound
    stop: Bound

    def is_mirrored(self, index: Polynomial, length: Polynomial) -> bool:
        """True for ``[n - 1 - name]`` where the loop runs over all of an axis of length ``n``."""
        return not self.start.size and self.stop.size == length and plus(index, length, -1) == {(): -1}

    def counted(self) -> str:
        """The arguments of an ``arange`` of it."""
        return self.stop.text if not self.start.size else f"{self.start.text}, {self.stop.text}"

    def part(self, by: Shift, length: Polynomial | None, known: Known = ()) -> str | None:
        """The slice of an axis that ``[name + by]`` selects in all turns; None if that is not certain."""
        begin = plus(self.start.size, by.least)
        if not at_least(begin, {}, known):
            return None
        first = self.start.moved(by.text)
        opening = "" if first == "0" else first
        rest = None if length is None else constant(plus(length, plus(self.stop.size, by.most), -1))
        if rest is not None and rest < 0:
            return None
        if rest is not None and by.least == by.most:
            return _slice(opening, f"-{rest}" if rest else "")
        if at_least(plus(self.stop.size, by.least), {}, known) or self._is_empty_below(by, length):
            return _slice(opening, self.stop.moved(by.text))
        return None

    def _is_empty_below(self, by: Shift, length: Polynomial | None) -> bool:
        """True if a slice whose end is negative has no items either, though Python counts that from the back."""
        over = None if length is None else constant(plus(length, self.stop.size, -1))
        least, start = constant(by.least), constant(self.start.size)
        return over is not None and least is not None and start is not None and over - 2 - 2 * least <= start

    def within(self, by: Shift, length: Polynomial, known: Known = ()) -> bool:
        """True if ``[name + by]`` is certainly in range in every turn."""
        low, high = plus(self.start.size, by.least), plus(self.stop.size, by.most)
        return at_least(low, {}, known) and at_least(length, high, known)


def _slice(first: str, last: str) -> str:
    """``1:n``, ``i + 1 : n - 1``"""
    return f"{first} : {last}".strip() if " " in f"{first}{last}" else f"{first}:{last}"


def shift(by: Polynomial, kept: Mapping[str, Run]) -> Shift:
    """What is added to an index, with the ranges of the variables in it."""
    least: Polynomial = {}
    most: Polynomial = {}
    for term, size in by.items():
        ends = (term_size({(): 1}, size),) * 2
        if term:
            first, last = kept[term[0]].start.size, kept[term[0]].stop.plus(-1).size
            ends = (term_size(first, size), term_size(last, size))
        low, high = ends if size > 0 or not term else ends[::-1]
        least, most = plus(least, low), plus(most, high)
    return Shift(by, least, most)


def term_size(found: Polynomial, factor: int) -> Polynomial:
    return plus({}, found, factor)


def run(ctx: View, loop: cst.For) -> Run | None:
    """The range of a loop that counts up or down by one, between bounds that no tracer and no loop changes."""
    if not isinstance(loop.target, cst.Name) or not isinstance(loop.iter, cst.Call):
        return None
    call, backwards = loop.iter, False
    if ctx.name(call.func) == "builtins.reversed" and len(call.args) == 1 and isinstance(call.args[0].value, cst.Call):
        call, backwards = call.args[0].value, True
    values = [argument.value for argument in call.args if argument.keyword is None and not argument.star]
    if ctx.name(call.func) != "builtins.range" or len(values) != len(call.args) or not values:
        return None
    moving = frozenset(_moving(ctx, loop))
    sizes = [Lengths(ctx).of(value) for value in values]
    if any(_names(value) & moving and not _is_fixed(size) for value, size in zip(values, sizes, strict=True)):
        return None
    ends = [_bound(ctx, value) for value in ([cst.Integer("0"), *values] if len(values) == 1 else values)]
    match ends:
        case [Bound() as start, Bound() as stop]:
            return Run(loop.target.value, start, stop)
        case [Bound() as start, Bound() as stop, Bound() as step] if not backwards and constant(step.size) == -1:
            return Run(loop.target.value, stop.plus(1), start.plus(1))
        case [Bound() as start, Bound() as stop, Bound() as step] if constant(step.size) == 1:
            return Run(loop.target.value, start, stop)
    return None


def _is_fixed(size: Polynomial | None) -> bool:
    """True for the length of an array that keeps its shape, even if its variable is bound anew."""
    return size is not None and is_stated_by_shapes(size)


def _bound(ctx: View, node: cst.BaseExpression) -> Bound | None:
    if isinstance(node, cst.Integer):
        number = node.evaluated_value
        return Bound({(): number} if number else {}, node.value, {(): number} if number else {})
    size = Lengths(ctx).of(node)
    if size is None or not (ctx.static(node) or is_stated_by_shapes(size)):
        return None
    return Bound(size, ctx.code(node), polynomial(ctx, node))


def runs_around(ctx: View, node: cst.CSTNode) -> Iterator[tuple[str, Run]]:
    """The ranges of the loops around a node."""
    for above in ctx.ancestors(node):
        if isinstance(above, cst.For) and (found := run(ctx, above)) is not None:
            yield found.name, found


def ends(ctx: View, node: cst.BaseExpression, runs: Mapping[str, Run]) -> tuple[Polynomial, Polynomial] | None:
    """The least and the greatest value of an expression over all turns."""
    match node:
        case cst.Name(value=name) if name in runs:
            return runs[name].start.size, runs[name].stop.plus(-1).size
        case cst.BinaryOperation(operator=cst.Add() | cst.Subtract() as operator, left=left, right=right):
            a, b = ends(ctx, left, runs), ends(ctx, right, runs)
            if a is None or b is None:
                return None
            if isinstance(operator, cst.Add):
                return plus(a[0], b[0]), plus(a[1], b[1])
            return plus(a[0], b[1], -1), plus(a[1], b[0], -1)
    found = Lengths(ctx).of(node)
    return None if found is None else (found, found)


def _names(node: cst.CSTNode) -> set[str]:
    return {part.value for part in own_nodes(node) if isinstance(part, cst.Name)}


def _moving(ctx: View, loop: cst.For) -> Iterator[str]:
    """What the loops around a loop, and the loop itself, bind."""
    for above in (loop, *ctx.ancestors(loop)):
        if isinstance(above, cst.For | cst.While):
            for node in own_nodes(above):
                for target in targets(node):
                    yield from bound_names(target)
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            return
