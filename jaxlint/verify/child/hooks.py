"""Stand-ins for `jax.random`'s consumers of keys and for `jax.vmap`, put in place before a user's module is imported.

They do what the real ones do, unless a proof about keys asks them to note or to replay draws, or the oracle asks for
vmap as a loop.
"""

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np

from jaxlint.verify.child.loop import looped

_NO_DRAWS = {"fold_in", "clone", "key_data", "key_impl", "wrap_key_data"}


@dataclass(frozen=True, slots=True)
class Draw:
    """One call of a sampler: its name, what it gave, and the other arguments, as text."""

    sampler: str
    value: Any
    arguments: str


@dataclass(slots=True)
class Notes:
    """What happens in one run: the draws in order, and the data of every key that a sampler or a split consumes.

    ``replay`` holds draws to give instead of new ones; ``unclear`` is why the notes are not the whole truth.
    """

    replay: list[Draw] | None = None
    draws: list[Draw] = field(default_factory=list)
    consumed: list[bytes] = field(default_factory=list)
    unclear: str | None = None

    @property
    def reused(self) -> int:
        """How often a key is consumed that was consumed before."""
        return len(self.consumed) - len(set(self.consumed))


@dataclass(slots=True)
class _State:
    notes: Notes | None = None
    loop: bool = False
    strict: bool = False


_STATE = _State()


@contextlib.contextmanager
def noting(notes: Notes) -> Iterator[None]:
    """Note, or replay, the draws of what runs inside; vmap runs as a loop."""
    before = _STATE.notes
    _STATE.notes = notes
    try:
        with vmap_as_loop():
            yield
    finally:
        _STATE.notes = before


@contextlib.contextmanager
def vmap_as_loop() -> Iterator[None]:
    """`jax.vmap(f)` calls f once for each element, so that f sees values and no tracers."""
    before = _STATE.loop
    _STATE.loop = True
    try:
        yield
    finally:
        _STATE.loop = before


@contextlib.contextmanager
def strict_indices() -> Iterator[None]:
    """A constant index outside of an array raises, as in NumPy; JAX takes the nearest element."""
    before = _STATE.strict
    _STATE.strict = True
    try:
        yield
    finally:
        _STATE.strict = before


def install() -> None:
    """Put the stand-ins in place, once for the process."""
    jax.vmap = _mapping(jax.vmap)
    array = type(jax.numpy.zeros(()))
    setattr(array, "__getitem__", _getting(array.__getitem__))  # noqa: B010
    for name, function in list(vars(jax.random).items()):
        if callable(function) and not name.startswith("_") and name not in _NO_DRAWS and _takes_key(function):
            setattr(jax.random, name, _consumer(name, function))


def _takes_key(function: Callable[..., Any]) -> bool:
    try:
        return next(iter(inspect.signature(function).parameters), "") == "key"
    except (ValueError, TypeError):
        return False


def _mapping(real: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(real)
    def vmap(fun: Callable[..., Any], in_axes: Any = 0, out_axes: Any = 0, *args: Any, **kwargs: Any) -> Any:
        mapped = real(fun, in_axes, out_axes, *args, **kwargs)
        if args or kwargs:  # an axis with a name: only the real one knows it
            return mapped

        @functools.wraps(mapped)
        def run(*values: Any, **named: Any) -> Any:
            return looped(fun, in_axes, out_axes, mapped, values, named) if _STATE.loop else mapped(*values, **named)

        return run

    return vmap


def _getting(real: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(real)
    def get(array: Any, index: Any) -> Any:
        if _STATE.strict:
            for place, length in zip(index if isinstance(index, tuple) else (index,), array.shape, strict=False):
                if isinstance(place, (int, np.integer)) and not -length <= place < length:
                    raise IndexError(f"index {place} is out of bounds for an axis of size {length}")
        return real(array, index)

    return get


def _consumer(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(real)
    def consume(key: Any, *args: Any, **kwargs: Any) -> Any:
        with jax.disable_jit(False):  # JAX's own code: it takes seconds op by op
            value = real(key, *args, **kwargs)
        notes = _STATE.notes
        if notes is None:
            return value
        if any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree_util.tree_leaves((key, value))):
            notes.unclear = "a draw is traced"
            return value
        notes.consumed += _keys(key)
        if name == "split":
            return value
        return _drawn(notes, Draw(name, value, f"{args} {sorted(kwargs.items())}"))

    return consume


def _drawn(notes: Notes, draw: Draw) -> Any:
    place = len(notes.draws)
    notes.draws.append(draw)
    if notes.replay is None:
        return draw.value
    if place >= len(notes.replay) or not _alike(draw, notes.replay[place]):
        notes.unclear = "the draws are not the same ones in the same order"
        return draw.value
    return notes.replay[place].value


def _alike(one: Draw, other: Draw) -> bool:
    left, right = jax.numpy.asarray(one.value), jax.numpy.asarray(other.value)
    same = (one.sampler, left.shape, left.dtype) == (other.sampler, right.shape, right.dtype)
    return same and one.arguments == other.arguments


def _keys(key: Any) -> list[bytes]:
    """The data of each key in an array of keys."""
    typed = isinstance(key, jax.Array) and jax.numpy.issubdtype(key.dtype, jax.dtypes.prng_key)
    data = np.asarray(jax.random.key_data(key) if typed else key)
    return [row.tobytes() for row in data.reshape(-1, data.shape[-1])] if data.ndim else []
