"""Idioms of the libraries on JAX are neither misread nor missed: exactly the marked lines are reported."""

import re
from pathlib import Path

import pytest

from jaxlint.engine.lint import lint
from jaxlint.source.files import read

MODULES = sorted((Path(__file__).parents[2] / "fixtures" / "ecosystem").glob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_exactly_the_marked_lines_are_reported(module: Path) -> None:
    source = read(module)
    lines = source.text.splitlines()
    marked = {(number, found[1]) for number, line in enumerate(lines, 1) if (found := re.search(r"# (JAX\d+)$", line))}
    assert marked
    found = lint([source], lambda rule: rule.level != "hint")[str(module)]
    assert {(each.start[0], each.code) for each in found} == marked
