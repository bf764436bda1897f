"""What is known at one point of one path: variables, contents of mutable objects, keys already consumed."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import libcst as cst

from jaxlint.facts.model.history import History
from jaxlint.facts.model.values import Key, Ref, Unknown, Value, join
from jaxlint.facts.model.why import Place

if TYPE_CHECKING:
    from jaxlint.facts.model.frames import Frame

REST = "…"
"""In the contents of a list or dict: what is known of all items that have no entry of their own."""


OPTION = "option"
"""Starts the text of a guard that says which of several possible callees is called."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition under which a path runs, in the activation ``frame``. ``varies``: it may come out otherwise in the
    loop's next turn."""

    frame: int
    text: str
    outcome: bool
    varies: bool


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """An activation around a use of a key, the place in it where the use happens, and how the key is spelled there."""

    frame: Frame
    place: Place
    expression: cst.BaseExpression | None

    @property
    def is_function(self) -> bool:
        """False for a module, and for the stand-in between a transform and the function that it calls."""
        return self.frame.definition is not None


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """That a key was consumed: by what, in which activations (innermost first), under which guards, in which turn."""

    steps: tuple[Step, ...]
    verb: str
    guards: tuple[Guard, ...]
    turn: int


class State:
    """A mapping from frames and `Ref`s to their contents, copied on write when forked."""

    __slots__ = (
        "_owned", "_parts", "_wholes", "base", "cells", "derived", "donated", "guards", "handed", "history", "nones",
        "seeds", "uses",
    )  # fmt: skip

    def __init__(self, base: State | None = None) -> None:
        self.base = base
        self.cells: dict[object, dict[Any, Value]] = {}
        self.uses: dict[Value, tuple[Use, ...]] = {}
        self.seeds: dict[Value, tuple[tuple[Key, Use], ...]] = {}
        self.derived: dict[tuple[object, Hashable], Value] = {}
        self.guards: tuple[Guard, ...] = ()
        self.history = History()
        self.donated: dict[tuple[object, Any], Place] = {}
        self.handed: dict[tuple[object, Any], Place] = {}
        self.nones: dict[Value, bool] = {}
        """Values of which a test on this path has told whether they are None."""
        self._owned: set[object] = set()
        self._parts: dict[tuple[object, Hashable], Value] = {}
        self._wholes: dict[object, object] = {}

    def fork(self) -> State:
        """An independent copy; contents are shared until one side writes."""
        twin = State(self.base)
        twin.cells, twin.uses, twin.seeds = dict(self.cells), dict(self.uses), dict(self.seeds)
        twin.derived, twin.guards = dict(self.derived), self.guards
        twin.history = self.history.fork()
        twin.donated, twin.handed = dict(self.donated), dict(self.handed)
        twin.nones = dict(self.nones)
        twin._parts, twin._wholes = self._parts, self._wholes
        self._owned.clear()
        return twin

    def contents(self, owner: object) -> dict[Any, Value]:
        """Names or items of a frame or a `Ref`. Not to be written."""
        found = self.cells.get(owner)
        if found is None and self.base is not None:
            found = self.base.cells.get(owner)
        return found if found is not None else {}

    def store(self, owner: object, name: Any, value: Value) -> None:
        """Bind a name, field or item."""
        if owner not in self._owned:
            self.cells[owner] = dict(self.contents(owner))
            self._owned.add(owner)
        self.cells[owner][name] = value
        if self.donated or self.handed:
            self._forget_buffers(owner, name)

    def replace(self, owner: object, contents: dict[Any, Value]) -> None:
        """Give a frame or `Ref` new contents."""
        self.cells[owner] = contents
        self._owned.add(owner)

    def drop(self, owner: object) -> None:
        """Forget a frame that nothing can read any more."""
        self.cells.pop(owner, None)
        self._owned.discard(owner)

    def forget(self, owner: object, name: Any) -> None:
        """Unbind a name."""
        self._forget_buffers(owner, name)
        if name in self.contents(owner):
            self.replace(owner, {key: value for key, value in self.contents(owner).items() if key != name})

    def _forget_buffers(self, owner: object, name: Any) -> None:
        self.donated.pop((owner, name), None)
        self.handed.pop((owner, name), None)

    def part(self, whole: object, tag: Hashable, make: Callable[[], Value]) -> Value:
        """The one value that stands for a part (attribute, item) of a value with no contents of its own."""
        found = self.derived.get((whole, tag))
        if found is None:
            found = self.base.derived.get((whole, tag)) if self.base is not None else None
        if found is None:
            # Shared by all paths, so that a part that two branches look at is one part after them.
            found = self._parts.get((whole, tag)) or self._parts.setdefault((whole, tag), make())
            self.derived[whole, tag] = found
            if not _is_field(tag):
                self._wholes[found] = whole
        return found

    def whole(self, part: object) -> object | None:
        """What a value is an item of; None for what is no item."""
        return self._wholes.get(part)

    def used(self, key: Value) -> tuple[Use, ...]:
        """The consumptions of a key on this path, the first ones."""
        return self.uses.get(key, ())


def _is_field(tag: Hashable) -> bool:
    """True for an attribute, or an item under a name."""
    return isinstance(tag, tuple) and (tag[0] == "attribute" or (tag[0] == "item" and isinstance(tag[1], str)))


def join_states(first: State | None, second: State | None) -> State | None:
    """The state where two paths meet; None is a path that does not get there. ``first`` is reused."""
    if first is None or second is None:
        return first or second
    for owner, theirs in second.cells.items():
        ours = first.cells.get(owner)
        if ours is None:
            ours = first.contents(owner)
        if ours is not theirs:
            first.replace(owner, _join_contents(owner, ours, theirs))
    if first.uses != second.uses:
        for key, uses in second.uses.items():
            mine = first.uses.get(key, ())
            if mine is not uses:
                first.uses[key] = (*mine, *(use for use in uses if use not in mine))
    if first.derived != second.derived:
        for tag, value in second.derived.items():
            known = first.derived.get(tag)
            if known is not value:
                first.derived[tag] = value if known is None else join(known, value)
    first.guards = _common(first.guards, second.guards)
    first.history.join(second.history)
    if first.donated:
        first.donated = {cell: place for cell, place in first.donated.items() if cell in second.donated}
    if first.handed:
        first.handed = {cell: place for cell, place in first.handed.items() if cell in second.handed}
    if first.nones:
        first.nones = {value: told for value, told in first.nones.items() if second.nones.get(value) is told}
    return first


def _join_contents(owner: object, ours: dict[Any, Value], theirs: dict[Any, Value]) -> dict[Any, Value]:
    if isinstance(owner, Ref) and owner.kind == "list" and (len(ours) != len(theirs) or REST in ours or REST in theirs):
        return {REST: summary([*ours.values(), *theirs.values()])}
    merged = dict(ours)
    for name, value in theirs.items():
        mine = merged.get(name)
        if mine is not value:
            merged[name] = value if mine is None else join(mine, value)
    return merged


def summary(values: list[Value]) -> Value:
    """One value for any of several."""
    if not values:
        return Unknown("item of an empty container")
    found = values[0]
    for value in values[1:]:
        found = join(found, value)
    return found


def _common(first: tuple[Guard, ...], second: tuple[Guard, ...]) -> tuple[Guard, ...]:
    size = 0
    for mine, theirs in zip(first, second, strict=False):
        if mine != theirs:
            break
        size += 1
    return first[:size]
