"""Runs one call: the original eagerly, as an oracle, or the rewritten function under jit, as the subject."""

import copy
import inspect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import jax
import msgspec
import numpy as np

from jaxlint.verify.child.alarm import Overrun
from jaxlint.verify.child.differences import central_differences
from jaxlint.verify.child.flatten import flatten
from jaxlint.verify.child.hooks import vmap_as_loop
from jaxlint.verify.child.stores import stores
from jaxlint.verify.child.trace import own_lines
from jaxlint.verify.outcome import ON_NUMPY_ARRAYS, WITH_STORES, Outcome, Raised, Returned, Tree

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of one call; ``static`` names parameters that jit must not trace."""

    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    static: frozenset[str] = frozenset()


def original(function: Function, call: Call, *, jax_code: bool, grad: bool = False) -> Outcome:
    """The oracle's outcome: NumPy code on NumPy arrays, JAX code without jit.

    JAX code that cannot run so gets more chances, and the outcome says so: primitive by primitive (a scan of length
    zero needs it), with a loop for each vmap (which traces even without jit), with stores into JAX arrays (code that
    writes `x[i] = v` means what NumPy does), and on NumPy arrays (code that calls `x.sort()` does, too).
    """
    first: Outcome | None = None
    for how, context, convert in _ways(jax_code):
        outcome = _attempt(how, function, _prepared(call, convert), context, grad and jax_code)
        if isinstance(outcome, Returned):
            return outcome if not grad or jax_code else _with_differences(outcome, function, call)
        first = first or outcome
    assert first is not None
    return first


def _with_differences(outcome: Returned, function: Function, call: Call) -> Outcome:
    """With the gradient of what the port returns: the results, then the parameters that the original changes."""
    mutated = set(outcome.mutated)

    def results(*args: Any, **kwargs: Any) -> list[Any]:
        bound = _bind(function, Call(args, kwargs))
        result = function(*args, **kwargs)
        parts = [result] if type(result) is not tuple else list(result)
        returned = {id(part) for part in parts}
        parts += [value for name, value in bound.items() if name in mutated and id(value) not in returned]
        return jax.tree_util.tree_leaves(parts)

    try:
        prepared = _prepared(call, as_numpy)
        gradient = central_differences(results, prepared.args, prepared.kwargs)
    except Exception:
        return outcome
    return msgspec.structs.replace(outcome, gradient=gradient)


def subject(function: Function, call: Call, *, jit: bool = True, grad: bool = False) -> Outcome:
    """The rewritten function's outcome on JAX arrays, under jit unless the code is the host's."""
    call = _prepared(call, as_jax)
    if not jit:
        return _attempt("eagerly", function, call, nullcontext(), grad)
    if is_jitted(function):
        return _attempt("under jit", function, call, nullcontext(), grad)
    return _attempt("under jit", function, call, nullcontext(), grad, wrap=_jitted)


def eagerly(function: Function, call: Call, *, storing: bool = False) -> Outcome:
    """A function's outcome on JAX arrays, without jit; ``storing``: it may store into them."""
    with stores() if storing else nullcontext():
        return _attempt("eagerly", function, _prepared(call, as_jax), jax.disable_jit(), False)


def is_jitted(function: Function) -> bool:
    """Whether the function is the result of `jax.jit`."""
    return hasattr(function, "lower") and hasattr(function, "trace")


Convert = Callable[[Any], Any]


def as_jax(leaf: Any) -> Any:
    """A NumPy array of numbers as a JAX array; anything else as it is."""
    return jax.numpy.asarray(leaf) if _is_numeric(leaf) else leaf


def as_numpy(leaf: Any) -> Any:
    """An array as a NumPy array of the widths that JAX has at the moment."""
    if isinstance(leaf, jax.Array) and not jax.numpy.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        return np.array(leaf)
    if _is_numeric(leaf):
        return np.array(leaf, jax.dtypes.canonicalize_dtype(leaf.dtype))
    return leaf


def _is_numeric(leaf: Any) -> bool:
    return isinstance(leaf, np.ndarray) and leaf.dtype.kind not in "OMmSU" and not leaf.dtype.names


def _ways(jax_code: bool) -> Iterator[tuple[str, AbstractContextManager[Any], Convert]]:
    if jax_code:
        yield "eagerly", jax.disable_jit(), as_jax
        yield "op by op", nullcontext(), as_jax
        yield "with vmap as a loop", _all_in_python(), as_jax
        yield WITH_STORES, _all_in_python(storing=True), as_jax
        yield ON_NUMPY_ARRAYS, jax.disable_jit(), as_numpy
    else:
        yield "under NumPy", nullcontext(), as_numpy


@contextmanager
def _all_in_python(*, storing: bool = False) -> Iterator[None]:
    with jax.disable_jit(), vmap_as_loop(), stores() if storing else nullcontext():
        yield


def _prepared(call: Call, convert: Convert) -> Call:
    """Fresh arguments: what one run changes, the next must not see."""
    args, kwargs = copy.deepcopy((call.args, call.kwargs))
    args, kwargs = jax.tree_util.tree_map(convert, (args, kwargs))
    return Call(args, kwargs, call.static)


Wrap = Callable[[Function, Call], Function]


def _attempt(
    how: str,
    function: Function,
    call: Call,
    context: AbstractContextManager[Any],
    grad: bool,
    wrap: Wrap | None = None,
) -> Outcome:
    try:
        with context:
            return _returned(how, function, call, grad, wrap)
    except (KeyboardInterrupt, GeneratorExit, Overrun):
        raise
    except BaseException as error:
        return Raised(how, type(error).__name__, str(error), own_lines(error))


def _returned(how: str, function: Function, call: Call, grad: bool, wrap: Wrap | None) -> Returned:
    bound = _bind(function, call)
    before = {name: flatten(value) for name, value in bound.items()}
    if wrap:
        result, after = wrap(function, call)(*call.args, **call.kwargs)
        after = dict(zip(bound, after, strict=True))
    else:
        result, after = function(*call.args, **call.kwargs), bound
    value = flatten(result)
    left = tuple((name, flatten(after[name])) for name in bound)
    mutated = tuple(name for name, tree in left if not _unchanged(before[name], tree))
    gradient = _gradient(function, call) if grad else None
    return Returned(how, value, _parts(result, bound), left, mutated, gradient)


def _bind(function: Function, call: Call) -> dict[str, Any]:
    """Argument values by parameter name; by position where the function has no signature."""
    try:
        bound = inspect.signature(function).bind(*call.args, **call.kwargs).arguments
    except (ValueError, TypeError):
        bound = {**{f"argument {i}": value for i, value in enumerate(call.args)}, **call.kwargs}
    return dict(bound)


def _unchanged(before: Tree, after: Tree) -> bool:
    """Under jit a Python number comes back as an array; that is no change."""
    if before.structure != after.structure:
        return False
    for old, new in zip(before.leaves, after.leaves, strict=True):
        if old.kind == "python" and new.kind == "array":
            if np.frombuffer(old.data, old.dtype).astype(new.dtype).tobytes() != new.data:
                return False
        elif (old.kind, old.shape, old.data) != (new.kind, new.shape, new.data):
            return False
    return True


def _parts(result: Any, bound: dict[str, Any]) -> tuple[tuple[Tree, str | None], ...]:
    """The results one by one, each with the name of the parameter that it is (see Returned)."""
    results = () if result is None else tuple(result) if type(result) is tuple else (result,)
    return tuple((flatten(part), next((n for n, v in bound.items() if v is part), None)) for part in results)


def untraceable(value: Any) -> bool:
    """Whether jit must not trace an argument: a bool, or an object without numbers."""
    numbers = (jax.Array, np.ndarray, np.generic, int, float, complex)
    leaves = jax.tree_util.tree_leaves(value)
    return any(isinstance(leaf, bool) or not isinstance(leaf, numbers) for leaf in leaves)


def integers(function: Function, call: Call) -> frozenset[str]:
    """The parameters that are given a Python int."""
    return frozenset(name for name, value in _bind(function, call).items() if type(value) is int)


def _jitted(function: Function, call: Call) -> Function:
    """The function under jit, giving its result and, as the trace left them, its arguments.

    Static are the parameters that were named so, and those that cannot be traced: the compiled function closes over
    them, so they need not be hashable.
    """
    bound = _bind(function, call)
    names = list(bound)
    static = {name for name, value in bound.items() if name in call.static or untraceable(value)}
    fixed = {i for i, value in enumerate(call.args) if untraceable(value) or (i < len(names) and names[i] in static)}
    fixed_names = {name for name, value in call.kwargs.items() if name in static or untraceable(value)}

    def traced(free: list[Any], free_names: dict[str, Any]) -> Any:
        positional = iter(free)
        filled = tuple(value if i in fixed else next(positional) for i, value in enumerate(call.args))
        given = {name: call.kwargs[name] for name in fixed_names} | free_names
        result = function(*filled, **given)
        after = _bind(function, Call(filled, given))
        return result, {name: after[name] for name in names if name not in static}

    kept = [call.args[i] for i in sorted(fixed)] + [call.kwargs[name] for name in sorted(fixed_names)]
    compiled = _compiled((function, len(call.args), *sorted(fixed), *names, *map(_identity, kept)), traced)

    def run(*args: Any, **kwargs: Any) -> Any:
        free = [value for i, value in enumerate(args) if i not in fixed]
        result, after = compiled(free, {name: value for name, value in kwargs.items() if name not in fixed_names})
        return result, tuple(after.get(name, bound[name]) for name in names)

    return run


_recent: dict[tuple[Any, ...], Function] = {}
_MANY = 4


def _compiled(key: tuple[Any, ...], traced: Function) -> Function:
    """`jax.jit(traced)`, or what it gave for the same function and the same static values before."""
    try:
        known = _recent.get(key)
    except TypeError:  # something that cannot be hashed
        return jax.jit(traced)
    if known is None:
        known = _recent[key] = jax.jit(traced)
        if len(_recent) > _MANY:
            del _recent[next(iter(_recent))]
    return known


def _identity(value: Any) -> Any:
    """What tells static values apart: a plain one by itself, an object by being that object."""
    return (type(value), value) if isinstance(value, (bool, int, float, complex, str, type(None))) else _Same(value)


@dataclass(frozen=True, slots=True)
class _Same:
    """Equal to itself only, whatever the object's own `==` says; keeps it alive."""

    value: Any

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.value is self.value


def _gradient(function: Function, call: Call) -> Tree:
    """Gradient of a weighted sum of all real results by all floating-point arguments."""
    leaves, structure = jax.tree_util.tree_flatten((call.args, call.kwargs))
    wanted = [i for i, leaf in enumerate(leaves) if _is_floating(leaf)]

    def loss(values: list[Any]) -> Any:
        filled = list(leaves)
        for i, value in zip(wanted, values, strict=True):
            filled[i] = value
        args, kwargs = jax.tree_util.tree_unflatten(structure, filled)
        results = jax.tree_util.tree_leaves(function(*args, **kwargs))
        return sum((_weighted(leaf) for leaf in results if _is_floating(leaf)), start=jax.numpy.zeros(()))

    return flatten(jax.grad(loss)([jax.numpy.asarray(leaves[i]) for i in wanted]))


def _weighted(leaf: Any) -> Any:
    """A sum that no two orders of the elements share, so that swapped results have another gradient."""
    flat = jax.numpy.ravel(leaf)
    return jax.numpy.sum(flat * jax.numpy.cos(jax.numpy.arange(flat.size, dtype=flat.dtype)))


def _is_floating(leaf: Any) -> bool:
    return isinstance(leaf, float) or (hasattr(leaf, "dtype") and jax.numpy.issubdtype(leaf.dtype, np.floating))
