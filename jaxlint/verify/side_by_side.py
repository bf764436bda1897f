"""Runs original and rewritten modules side by side, with x64 off and on, and collects the verdicts."""

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from jaxlint.verify.plan import Plan
from jaxlint.verify.protocol import Job, NotLoaded, Pair, Target
from jaxlint.verify.sandbox import Heard, Limits, Record, run_job, unheard
from jaxlint.verify.verdict import Kind, Verdict, worst


class InputsError(Exception):
    """The inputs cannot be read; names their file."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How thoroughly to compare: gradients too; inputs guessed where none are given; that many variations of them."""

    grad: bool = False
    guess: bool = False
    vary: int = 0
    limits: Limits = field(default_factory=Limits)


def paired(
    before: Path,
    after: Path,
    plan: Plan,
    inputs: Path | None = None,
    recorded: Path | None = None,
    home: Path | None = None,
) -> Pair:
    """What a child is to compare of two files, which may stand for a file elsewhere."""
    return Pair(
        before=str(before.resolve()),
        after=str(after.resolve()),
        functions=plan.common,
        changed=plan.changed,
        nullary=tuple(plan.nullary),
        jax_code=plan.before_is_jax,
        inputs=str(inputs.resolve()) if inputs else None,
        recorded=str(recorded.resolve()) if recorded else None,
        home=str(home.resolve()) if home else None,
    )


def side_by_side(
    pairs: Sequence[Pair], ways: Ways = Ways(), hear: Heard = unheard, platforms: Sequence[str] = ("cpu",)
) -> list[tuple[Verdict, ...]]:
    """For each pair, a verdict on every function that changed or has inputs. Raises InputsError."""
    stop = threading.Event()
    jobs = [job_for(pairs, ways, x64=x64, platform=platform) for platform in platforms for x64 in (False, True)]
    with ThreadPoolExecutor(2) as pool:
        try:
            records = list(pool.map(lambda job: run_job(job, ways.limits, stop, hear), jobs))
        finally:
            stop.set()
    return [_merged(number, pair, records) for number, pair in enumerate(pairs)]


def wide_by_choice() -> bool:
    """Whether the user's environment has 64-bit types on."""
    return os.environ.get("JAX_ENABLE_X64", "").lower() in ("1", "true", "on")


def job_for(pairs: Sequence[Pair], ways: Ways, *, x64: bool, platform: str = "cpu") -> Job:
    """A job without a file for its events, which ``run_job`` gives it."""
    return Job(
        pairs=tuple(pairs),
        x64=x64,
        widen=x64 and not wide_by_choice(),
        grad=ways.grad,
        guess=ways.guess,
        vary=ways.vary,
        events="",
        # An accelerator's driver holds its programs and libraries in the host's memory.
        memory=ways.limits.memory * (1 if platform == "cpu" else 16),
        parent=os.getpid(),
        platform=platform,
    )


def _merged(number: int, pair: Pair, records: Sequence[Record]) -> tuple[Verdict, ...]:
    """The worse of the verdicts with x64 off and on."""
    refused = [record.refused[number] for record in records if number in record.refused]
    if refused:
        return _refusal(pair, refused[0])
    found = []
    for name in pair.functions:
        target = Target(number, name)
        if both := [record.verdicts[target] for record in records if target in record.verdicts]:
            found.append(worst(name, both))
    return tuple(found)


def _refusal(pair: Pair, refused: NotLoaded) -> tuple[Verdict, ...]:
    match refused.what:
        case "inputs":
            raise InputsError(f"{pair.inputs}: {refused.message}")
        case "original":
            kind, reason = Kind.CANNOT_COMPARE, f"the original cannot be imported: {refused.message}"
        case _:
            kind, reason = Kind.FAILED, f"the rewritten module cannot be imported: {refused.message}"
    return tuple(Verdict(name, kind, (reason,)) for name in pair.changed or pair.functions)
