"""The README shows what the tool really prints and what it really accepts."""

import re
import tomllib
from pathlib import Path

import pytest

from jaxlint.engine.options import parse
from jaxlint.front.cli import run

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def test_the_picture_is_what_the_tool_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    (picture,) = blocks("text")
    prompt, _, shown = picture.partition("\n")
    assert run(prompt.removeprefix("$ jaxlint ").split()) == 1
    assert capsys.readouterr().out.strip() == shown.strip()


def test_the_configuration_is_valid() -> None:
    (text,) = blocks("toml")
    parse(tomllib.loads(text)["tool"]["jaxlint"], "README.md")


def test_every_command_of_the_table_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").mkdir()
    commands = re.findall(r"^\| `jaxlint (.*?)` \|", README, re.MULTILINE)
    assert len(commands) > 4
    for command in commands:
        if "--watch" not in command:  # which goes on until it is interrupted
            assert run(command.split()) == 0


def test_ci_runs_the_tests_as_the_readme_does() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "python -m pytest -q -n 2" in script
    assert any("python -m pytest -q -n 2" in block for block in blocks("sh"))
