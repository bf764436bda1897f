"""What a store into a JAX array means: what NumPy makes of it. The oracle of originals that JAX refuses to run.

`x[i] = v` changes the array object itself, whatever is a view of it in NumPy, and what it is a view of. When the `with`
block is over, every array has its old values again.
"""

import contextlib
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

METHODS = ("reshape", "ravel", "transpose", "swapaxes", "squeeze")
FUNCTIONS = (*METHODS, "moveaxis", "rollaxis", "expand_dims", "flip", "flipud", "fliplr", "rot90")
PROPERTIES = ("T", "mT")

Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _View:
    """An array that is a view in NumPy: of which other one, and how it comes from that."""

    array: Any
    base: Any
    taken: Callable[[Positions], Positions]


@dataclass(slots=True)
class _Memory:
    """The views that were taken, by the identity of the array, and the values that stored-to arrays had before."""

    views: dict[int, _View] = field(default_factory=dict)
    old: dict[int, tuple[Any, Any]] = field(default_factory=dict)

    def view(self, array: Any, base: Any, taken: Callable[[Positions], Positions]) -> Any:
        if array is not base and _is_data(array) and array.ndim:
            self.views[id(array)] = _View(array, base, taken)
        return array

    def store(self, array: Any, index: Any, value: Any) -> None:
        root, place = self._place(array)
        values = np.array(root)
        values.reshape(-1)[place[index]] = value
        self._put(root, values)
        for view in self.views.values():
            home, place = self._place(view.array)
            if home is root:
                self._put(view.array, values.reshape(-1)[place])

    def undo(self) -> None:
        for array, values in self.old.values():
            array._replace_with(values)

    def _place(self, array: Any) -> tuple[Any, Positions]:
        """The array that an array is a view of in the end, and the positions of its elements there."""
        if id(array) not in self.views:
            return array, np.arange(array.size).reshape(array.shape)
        view = self.views[id(array)]
        root, place = self._place(view.base)
        return root, view.taken(place)

    def _put(self, array: Any, values: NDArray[Any]) -> None:
        self.old.setdefault(id(array), (array, array.copy()))
        array._replace_with(jax.numpy.asarray(values, array.dtype))


_memory: _Memory | None = None


@contextlib.contextmanager
def stores() -> Iterator[None]:
    """Inside the `with` block, JAX arrays can be stored into."""
    global _memory
    before, _memory = _memory, _Memory()
    try:
        yield
    finally:
        _memory.undo()
        _memory = before


def install() -> None:
    """Put the stand-ins in place, once for the process. Outside of `stores` they do what the real ones do."""
    kind: Any = type(jax.numpy.zeros(()))
    kind.__getitem__ = _getting(kind.__getitem__)
    kind.__setitem__ = _setting(kind.__setitem__)
    kind.__iter__ = _iterating(kind.__iter__)
    kind.astype = _copying(kind.astype)
    for name in METHODS:
        setattr(kind, name, _viewing(getattr(kind, name), _method(name)))
    for name in PROPERTIES:
        setattr(kind, name, property(_viewing(getattr(kind, name).fget, attrgetter(name))))
    for name in FUNCTIONS:
        setattr(jax.numpy, name, _viewing(getattr(jax.numpy, name), getattr(np, name)))


def _method(name: str) -> Callable[..., Any]:
    return lambda array, *args, **kwargs: getattr(array, name)(*args, **kwargs)


def _getting(real: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(real)
    def get(array: Any, index: Any) -> Any:
        taken = real(array, index)
        if _memory is None or not _is_basic(index):
            return taken
        plain = _as_numpy(index)
        return _memory.view(taken, array, lambda place: place[plain])

    return get


def _setting(real: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(real)
    def put(array: Any, index: Any, value: Any) -> None:
        if _memory is None or not _is_data(array) or _has_tracers((index, value)):
            real(array, index, value)
        else:
            _memory.store(array, _as_numpy(index), _as_numpy(value))

    return put


def _iterating(real: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(real)
    def items(array: Any) -> Any:
        return real(array) if _memory is None or not array.ndim else (array[i] for i in range(len(array)))

    return items


def _viewing(real: Callable[..., Any], again: Callable[..., Any]) -> Callable[..., Any]:
    """A function or a method of JAX, and how NumPy does the same."""

    @functools.wraps(real)
    def view(*args: Any, **kwargs: Any) -> Any:
        result = real(*args, **kwargs)
        if _memory is None or not args or not _is_data(args[0]) or not _is_data(result):
            return result
        return _memory.view(result, args[0], lambda place: np.asarray(again(place, *args[1:], **kwargs)))

    return view


def _copying(real: Callable[..., Any]) -> Callable[..., Any]:
    """`astype` gives a new array in NumPy, and in JAX the very same where nothing changes."""

    @functools.wraps(real)
    def copied(array: Any, *args: Any, **kwargs: Any) -> Any:
        result = real(array, *args, **kwargs)
        return result.copy() if _memory is not None and result is array else result

    return copied


def _is_data(value: Any) -> bool:
    """A JAX array with values, other than keys."""
    if not isinstance(value, jax.Array) or isinstance(value, jax.core.Tracer):
        return False
    return not jax.numpy.issubdtype(value.dtype, jax.dtypes.prng_key)


def _is_basic(index: Any) -> bool:
    """Whether NumPy takes a view with an index."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is ... or isinstance(part, slice) or _is_integer(part) for part in parts)


def _is_integer(part: Any) -> bool:
    if isinstance(part, (int, np.integer)):
        return not isinstance(part, bool)
    return _is_data(part) and part.ndim == 0 and part.dtype.kind in "iu"


def _has_tracers(value: Any) -> bool:
    return any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree_util.tree_leaves(value))


def _as_numpy(value: Any) -> Any:
    """JAX arrays in an index or a value as NumPy's."""
    return jax.tree_util.tree_map(lambda leaf: np.asarray(leaf) if isinstance(leaf, jax.Array) else leaf, value)
