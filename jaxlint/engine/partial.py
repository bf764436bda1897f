"""A first answer after an edit: the functions that it touches are looked at with their surroundings, all other findings
move along with their lines.

Needs: the text that was looked at last, its findings and its index.  Gives: a shorter text to look at, and the findings
of both, put together. It is a guess, made in a fraction of the time: a look at everything has to follow.

What is left out of the shorter text is bound to something of which nothing is known, so that every line and every name
stays where it was:

    def f(x):              f=(_
        return x + 1   ->  )
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.own import UNUSED
from jaxlint.source import Chunk, Definition, ModuleIndex, SourceText
from jaxlint.source.text import lines

BUDGET = 110
"""Lines of functions that are looked at, those that changed included."""
_ROOM = 20
"""Lines of other functions for which there is always room."""
MAX_CHANGED = 400
"""Lines that may have changed for a first answer to be worth it."""
_LINE = re.compile(r"\bline (\d+)\b(?! of )")
"""What a message says of a line of its own file."""
_BASICS = frozenset({"__init__", "__post_init__", "setup", "__call__"})


@dataclass(frozen=True, slots=True)
class Change:
    """Lines ``first`` to ``last`` of the old text, 1-based and inclusive, became as many and ``more`` of the new. An
    insertion has its ``last`` before its ``first``."""

    first: int
    last: int
    more: int

    def moved(self, line: int) -> int | None:
        """Where a line of the old text is now; None for one that changed."""
        if line < self.first:
            return line
        return line + self.more if line > self.last else None


@dataclass(frozen=True, slots=True)
class Partial:
    """``source`` is what is to be looked at. Findings in it count on the lines ``first`` to ``last``; ``kept`` are the
    lines of the old text that are still in it."""

    source: SourceText
    change: Change
    first: int
    last: int
    kept: frozenset[int]

    def concerns(self, chunk: Chunk) -> bool:
        """Whether a chunk of the text to look at is on the lines that count."""
        first = chunk.source.position(chunk.start)[0]
        return first <= self.last and self.first <= chunk.source.position(chunk.end)[0]

    def answer(self, before: Iterable[Diagnostic], found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The findings of now, as far as one knows, in order."""
        here = [one for one in found if self.first <= one.start[0] <= self.last and one.code != UNUSED.code]
        answered = {(one.code, one.start) for one in here}
        there = [moved for one in before if (moved := self._moved(one)) and (one.code, moved.start) not in answered]
        return sorted((*here, *there), key=lambda one: (one.start, one.code, one.end))

    def _moved(self, one: Diagnostic) -> Diagnostic | None:
        """An earlier finding, unless the look would have found it again."""
        start, end = (self.change.moved(line) for line in (one.start[0], one.end[0]))
        if start is None or end is None:
            return None
        again = all(step.path == one.path and step.line in self.kept for step in one.trace)
        if self.first <= start <= self.last and again and one.code != UNUSED.code:
            return None
        steps = tuple(
            replace(step, line=self.change.moved(step.line) or step.line) if step.path == one.path else step
            for step in one.trace
        )
        message = _LINE.sub(self._told, one.message)
        return replace(one, message=message, start=(start, one.start[1]), end=(end, one.end[1]), trace=steps, fix=None)

    def _told(self, line: re.Match[str]) -> str:
        return f"line {self.change.moved(int(line[1])) or line[1]}"


def partial(before: SourceText, index: ModuleIndex, after: SourceText) -> Partial | None:
    """What to look at first after an edit; None where that would be nearly all."""
    old, new = lines(before.text), lines(after.text)
    change = _change(old, new)
    units = [unit for unit in _units(index.definitions) if unit.end_line <= len(old)]
    touched = [unit for unit in units if unit.start_line <= change.last + 1 and change.first - 1 <= unit.end_line]
    inner = [unit for unit in touched if not any(other.name.startswith(f"{unit.name}.") for other in touched)]
    first = min([change.first, *(unit.start_line for unit in inner)])
    last = max([change.last, *(unit.end_line for unit in inner)])
    if last - first + change.more > MAX_CHANGED:
        return None
    around = _around(units, inner or touched, new[change.first - 1 : change.last + change.more])
    dropped = [
        unit for unit in _outermost(units, around) if change.moved(unit.start_line) and change.moved(unit.end_line)
    ]
    for unit in dropped:
        start, end = (change.moved(line) or line for line in (unit.start_line, unit.end_line))
        _drop(new, start, end, unit.name.rpartition(".")[2])
    gone = {line for unit in dropped for line in range(unit.start_line, unit.end_line + 1)}
    kept = frozenset(line for line in range(1, len(old) + 1) if line not in gone and change.moved(line))
    return Partial(replace(after, text="".join(new)), change, first, last + change.more, kept)


def _change(old: Sequence[str], new: Sequence[str]) -> Change:
    """The stretch of lines in which two texts differ."""
    head = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    most = min(len(old), len(new)) - head
    tail = next((n for n in range(most) if old[-1 - n] != new[-1 - n]), most)
    return Change(head + 1, len(old) - tail, len(new) - len(old))


def _units(definitions: Iterable[Definition]) -> Iterator[Definition]:
    """Functions, classes and methods, outer ones first."""
    for definition in definitions:
        yield definition
        yield from _units(definition.methods)


def _around(units: Sequence[Definition], touched: Sequence[Definition], new: Sequence[str]) -> set[str]:
    """The names of the units to keep: what changed, what it names, what names it, and so on while there is room.

    Callers come first: they say what is traced.
    """
    text = "".join(new)
    kept = {unit.name for unit in touched} | {above for unit in touched for above in _above(unit.name)}
    wave = [*touched, *(unit for unit in units if _last(unit) in text)]
    room = max(BUDGET - sum(map(_size, touched)), _ROOM)
    while wave and room > 0:
        called = frozenset(name.rpartition(".")[2] for unit in wave for name in unit.names)
        own = frozenset(map(_last, wave))
        callers = [unit for unit in units if any(name.rpartition(".")[2] in own for name in unit.names)]
        callees = [unit for unit in units if _last(unit) in called or (_last(unit) in _BASICS and _in(unit, kept))]
        wave = []
        for unit in (*callers, *callees):
            if unit.name not in kept and _size(unit) <= room:
                room -= _size(unit)
                kept |= {unit.name, *_above(unit.name)}
                wave.append(unit)
    return kept


def _size(unit: Definition) -> int:
    """Lines, without those of methods."""
    return unit.end_line - unit.start_line + 1 - sum(m.end_line - m.start_line + 1 for m in unit.methods)


def _last(unit: Definition) -> str:
    return unit.name.rpartition(".")[2]


def _above(name: str) -> Iterator[str]:
    while name := name.rpartition(".")[0]:
        yield name


def _in(unit: Definition, kept: set[str]) -> bool:
    return unit.name.rpartition(".")[0] in kept


def _outermost(units: Iterable[Definition], kept: set[str]) -> Iterator[Definition]:
    """The units to leave out, none of them inside another."""
    end = 0
    for unit in units:
        if unit.start_line > end and unit.name not in kept:
            yield unit
            end = unit.end_line


def _drop(text: list[str], start: int, end: int, name: str) -> None:
    """Put a name for nothing known in place of a definition."""
    first = text[start - 1]
    indent = first[: len(first) - len(first.lstrip(" \t"))]
    for line in range(start, end + 1):
        body = text[line - 1].rstrip("\r\n")
        newline = text[line - 1][len(body) :]
        opening = f"{indent}{name}=(_" if line == start else ""
        text[line - 1] = opening + (")" if line == end else "") + newline
