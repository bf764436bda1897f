"""The README shows what the tool really prints and what it really accepts."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer.main

from jaxlint.engine.options import check_selectors, parse
from jaxlint.engine.settings import Configuration
from jaxlint.front.cli import DefaultGroup, app, run

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


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
    (tmp_path / "sim.py").write_text("import numpy as np\n\n\ndef total(x):\n    return np.sum(x)\n")
    commands = re.findall(r"^\| `jaxlint (.*?)` \|", README, re.MULTILINE)
    assert len(commands) > 4
    for command in commands:
        if "--watch" not in command:  # which goes on until it is interrupted
            assert run(command.split()) == 0


def test_ci_runs_the_tests_as_the_readme_does() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "python -m pytest -q -n 2" in script
    assert any("python -m pytest -q -n 2" in block for block in blocks("sh"))


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.stem)
def test_what_the_pages_show_is_accepted(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for block in blocks("toml", text):
        if table := tomllib.loads(block).get("tool", {}).get("jaxlint"):
            options = parse(table, page.name)
            check_selectors(options, Configuration(isolated=True).rules, page.name)
    group = typer.main.get_command(app)
    assert isinstance(group, DefaultGroup)
    for line in re.findall(r"^jaxlint\b(.*)$", "".join(blocks("sh", text)), re.MULTILINE):
        context = group.make_context("jaxlint", shlex.split(line, comments=True))
        name, command, rest = group.resolve_command(context, [*context._protected_args, *context.args])
        assert name and command
        command.make_context(name, rest, parent=context)
