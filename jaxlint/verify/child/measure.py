"""Measures one function: the original eagerly and under jit, and the rewrite under jit, side by side in one process."""

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import msgspec

from jaxlint.verify.child.compilation import compiled_for, forget_programs, jit, more_programs
from jaxlint.verify.child.execute import Call, Convert, Function, as_jax, as_numpy, is_jitted
from jaxlint.verify.child.flatten import flatten
from jaxlint.verify.child.show import dtype_name
from jaxlint.verify.child.timing import Runner, interleaved, wait_for
from jaxlint.verify.outcome import ON_NUMPY_ARRAYS
from jaxlint.verify.speed.record import EAGER, JITTED, REWRITE, Speed, Variant


@dataclass(frozen=True, slots=True)
class Subject:
    """The two functions to measure, whether the original is JAX code, whether to jit the rewrite, and in words how
    the original runs, if there is more to say than that."""

    name: str
    original: Function | None
    rewrite: Function
    jax_code: bool
    jit: bool = True
    how: str = ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A variant that runs; its times are still to come."""

    variant: Variant
    runner: Runner


def measure(subject: Subject, calls: Sequence[Call], rewritten: Sequence[Call] = (), seconds: float = 1.5) -> Speed:
    """The speed of a function's variants for the largest of its inputs, in about ``seconds`` of steady running.

    ``rewritten`` are the calls as the rewrite gets them, where its classes are other ones.
    """
    rewritten = rewritten or calls
    largest = max(range(len(calls)), key=lambda i: _weight(calls[i]))
    tried = [*_original(subject, calls, largest), _rewrite(subject, rewritten, largest)]
    ready = [one for one in tried if isinstance(one, _Candidate)]
    times = iter(interleaved([one.runner for one in ready], seconds)) if ready else iter(())
    variants = [_timed(one.variant, next(times)) if isinstance(one, _Candidate) else one for one in tried]
    platform = jax.devices()[0].platform
    return Speed(subject.name, platform, _shapes(calls[largest]), len(calls), tuple(variants), dispatch())


def dispatch() -> float:
    """Seconds that a call of a compiled function takes which does next to nothing."""
    number = jax.numpy.zeros(())
    empty = jax.jit(lambda x: x + 1)
    wait_for(empty(number))
    runner = Runner(empty, lambda: ((number,), {}), False, wait_for)
    return min(interleaved([runner], 0.02)[0])


def _original(subject: Subject, calls: Sequence[Call], chosen: int) -> list[_Candidate | Variant]:
    if subject.original is None:
        return []
    tried = [_eagerly(EAGER, subject.original, calls[chosen], subject.jax_code, subject.how)]
    if subject.jax_code:
        tried.append(_under_jit(JITTED, subject.original, calls, chosen))
    return tried


def _rewrite(subject: Subject, calls: Sequence[Call], chosen: int) -> _Candidate | Variant:
    if subject.jit:
        return _under_jit(REWRITE, subject.rewrite, calls, chosen)
    return _eagerly(REWRITE, subject.rewrite, calls[chosen], jax_code=True)


def _timed(variant: Variant, samples: tuple[float, ...]) -> Variant:
    return msgspec.structs.replace(variant, samples=samples)


def _eagerly(name: str, function: Function, call: Call, jax_code: bool, said: str = "") -> _Candidate | Variant:
    """As the author ran it; code that stores into JAX arrays is timed on NumPy arrays, as it was meant."""
    ways: list[tuple[str, Convert]] = [("run eagerly", as_jax)] if jax_code else []
    ways.append((ON_NUMPY_ARRAYS if jax_code else "under NumPy", as_numpy))
    plain = getattr(function, "__wrapped__", function) if is_jitted(function) else function
    failure = ""
    for how, convert in ways:
        try:
            runner, took = _first(plain, call, convert)
            return _Candidate(Variant(name, said or how, took), runner)
        except Exception as error:
            failure = failure or _told(error)
    return Variant(name, ways[0][0], failed=failure)


def _under_jit(name: str, function: Function, calls: Sequence[Call], chosen: int) -> _Candidate | Variant:
    try:
        compiled, call = jit(function, calls[chosen])
        forget_programs()
        compilation = compiled_for(compiled, call)
        runner, took = _first(compiled, call, as_jax)
        others = [one for i, one in enumerate(calls) if i != chosen]
        needed = 1 + more_programs(compiled, others) if call is calls[chosen] else None
        return _Candidate(Variant(name, "under jit", compilation.total + took, (), compilation, needed), runner)
    except Exception as error:
        return Variant(name, "under jit", failed=_told(error))


def _first(function: Function, call: Call, convert: Convert) -> tuple[Runner, float]:
    """Makes the first call; the seconds that it takes. A function that changes or donates its arguments gets fresh
    ones for every call."""

    def fresh() -> tuple[tuple[Any, ...], dict[str, Any]]:
        args, kwargs = jax.tree_util.tree_map(convert, copy.deepcopy((call.args, call.kwargs)))
        wait_for((args, kwargs))
        return args, kwargs

    args, kwargs = fresh()
    before = flatten((args, kwargs))
    start = time.perf_counter()
    result = function(*args, **kwargs)
    wait_for(result)
    took = time.perf_counter() - start
    wait = wait_for if _has_jax_arrays(result) else _no_wait
    if _is_spent((args, kwargs)) or flatten((args, kwargs)) != before:
        return Runner(function, fresh, True, wait), took
    return Runner(function, lambda: (args, kwargs), False, wait), took


def _no_wait(result: Any) -> None:
    """A NumPy result is there when the call returns."""


def _has_jax_arrays(value: Any) -> bool:
    return any(isinstance(leaf, jax.Array) for leaf in jax.tree_util.tree_leaves(value))


def _is_spent(value: Any) -> bool:
    """Whether an array was donated."""
    return any(isinstance(leaf, jax.Array) and leaf.is_deleted() for leaf in jax.tree_util.tree_leaves(value))


def _weight(call: Call) -> int:
    leaves = jax.tree_util.tree_leaves((call.args, call.kwargs))
    return sum(getattr(leaf, "size", 1) for leaf in leaves)


def _shapes(call: Call) -> str:
    """``f32[128,3], n=10``"""
    parts = [_shape(value) for value in call.args] + [f"{name}={_shape(value)}" for name, value in call.kwargs.items()]
    return ", ".join(parts)


def _shape(value: Any) -> str:
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{dtype_name(value.dtype)}[{','.join(map(str, value.shape))}]"
    text = repr(value)
    return text if len(text) <= 24 and "\n" not in text else type(value).__name__


def _told(error: BaseException) -> str:
    first = (str(error).strip().splitlines() or [""])[0].partition(". ")[0]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
