"""A baseline hides what was there and shows what is new."""

import json
from pathlib import Path

import pytest

from jaxlint.front.cli import run

OLD = "x = 1  # jaxlint: ignore[JAX3]\n"
FLAGS = ["--isolated", "--no-cache", "--output-format", "concise"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text(f"{OLD}{OLD}")
    assert run([*FLAGS, "--write-baseline", "base.json", "."]) == 0
    return tmp_path


def test_what_is_known_is_not_reported(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = json.loads((project / "base.json").read_text())
    assert known == {
        "version": 1,
        "findings": [{"path": "a.py", "code": "JAX002", "line": OLD.strip(), "count": 2}],
    }
    assert run([*FLAGS, "."]) == 1
    assert run([*FLAGS, "--baseline", "base.json", "."]) == 0
    (project / "a.py").write_text(f"import os\n\n{OLD}y = 2\n{OLD}")
    assert run([*FLAGS, "--baseline", "base.json", "."]) == 0


@pytest.mark.parametrize("new", [OLD, OLD.replace("x = 1", "y = 1"), OLD.replace("JAX3", "JAX4")])
def test_what_is_new_is(project: Path, new: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    (project / "a.py").write_text(f"{OLD}{new}{OLD}")
    assert run([*FLAGS, "--baseline", "base.json", "."]) == 1
    assert capsys.readouterr().out.count("JAX002") == 1


def test_a_file_that_cannot_be_analysed_is_always_said(project: Path) -> None:
    (project / "a.py").write_text("x = (\n")
    assert run([*FLAGS, "--write-baseline", "base.json", "."]) == 0
    assert run([*FLAGS, "--baseline", "base.json", "."]) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("{", "not a baseline"),
        ('{"version": 1}', "missing required field `findings`"),
        ('{"version": 2, "findings": []}', "version 2"),
    ],
)
def test_what_is_no_baseline_is_an_error(
    project: Path, content: str | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (project / "other.json").write_text(content)
    assert run([*FLAGS, "--baseline", "other.json", "."]) == 2
    assert said in capsys.readouterr().err
