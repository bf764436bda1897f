"""Measures the functions that the verifier has passed: one process, alone on the machine, for each platform."""

import importlib.util
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points

import msgspec

from jaxlint.verify.protocol import Pair, Target
from jaxlint.verify.sandbox import Heard, run_job, unheard
from jaxlint.verify.side_by_side import Ways, job_for, wide_by_choice
from jaxlint.verify.speed.record import Machine, Speed

CPU, CHOSEN = "cpu", ""
"""Platforms of a child: the CPU, and whatever JAX chooses by itself."""


@dataclass(frozen=True, slots=True)
class Race:
    """The machines that measured, and how fast each function is on each of them."""

    machines: tuple[Machine, ...] = ()
    speeds: tuple[tuple[Target, Speed], ...] = ()

    def of(self, target: Target) -> tuple[Speed, ...]:
        return tuple(speed for one, speed in self.speeds if one == target)


def race(
    pairs: Sequence[Pair], ways: Ways, targets: Collection[Target], platforms: Sequence[str], hear: Heard = unheard
) -> Race:
    """How fast the targets are on each platform; 64-bit types as the environment says."""
    every = {Target(number, name) for number, pair in enumerate(pairs) for name in pair.functions}
    machines: list[Machine] = []
    speeds: list[tuple[Target, Speed]] = []
    for platform in platforms if targets else ():
        job = msgspec.structs.replace(
            job_for(pairs, ways, x64=wide_by_choice(), platform=platform),
            task="measure",
            skip=tuple(every - set(targets)),
        )
        record = run_job(job, ways.limits, threading.Event(), hear)
        if record.machine:
            machines.append(record.machine)
        speeds += record.speeds.items()
    return Race(tuple(machines), tuple(speeds))


def available(ways: Ways) -> tuple[str, ...]:
    """The platforms of this machine. JAX is asked, in a child, only if a plugin for an accelerator is installed."""
    if not _has_plugin():
        return (CPU,)
    probe = msgspec.structs.replace(job_for((_NOTHING,), ways, x64=False, platform=CHOSEN), task="measure")
    machine = run_job(probe, ways.limits, threading.Event()).machine
    return (CPU,) if machine is None or machine.platform == "cpu" else (CPU, CHOSEN)


_NOTHING = Pair("", "", ("nothing",), (), (), True)


def _has_plugin() -> bool:
    modules = ("jax_plugins", "libtpu")
    return any(map(importlib.util.find_spec, modules)) or bool(entry_points(group="jax_plugins"))
