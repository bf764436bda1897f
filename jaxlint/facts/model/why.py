"""Proofs: why a value is traced, as steps that a person can check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import libcst as cst

from jaxlint.source import Chunk

if TYPE_CHECKING:
    from jaxlint.facts.model.frames import Boundary

Level = Literal["grad", "full"]
"""full: a tracer without a value, `bool()` fails. grad: the primal is known (eager `jax.grad`), `bool()` works."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A node in its chunk: where something was seen."""

    chunk: Chunk
    node: cst.CSTNode

    @property
    def path(self) -> str:
        return self.chunk.source.path

    @property
    def line(self) -> int:
        return self.chunk.line(self.node)


@dataclass(frozen=True, slots=True, eq=False)
class Why:
    """``subject`` is traced because of ``message``, seen at ``place``; ``parent`` is the step before."""

    subject: str
    message: str
    place: Place
    parent: Why | None = None

    def steps(self) -> Iterator[Why]:
        """The steps in the order in which they happen: the transform first."""
        if self.parent is not None:
            yield from self.parent.steps()
        yield self

    @property
    def root(self) -> Why:
        return self if self.parent is None else self.parent.root

    def __str__(self) -> str:
        root = self.root
        if root is self:
            return f"`{self.subject}` is traced: {self.message}"
        return f"`{self.subject}` is traced: it comes from `{root.subject}`, and {root.message}"


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A place in a trace whose result has a derivative of zero."""

    place: Place
    boundary: Boundary


@dataclass(frozen=True, slots=True, eq=False)
class Traced:
    """That a value is a tracer, of which level, and the proof.

    ``reverse``: it depends on an argument of a function that is differentiated in reverse mode. ``cuts``: it depended
    on one, but where the derivative is zero.
    """

    level: Level
    why: Why
    reverse: bool = False
    cuts: tuple[Cut, ...] = ()


def strongest(*tracings: Traced | None) -> Traced | None:
    """The first full tracing, else the first of any level."""
    found, reverse = None, False
    cuts: tuple[Cut, ...] = ()
    for tracing in tracings:
        if tracing is not None:
            reverse = reverse or tracing.reverse
            cuts = cuts or tracing.cuts
            if found is None or (found.level != "full" and tracing.level == "full"):
                found = tracing
    if found is None or (found.reverse == reverse and found.cuts == cuts):
        return found
    return replace(found, reverse=reverse, cuts=cuts)
