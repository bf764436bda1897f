"""What is certain of index expressions within loops over ranges: that they are never negative, or within a length.

Needs: the loops around a statement.  Gives: proofs, from the least and the greatest value of each loop's variable.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import libcst as cst

from jaxlint.facts.model.definitions import bound_names, own_nodes
from jaxlint.facts.queries.trips import trips
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control.vector.lengths import Lengths
from jaxlint.rewrite.polynomial import Polynomial, plus, product
from jaxlint.rewrite.uses import bindings

SHORT = 8
"""A loop of so many turns may stay Python's, with numbers for its variable."""


@dataclass(frozen=True, slots=True)
class Counter:
    """A loop's variable with the expressions between which it stays, ``last`` included; None if one is not known."""

    name: str
    first: Polynomial | None
    last: Polynomial | None


@dataclass(frozen=True)
class Loops:
    """The loops around a statement, outermost first."""

    ctx: View
    statement: cst.CSTNode
    quotients: dict[str, tuple[Polynomial, Polynomial]] = field(default_factory=dict)

    @property
    def lengths(self) -> Lengths:
        return Lengths(self.ctx, in_place=True)

    @cached_property
    def around(self) -> tuple[cst.For | cst.While, ...]:
        found = [above for above in self.ctx.ancestors(self.statement) if isinstance(above, cst.For | cst.While)]
        return tuple(reversed(found))

    @cached_property
    def moving(self) -> frozenset[str]:
        """The variables that lax's loops will count and carry."""
        names: set[str] = set()
        for loop in self.around:
            if isinstance(loop, cst.For) and not self._is_short(loop):
                names |= set(bound_names(loop.target))
        return frozenset(names)

    @cached_property
    def counting(self) -> frozenset[str]:
        """The variables that loops over ranges count."""
        targets = [name for loop in self.around if isinstance(loop, cst.For) for name in bound_names(loop.target)]
        return frozenset(name for name in targets if self._is_only(name))

    @cached_property
    def counters(self) -> tuple[Counter, ...]:
        """Those whose values are known, innermost first."""
        found: dict[str, Counter] = {}
        for loop in self.around:
            if isinstance(loop, cst.For):
                for counter in self._counted(loop):
                    found[counter.name] = counter
        return tuple(reversed(found.values()))

    def moves(self, node: cst.CSTNode | None) -> bool:
        """True for an expression that a loop's variable decides."""
        return node is not None and not self.moving.isdisjoint(_names(node))

    def number(self, node: cst.BaseExpression) -> Polynomial | None:
        """An index in terms of lengths and of the variables of the loops."""
        match node:
            case cst.Name(value=name) if name in self.counting:
                return {(name,): 1}
            case cst.UnaryOperation(operator=cst.Minus(), expression=inner):
                found = self.number(inner)
                return None if found is None else plus({}, found, -1)
            case cst.BinaryOperation(operator=operator, left=left, right=right):
                a, b = self.number(left), self.number(right)
                if a is None or b is None:
                    return None
                match operator:
                    case cst.Add():
                        return plus(a, b)
                    case cst.Subtract():
                        return plus(a, b, -1)
                    case cst.Multiply():
                        return product(a, b)
                    case cst.FloorDivide():
                        return {(self._quotient(node, a, b),): 1}
                return None
        found = self.lengths.of(node)
        return found if found is not None or not isinstance(node, cst.Name) else self._fixed(node)

    def _fixed(self, node: cst.Name) -> Polynomial | None:
        """A number that is bound once, outside of the loops."""
        places = bindings(self.ctx, node.value)
        if len(places) != 1 or not self.ctx.static(node):
            return None
        ((place, value),) = places
        if any(loop in self.around for loop in self.ctx.ancestors(place)):
            return None
        match value:
            case cst.BinaryOperation(operator=cst.FloorDivide()):
                return self.number(value)
        return {(node.value,): 1}

    def _quotient(self, node: cst.BaseExpression, number: Polynomial, divisor: Polynomial) -> str:
        """A name for what a division that rounds down gives."""
        text = self.ctx.code(node)
        self.quotients[text] = (number, divisor)
        return text

    def never_negative(self, size: Polynomial) -> bool:
        """True if it holds in every turn. What divides a length is at most that, rounded down."""
        for counter in self.counters:
            least: Polynomial = {}
            for term, factor in size.items():
                if counter.name not in term:
                    least = plus(least, {term: factor})
                    continue
                end = counter.first if factor > 0 else counter.last
                others = tuple(atom for atom in term if atom != counter.name)
                times = len(term) - len(others)
                if end is None or not all(map(_is_length, others)) or (times > 1 and not self._grows(counter, factor)):
                    return False
                part: Polynomial = {others: factor}
                for _ in range(times):
                    part = product(part, end)
                least = plus(least, part)
            size = least
        for quotient, (number, divisor) in self.quotients.items():
            size = _at_least(size, quotient, number, divisor)
        return all(factor >= 0 and all(map(_is_length, term)) for term, factor in size.items())

    def _grows(self, counter: Counter, factor: int) -> bool:
        """True if powers of a counter are least where it is: it is never negative."""
        return factor > 0 and counter.first is not None and self.never_negative(counter.first)

    def _is_short(self, loop: cst.For) -> bool:
        turns = trips(self.ctx, loop.iter)
        return turns is not None and turns.count is not None and turns.count <= SHORT

    def _counted(self, loop: cst.For) -> Iterator[Counter]:
        ctx = self.ctx
        match loop:
            case cst.For(target=cst.Name(value=name), iter=cst.Call() as call):
                backwards = ctx.name(call.func) == "builtins.reversed" and len(call.args) == 1
                inner = call.args[0].value if backwards else call
                if isinstance(inner, cst.Call) and (ends := self._ends(inner)) is not None and self._is_only(name):
                    yield Counter(name, *ends)
            case cst.For(
                target=cst.Tuple(elements=[cst.Element(value=cst.Name(value=name)), _]),
                iter=cst.Call(args=[cst.Arg(value=cst.Name(value=array))]) as call,
            ) if ctx.name(call.func) == "builtins.enumerate" and self._is_only(name):
                length = self.lengths.axis(array, 0)
                yield Counter(name, {}, _moved(length, -1))

    def _ends(self, call: cst.Call) -> tuple[Polynomial | None, Polynomial | None] | None:
        """The first and the last number of a range that goes up or down by one."""
        if self.ctx.name(call.func) != "builtins.range" or any(arg.keyword or arg.star for arg in call.args):
            return None
        match [self.number(argument.value) for argument in call.args]:
            case [stop]:
                return {}, _moved(stop, -1)
            case [start, stop]:
                return start, _moved(stop, -1)
            case [start, stop, dict() as step] if step == {(): -1}:
                return _moved(stop, 1), start
        return None

    def _is_only(self, name: str) -> bool:
        """True for a variable that nothing but loops binds."""
        return all(isinstance(self.ctx.parent(place), cst.For | cst.Element) for place, _ in bindings(self.ctx, name))


def _at_least(size: Polynomial, quotient: str, number: Polynomial, divisor: Polynomial) -> Polynomial:
    """No more than ``size``, with ``-2 * (h // 2)`` made ``-h``."""
    by = divisor.get((), 0)
    factor = size.get((quotient,), 0)
    if by <= 0 or divisor.keys() != {()} or factor >= 0 or factor % by:
        return size
    return plus(plus(size, {(quotient,): -factor}), number, factor // by)


def _moved(size: Polynomial | None, by: int) -> Polynomial | None:
    return plus(size, {(): by}) if size is not None else None


def _names(node: cst.CSTNode) -> set[str]:
    return {part.value for part in own_nodes(node) if isinstance(part, cst.Name)}


def _is_length(atom: str) -> bool:
    return atom.endswith("]")
