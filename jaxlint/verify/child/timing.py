"""Times calls: everything once for warm-up, then round by round in turn, device work awaited."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax

Arguments = tuple[tuple[Any, ...], dict[str, Any]]

_ROUNDS = 61
_FEWEST, _FEWEST_SLOW = 5, 3
_BATCH_SECONDS = 2e-3
_SLOW = 1.0


@dataclass(frozen=True, slots=True)
class Runner:
    """A callable with a source of arguments. ``fresh`` arguments are wanted for each call of what changes its own.

    ``wait`` blocks until the result is there: nothing to do for NumPy.
    """

    function: Callable[..., Any]
    arguments: Callable[[], Arguments]
    fresh: bool
    wait: Callable[[Any], Any]


def wait_for(value: Any) -> None:
    """Block until the arrays of a pytree are there."""
    jax.block_until_ready(value)  # type: ignore[no-untyped-call]


def interleaved(runners: Sequence[Runner], seconds: float) -> list[tuple[float, ...]]:
    """Seconds per call of each runner in each round.

    Rounds take turns over the runners, each time from another one on, and a batch of short calls follows an untimed
    one, so that neither the machine's load nor what the neighbour left in the caches favours one of them.
    """
    batches = [_calls_in_a_batch(runner) for runner in runners]
    samples: list[list[float]] = [[] for _ in runners]
    deadline = time.perf_counter() + seconds
    for turn in range(_ROUNDS):
        for shift in range(len(runners)):
            i = (turn + shift) % len(runners)
            samples[i].append(_batch(runners[i], batches[i]))
        slow = max(each[0] for each in samples) > _SLOW
        if turn + 1 >= (_FEWEST_SLOW if slow else _FEWEST) and time.perf_counter() > deadline:
            break
    return [tuple(each) for each in samples]


def _calls_in_a_batch(runner: Runner) -> int:
    """Enough of them for the clock; the quickest of a few tells how long one takes."""
    once = _separately(runner, 1)
    if once < _BATCH_SECONDS:
        once = min(once, *(_separately(runner, 1) for _ in range(4)))
    return max(1, math.ceil(_BATCH_SECONDS / max(once, 1e-9)))


def _batch(runner: Runner, calls: int) -> float:
    if calls > 1:
        _separately(runner, 1)
    return (_separately if runner.fresh else _together)(runner, calls)


def _together(runner: Runner, calls: int) -> float:
    args, kwargs = runner.arguments()
    function, wait = runner.function, runner.wait
    start = time.perf_counter()
    for _ in range(calls):
        wait(function(*args, **kwargs))
    return (time.perf_counter() - start) / calls


def _separately(runner: Runner, calls: int) -> float:
    total = 0.0
    for _ in range(calls):
        args, kwargs = runner.arguments()
        start = time.perf_counter()
        runner.wait(runner.function(*args, **kwargs))
        total += time.perf_counter() - start
    return total / calls
