"""What traces read of the world outside, and what changes it afterwards.

Needs: every read and change, in the order in which the tracer meets them.  Gives: the change that a compiled function
does not see, when the same function reads the same cell before and after.

JAX keeps what it traced by the function object (`jit`, and the bodies of `scan`, `fori_loop`, `cond` as well, also where
nothing is jitted). What the function reads, other than its arguments, is a constant of the trace.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxlint.facts.values import Cached, Function, HostArray, Partial, Ref, Transformed, Value
from jaxlint.facts.why import Place

if TYPE_CHECKING:
    from jaxlint.facts.frames import Boundary, Frame

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
    """Reads by traces and changes of cells. Starts anew with each root: only what one run shows has an order."""

    def __init__(self) -> None:
        self.rebound: dict[Cell, list[Change]] = defaultdict(list)
        """Changes by functions of a variable that is not their own, and by methods of an attribute."""
        self._met: set[Cell] = set()
        self._kin_read: set[Cell] = set()
        self._kin_changed: set[Cell] = set()
        self._versions: dict[Cell, int] = {}
        self._latest: dict[Cell, Change] = {}
        self._seen: dict[tuple[object, ...], int] = {}
        self._programs: list[Value] = []

    def begin(self) -> None:
        """A new root: nothing is compiled yet."""
        self._met |= self._kin_read & self._kin_changed
        for memory in (self._kin_read, self._kin_changed, self._versions, self._latest, self._seen):
            memory.clear()

    def read(self, place: Place, cell: Cell, program: Boundary) -> Change | None:
        """A trace reads a cell; the change since this compiled function read it first, which it will not see."""
        self._kin_read.add(_kin(cell))
        version = self._versions.setdefault(cell, 0)
        seen = self._seen.setdefault((cell, place.node, program.target), version)
        change = self._latest.get(cell)
        if change is None or seen == version:
            return None
        return change if change.within is None or change.within in program.chain() else None

    def change(self, cell: Cell, place: Place, within: Boundary | None) -> None:
        """Something changes a cell."""
        self._kin_changed.add(_kin(cell))
        if cell in self._versions:
            self._versions[cell] += 1
            self._latest[cell] = Change(place, within)

    def note_rebinding(self, cell: Cell, place: Place, within: Boundary | None) -> None:
        """A function rebinds a variable from outside, or a method an attribute."""
        known = self.rebound[_kin(cell)]
        if within is None and all(change.place.node is not place.node for change in known):
            known.append(Change(place, within))

    def unordered(self, cell: Cell) -> Change | None:
        """A rebinding of which no code of the project shows whether it comes before or after the trace."""
        kin = _kin(cell)
        changes = self.rebound.get(kin, ()) if kin not in self._met else ()
        return next(iter(changes), None)


def _kin(cell: Cell) -> Cell:
    """All instances of a class count as one where order is in question."""
    owner, name = cell
    return (owner.cls, name) if isinstance(owner, Ref) and owner.cls is not None else cell


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


__all__ = ["CONTENTS", "Change", "History", "is_container", "target_of"]
