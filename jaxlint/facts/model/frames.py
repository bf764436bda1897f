"""One activation of a function (or module or class body) in one calling context, and the trace that it is part of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from jaxlint.facts.model.values import Value
from jaxlint.facts.model.why import Level, Place, Traced, Why

if TYPE_CHECKING:
    from jaxlint.facts.model.definitions import FunctionDefinition, Scope
    from jaxlint.facts.model.state import State
    from jaxlint.facts.trace.tracer import Tracer
    from jaxlint.source import Chunk, Module


@dataclass(frozen=True, slots=True, eq=False)
class Boundary:
    """One trace: everything that runs between entering a transform and leaving it.

    ``stages``: every jax operation is recorded, so that even constants become tracers (jit, scan, cond …); under eager
    vmap and grad only what depends on the mapped or differentiated arguments is a tracer. ``function`` is the user's
    name of what is traced; ``inputs``: it has traced arguments; ``repeats``: its body runs many times (loops). ``kind``
    is the transform's; ``target``: what JAX keeps the trace by.
    """

    name: str
    level: Level
    stages: bool
    why: Why
    function: str
    inputs: bool = True
    repeats: bool = False
    kind: str = ""
    parent: Boundary | None = None
    target: object = None

    @property
    def looks(self) -> bool:
        """True for a trace that is made for its shapes only and never runs."""
        return self.name.endswith(("eval_shape", "make_jaxpr"))

    @property
    def program(self) -> Boundary | None:
        """The innermost trace around that stages a program to be run later; None under ``eval_shape``."""
        if any(trace.looks for trace in self.chain()):
            return None
        return self.staging

    def chain(self) -> Iterator[Boundary]:
        """This trace and those around it, innermost first."""
        trace: Boundary | None = self
        while trace is not None:
            yield trace
            trace = trace.parent

    @property
    def staging(self) -> Boundary | None:
        """The innermost trace around that stages."""
        found: Boundary | None = self
        while found is not None and not found.stages:
            found = found.parent
        return found


@dataclass(slots=True, eq=False)
class Loop:
    """A loop that is being followed: the states in which its turn was left by ``continue`` and by ``break``.

    ``turn``: which of its turns this is. ``guards``: how many conditions it runs under. ``count``: how many turns it
    has, if known.
    """

    continued: list[State] = field(default_factory=list)
    broken: list[State] = field(default_factory=list)
    node: cst.CSTNode | None = None
    turn: int = 0
    guards: int = 0
    count: int | None = None


@dataclass(eq=False)
class Frame:
    """An activation. ``values`` holds what every expression evaluated to, the strongest claim if it ran repeatedly."""

    tracer: Tracer
    module: Module
    chunk: Chunk
    scope: Scope
    definition: FunctionDefinition | None = None
    closure: Frame | None = None
    caller: Frame | None = None
    call: Place | None = None
    boundary: Boundary | None = None
    arguments: dict[str, Value] = field(default_factory=dict)
    values: dict[cst.CSTNode, Value] = field(default_factory=dict)
    stores: dict[cst.CSTNode, list[Value]] = field(default_factory=dict)
    returns: list[tuple[Value, State]] = field(default_factory=list)
    yielded: list[Value] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)
    varying: list[frozenset[str]] = field(default_factory=list)
    turn: int = 0
    depth: int = 0
    caught: bool = False
    """Runs under a `try` of a caller that catches what JAX raises on a tracer: nothing here is certain to fail."""
    guarded: int = 0
    eager: set[cst.CSTNode] = field(default_factory=set)
    """The ``with`` statements whose bodies run outside of the trace."""
    kept: bool = False
    """A cache keeps what this returns, so that it may run once for many calls."""

    def within(self, boundary: Boundary | None, call: Place) -> Frame:
        """The stand-in for a transform between its caller and the function that it traces."""
        return Frame(
            self.tracer, self.module, self.chunk, self.scope, caller=self, call=call, boundary=boundary,
            depth=self.depth, turn=self.turn, guarded=len(self.state.guards), caught=self.caught,
        )  # fmt: skip

    @property
    def state(self) -> State:
        """The current state of the path being followed. Only while it lives."""
        assert self.tracer.state is not None
        return self.tracer.state

    def place(self, node: cst.CSTNode) -> Place:
        return Place(self.chunk, node)

    @property
    def staged(self) -> Traced | None:
        """Why every jax operation gives a tracer here, or None if it does not."""
        staging = self.boundary.staging if self.boundary is not None else None
        return Traced("full", staging.why) if staging is not None else None
