"""The verdict on one function: the calls, what they show, and the smallest call that shows it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import ModuleType

import jax
import numpy as np

from jaxlint.verify.child.alarm import Overrun, within
from jaxlint.verify.child.build import Builder, Plain
from jaxlint.verify.child.draws import drawn_alike
from jaxlint.verify.child.execute import Call
from jaxlint.verify.child.keys import changed_on_purpose
from jaxlint.verify.child.rounding import Rounding, rounding
from jaxlint.verify.child.show import show
from jaxlint.verify.child.supply import Supply
from jaxlint.verify.child.trial import Tell, Trials
from jaxlint.verify.child.vary import Drawn, smallest
from jaxlint.verify.child.widths import WIDENED, widened
from jaxlint.verify.inputs.spec import Arguments, base_sizes
from jaxlint.verify.outcome import Outcome, Raised, Returned, blank
from jaxlint.verify.verdict import Kind, Verdict, judge, judge_case, worst

_ORIGINAL_SECONDS, _REWRITTEN_SECONDS = 2.0, 20.0
"""Of work, for a varied call: it may well be one with which the original does not end."""
_OVERRUNS = 3
"""So many calls that do not end, and no more are tried."""
DECIDED_BY_ROUNDING = "left out: calls where a last digit of the arguments changes the original's result as much"
REFUSES_EMPTY = "raises for empty arrays: a loop's body is traced even if it has no turns"
_EMPTY = ("with size 0", "zero-size array")
_LOOP = re.compile(r"\b(fori_loop|while_loop|scan)\(")
_FEW = 4
"""Variations of a call whose difference takes a proof each time."""


@dataclass(slots=True)
class Prover:
    """Runs the calls of one function. ``vary`` is how many variations of described calls to try; ``widen``: where
    widths are all that is wrong with inputs of 32 bits, those of 64 will do."""

    trials: Trials
    tell: Callable[[bool], Tell]
    x64: bool
    vary: int
    widen: bool = False
    _mutated: set[str] = field(default_factory=set)
    _reuse: bool = False
    _overruns: int = 0

    def prove(self, supply: Supply) -> Verdict:
        """The verdict from all calls, variations included."""
        described = given(supply, self.trials.sides.before)
        verdicts = self._fixed([*supply.calls, *(call for _, call in described)])
        if self.vary and not any(verdict.kind is Kind.CANNOT_COMPARE for verdict in verdicts):
            intended = any(verdict.kind is Kind.CHANGED_ON_PURPOSE for verdict in verdicts)
            for arguments, _ in described:
                verdicts += self._varied(arguments, min(self.vary, _FEW) if intended else self.vary)
        if verdicts and not any(verdict.cases for verdict in verdicts):
            return Verdict(self.trials.function, Kind.CANNOT_COMPARE, verdicts[0].notes, cases=0, source=supply.source)
        return replace(worst(self.trials.function, verdicts), source=supply.source)

    def _fixed(self, calls: list[Call]) -> list[Verdict]:
        ran = [self._ran(call) for call in calls]
        outcomes = [both for _, both, _ in ran]
        self._mutated |= {name for left, _ in outcomes if isinstance(left, Returned) for name in left.mutated}
        verdicts = judge(self.trials.function, outcomes, x64=self.x64)
        return [
            _noted(self._considered(verdict, call, *both), *notes)
            for verdict, (call, both, notes) in zip(verdicts, ran, strict=True)
        ]

    def _ran(self, call: Call) -> tuple[Call, tuple[Outcome, Outcome], tuple[str, ...]]:
        """Both outcomes of a call, or of a wider one if that must do, and a word on that."""
        both = self.trials.run(call, self.tell(False))
        if self.widen and (wide := widened(call, *both)):
            return wide, self.trials.run(wide, self.tell(False)), (WIDENED,)
        return call, both, ()

    def _considered(self, verdict: Verdict, call: Call, expected: Outcome, actual: Outcome) -> Verdict:
        """A difference may be one of random numbers only, and NaN may come out otherwise without jit."""
        if verdict.kind is Kind.DIFFERENT:
            if self.trials.jax_code:
                intended = changed_on_purpose(self.trials, call, actual, x64=self.x64, known=self._reuse)
            else:
                intended = drawn_alike(self.trials, call, expected, actual, x64=self.x64)
            verdict = intended or verdict
            self._reuse = self._reuse or verdict.kind is Kind.CHANGED_ON_PURPOSE
        finite = _finite(call)
        if (
            verdict.kind is Kind.DIFFERENT
            and finite
            and (excused := self._as_rounding(verdict, call, expected, actual))
        ):
            return excused
        if verdict.kind is Kind.EQUIVALENT and not finite:
            verdict = worst(self.trials.function, [verdict, self._without_jit(call, expected)])
            verdict = replace(verdict, cases=1)
        if verdict.kind.passes:
            return verdict
        seen = () if finite else ("seen with NaN or infinite inputs",)
        return replace(verdict, example=show(self.trials.function, call), notes=verdict.notes + seen)

    def _as_rounding(self, verdict: Verdict, call: Call, expected: Outcome, actual: Outcome) -> Verdict | None:
        """Of results, not of gradients: those nobody asked to be as exact."""
        if self.trials.grad or not (isinstance(expected, Returned) and isinstance(actual, Returned)):
            return None
        if expected.mutated or actual.mutated:
            return None
        if not judge_case(self.trials.function, blank(expected), blank(actual), set(), x64=self.x64).kind.passes:
            return None
        match rounding(self.trials, call, expected, actual):
            case Rounding.EXPLAINS:
                note = "a difference that rounding of the arguments explains"
                return replace(verdict, kind=Kind.EQUIVALENT, reasons=(), notes=(*verdict.notes, note))
            case Rounding.DECIDES:
                without = self.trials.without_jit(self.trials.sides.after, call)
                same = judge_case(self.trials.function, expected, without, self._mutated, x64=self.x64)
                if same.kind is Kind.EQUIVALENT:
                    return Verdict(self.trials.function, Kind.EQUIVALENT, notes=(DECIDED_BY_ROUNDING,), cases=0)
        return None

    def _without_jit(self, call: Call, expected: Outcome) -> Verdict:
        """XLA makes a selection of `mask * x`: compiled, it drops the NaN that it keeps op by op."""
        actual = self.trials.without_jit(self.trials.sides.after, call)
        if not isinstance(actual, Returned):
            return Verdict(self.trials.function, Kind.EQUIVALENT)
        verdict = judge_case(self.trials.function, expected, actual, self._mutated, x64=self.x64)
        if verdict.kind is not Kind.DIFFERENT:
            return Verdict(self.trials.function, Kind.EQUIVALENT)
        return replace(verdict, reasons=tuple(f"{reason} (without jit)" for reason in verdict.reasons))

    def _varied(self, arguments: Arguments, examples: int) -> list[Verdict]:
        """Verdicts on the variations with which the original runs; of those that do not pass, the smallest's."""
        found: list[Verdict] = []

        def shows(values: Drawn, sizes: dict[str, int]) -> bool:
            if self._overruns >= _OVERRUNS:
                return False
            try:
                verdict = self._one(Builder(self.trials.sides.before, sizes, values).call(arguments))
            except Overrun:
                self._overruns += 1
                return False
            except Exception:
                return False
            if verdict is None:
                return False
            found.append(verdict)
            return verdict.kind in (Kind.DIFFERENT, Kind.FAILED)

        smallest(arguments, shows, examples)
        return _only_smallest(found)

    def _one(self, call: Call) -> Verdict | None:
        """The verdict on a varied call; None for one that the original refuses. Raises Overrun."""
        tell = self.tell(True)
        tell("original", call)
        with within(_ORIGINAL_SECONDS):
            expected = self.trials.original(call)
        if not isinstance(expected, Returned):
            return None
        tell("rewritten", call)
        with within(_REWRITTEN_SECONDS):
            actual = self.trials.rewritten(call)
        if self.widen and (wide := widened(call, expected, actual)):
            verdict = self._one(wide)
            return verdict and _noted(verdict, WIDENED)
        if _refuses_empty(call, actual):
            return Verdict(self.trials.function, Kind.EQUIVALENT, notes=(REFUSES_EMPTY,), cases=0)
        self._mutated |= set(expected.mutated)
        verdict = judge_case(self.trials.function, expected, actual, self._mutated, x64=self.x64)
        return self._considered(verdict, call, expected, actual)


def _refuses_empty(call: Call, actual: Outcome) -> bool:
    """Whether the body of a loop says that it is not for an empty array. It is no pass, but loud, and unavoidable."""
    if not isinstance(actual, Raised) or not any(text in actual.message for text in _EMPTY):
        return False
    if not any(_LOOP.search(line) for line in actual.trace[:-1]):
        return False
    return any(getattr(leaf, "size", 1) == 0 for leaf in jax.tree_util.tree_leaves((call.args, call.kwargs)))


def _noted(verdict: Verdict, *notes: str) -> Verdict:
    return replace(verdict, notes=(*verdict.notes, *notes))


def _only_smallest(verdicts: list[Verdict]) -> list[Verdict]:
    """All passes, and of the others the one with the shortest example."""
    others = sorted((verdict for verdict in verdicts if not verdict.kind.passes), key=lambda v: len(v.example))
    return [verdict for verdict in verdicts if verdict.kind.passes] + others[:1]


def given(supply: Supply, module: ModuleType) -> list[tuple[Arguments, Call]]:
    """Each description with the first call that it describes, its classes those of a module."""
    return [
        (arguments, Builder(module, base_sizes(arguments), Plain()).call(arguments)) for arguments in supply.described
    ]


def _finite(call: Call) -> bool:
    leaves = jax.tree_util.tree_leaves((call.args, call.kwargs))
    return all(np.isfinite(np.asarray(leaf)).all() for leaf in leaves if _inexact(leaf))


def _inexact(leaf: object) -> bool:
    if isinstance(leaf, (np.ndarray, np.generic, jax.Array)):
        return bool(jax.numpy.issubdtype(leaf.dtype, np.inexact))
    return isinstance(leaf, (float, complex))
