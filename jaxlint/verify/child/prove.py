"""The verdict on one function: the calls, what they show, and the smallest call that shows it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import ModuleType

import jax
import numpy as np

from jaxlint.verify.child.alarm import within
from jaxlint.verify.child.build import Builder, Plain
from jaxlint.verify.child.execute import Call
from jaxlint.verify.child.show import show
from jaxlint.verify.child.supply import Supply
from jaxlint.verify.child.trial import Tell, Trials
from jaxlint.verify.inputs.spec import Arguments
from jaxlint.verify.outcome import Raised, Returned
from jaxlint.verify.verdict import Kind, Verdict, judge, judge_case, worst

_SECONDS = 20.0


@dataclass(slots=True)
class Prover:
    """Runs the calls of one function. ``vary`` is how many variations of described calls to try."""

    trials: Trials
    tell: Callable[[bool], Tell]
    x64: bool
    vary: int
    _mutated: set[str] = field(default_factory=set)

    def prove(self, supply: Supply) -> Verdict:
        """The verdict from all calls, variations included."""
        described = given(supply, self.trials.sides.before)
        verdicts = self._fixed([*supply.calls, *(call for _, call in described)])
        if self.vary and not any(verdict.kind is Kind.CANNOT_COMPARE for verdict in verdicts):
            for arguments, _ in described:
                verdicts += self._varied(arguments)
        return replace(worst(self.trials.function, _smallest_first(verdicts)), source=supply.source)

    def _fixed(self, calls: list[Call]) -> list[Verdict]:
        outcomes = [self.trials.run(call, self.tell(False)) for call in calls]
        self._mutated |= {name for left, _ in outcomes if isinstance(left, Returned) for name in left.mutated}
        verdicts = judge(self.trials.function, outcomes, x64=self.x64)
        return [self._with_example(verdict, call) for verdict, call in zip(verdicts, calls, strict=True)]

    def _with_example(self, verdict: Verdict, call: Call) -> Verdict:
        return verdict if verdict.kind.passes else replace(verdict, example=show(self.trials.function, call))

    def _varied(self, arguments: Arguments) -> list[Verdict]:
        """Verdicts on the variations with which the original runs, the last the one on the smallest that differs."""
        from jaxlint.verify.child.vary import Drawn, smallest

        found: list[Verdict] = []

        def shows(values: Drawn, sizes: dict[str, int]) -> bool:
            try:
                with within(_SECONDS):
                    call = Builder(self.trials.sides.before, sizes, values).call(arguments)
                    verdict = self._one(call)
            except BaseException:
                return False
            if verdict is None:
                return False
            found.append(verdict)
            return verdict.kind in (Kind.DIFFERENT, Kind.FAILED)

        smallest(arguments, shows, self.vary)
        return found

    def _one(self, call: Call) -> Verdict | None:
        """The verdict on a varied call; None for one that the original refuses, or that takes too long."""
        expected, actual = self.trials.run(call, self.tell(True))
        overrun = isinstance(actual, Raised) and actual.error == "Overrun"
        if not isinstance(expected, Returned) or overrun:
            return None
        self._mutated |= set(expected.mutated)
        verdict = judge_case(self.trials.function, expected, actual, self._mutated, x64=self.x64)
        if not verdict.kind.passes and not _finite(call):
            verdict = replace(verdict, notes=(*verdict.notes, "seen with NaN or infinite inputs"))
        return self._with_example(verdict, call)


def given(supply: Supply, module: ModuleType) -> list[tuple[Arguments, Call]]:
    """Each description with the first call that it describes, its classes those of a module."""
    return [
        (arguments, Builder(module, _first_sizes(arguments), Plain()).call(arguments)) for arguments in supply.described
    ]


def _first_sizes(arguments: Arguments) -> dict[str, int]:
    from jaxlint.verify.child.vary import sizes

    return next(sizes(arguments))


def _smallest_first(verdicts: list[Verdict]) -> list[Verdict]:
    """`worst` takes its example from the first of the worst."""
    return sorted(verdicts, key=lambda verdict: len(verdict.example))


def _finite(call: Call) -> bool:
    leaves = jax.tree_util.tree_leaves((call.args, call.kwargs))
    return all(np.isfinite(leaf).all() for leaf in leaves if isinstance(leaf, (np.ndarray, float)) and _inexact(leaf))


def _inexact(leaf: object) -> bool:
    return isinstance(leaf, float) or np.issubdtype(np.asarray(leaf).dtype, np.inexact)
