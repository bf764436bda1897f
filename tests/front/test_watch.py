"""``--watch``: a change of a file, or of the configuration, is seen."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jaxlint.front.cli import run

ROOT = Path(__file__).parents[2]
UNUSED = "x = 1  # jaxlint: ignore[JAX3]\n"


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[Path, "subprocess.Popen[str]"]]:
    (tmp_path / "a.py").write_text(UNUSED)
    (tmp_path / "jaxlint.toml").write_text("")
    argv = [sys.executable, "-m", "jaxlint", "--watch", "--output-format", "concise", "."]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        argv, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        yield tmp_path, process
        process.kill()


def until_watching(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if "watching for changes" in line:
            time.sleep(1.0)  # until the watch has begun
            return said
    raise AssertionError(said)


def test_changes_are_seen(watched: tuple[Path, "subprocess.Popen[str]"]) -> None:
    folder, process = watched
    assert "a.py:1:8: JAX002" in until_watching(process)
    (folder / "a.py").write_text("x = 1\n")
    assert "All checks passed!" in until_watching(process)
    (folder / "b.py").write_text(f"\n{UNUSED}")
    assert "b.py:2:8: JAX002" in until_watching(process)
    (folder / "jaxlint.toml").write_text('ignore = ["JAX002"]')
    assert "All checks passed!" in until_watching(process)
    (folder / "jaxlint.toml").write_text("oops")
    assert "error:" in until_watching(process)
    (folder / "jaxlint.toml").unlink()
    assert "JAX002" in until_watching(process)


@pytest.mark.parametrize("place", ["-", "nowhere.py"])
def test_what_cannot_be_watched_is_an_error(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--watch", "--isolated", place]) == 2
    assert "error:" in capsys.readouterr().err
