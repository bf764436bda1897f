"""What happened at a node while tracing, beyond the values of expressions. Rules read these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import libcst as cst

from jaxlint.facts.frames import Boundary, Frame
from jaxlint.facts.values import Value
from jaxlint.facts.why import Place, Traced


@dataclass(frozen=True, slots=True, eq=False)
class Capture:
    """A trace read ``name``, which belongs to ``owner``, a frame or object outside of the trace."""

    name: str
    owner: Frame | Value
    value: Value
    boundary: Boundary


@dataclass(frozen=True, slots=True, eq=False)
class StaleCapture:
    """A compiled function reads ``name`` again, which something at ``change`` has changed since it was traced."""

    name: str
    change: Place
    boundary: Boundary


@dataclass(frozen=True, slots=True, eq=False)
class Mutation:
    """A trace changed an object, variable or attribute that outlives it.

    ``how``: stored to, or the mutating method. ``leaked``: the tracer that got out. ``argument``: the object is (part
    of) an argument of the traced function, so that the caller's copy does not change.
    """

    target: str
    how: str
    boundary: Boundary
    leaked: Traced | None
    kind: Literal["global", "nonlocal", "attribute", "item", "method"]
    argument: bool = False
    owner: Value | Frame | None = None


ReuseKind = Literal["again", "loop", "body", "call", "frozen"]


@dataclass(frozen=True, slots=True, eq=False)
class KeyReuse:
    """A key was consumed again at ``place``; before that at ``first``.

    ``kind``: by other code than before (again), by the same code in the next turn of a Python loop (loop) or of a
    traced body (body), in the next call of a function that holds the key (call), or it is bound in a partial or a
    default argument (frozen). ``expression``: how the code at the place spells the key, if it does; ``name``: its text.
    """

    name: str
    expression: cst.BaseExpression | None
    key: Value
    kind: ReuseKind
    place: Place
    verb: str
    first: Place
    first_verb: str


@dataclass(frozen=True, slots=True, eq=False)
class ConstantKey:
    """A trace draws from a key that it made itself from a constant: the same numbers in every call."""

    seed: object
    boundary: Boundary


@dataclass(frozen=True, slots=True, eq=False)
class HostEffect:
    """A trace calls something whose result is baked in, or whose effect happens once. ``traced``: an argument is."""

    name: str
    category: str
    boundary: Boundary
    traced: Traced | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CachedTracer:
    """A function under ``lru_cache`` returned a tracer, which the cache keeps beyond the trace."""

    traced: Traced
    boundary: Boundary


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A builtin (``max``, ``any``, ``sorted`` …) asked for the truth of ``items``, or of comparisons between them."""

    name: str
    items: tuple[Value, ...]


Event = Capture | StaleCapture | Mutation | KeyReuse | ConstantKey | HostEffect | CachedTracer | Asked
