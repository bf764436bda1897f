"""Whole programs: what the fixes must write, byte for byte, and that original and rewritten are equivalent.

A story is a folder of fixtures/rewrites/ with before.py, after.py and cases.py (the verifier's inputs).
"""

from pathlib import Path

import pytest

from jaxlint.engine.check import check
from jaxlint.engine.fix import fix
from jaxlint.rules import Rule
from jaxlint.source import SourceText
from jaxlint.source.files import read
from jaxlint.verify.plan import plan
from jaxlint.verify.side_by_side import paired, side_by_side

STORIES = sorted((Path(__file__).parents[2] / "fixtures" / "rewrites").glob("*/"))
story = pytest.mark.parametrize("folder", [pytest.param(folder, id=folder.name) for folder in STORIES])


def fixed(source: SourceText) -> str:
    """What `jaxlint --fix --unsafe-fixes` makes of a text."""
    return fix([source], _by_default, "unsafe").texts.get(source.path, source.text)


def _by_default(rule: Rule) -> bool:
    return rule.level != "hint"


@pytest.mark.xfail(not STORIES, reason="no story has been written yet", strict=True)
def test_there_are_stories() -> None:
    assert STORIES


@story
def test_the_fixes_write_the_story(folder: Path) -> None:
    assert fixed(read(folder / "before.py")) == read(folder / "after.py").text


@story
def test_the_rewritten_program_stays_as_it_is(folder: Path) -> None:
    source = read(folder / "after.py")
    assert fixed(source) == source.text
    assert not [finding for finding in check([source], _by_default).get(source.path, []) if finding.fix]


def test_the_rewritten_programs_are_equivalent() -> None:
    """All in one run of the verifier: to start JAX takes longer than most stories."""
    files = [(folder / "before.py", folder / "after.py") for folder in STORIES]
    plans = [plan(before.read_bytes(), after.read_bytes()) for before, after in files]
    pairs = [paired(*both, asked, both[0].with_name("cases.py")) for both, asked in zip(files, plans, strict=True)]
    for folder, asked, verdicts in zip(STORIES, plans, side_by_side(pairs), strict=True):
        assert {verdict.function for verdict in verdicts} >= set(asked.changed), folder
        for verdict in verdicts:
            assert verdict.kind.passes, f"{folder.name}: {verdict}"
