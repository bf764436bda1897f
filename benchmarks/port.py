"""`jaxlint port` on the development set: what is ported, whether it is right, and how fast it is.

    python benchmarks/port.py [AREA ...]            a row for each function of fixtures/port
    python benchmarks/port.py --table > table.md    the same as Markdown, as in docs/port.md
    python benchmarks/port.py --no-speed            without measuring

Every function is ported with its whole module. The port is compared with NumPy under jit, with x64 off and on, in
child processes; then NumPy, the port and a version by hand take turns, with x64 on, on inputs that are larger. All on
one core, so that XLA and BLAS have one thread each; the quickest of many calls counts: a busy machine hurts less.
"""

import argparse
import copy
import math
import os
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
os.environ.update(THREADS)
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.environ.setdefault("JAX_PLATFORMS", "cpu")
sys.path.insert(0, str(Path(__file__).parents[1]))

SECONDS, BATCH = 0.6, 5e-3
"""Of steady running for a function, and of one side in a round."""
FEWEST, CALLS = 3, 100
"""Rounds, and the most calls of one side in a round."""


@dataclass(frozen=True)
class Row:
    """What became of one function. Seconds; ``compiling`` and ``running`` by side."""

    area: str
    name: str
    verdict: str
    reason: str = ""
    compiling: dict[str, float] = field(default_factory=dict)
    running: dict[str, float] = field(default_factory=dict)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("areas", nargs="*", help="folders of fixtures/port; all of them by default")
    parser.add_argument("--table", action="store_true", help="Markdown")
    parser.add_argument("--no-speed", action="store_true")
    options = parser.parse_args()
    from tests.port.area import AREAS

    rows = []
    show = markdown if options.table else plain
    if options.table:
        print("| function | | compiling, ms | by hand | NumPy, us | port | by hand | to NumPy | to by hand |")
        print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
    for area in AREAS:
        if not options.areas or area.name in options.areas:
            for row in looked_at(area, speed=not options.no_speed):
                rows.append(row)
                print(show(row), flush=True)
    print("\n" + "\n".join(summary(rows)))
    sys.exit(any(row.verdict == "wrong" for row in rows))


def looked_at(area: Any, *, speed: bool) -> Iterator[Row]:
    """A row for each function of an area."""
    from jaxlint.engine.port import port
    from jaxlint.source import read

    outcome = port([read(area.folder / "before.py")])
    text = outcome.texts[str(area.folder / "before.py")]
    became = {one.name: one for one in outcome.functions}
    verdicts = area.verdicts(text)
    for name in area.functions:
        one = became.get(name)
        if one is None or one.status != "ported":
            yield Row(area.name, name, "declined", one.reason if one is not None else "it does not compute with NumPy")
        elif not verdicts[name].kind.passes:
            yield Row(area.name, name, "wrong", "; ".join(verdicts[name].reasons))
        elif speed:
            yield measured(area, name, text)
        else:
            yield Row(area.name, name, "ported")


def measured(area: Any, name: str, text: str) -> Row:
    """The times of NumPy, the port and the version by hand for the larger inputs."""
    import jax

    from tests.rewrites.story import module

    (arguments,) = area.inputs.timing[name]
    with (
        jax.enable_x64(True),
        module(area.before, "before") as old,
        module(text, "after") as new,
        module(area.by_hand, "by_hand") as hand,
    ):
        sides: dict[str, ModuleType] = {"port": new, "by hand": hand}
        compiling = {side: compilation(getattr(each, name), arguments) for side, each in sides.items()}
        runners = {"NumPy": numpy_runner(getattr(old, name), arguments)}
        runners |= {side: jax_runner(getattr(each, name), arguments) for side, each in sides.items()}
        running = least(runners)
    return Row(area.name, name, "ported", "", compiling, running)


def least(runners: dict[str, Any]) -> dict[str, float]:
    """Seconds of the quickest single call of each side; they take turns, in rounds of some calls."""
    best = dict.fromkeys(runners, math.inf)
    deadline = time.perf_counter() + SECONDS
    rounds = 0
    while rounds < FEWEST or time.perf_counter() < deadline:
        rounds += 1
        for side, runner in runners.items():
            for _ in range(max(1, min(CALLS, int(BATCH / best[side]) if rounds > 1 else 1))):
                arguments, _ = runner.arguments()
                start = time.perf_counter()
                runner.wait(runner.function(*arguments))
                best[side] = min(best[side], time.perf_counter() - start)
    return best


def numpy_runner(function: Any, arguments: tuple[Any, ...]) -> Any:
    """Arguments are new for each call, as functions change them."""
    from jaxlint.verify.child.timing import Runner

    return Runner(function, lambda: (copy.deepcopy(arguments), {}), True, lambda result: None)


def jax_runner(function: Any, arguments: tuple[Any, ...]) -> Any:
    """A jitted function, compiled by its first call."""
    import jax

    from jaxlint.verify.child.timing import Runner, wait_for

    given = on_device(function, arguments)
    jax.block_until_ready(function(**given))
    return Runner(partial(function, **given), lambda: ((), {}), False, wait_for)


def compilation(function: Any, arguments: tuple[Any, ...]) -> float:
    """Seconds of tracing and compiling, the least of three; what is not jitted is not measured."""
    import jax

    if not hasattr(function, "lower"):
        return math.nan
    given = on_device(function, arguments)
    seconds = []
    for _ in range(3):
        jax.clear_caches()
        start = time.perf_counter()
        function.lower(**given).compile()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def on_device(function: Any, arguments: tuple[Any, ...]) -> dict[str, Any]:
    import jax

    from jaxlint.verify.child.execute import as_jax
    from tests.port.area import keyed

    return {name: jax.tree.map(as_jax, value) for name, value in keyed(function, arguments, 7).items()}


def plain(row: Row) -> str:
    told = f"{row.area}.{row.name}: {row.verdict}{': ' if row.reason else ''}{row.reason}"
    if not row.running:
        return told
    ms = {side: f"{1e3 * seconds:.0f}" for side, seconds in row.compiling.items()}
    us = {side: f"{1e6 * seconds:.1f}" for side, seconds in row.running.items()}
    return (
        f"{told}; compiling {ms['port']} ms (by hand {ms['by hand']}); {us['port']} us, by hand {us['by hand']}, "
        f"NumPy {us['NumPy']}; {ratio(row, 'NumPy', 'port'):.1f}x NumPy, {ratio(row, 'port', 'by hand'):.2f} of by hand"
    )


def markdown(row: Row) -> str:
    told = row.verdict if not row.reason else f"{row.verdict}: {row.reason.replace('|', '&#124;')}"
    cells = [""] * 7
    if row.running:
        cells = [f"{1e3 * row.compiling[side]:.0f}" for side in ("port", "by hand")]
        cells += [f"{1e6 * row.running[side]:.1f}" for side in ("NumPy", "port", "by hand")]
        cells += [f"{ratio(row, 'NumPy', 'port'):.1f}", f"{ratio(row, 'port', 'by hand'):.2f}"]
    return f"| {row.area}.{row.name} | {told} | {' | '.join(cells)} |"


def ratio(row: Row, one: str, other: str) -> float:
    return row.running[one] / row.running[other]


def summary(rows: list[Row]) -> Iterator[str]:
    """Counts and geometric means."""
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in ("ported", "declined", "wrong")}
    yield f"{len(rows)} functions: {', '.join(f'{count} {verdict}' for verdict, count in counts.items())}."
    timed = [row for row in rows if row.running]
    if timed:
        means = {
            "to NumPy": [ratio(row, "NumPy", "port") for row in timed],
            "by hand to NumPy": [ratio(row, "NumPy", "by hand") for row in timed],
            "to by hand": [ratio(row, "port", "by hand") for row in timed],
            "compiling": [row.compiling["port"] / row.compiling["by hand"] for row in timed if row.compiling],
        }
        mean = {what: statistics.geometric_mean(found) for what, found in means.items()}
        yield (
            f"Geometric means over {len(timed)}: {mean['to NumPy']:.1f} times as fast as NumPy (by hand "
            f"{mean['by hand to NumPy']:.1f}); {mean['to by hand']:.2f} of the time of the version by hand; "
            f"{mean['compiling']:.2f} of its time to compile."
        )


if __name__ == "__main__":
    main()
