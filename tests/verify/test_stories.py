"""The stories of fixtures/rewrites/ through the verifier: it must call every rewritten function equivalent, or changed
on purpose."""

from pathlib import Path

from jaxlint.verify.plan import plan
from jaxlint.verify.side_by_side import paired, side_by_side

STORIES = sorted((Path(__file__).parents[2] / "fixtures" / "rewrites").glob("*/"))


def test_the_rewritten_programs_are_equivalent() -> None:
    """All in one run of the verifier: to start JAX takes longer than most stories."""
    files = [(folder / "before.py", folder / "after.py") for folder in STORIES]
    plans = [plan(before.read_bytes(), after.read_bytes()) for before, after in files]
    pairs = [paired(*both, asked, both[0].with_name("cases.py")) for both, asked in zip(files, plans, strict=True)]
    for folder, asked, verdicts in zip(STORIES, plans, side_by_side(pairs), strict=True):
        assert {verdict.function for verdict in verdicts} >= set(asked.changed), folder
        for verdict in verdicts:
            assert verdict.kind.passes, f"{folder.name}: {verdict}"
