"""What traces read of the world outside, and what changes it afterwards.

Needs: every read and change on a path, in order.  Gives: the change that a compiled function does not see, when the
same function reads the same cell before and after.

JAX keeps what it traced by the function object (`jit`, and the bodies of `scan`, `fori_loop`, `cond` as well, also
where nothing is jitted). What the function reads, other than its arguments, is a constant of the trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxlint.facts.model.values import Cached, Function, HostArray, Partial, Ref, Transformed, Value
from jaxlint.facts.model.why import Place

if TYPE_CHECKING:
    from jaxlint.facts.model.frames import Boundary

Cell = tuple[object, object]
"""(frame, variable), (object, attribute), or (container, None) for its contents."""
CONTENTS = None


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A store that a trace which read the cell does not see. ``within``: the trace that makes it.

    What a trace changes it changes for itself alone, once; only traces within it go on to read that.
    """

    place: Place
    within: Boundary | None


class History:
    """Reads by traces and changes of cells on one path: a version of each cell, and the one that each reader knows."""

    __slots__ = ("_known", "_latest", "_versions")

    def __init__(self) -> None:
        self._versions: dict[Cell, int] = {}
        self._latest: dict[Cell, Change] = {}
        self._known: dict[tuple[Cell, object, object], int] = {}

    def fork(self) -> History:
        """An independent copy."""
        twin = History()
        twin._versions, twin._latest, twin._known = dict(self._versions), dict(self._latest), dict(self._known)
        return twin

    def read(self, place: Place, cell: Cell, program: Boundary) -> Change | None:
        """A trace reads a cell; the change since this compiled function read it first, which it will not see."""
        version = self._versions.setdefault(cell, 0)
        known = self._known.setdefault((cell, place.node, program.target), version)
        change = self._latest.get(cell)
        if change is None or known == version:
            return None
        around = program.parent.chain() if program.parent is not None else ()
        return change if change.within is None or change.within in around else None

    def change(self, cell: Cell, place: Place, within: Boundary | None) -> None:
        """Something changes a cell. Only what some trace has read is kept."""
        if cell in self._versions:
            self._versions[cell] += 1
            self._latest[cell] = Change(place, within)

    def join(self, other: History) -> None:
        """Two paths meet: a reader is behind if it was on one of them."""
        if self._versions == other._versions and self._known == other._known:
            self._latest.update(other._latest)
            return
        readers = {*self._known, *other._known}
        behind = {reader for reader in readers if self._is_behind(reader) or other._is_behind(reader)}
        for cell, version in other._versions.items():
            if version >= self._versions.get(cell, 0):
                self._versions[cell] = version
                self._latest.update({cell: other._latest[cell]} if cell in other._latest else {})
        for reader in readers:
            self._known[reader] = self._versions[reader[0]] - (reader in behind)

    def _is_behind(self, reader: tuple[Cell, object, object]) -> bool:
        return reader in self._known and self._known[reader] != self._versions[reader[0]]


def target_of(function: Value) -> object:
    """What JAX keeps a trace by: the function object and its receiver. Equal for equal keys of that cache."""
    parts: list[object] = []
    while isinstance(function, Partial | Transformed | Cached):
        if isinstance(function, Partial):
            parts.append(function.place.node)
            parts += [value for value in function.args if isinstance(value, Ref)]
        function = function.function
    if isinstance(function, Function):
        return (function.definition, id(function.defaults), function.receiver, *parts)
    return (function, *parts)


def is_container(value: Value) -> bool:
    """True for an object whose contents can change while a variable still holds it."""
    return isinstance(value, HostArray) or (isinstance(value, Ref) and value.kind != "object")
