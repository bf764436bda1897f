"""From two outcomes to a verdict: equivalent, changed on purpose, different, cannot compare, or failed.

    equivalent < changed on purpose < cannot compare < different < failed

A function's verdict is the worst of its cases'. "Cannot compare" is never a pass.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from jaxlint.verify.compare import Comparison, array, compare
from jaxlint.verify.outcome import ON_NUMPY_ARRAYS, WITH_STORES, Died, Leaf, Outcome, Raised, Returned, Tree

# Gradients lose digits that values keep.
_GRADIENT_SLACK, _DIFFERENCES_SLACK = 50.0, 500.0


class Kind(IntEnum):
    """How a comparison ended, best first."""

    EQUIVALENT = 0
    CHANGED_ON_PURPOSE = 1
    CANNOT_COMPARE = 2
    DIFFERENT = 3
    FAILED = 4

    def __str__(self) -> str:
        return self.name.lower().replace("_", " ")

    @property
    def passes(self) -> bool:
        return self <= Kind.CHANGED_ON_PURPOSE


@dataclass(frozen=True, slots=True)
class Verdict:
    """One function's (or one case's) verdict, the reasons for it, and the largest errors between the values.

    ``example`` is the smallest call known to show it, ``trace`` the user's own lines that a failure went through, and
    ``source`` says where the inputs came from, ``used`` is the largest share of its tolerance that an error takes.
    """

    function: str
    kind: Kind
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    max_abs: float = 0.0
    max_rel: float = 0.0
    cases: int = 1
    max_ulp: float = 0.0
    example: str = ""
    trace: tuple[str, ...] = ()
    source: str = ""
    used: float = 0.0


def worst(function: str, verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on a function from those on its cases, that with the shortest example first; without cases there is
    nothing to compare."""
    every = tuple(verdicts)
    if not every:
        return Verdict(function, Kind.CANNOT_COMPARE, ("no inputs are given",), cases=0)
    kind = max(verdict.kind for verdict in every)
    such = sorted((v for v in every if v.kind == kind), key=lambda v: len(v.example) or math.inf)
    notes = [note for verdict in every for note in verdict.notes]
    return Verdict(
        function,
        kind,
        tuple(dict.fromkeys(reason for verdict in such for reason in verdict.reasons)),
        tuple(dict.fromkeys(notes)),
        max(verdict.max_abs for verdict in every),
        max(verdict.max_rel for verdict in every),
        sum(verdict.cases for verdict in every),
        max(verdict.max_ulp for verdict in every),
        such[0].example,
        such[0].trace,
        such[0].source,
        max(verdict.used for verdict in every),
    )


def judge(function: str, cases: Iterable[tuple[Outcome, Outcome]], *, x64: bool) -> list[Verdict]:
    """A verdict on each case of a function: the original's outcome, and the rewritten function's."""
    pairs = list(cases)
    mutated = {name for expected, _ in pairs if isinstance(expected, Returned) for name in expected.mutated}
    return [judge_case(function, expected, actual, mutated, x64=x64) for expected, actual in pairs]


def judge_case(function: str, expected: Outcome, actual: Outcome, mutated: set[str], *, x64: bool) -> Verdict:
    """A verdict on one case; ``mutated`` are the parameters that the original changes in any case."""
    match expected, actual:
        case Died(reason), _:
            return Verdict(function, Kind.CANNOT_COMPARE, (f"the original {reason}",))
        case Raised() as error, Raised() as other if error.error == other.error:
            return Verdict(function, Kind.CANNOT_COMPARE, (f"both raise {error}",), trace=error.trace)
        case Raised() as error, _:
            return Verdict(function, Kind.CANNOT_COMPARE, (f"the original raises {error}",), trace=error.trace)
        case _, Died(reason):
            return Verdict(function, Kind.FAILED, (f"the rewritten function {reason}",))
        case _, Raised() as error:
            reason = f"the rewritten function raises {error} ({error.how})"
            return Verdict(function, Kind.FAILED, (reason,), trace=error.trace)
        case Returned() as left, Returned() as right:
            return _judge_values(function, left, right, mutated, x64)
    raise AssertionError((expected, actual))


def _judge_values(function: str, expected: Returned, actual: Returned, mutated: set[str], x64: bool) -> Verdict:
    notes: tuple[str, ...] = () if expected.how in ("eagerly", "under NumPy") else (f"the original ran {expected.how}",)
    if actual.how not in ("eagerly", "under jit"):
        notes += (f"the rewritten function ran {actual.how}",)
    gradients = _gradients(expected, actual, x64)
    plain = compare(expected.value, actual.value, x64=x64)
    if _repaired(expected) and plain.agrees:
        return _verdict(function, Kind.EQUIVALENT, plain + gradients, notes)
    changed = _mutations(expected, actual, x64)
    if (plain + changed).agrees:
        return _verdict(function, Kind.EQUIVALENT, plain + changed + gradients, notes)
    lost = [name for name, _ in expected.after if name in mutated]
    if lost and not actual.mutated and (convention := _returns_mutated(expected, actual, lost, x64)).agrees:
        names = ", ".join(f"`{name}`" for name in lost)
        notes += (f"returns {names} instead of changing it in place",)
        return _verdict(function, Kind.CHANGED_ON_PURPOSE, convention + gradients, notes)
    return _verdict(function, Kind.EQUIVALENT, plain + changed + gradients, notes)


def _repaired(expected: Returned) -> bool:
    """On JAX arrays the original raised, so nobody relies on what it does to its arguments."""
    return expected.how in (ON_NUMPY_ARRAYS, WITH_STORES)


def _verdict(function: str, good: Kind, comparison: Comparison, notes: tuple[str, ...]) -> Verdict:
    kind = good
    if comparison.incomparable:
        kind = Kind.CANNOT_COMPARE
    if comparison.differences:
        kind = Kind.DIFFERENT
    reasons = comparison.differences or comparison.incomparable
    return Verdict(
        function,
        kind,
        reasons,
        tuple(dict.fromkeys(notes + comparison.notes)),
        comparison.max_abs,
        comparison.max_rel,
        max_ulp=comparison.max_ulp,
        used=comparison.used,
    )


def _mutations(expected: Returned, actual: Returned, x64: bool) -> Comparison:
    """Whether both change the same arguments, and to the same values."""
    left, right = dict(expected.after), dict(actual.after)
    total = Comparison()
    for name in expected.mutated:
        if name in actual.mutated:
            total += compare(left[name], right[name], x64=x64, label=name)
        else:
            total += Comparison((f"`{name}` is no longer changed in place",))
    for name in actual.mutated:
        if name not in expected.mutated:
            total += Comparison((f"`{name}` is changed in place, the original leaves it alone",))
    return total


def _returns_mutated(expected: Returned, actual: Returned, mutated: list[str], x64: bool) -> Comparison:
    """The functional convention: the original's results, then its mutated parameters, an object only once.

    ``mutated`` are those that any case changes: a store into an empty array leaves no trace.
    """
    results: list[tuple[str, Tree]] = [(f"result {i}", tree) for i, (tree, _) in enumerate(expected.parts)]
    returned = {name for _, name in expected.parts}
    results += [(name, tree) for name, tree in expected.after if name in mutated and name not in returned]
    if len(results) != len(actual.parts):
        return Comparison((f"{len(actual.parts)} results, expected {len(results)}",))
    total = Comparison()
    for (label, want), (got, _) in zip(results, actual.parts, strict=True):
        total += compare(want, got, x64=x64, label=label)
    return total


def _gradients(expected: Returned, actual: Returned, x64: bool) -> Comparison:
    if expected.gradient is None and actual.gradient is None:
        return Comparison()
    if expected.gradient is None or actual.gradient is None:
        return Comparison(incomparable=("gradient: that of the original cannot be computed",))
    if expected.how == "under NumPy":
        return _differences(expected.gradient, actual.gradient)
    return compare(expected.gradient, actual.gradient, x64=x64, label="gradient", slack=_GRADIENT_SLACK)


def _differences(expected: Tree, actual: Tree) -> Comparison:
    """Against finite differences: as float32, with the digits that these keep, and not where there is a kink."""
    total = Comparison()
    for want, got in zip(expected.leaves, actual.leaves, strict=False):
        left, right = array(want), array(got).astype(np.float32)
        if left.shape == right.shape:
            left = np.where(np.isnan(left), right, left)
        pair = [Leaf(want.path, "array", "float32", side.shape, side.tobytes()) for side in (left, right)]
        trees = (Tree("", (leaf,)) for leaf in pair)
        total += compare(*trees, x64=False, label="gradient", slack=_DIFFERENCES_SLACK)
    return total
