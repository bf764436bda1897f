"""When something is compiled: in which turns of the loops around it, under which conditions, from which function."""

from __future__ import annotations

from dataclasses import dataclass

from jaxlint.facts.model.arguments import Arguments
from jaxlint.facts.model.frames import Frame, Loop
from jaxlint.facts.model.state import Guard
from jaxlint.facts.model.values import Value
from jaxlint.facts.model.why import Place


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A point of a run. ``turns``: the loops around it, of all activations up to the root, outermost first, each with
    the turn that it is in. ``kept``: a cache around it may run it once only."""

    turns: tuple[tuple[Loop, int], ...]
    guards: tuple[Guard, ...]
    kept: bool

    def loop_since(self, earlier: Moment) -> Loop | None:
        """The loop whose next turn has brought the run from an earlier moment to this one."""
        for (loop, turn), (other, before) in zip(self.turns, earlier.turns, strict=False):
            if loop is not other:
                return None
            if turn != before:
                return loop
        return None

    def is_certain_in(self, loop: Loop) -> bool:
        """True if every turn of a loop gets here."""
        return not self.kept and len(self.guards) <= loop.guards


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What a function object holds, at the moment when it was made: of its closure, arguments that are bound."""

    function: Value
    parts: tuple[tuple[str, Value | Held], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Making:
    """A function was put under a transform, or given to a loop primitive, which keeps its trace by the function."""

    moment: Moment
    held: Held
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A compiled function is called on the host. ``keys``: of each argument that is a list or dict, the positions or
    keys that it has now, if they are known."""

    callee: Value
    args: Arguments
    making: Making
    moment: Moment
    place: Place
    keys: tuple[frozenset[object] | None, ...] = ()


def on_host(frame: Frame) -> bool:
    """True for code that surely runs outside of every trace: it is entered from no function under `jax.jit` either,
    which is followed once as if nobody had jitted it."""
    scope: Frame | None = frame
    while scope is not None:
        if scope.boundary is not None or scope.definition in frame.tracer.jitted:
            return False
        scope = scope.caller
    return True


def starts_on_host(frame: Frame) -> bool:
    """True if the run begins where nobody puts it under a transform: in a module, a test, ``main()``, a function that
    takes no arguments. Any other function may be given to `jax.jit` by code that is not here."""
    scope: Frame | None = frame
    root = None
    while scope is not None:
        root = scope if scope.definition is not None else root
        scope = scope.caller
    if root is None or root.definition is None or root.call is None or root.call.node is not root.definition.node:
        return True  # module code, or called by it
    definition = root.definition
    if definition.name == "main" or definition.name.startswith("test"):
        return True
    return not any(parameter.name not in ("self", "cls") for parameter in definition.parameters)


def now(frame: Frame) -> Moment:
    """The moment that the tracer is at."""
    turns: list[tuple[Loop, int]] = []
    kept = False
    scope: Frame | None = frame
    while scope is not None:
        turns[:0] = [(loop, loop.turn) for loop in scope.loops]
        kept = kept or scope.kept
        scope = scope.caller
    return Moment(tuple(turns), frame.state.guards, kept)
