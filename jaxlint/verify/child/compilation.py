"""Compiles functions: what each step takes, what XLA says of the program, how many programs several inputs need."""

import copy
import inspect
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

import jax
import jax.monitoring

from jaxlint.verify.child.execute import Call, Function, as_jax, is_jitted, untraceable
from jaxlint.verify.child.timing import wait_for
from jaxlint.verify.speed.record import Compilation

_MAX_HLO = 400_000
_COMPILED = "/jax/core/compile/backend_compile_duration"


def forget_programs() -> None:
    """Empties JAX's caches: what another variant compiled must not look free in the next."""
    jax.clear_caches()  # type: ignore[no-untyped-call]


def compiled_for(compiled: Any, call: Call) -> Compilation:
    """Traces, lowers and compiles a jitted function for the arguments of a call."""
    args, kwargs = jax.tree_util.tree_map(as_jax, (call.args, call.kwargs))
    marks = [time.perf_counter()]
    traced = compiled.trace(*args, **kwargs)
    marks.append(time.perf_counter())
    lowered = traced.lower()
    marks.append(time.perf_counter())
    program = lowered.compile()
    marks.append(time.perf_counter())
    trace, lower, build = (b - a for a, b in pairwise(marks))
    return Compilation(trace, lower, build, _hlo(program), *_costs(program), _peak(program))


def _hlo(program: Any) -> str:
    text = ""
    with suppress(Exception):  # not every backend shows its programs
        text = program.as_text() or ""
    return text if len(text) <= _MAX_HLO else ""


def _costs(program: Any) -> tuple[float | None, float | None]:
    """XLA's estimates of floating-point operations and of bytes moved."""
    with suppress(Exception):  # not every backend estimates
        costs = program.cost_analysis()
        costs = costs[0] if isinstance(costs, list) else costs
        return costs.get("flops"), costs.get("bytes accessed")
    return None, None


def _peak(program: Any) -> int | None:
    with suppress(Exception):  # not every backend knows
        memory = program.memory_analysis()
        used = memory.argument_size_in_bytes + memory.output_size_in_bytes + memory.temp_size_in_bytes
        return int(used - memory.alias_size_in_bytes)
    return None


def more_programs(compiled: Any, calls: Sequence[Call]) -> int:
    """How many more programs other calls of a jitted function need."""
    count = 0
    for call in calls:
        args, kwargs = jax.tree_util.tree_map(as_jax, copy.deepcopy((call.args, call.kwargs)))
        wait_for((args, kwargs))
        with Compilations() as seen, suppress(Exception):  # an input on which it raises compiles nothing more
            wait_for(compiled(*args, **kwargs))
        count += seen.any
    return count


class Compilations:
    """Whether XLA compiled anything inside the `with` block."""

    _listening: "Compilations | None" = None
    _registered = False

    def __init__(self) -> None:
        self.any = False

    def __enter__(self) -> "Compilations":
        if not Compilations._registered:
            jax.monitoring.register_event_duration_secs_listener(Compilations._heard)
            Compilations._registered = True
        Compilations._listening = self
        return self

    def __exit__(self, *raised: object) -> None:
        Compilations._listening = None

    @staticmethod
    def _heard(event: str, duration_secs: float, **kwargs: str | int) -> None:
        if event == _COMPILED and Compilations._listening:
            Compilations._listening.any = True


def jit(function: Function, call: Call) -> tuple[Any, Call]:
    """The function under jit, and the call that it takes.

    Static are parameters that are named so or are given what cannot be traced. Objects among those (``self``) are
    closed over: jit would want them to be hashable, and compile anew for each copy.
    """
    if is_jitted(function):
        return function, call
    try:
        signature = inspect.signature(function)
        given = signature.bind(*call.args, **call.kwargs).arguments
    except (ValueError, TypeError):
        return jax.jit(function), call
    static = {name for name, value in given.items() if name in call.static or untraceable(value)}
    closed = {name: given[name] for name in static if not _is_plain(given[name])}
    if not closed:
        return jax.jit(function, static_argnames=tuple(sorted(static))), call

    def closing(**free: Any) -> Any:
        bound = signature.bind_partial()
        bound.arguments.update({name: (closed | free)[name] for name in given})
        return function(*bound.args, **bound.kwargs)

    free = {name: value for name, value in given.items() if name not in closed}
    return jax.jit(closing, static_argnames=tuple(sorted(static - closed.keys()))), Call(kwargs=free)


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, (bool, int, float, str, bytes))
