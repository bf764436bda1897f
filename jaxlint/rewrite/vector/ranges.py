"""The range that a loop's variable runs over, and the part of an array that it selects: `x[i + 1]` -> `x[1:n + 1]`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from jaxlint.facts.model.definitions import bound_names, own_nodes
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.polynomial import Polynomial, plus, polynomial, written
from jaxlint.rewrite.variable import targets
from jaxlint.rewrite.vector.lengths import Lengths, at_least, constant, is_stated_by_shapes

ONE: Polynomial = {(): 1}


@dataclass(frozen=True, slots=True)
class Bound:
    """An end of a range: in terms of lengths, and as the user wrote it, ``shift`` added."""

    size: Polynomial
    text: str
    parts: Polynomial | None
    shift: int = 0

    def plus(self, number: int) -> Bound:
        """The bound moved by a number."""
        return Bound(plus(self.size, {(): number} if number else {}), self.text, self.parts, self.shift + number)

    def __str__(self) -> str:
        if self.parts is not None:
            moved = plus(self.parts, {(): self.shift} if self.shift else {})
            return self.text if not self.shift else written(moved) or "0"
        return self.text if not self.shift else f"{self.text} {'-' if self.shift < 0 else '+'} {abs(self.shift)}"


@dataclass(frozen=True, slots=True)
class Run:
    """``for name in range(start, stop)``. The order of the turns is given up."""

    name: str
    start: Bound
    stop: Bound

    def counted(self) -> str:
        """The arguments of an ``arange`` of it."""
        return str(self.stop) if not self.start.size else f"{self.start}, {self.stop}"

    def part(self, shift: int, length: Polynomial | None) -> str | None:
        """The slice of an axis that ``[name + shift]`` selects in all turns; None if that is not certain."""
        first, last = self.start.plus(shift), self.stop.plus(shift)
        begin = constant(first.size)
        if not at_least(first.size, {}):
            return None
        opening = "" if begin == 0 else str(first)
        if length is not None and (rest := constant(plus(length, last.size, -1))) is not None:
            if rest < 0:
                return None
            return f"{opening}:{f'-{rest}' if rest else ''}"
        return f"{opening}:{last}" if at_least(last.size, {}) else None

    def within(self, shift: int, length: Polynomial) -> bool:
        """True if ``[name + shift]`` is certainly in range in every turn."""
        return at_least(self.start.plus(shift).size, {}) and at_least(length, self.stop.plus(shift).size)


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
    if any(_names(value) & moving for value in values):
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


def _bound(ctx: View, node: cst.BaseExpression) -> Bound | None:
    if isinstance(node, cst.Integer):
        number = node.evaluated_value
        return Bound({(): number} if number else {}, node.value, {(): number} if number else {})
    size = Lengths(ctx).of(node)
    if size is None or not (ctx.static(node) or is_stated_by_shapes(size)):
        return None
    return Bound(size, ctx.code(node), polynomial(ctx, node))


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
