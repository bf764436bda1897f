"""Watches a function run: whether it raises, reuses a key, leaks a tracer, compiles each time, or differs under jit.

JAX has a check for each of these; here they are switched on one after the other.
"""

import itertools
import logging
import re
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any

import jax
import numpy as np

from jaxlint.verify.child.alarm import Overrun, within
from jaxlint.verify.child.compilation import Compilations, forget_programs, jit
from jaxlint.verify.child.execute import Call, Function, as_jax, is_jitted
from jaxlint.verify.child.lazy import finished
from jaxlint.verify.child.load import load_module
from jaxlint.verify.child.prove import given
from jaxlint.verify.child.sides import same_start
from jaxlint.verify.child.supply import Supplier, Supply
from jaxlint.verify.child.timing import wait_for
from jaxlint.verify.child.trace import is_own
from jaxlint.verify.child.trial import Trials, callable_named
from jaxlint.verify.observation import Line, Observation, Seen
from jaxlint.verify.outcome import Outcome, Raised, Returned
from jaxlint.verify.verdict import Kind, judge_case

_FEW = 3
_SECONDS = 10.0
_MISS = re.compile(r"CACHE MISS at (.+?):(\d+)")


def observe(trials: Trials, calls: Sequence[Call], *, meant: bool, x64: bool) -> list[Observation]:
    """What is seen in the first of the calls. If these are not ``meant`` for the function, only JAX's own errors
    count."""
    function = callable_named(trials.sides.before, trials.function)
    function = finished(function) or function
    plain = getattr(function, "__wrapped__", function) if is_jitted(function) else function
    found: list[Observation] = []
    for call in calls[:_FEW]:
        own = trials.sides.arguments(call, trials.sides.before)
        found += _raised("raises", partial(_run, plain, own), meant)
        found += _raised("reuses", partial(_run, plain, _typed(own)), meant, _key_checks())
        found += _raised("raises", partial(_run_jitted, function, own), meant and not found)
        if not any(one.seen == "raises" for one in found):
            forget_programs()  # what is not traced again leaks nothing
            found += _raised("leaks", partial(_run_jitted, function, own), meant, jax.checking_leaks())
            found += _recompiled(partial(_run, function, own))
            found += _differing(trials, call, x64)
    return list(dict.fromkeys(found))


def watched(supplier: Supplier, trials: Trials, *, x64: bool) -> tuple[tuple[Observation, ...], bool]:
    """What is seen of a function, and whether it could be run at all.

    Where no inputs are found with which it returns, the likeliest ones must do: perhaps it never returns.
    """
    try:
        supply = supplier.supply(trials, lambda call: None)
        module = trials.sides.before
        if supply:
            calls = [*supply.calls, *(call for _, call in given(supply, module))]
            return tuple(observe(trials, calls, meant=True, x64=x64)), bool(calls)
        likely = itertools.islice(supplier.text.calls(trials.function), _FEW)
        calls = [call for arguments in likely for _, call in given(Supply(described=(arguments,)), module)]
        return tuple(observe(trials, calls, meant=False, x64=x64)), bool(calls)
    except Exception:
        return (), False


def telling(outcome: Outcome) -> bool:
    """Whether a call shows something of its function: it returned, or JAX itself raised."""
    return isinstance(outcome, Returned) or (isinstance(outcome, Raised) and "jax" in outcome.message.lower())


def raised_at_import(error: BaseException) -> Observation:
    """A module that cannot be imported."""
    return Observation("raises", f"raises {_told(error)} when it is imported", _where(error))


def ran_again(path: Path, home: Path) -> Iterator[Observation]:
    """What is seen of a module's own code, which runs without raising, when JAX watches its keys."""
    try:
        with _key_checks(), within(_SECONDS):
            load_module(path, home)
    except BaseException as error:
        if type(error).__name__ == "KeyReuseError":
            yield Observation("reuses", f"raises {_told(error)} when it is imported", _where(error))


def _run(function: Function, call: Call) -> None:
    """One call; one that does not end soon shows nothing."""
    same_start()
    args, kwargs = jax.tree_util.tree_map(as_jax, (call.args, call.kwargs))
    with suppress(Overrun), within(_SECONDS):
        wait_for(function(*args, **kwargs))


def _run_jitted(function: Function, call: Call) -> None:
    _run(*jit(function, call))


def _raised(
    seen: Seen, run: Callable[[], None], meant: bool, context: AbstractContextManager[Any] | None = None
) -> Iterator[Observation]:
    try:
        with context or nullcontext():
            run()
    except Exception as error:
        is_reuse, is_leak = type(error).__name__ == "KeyReuseError", "Leaked trace" in str(error)
        if is_reuse != (seen == "reuses") or is_leak != (seen == "leaks"):
            return
        if is_leak:
            yield Observation("leaks", "leaks a tracer")
        elif meant or _is_jax(error):
            yield Observation(seen, f"raises {_told(error)}", _where(error))


def _is_jax(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in ("jax", "jaxlib") or "JAX" in str(error)


def _where(error: BaseException) -> tuple[Line, ...]:
    """The innermost of the user's own lines."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if is_own(frame.filename)]
    if not own or own[-1].lineno is None:
        return ()
    return (Line(own[-1].filename, own[-1].lineno, own[-1].end_lineno or own[-1].lineno),)


def _told(error: BaseException) -> str:
    return type(error).__name__


class _key_checks:
    """JAX follows typed keys only: with these settings `PRNGKey` makes typed ones."""

    def __init__(self) -> None:
        self._contexts = (jax.enable_custom_prng(True), jax.debug_key_reuse(True))

    def __enter__(self) -> None:
        for context in self._contexts:
            context.__enter__()

    def __exit__(self, *raised: Any) -> None:
        for context in reversed(self._contexts):
            context.__exit__(*raised)


def _typed(call: Call) -> Call:
    """Raw keys as typed ones, and every key a copy of its own: JAX remembers which ones were used."""

    def typed(leaf: Any) -> Any:
        if isinstance(leaf, jax.Array) and jax.numpy.issubdtype(leaf.dtype, jax.dtypes.prng_key):
            return jax.random.wrap_key_data(jax.numpy.array(jax.random.key_data(leaf)), impl=jax.random.key_impl(leaf))
        if isinstance(leaf, (jax.Array, np.ndarray)) and leaf.dtype == np.uint32 and leaf.shape[-1:] == (2,):
            return jax.random.wrap_key_data(jax.numpy.array(leaf))
        return leaf

    args, kwargs = jax.tree_util.tree_map(typed, (call.args, call.kwargs))
    return Call(args, kwargs, call.static)


def _recompiled(run: Callable[[], None]) -> Iterator[Observation]:
    """Runs twice, and listens to the second time."""
    misses = _Misses()
    logger = logging.getLogger("jax")
    try:
        run()
        logger.addHandler(misses)
        with Compilations() as seen, jax.explain_cache_misses(True):
            run()
    except Exception:
        return  # then it raises, which is seen elsewhere
    finally:
        logger.removeHandler(misses)
    if seen.any:
        yield Observation("recompiles", "compiles again in a second call of the same kind", tuple(misses.lines))


class _Misses(logging.Handler):
    """The lines that JAX names when it explains a cache miss."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []

    def emit(self, record: logging.LogRecord) -> None:
        if found := _MISS.search(record.getMessage()):
            self.lines.append(Line(found[1], int(found[2]), int(found[2])))


def _differing(trials: Trials, call: Call, x64: bool) -> Iterator[Observation]:
    expected, actual = trials.run(call, lambda step, call: None)
    if isinstance(expected, Returned) and isinstance(actual, Returned):
        verdict = judge_case(trials.function, expected, actual, set(expected.mutated), x64=x64)
        if verdict.kind is Kind.DIFFERENT:
            yield Observation("differs", f"differs under jit: {verdict.reasons[0]}")
