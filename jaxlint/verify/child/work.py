"""A job's pairs, one after the other: imports both versions and the inputs, and judges every function."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jaxlint.verify.child.execute import Call
from jaxlint.verify.child.load import Inputs, load_inputs, load_module, package_of
from jaxlint.verify.child.machine import machine
from jaxlint.verify.child.prove import prove
from jaxlint.verify.child.race import Race
from jaxlint.verify.child.show import show
from jaxlint.verify.child.sides import Sides
from jaxlint.verify.child.trace import is_own
from jaxlint.verify.child.trial import Trials
from jaxlint.verify.protocol import (
    Event,
    Importing,
    Job,
    Judged,
    Measured,
    NotLoaded,
    On,
    Pair,
    Passed,
    Started,
    Target,
)
from jaxlint.verify.verdict import Kind, Verdict

Send = Callable[[Event], None]


def work(job: Job, send: Send) -> None:
    """Send what is to be said about each function of each pair."""
    if job.speed:
        send(On(machine()))
    for number, pair in enumerate(job.pairs):
        wanted = [Target(number, name) for name in pair.functions]
        left = [target for target in wanted if target not in job.skip]
        if left:
            with _tidy():
                _work_on(job, number, pair, left, send)


def _work_on(job: Job, number: int, pair: Pair, targets: list[Target], send: Send) -> None:
    def imported(what: str, loader: Any, *arguments: Any) -> Any:
        send(Importing(number, what))
        try:
            return loader(*arguments)
        except BaseException as error:
            raise _Refused(what, f"{type(error).__name__}: {error}") from None

    before, after = Path(pair.before), Path(pair.after)
    try:
        original = imported("original", load_module, before, pair.search)
        inputs = imported("inputs", load_inputs, Path(pair.inputs)) if pair.inputs else Inputs()
        rewritten = imported("rewritten", load_module, after, pair.search, package_of(after) or package_of(before))
    except _Refused as refused:
        send(NotLoaded(number, *refused.args))
        return
    for target in targets:
        _judge(job, pair, target, Sides(original, rewritten), inputs, send)


class _Refused(Exception):
    """A module or inputs that cannot be imported."""


def _judge(job: Job, pair: Pair, target: Target, sides: Sides, inputs: Inputs, send: Send) -> None:
    name = target.function

    def tell(step: str, call: Call) -> None:
        send(Started(target, step, show(name, call)))

    if job.speed:
        if calls := inputs.calls.get(name, [Call()] if name in pair.nullary else []):
            send(Started(target, "speed"))
            race = Race(sides, name, pair.jax_code, inputs.oracles.get(name), name in inputs.host)
            send(Measured(target, race.run(calls)))
        else:
            send(Passed(target))
        return
    trials = Trials(sides, name, pair.jax_code, job.grad, inputs.oracles.get(name), name in inputs.host)
    if name in inputs.calls:
        verdict = prove(trials, inputs.calls[name], Path(pair.inputs or "").name, tell, x64=job.x64)
    elif name not in pair.changed:
        send(Passed(target))
        return
    elif name in pair.nullary:
        verdict = prove(trials, [Call()], "no arguments", tell, x64=job.x64)
    else:
        verdict = Verdict(name, Kind.CANNOT_COMPARE, ("no inputs are given",), cases=0)
    send(Judged(target, verdict))


@contextlib.contextmanager
def _tidy() -> Iterator[None]:
    """Forget the user's modules afterwards: the next pair may have others of the same names."""
    path, modules = list(sys.path), set(sys.modules)
    try:
        yield
    finally:
        sys.path[:] = path
        for name in sys.modules.keys() - modules:
            file = getattr(sys.modules[name], "__file__", None)
            if file and is_own(file):
                del sys.modules[name]
