"""What happened at a node while tracing, beyond the values of expressions. Rules read these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import libcst as cst

from jaxlint.facts.model.compiled import Run
from jaxlint.facts.model.dtypes import Dtype
from jaxlint.facts.model.frames import Boundary, Frame, Loop
from jaxlint.facts.model.values import Transformed, Value
from jaxlint.facts.model.why import Place, Traced


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
    default argument (frozen). ``frame``: the activation in which the place is. ``expression``: how the code at the
    place spells the key, if it does; ``name``: its text.
    """

    name: str
    expression: cst.BaseExpression | None
    key: Value
    kind: ReuseKind
    frame: Frame
    place: Place
    verb: str
    first: Place
    first_verb: str


@dataclass(frozen=True, slots=True, eq=False)
class SharedKey:
    """All rows of a mapped function draw from one key."""

    name: str
    verb: str
    boundary: Boundary


@dataclass(frozen=True, slots=True, eq=False)
class RepeatedSeed:
    """The same constant seed made two keys which the same function uses up; ``first``: where the other was made."""

    seed: object
    verb: str
    first: Place
    kind: ReuseKind


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
class HostCall:
    """A function or method which needs concrete values (``outcome`` fails), or answers without them (wrong), got a
    tracer.

    ``name`` is canonical; methods are ``jax.Array.item`` of the tracer and ``numpy.ndarray.dot`` of the NumPy array
    that got one. ``argument`` is the value that holds the tracer.
    """

    name: str
    traced: Traced
    outcome: Literal["fails", "wrong"]
    argument: Value


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """A Python container or NumPy array is indexed by a tracer. ``base`` and, where known, its items, at that time."""

    base: Value
    traced: Traced
    items: tuple[Value, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Hash:
    """A tracer is hashed: as a key of a dict or an item of a set. ``base`` is the container, ``items`` what it holds by
    key where that is known.
    """

    traced: Traced
    how: Literal["key", "item"]
    base: Value | None = None
    items: tuple[tuple[Any, Value], ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class BufferStore:
    """A tracer is stored into a NumPy array, or at an index that is a tracer."""

    traced: Traced
    part: Literal["value", "index"]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A builtin (``max``, ``any``, ``sorted`` …) asked for the truth of ``items``, or of comparisons between them."""

    name: str
    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Overflow:
    """A number that the code states, or that is computed from such, does not fit where it goes. ``dtype`` is of the
    array; without x64, unless that makes no difference to it."""

    dtype: Dtype
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class ZeroGradient:
    """What a differentiated function returns depends on its arguments only through derivatives of zero; here is one."""

    boundary: Boundary


@dataclass(frozen=True, slots=True, eq=False)
class RefusedInput:
    """``transform`` is to differentiate by argument ``number``, which holds integers at ``path``; or, without a
    ``dtype``, which is passed by keyword."""

    transform: str
    number: int
    dtype: Dtype | None
    path: str


@dataclass(frozen=True, slots=True, eq=False)
class RefusedOutput:
    """``transform`` is to differentiate a function that returns ``what``, which is no scalar of floats."""

    transform: str
    how: Literal["aux", "tuple", "container", "shape", "dtype"]
    what: str


@dataclass(frozen=True, slots=True, eq=False)
class Mismatch:
    """Two trees that ``transform`` needs alike differ at ``path``: the carry before and after a loop's body, what
    branches return, or a scan's body that returns no pair."""

    transform: str
    kind: Literal["carry", "branches", "pair"]
    path: str
    first: str
    second: str


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """A number or an array that another function object of the same code holds another of: a captured variable or
    bound argument ``name`` of ``function``."""

    name: str
    function: Value
    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A function that was put under `jax.jit` here ran on the host, in the same turn of the loops around both."""

    name: str
    run: Run


@dataclass(frozen=True, slots=True, eq=False)
class Recompiled:
    """Each turn of a host's loop compiles the same code, for it makes a function object of its own and runs that.

    ``name`` is the transform or loop primitive, ``run`` the second of these runs.
    """

    name: str
    run: Run
    loop: Loop
    differing: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, eq=False)
class VaryingArgument:
    """Each turn of a host's loop calls a compiled function with another static value (``static``), or with arrays of
    another shape or structure (``how`` says what), and so compiles it anew.

    ``argument``: its place or keyword in the call; ``name``: of the parameter. ``once``: only the first turn differs,
    with ``value`` for what is ``later``.
    """

    argument: int | str
    name: str
    how: str
    static: bool
    value: Value
    run: Run
    loop: Loop
    once: bool = False
    later: Value | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ChangedStructure:
    """The first turn of a host's loop calls a compiled function with a tree of another structure than the turns after
    it: with None, or with a dict that has not yet ``keys``. ``argument``: its place or keyword in the call."""

    argument: int | str
    name: str
    keys: frozenset[object]
    run: Run
    loop: Loop


@dataclass(frozen=True, slots=True, eq=False)
class UnfitArgument:
    """A jitted function is called with what it cannot take: ``what`` is no pytree of arrays, or (``static``) has no
    hash. ``argument``: its place or keyword in the call; ``position``: of the parameter ``name``."""

    name: str
    argument: int | str
    position: int
    value: Value
    what: str
    static: bool
    callee: Transformed


@dataclass(frozen=True, slots=True, eq=False)
class MissingParameter:
    """An option of `jax.jit` names a parameter, or a position, that the function does not have. ``count``: how many
    positional ones it has."""

    option: str
    wanted: int | str
    count: int
    callee: Transformed


@dataclass(frozen=True, slots=True, eq=False)
class DonatedRead:
    """A variable is read whose buffers the call at ``donation`` has taken over."""

    donation: Place


@dataclass(frozen=True, slots=True, eq=False)
class MisfitAxes:
    """A call of a function under `jax.vmap` does not fit its `in_axes`.

    ``kind`` and ``numbers``: there are not as many entries as arguments (length: entries, arguments), every entry is
    None (none), an argument lacks its axis (axis: position, axis, number of axes), or the mapped axes differ in length
    (sizes: position and length of each). ``values``: the arguments that it is about.
    """

    kind: Literal["length", "none", "axis", "sizes"]
    callee: Transformed
    numbers: tuple[int, ...]
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RefilledBuffer:
    """A NumPy array is written into after the call at ``transfer`` has handed its memory to the device."""

    transfer: Place


Event = (
    Capture | StaleCapture | Mutation | KeyReuse | SharedKey | RepeatedSeed | ConstantKey | HostEffect | CachedTracer
    | Asked | HostCall | Lookup | Hash | BufferStore | Overflow
    | ZeroGradient | RefusedInput | RefusedOutput | Mismatch
    | ChangedStructure | Compiled | DonatedRead | MisfitAxes | MissingParameter | Recompiled | RefilledBuffer
    | UnfitArgument | VaryingArgument
)  # fmt: skip
