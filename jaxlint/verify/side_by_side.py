"""Runs original and rewritten module, each with x64 off and on, and judges every function."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jaxlint.verify.outcome import Died
from jaxlint.verify.plan import Plan
from jaxlint.verify.protocol import Job
from jaxlint.verify.sandbox import Limits, Record, run_job
from jaxlint.verify.verdict import Kind, Verdict, judge, worst


class InputsError(Exception):
    """The inputs cannot be read."""


def side_by_side(
    before: Path, after: Path, plan: Plan, inputs: Path | None, *, grad: bool = False, limits: Limits | None = None
) -> tuple[Verdict, ...]:
    """A verdict on every function that changed or has inputs. Raises InputsError."""
    verdicts: dict[str, list[Verdict]] = {}
    for x64 in (False, True):
        left, right = _run(before, after, plan, inputs, x64, grad, limits or Limits())
        for verdict in _judge(plan, left, right, x64):
            verdicts.setdefault(verdict.function, []).append(verdict)
    return tuple(worst(name, both) for name, both in verdicts.items())


def _run(
    before: Path, after: Path, plan: Plan, inputs: Path | None, x64: bool, grad: bool, limits: Limits
) -> tuple[Record, Record]:
    def job(side: str, module: Path) -> Job:
        return Job(
            side=side,
            module=str(module.resolve()),
            search=(str(before.resolve().parent),),
            functions=plan.common,
            nullary=tuple(plan.nullary & set(plan.changed)),
            inputs=str(inputs.resolve()) if inputs else None,
            jax_code=plan.before_is_jax,
            x64=x64,
            grad=grad,
            events="",
            memory=limits.memory,
            parent=os.getpid(),
        )

    jobs = (job("original", before), job("subject", after))
    stop = threading.Event()
    with ThreadPoolExecutor(len(jobs)) as pool:
        try:
            left, right = pool.map(lambda job: run_job(job, limits, stop), jobs)
        finally:
            stop.set()
    return left, right


def _judge(plan: Plan, left: Record, right: Record, x64: bool) -> list[Verdict]:
    for record in (left, right):
        if record.refused and record.refused.what == "inputs":
            raise InputsError(record.refused.message)
    names = plan.to_compare(frozenset(left.with_inputs) | frozenset(right.with_inputs))
    if refused := left.refused:
        reason = f"the original cannot be imported: {refused.message}"
        return [Verdict(name, Kind.CANNOT_COMPARE, (reason,)) for name in names]
    if refused := right.refused:
        reason = f"the rewritten module cannot be imported: {refused.message}"
        return [Verdict(name, Kind.FAILED, (reason,)) for name in names]
    return [worst(name, _cases(name, left, right, x64)) for name in names]


def _cases(name: str, left: Record, right: Record, x64: bool) -> list[Verdict]:
    if any(left.given[key] != right.given[key] for key in left.given.keys() & right.given.keys() if key[0] == name):
        return [Verdict(name, Kind.CANNOT_COMPARE, ("the inputs differ from one run to the next: seed them",))]
    # A child that dies takes the later cases of its function along; its death is the verdict.
    lost = Died("did not get to this case")
    keys = sorted(key for key in left.outcomes.keys() | right.outcomes.keys() if key[0] == name)
    return judge(name, [(left.outcomes.get(key, lost), right.outcomes.get(key, lost)) for key in keys], x64=x64)
