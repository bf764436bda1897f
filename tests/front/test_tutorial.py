"""The tutorial shows its file as it is, and its commands print what it says, one after the other."""

import re
import shutil
from pathlib import Path

import pytest

from jaxlint.front.cli import run

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/tutorial.md").read_text("utf-8")
FOLDER = ROOT / "fixtures/tutorial"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda file: file.name)
def test_it_shows_the_files(file: Path) -> None:
    assert f'```python title="{file.name}"\n{file.read_text("utf-8")}```' in PAGE


def test_it_shows_what_the_port_is(tmp_path: Path) -> None:
    (shown,) = re.findall(r'^```python title="in rod_jax.py"\n(.*?)^```$', PAGE, re.DOTALL | re.MULTILINE)
    assert run(["port", str(FOLDER / "rod.py"), "-o", str(tmp_path / "rod_jax.py")]) == 0
    assert shown in (tmp_path / "rod_jax.py").read_text("utf-8")


def test_its_commands_print_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    shutil.copy(FOLDER / "digits.py", tmp_path)
    blocks = re.findall(r"^```text\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert len(blocks) > 3
    for block in blocks:
        for command, shown in re.findall(r"^\$ jaxlint (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            run([*command.split(), "--isolated"])
            assert capsys.readouterr().out == shown, command
