"""The tutorial shows its file as it is, and its commands print what it says, one after the other."""

import re
import shutil
from pathlib import Path

import pytest

from jaxlint.front.cli import run

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/tutorial.md").read_text("utf-8")
FILE = ROOT / "fixtures/tutorial/digits.py"


def test_it_shows_the_file() -> None:
    assert f'```python title="digits.py"\n{FILE.read_text("utf-8")}```' in PAGE


def test_its_commands_print_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    shutil.copy(FILE, tmp_path)
    blocks = re.findall(r"^```text\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert len(blocks) > 3
    for block in blocks:
        for command, shown in re.findall(r"^\$ jaxlint (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            run([*command.split(), "--isolated"])
            assert capsys.readouterr().out == shown, command
