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


@story
def test_the_rewritten_program_is_equivalent(folder: Path) -> None:
    before, after = folder / "before.py", folder / "after.py"
    pairs = plan(before.read_bytes(), after.read_bytes())
    (verdicts,) = side_by_side([paired(before, after, pairs, folder / "cases.py")])
    assert {verdict.function for verdict in verdicts} >= set(pairs.changed)
    for verdict in verdicts:
        assert verdict.kind.passes, verdict
