"""The stories of fixtures/rewrites/ through the verifier: it must call every rewritten function equivalent, if the
original runs at all."""

from pathlib import Path

from jaxlint.verify.plan import plan
from jaxlint.verify.side_by_side import paired, side_by_side
from jaxlint.verify.verdict import Kind, Verdict

STORIES = sorted((Path(__file__).parents[2] / "fixtures" / "rewrites").glob("*/"))


def test_the_rewritten_programs_are_equivalent() -> None:
    """All in one run of the verifier: to start JAX takes longer than most stories."""
    files = [(folder / "before.py", folder / "after.py") for folder in STORIES]
    plans = [plan(before.read_bytes(), after.read_bytes()) for before, after in files]
    pairs = [paired(*both, asked, both[0].with_name("cases.py")) for both, asked in zip(files, plans, strict=True)]
    for folder, asked, verdicts in zip(STORIES, plans, side_by_side(pairs), strict=True):
        assert {verdict.function for verdict in verdicts} >= set(asked.changed), folder
        for verdict in verdicts:
            assert verdict.kind.passes or _never_ran(verdict) or _is_refused(verdict), f"{folder.name}: {verdict}"


def _never_ran(verdict: Verdict) -> bool:
    """An original that stores into a jax array has nothing to show; tests/rewrites runs it with `.at`."""
    return verdict.kind is Kind.CANNOT_COMPARE and "JAX arrays are immutable" in verdict.reasons[0]


def _is_refused(verdict: Verdict) -> bool:
    """With x64 on, numbers of Python's that meet inputs of 32 bits may get 64: lax says so. With x64 off, and with
    inputs of 64 bits, tests/rewrites has no such exception."""
    return verdict.kind is Kind.FAILED and "must have equal" in verdict.reasons[0]
