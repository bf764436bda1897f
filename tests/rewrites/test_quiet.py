"""Realistic modules that run, and about which there is nothing to say."""

import runpy
from pathlib import Path

import pytest

from jaxlint.engine.lint import lint
from jaxlint.source.files import read

MODULES = sorted((Path(__file__).parents[2] / "fixtures" / "quiet").glob("*.py"))


def test_there_are_some() -> None:
    assert MODULES


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_nothing_is_reported(module: Path) -> None:
    found = lint([read(module)], lambda rule: rule.level != "hint")
    assert not [f"{finding.start[0]}: {finding.code} {finding.message}" for finding in found[str(module)]]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_it_runs(module: Path) -> None:
    runpy.run_path(str(module))["main"]()
