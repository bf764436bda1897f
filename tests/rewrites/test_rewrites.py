"""Whole programs: what the fixes must write, byte for byte, and that original and rewritten are equivalent."""

import pytest

from jaxlint.engine.check import check
from jaxlint.engine.fix import fix
from jaxlint.source import read

from .story import FOLDER, Story, by_default, functions

STORIES = [Story(folder) for folder in sorted(FOLDER.glob("*/"))]
story = pytest.mark.parametrize("story", [pytest.param(story, id=story.folder.name) for story in STORIES])


def test_there_are_stories() -> None:
    assert STORIES
    assert sum(len(story.cases["cases"]) for story in STORIES) > 60


@story
def test_the_fixes_write_the_story(story: Story) -> None:
    if not story.pending:
        assert story.fixed == story.after
    written, wanted = functions(story.fixed), functions(story.after)
    assert written.keys() == wanted.keys() == functions(story.before).keys()
    differing = {name for name in wanted if written[name] != wanted[name]}
    for name in sorted(differing - story.pending.keys()):
        assert written[name] == wanted[name]
    assert differing == story.pending.keys(), "take those that are written as they should be out of pending.toml"


@story
def test_the_rewritten_program_stays_as_it_is(story: Story) -> None:
    source = read(story.folder / "after.py")
    fixed = fix([source], by_default, "unsafe").texts.get(source.path, source.text)
    assert fixed == source.text
    assert not [finding for finding in check([source], by_default).get(source.path, []) if finding.fix]


@story
@pytest.mark.parametrize(
    "x64, wide", [(False, False), (True, True), (True, False)], ids=["float32", "x64", "x64 on float32"]
)
def test_the_rewritten_program_is_equivalent(story: Story, x64: bool, wide: bool) -> None:
    called = frozenset(story.cases["cases"])
    assert called >= {name for name, text in functions(story.after).items() if functions(story.before)[name] != text}
    for verdict in story.verdicts(story.after, called, x64=x64, wide=wide):
        assert verdict.kind.passes, verdict


@story
def test_what_the_fixes_write_instead_is_right(story: Story) -> None:
    """A pending function may stay as it is, but must not become wrong."""
    done = {name for name, why in story.pending.items() if not why.startswith("wrong") and not story.left[name]}
    for verdict in story.verdicts(story.fixed, frozenset(done & story.cases["cases"].keys()), x64=False):
        assert verdict.kind.passes, verdict
