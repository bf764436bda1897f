"""Runs trials in child processes: a program that hangs or kills its process is a result like others."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain

SECONDS = 60
"""What one program may take."""


@dataclass(frozen=True, slots=True)
class Result:
    """A trial's kind and reasons, by the seed of its program."""

    seed: int
    kind: str
    reasons: tuple[str, ...]
    changed: bool = True


def run(seeds: range, jobs: int, seconds: float = math.inf) -> list[Result]:
    """All results, in the order of the seeds; as many as there is time for."""
    end = time.monotonic() + seconds
    shares = [seeds[job::jobs] for job in range(jobs)]
    with ThreadPoolExecutor(jobs) as pool:
        found = pool.map(lambda share: _share(share, end), shares)
        return sorted(chain.from_iterable(found), key=lambda result: result.seed)


def _share(seeds: range, end: float) -> list[Result]:
    results: list[Result] = []
    while len(results) < len(seeds) and time.monotonic() < end:
        results += _child(seeds[len(results) :], end)
    return results


def _child(seeds: range, end: float) -> Iterator[Result]:
    """Results until a child ends; its death is the result of the program that it was at."""
    argv = [sys.executable, "-m", __package__, "--worker", *map(str, (seeds.start, seeds.stop, seeds.step))]
    child = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    done = 0
    for line in child.stdout:
        seed, kind, reasons, changed = json.loads(line)
        done += 1
        yield Result(seed, kind, tuple(reasons), changed)
        if time.monotonic() > end:
            child.kill()
            child.wait()
            return
    if (code := child.wait()) and done < len(seeds):
        yield Result(seeds[done], "dies", (f"the process ended with {code}",))


def work(seeds: range) -> None:
    """The child's side: one line of JSON for each trial."""
    import jax

    from .grammar import program
    from .trial import trial

    for count, seed in enumerate(seeds):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(SECONDS)
        made = trial(program(seed))
        print(json.dumps([seed, made.kind, made.reasons, made.changed]), flush=True)
        if count % 100 == 99:
            jax.clear_caches()
    signal.alarm(0)
    sys.stdout.flush()
    os._exit(0)
