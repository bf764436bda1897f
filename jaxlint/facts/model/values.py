"""The abstract values of the static tracer.

::

                         Unknown                      anything
       ┌───────┬───────────┼─────────┬──────────┐
    Const    Static      Array    HostArray   Tree    …   (each may be one option of an Either)
    known    a Python    a jax    a NumPy     an argument of a traced function:
    value    value       array    array       an array, or a container of arrays

Values compare by identity where identity means "the same object at run time": a key consumed twice is one `Key` (or one
`Unknown`) seen twice. Mutable objects are a `Ref`; their contents live in the `State`, which is forked at branches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from jaxlint.facts.model.contents import Contents
from jaxlint.facts.model.dtypes import Dtype
from jaxlint.facts.model.why import Place, Traced, strongest

if TYPE_CHECKING:
    from jaxlint.facts.model.definitions import ClassDefinition, FunctionDefinition
    from jaxlint.facts.model.frames import Boundary, Frame
    from jaxlint.jaxapi import Transform
    from jaxlint.source import Module

Kind = Literal["bool", "int", "float", "complex", "str"] | None


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """Anything. The same instance is the same object at run time."""

    origin: str = ""


@dataclass(frozen=True, slots=True)
class Const:
    """A Python constant."""

    value: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Const) and type(self.value) is type(other.value) and self.value == other.value

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


@dataclass(frozen=True, slots=True, eq=False)
class Static:
    """A Python value that is known when tracing but not now: a shape, a length, an item of a config.

    ``extent``: the length of an array's axis, or computed from one, and so possibly large. ``turn``: it counts the
    turns of a loop, or is computed from such a number; two with different ones are different numbers.
    """

    kind: Kind = None
    extent: bool = False
    turn: object = None


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """A jax array; ``traced`` says whether it is certainly a tracer. ``dims``: the lengths of its axes, of
    the first ones only if ``ndim`` is not known. ``contents``: its elements, where the code states them. ``turn``: the
    number on which a length depends (see `Static`). ``batch``: the array that this is one row of, any of its rows."""

    traced: Traced | None = None
    kind: Kind = None
    ndim: int | None = None
    dims: tuple[int | None, ...] | None = None
    dtype: Dtype | None = None
    contents: Contents | None = None
    turn: object = None
    batch: Array | None = None

    @property
    def length(self) -> int | None:
        """The length of the first axis, if known."""
        return self.dims[0] if self.dims else None

    def row(self, staged: Traced | None) -> Array:
        """One item along the first axis; ``staged``: why every operation here gives a tracer."""
        ndim, dims = self.ndim - 1 if self.ndim else None, self.dims[1:] if self.dims else None
        return Array(self.traced or staged, self.kind, ndim, dims, self.dtype)

    def with_trace(self, traced: Traced | None) -> Array:
        """The same array as another trace sees it."""
        return Array(traced, self.kind, self.ndim, self.dims, self.dtype, self.contents, batch=self.batch)


@dataclass(frozen=True, slots=True, eq=False)
class HostArray:
    """A NumPy array or scalar. ``view_of`` is the jax array that it shows read-only, if it is a view of one.
    ``contents``: its elements, as the code stated them when it was made. ``turn``: the number on which a length
    depends. ``dims``: the lengths of its axes, where all are known."""

    kind: Kind = None
    view_of: Array | None = None
    scalar: bool = False
    dtype: Dtype | None = None
    contents: Contents | None = None
    turn: object = None
    dims: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """An argument of a traced function: a tracer, or a container with tracers for leaves. ``origin``: as the caller
    had it."""

    traced: Traced
    origin: Value | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """A PRNG key. ``seed`` is the constant it was made from, at ``place`` in the trace ``boundary``; or it was
    folded there."""

    traced: Traced | None = None
    seed: Const | None = None
    place: Place | None = None
    boundary: Boundary | None = None
    folded: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """An array of keys: ``split(key, n)``, from item ``offset`` on; ``count``: how many, if known."""

    base: object = field(default_factory=object)
    offset: int = 0
    traced: Traced | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Tuple:
    """A tuple of known length."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Many:
    """An iterable of unknown length whose items are like ``item`` (a range, a generator, an unknown tuple)."""

    item: Value
    count: int | None = None
    source: Value | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Ref:
    """A mutable object: a list, a dict, a set or an instance. ``born`` is the frame that made it."""

    kind: Literal["list", "dict", "set", "object"]
    born: Frame
    cls: ClassDefinition | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of the project with its closure and, for a method, its receiver."""

    definition: FunctionDefinition
    closure: Frame
    receiver: Value | None = None
    defaults: dict[str, Value] = field(default_factory=dict)

    def bound_to(self, receiver: Value) -> Function:
        """The method of a receiver."""
        return Function(self.definition, self.closure, receiver, self.defaults)


@dataclass(frozen=True, slots=True, eq=False)
class Partial:
    """``functools.partial``."""

    function: Value
    args: tuple[Value, ...]
    kwargs: tuple[tuple[str, Value], ...]
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Transformed:
    """A function under a transform that returns a function: ``jit(f)``, ``vmap(f)``, ``grad(f)``."""

    transform: Transform
    name: str
    function: Value
    options: dict[str, Value]
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Cached:
    """A function under ``functools.lru_cache`` or ``cache``."""

    function: Value
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """A class of the project."""

    definition: ClassDefinition


@dataclass(frozen=True, slots=True, eq=False)
class ProjectModule:
    """A module of the project."""

    module: Module


@dataclass(frozen=True, slots=True)
class Library:
    """A module, function or class outside the project, by its canonical name."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """An attribute of a value that is no project object: a bound method of an array, a list, an unknown."""

    base: Value
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class AtIndex:
    """``x.at[i]``."""

    base: Value
    index: Value


@dataclass(frozen=True, slots=True, eq=False)
class Either:
    """One of several values, on different paths."""

    options: tuple[Value, ...]


Value = (
    Unknown | Const | Static | Array | HostArray | Tree | Key | Keys | Tuple | Many | Ref | Function | Partial
    | Transformed | Cached | Class | ProjectModule | Library | Member | AtIndex | Either
)  # fmt: skip

NONE = Const(None)
STATIC_INT = Static("int")
EXTENT = Static("int", extent=True)
_MAX_OPTIONS = 4


def tracing(value: Value | None) -> Traced | None:
    """The proof that a value is a tracer itself (not a container of some), on every path. What may be the key of a dict
    (`perhaps_key`) is none."""
    match value:
        case Array(traced=traced) | Key(traced=traced) | Keys(traced=traced):
            return traced
        case Tree(traced=traced):
            return traced if not perhaps_key(value) else None
        case Either(options=options):
            proofs = [tracing(option) for option in options]
            return strongest(*proofs) if all(proofs) else None
        case AtIndex(base=base):
            return tracing(base)
    return None


def leaves(value: Value) -> Iterator[Value]:
    """The value, or the items of tuples within it."""
    match value:
        case Tuple(items=items):
            for item in items:
                yield from leaves(item)
        case Many(item=item):
            yield from leaves(item)
        case _:
            yield value


def any_tracing(values: tuple[Value, ...] | list[Value]) -> Traced | None:
    """The strongest proof that some leaf of some value is a tracer."""
    return strongest(*(tracing(leaf) for value in values for leaf in leaves(value)))


def join(first: Value, second: Value) -> Value:
    """The value on two paths that meet. Traced only if traced on both."""
    if first is second or first == second:
        return first
    match first, second:
        case Array(), Array():
            return _join_arrays(first, second)
        case (Tuple(items=a), Tuple(items=b)) if len(a) == len(b):
            return Tuple(tuple(map(join, a, b)))
        case Static(kind=a), Static(kind=b):
            return Static(a if a == b else None, first.extent and second.extent)
        case HostArray(), HostArray():
            dtype = first.dtype if first.dtype == second.dtype else None
            return HostArray(first.kind if first.kind == second.kind else None, dtype=dtype)
    options: list[Value] = []
    for option in (*_options(first), *_options(second)):
        if not any(option is seen or option == seen for seen in options):
            options.append(option)
    if len(options) > _MAX_OPTIONS:
        return _number(options) or Unknown("too many paths")
    return Either(tuple(options))


def _number(options: list[Value]) -> Static | None:
    """Any of several numbers of one sort."""
    kinds = {
        option.kind if isinstance(option, Static) else type(option.value).__name__
        for option in options
        if isinstance(option, Static | Const)
    }
    known = all(isinstance(option, Static | Const) for option in options)
    return Static(kinds.pop()) if known and kinds in ({"int"}, {"float"}) else None  # type: ignore[arg-type]


def _options(value: Value) -> tuple[Value, ...]:
    return value.options if isinstance(value, Either) else (value,)


def _join_arrays(first: Array, second: Array) -> Array:
    both = strongest(first.traced, second.traced) if first.traced and second.traced else None
    if first.traced and second.traced and {first.traced.level, second.traced.level} == {"grad", "full"}:
        both = first.traced if first.traced.level == "grad" else second.traced
    return Array(
        both,
        first.kind if first.kind == second.kind else None,
        first.ndim if first.ndim == second.ndim else None,
        first.dims if first.dims == second.dims else None,
        first.dtype if first.dtype == second.dtype else None,
    )


def without_contents(value: Value) -> Value:
    """A value of which the elements may change from one turn or call to the next."""
    match value:
        case Array(contents=Contents()):
            return replace(value, contents=None)
        case HostArray(contents=Contents()):
            return replace(value, contents=None)
        case Tuple(items=items):
            return Tuple(tuple(map(without_contents, items)))
    return value


ITEM = "item or key"
"""The origin of what iterating over an unknown pytree gives: of a list its items, of a dict its keys."""


def perhaps_key(value: Value) -> bool:
    """True for what may be a key of a dict, which no trace touches, though it comes from a traced argument."""
    if isinstance(value, Either):
        return any(map(perhaps_key, value.options))
    owner = identity(value)
    return isinstance(owner, Unknown) and owner.origin == ITEM


def identity(value: Value) -> Value:
    """The object that a value is at run time, seen through trace boundaries."""
    while isinstance(value, Tree) and value.origin is not None:
        value = value.origin
    return value
