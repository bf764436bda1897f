"""A job's pairs, one after the other: imports both versions and the inputs, and judges every function."""

import contextlib
import sys
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jaxlint.verify.child.load import Inputs, load_inputs, load_module, package_of
from jaxlint.verify.child.machine import machine
from jaxlint.verify.child.observe import raised_at_import, ran_again, telling, watched
from jaxlint.verify.child.prove import Prover
from jaxlint.verify.child.race import timed
from jaxlint.verify.child.recorded import Recorded, load_recorded
from jaxlint.verify.child.show import show
from jaxlint.verify.child.sides import Sides
from jaxlint.verify.child.supply import Supplier, returned
from jaxlint.verify.child.trace import is_own, own_lines
from jaxlint.verify.child.trial import Tell, Trials
from jaxlint.verify.inputs.module import ModuleText
from jaxlint.verify.protocol import (
    MODULE,
    Event,
    Importing,
    Job,
    Judged,
    Measured,
    NotLoaded,
    Observed,
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
    if job.task == "measure":
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
            raise _Refused(what, f"{type(error).__name__}: {error}") from error

    before, after, home = Path(pair.before), Path(pair.after), Path(pair.home) if pair.home else None
    try:
        original = imported("original", load_module, before, home)
        inputs = imported("inputs", load_inputs, Path(pair.inputs)) if pair.inputs else Inputs()
        recorded = imported("inputs", load_recorded, Path(pair.recorded), original) if pair.recorded else Recorded()
        stands_for = home or (after if package_of(after) else before)
        rewritten = original if after == before else imported("rewritten", load_module, after, stands_for)
    except _Refused as refused:
        if isinstance(refused.__cause__, Exception):
            send(Observed(Target(number, MODULE), (raised_at_import(refused.__cause__),), True))
        send(NotLoaded(number, *refused.args))
        return
    accepted = telling if job.task == "observe" else returned
    supplier = Supplier(pair, inputs, recorded, ModuleText(_text(before)), job.guess, accepted)
    for target in targets:
        _answer(job, supplier, target, Sides(original, rewritten), send)


def _text(path: Path) -> str:
    """A module's source in the encoding that it declares."""
    with tokenize.open(path) as file:
        return file.read()


class _Refused(Exception):
    """A module or inputs that cannot be imported."""


def _answer(job: Job, supplier: Supplier, target: Target, sides: Sides, send: Send) -> None:
    name = target.function
    if name == MODULE:
        pair = supplier.pair
        send(Observed(target, tuple(ran_again(Path(pair.before), Path(pair.home or pair.before))), True))
        return
    if name not in supplier.pair.changed and not supplier.mentions(name):
        send(Passed(target))
        return
    inputs = supplier.inputs
    trials = Trials(sides, name, supplier.pair.jax_code, job.grad, inputs.oracles.get(name), name in inputs.host)

    match job.task:
        case "compare":
            send(Judged(target, _verdict(job, supplier, target, trials, send)))
        case "measure":
            send(Started(target, "speed"))
            send(Measured(target, timed(supplier, trials)))
        case "observe":
            send(Started(target, "watch"))
            send(Observed(target, *watched(supplier, trials, x64=job.x64)))


def _verdict(job: Job, supplier: Supplier, target: Target, trials: Trials, send: Send) -> Verdict:
    name = target.function

    def telling(varied: bool) -> Tell:
        return lambda step, call: send(Started(target, step, show(name, call), varied))

    try:
        supply = supplier.supply(trials, lambda call: send(Started(target, "inputs", show(name, call) if call else "")))
        if supply is None:
            reason = supplier.recorded.problems.get(name) or (
                "no inputs were found" if job.guess else "no inputs are given"
            )
            return Verdict(name, Kind.CANNOT_COMPARE, (reason,), cases=0)
        return Prover(trials, telling, job.x64, 0 if target in job.steady else job.vary, job.widen).prove(supply)
    except Exception as error:
        reason = f"its inputs cannot be made: {type(error).__name__}: {error}"
        return Verdict(name, Kind.CANNOT_COMPARE, (reason,), cases=0, trace=own_lines(error))


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
