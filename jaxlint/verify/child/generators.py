"""NumPy's random numbers, and the keys that a port puts in their place.

A generator becomes a key. Who drew from NumPy's global generator takes one more parameter, which gets a key. Who makes
a generator of a seed still takes the seed.
"""

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import jax
import numpy as np

from jaxlint.verify.child.execute import Call, Function

_KINDS = (np.random.Generator, np.random.RandomState)
_made: "Sources | None" = None


@dataclass(slots=True)
class Sources:
    """Where a call's random numbers come from: seeds that it plants, generators that it is given, the global one."""

    seeds: set[int] = field(default_factory=set)
    given: bool = False
    everywhere: bool = False

    def __bool__(self) -> bool:
        return bool(self.seeds) or self.given or self.everywhere


def install() -> None:
    """Put the stand-ins for NumPy's makers of generators in place, once for the process."""
    for name in ("default_rng", "seed"):
        setattr(np.random, name, _noting(getattr(np.random, name)))


def _noting(real: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(real)
    def make(seed: Any = None, *args: Any, **kwargs: Any) -> Any:
        if _made is not None and isinstance(seed, (int, np.integer)):
            _made.seeds.add(int(seed))
        return real(seed, *args, **kwargs)

    return make


@contextlib.contextmanager
def noted(arguments: Call) -> Iterator[Sources]:
    """What the code in the `with` block draws from; these are the arguments that it gets."""
    global _made
    found = _made = Sources()
    real, np.random.RandomState = np.random.RandomState, _noting(np.random.RandomState)  # type: ignore
    everywhere, given = _state(np.random), [_state(one) for one in _generators(arguments)]
    try:
        yield found
    finally:
        np.random.RandomState, _made = real, None  # type: ignore
        found.everywhere = not found.seeds and _state(np.random) != everywhere
        found.given = [_state(one) for one in _generators(arguments)] != given


def _generators(call: Call) -> list[Any]:
    return [leaf for leaf in jax.tree_util.tree_leaves((call.args, call.kwargs)) if is_generator(leaf)]


def is_generator(value: Any) -> bool:
    """Whether NumPy draws from it."""
    return isinstance(value, _KINDS)


def _state(generator: Any) -> str:
    return repr(generator.bit_generator.state if isinstance(generator, np.random.Generator) else generator.get_state())


def with_keys(call: Call, original: Function, rewrite: Function, seed: int = 0) -> Call:
    """The call as a port takes it."""

    def key(leaf: Any) -> Any:
        return jax.random.key(seed) if is_generator(leaf) else leaf

    args, kwargs = jax.tree_util.tree_map(key, (call.args, call.kwargs))
    for number, name in enumerate(sorted(_new_parameters(original, rewrite) - kwargs.keys()), 1):
        kwargs = {**kwargs, name: jax.random.key(seed + 10_000 * number)}
    return Call(args, kwargs, call.static)


def _new_parameters(original: Function, rewrite: Function) -> set[str]:
    """Those that every call of the rewrite must give and none of the original can, and that are called keys."""
    try:
        old, new = inspect.signature(original).parameters, inspect.signature(rewrite).parameters
    except (ValueError, TypeError):
        return set()
    wanted = {name for name, parameter in new.items() if parameter.default is parameter.empty and name not in old}
    return {name for name in wanted if "key" in name or "rng" in name}


def reseeded(call: Call, original: Function, sources: Sources, seed: int) -> Call | None:
    """The call with other generators and seeds; None if its random numbers come from a seed that is not passed."""

    def other(leaf: Any) -> Any:
        if isinstance(leaf, np.random.RandomState):
            return np.random.RandomState(seed)
        return np.random.default_rng(seed) if is_generator(leaf) else leaf

    args, kwargs = jax.tree_util.tree_map(other, (call.args, call.kwargs))
    call = Call(args, kwargs, call.static)
    if not sources.seeds:
        return call
    bound = inspect.signature(original).bind(*args, **kwargs)
    bound.apply_defaults()
    planted = [name for name, value in bound.arguments.items() if type(value) is int and value in sources.seeds]
    if not planted:
        return None
    bound.arguments.update(dict.fromkeys(planted, seed))
    return replace(call, args=bound.args, kwargs=bound.kwargs)
