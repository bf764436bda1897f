"""The glance at files that cannot concern JAX never contradicts the long way."""

from pathlib import Path

import pytest

from jaxlint.front.cli import run
from jaxlint.front.glance import nothing_to_say

PLAIN = "def f(x):\n    return '\\d' if x else x\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plain.py").write_text(PLAIN)
    (tmp_path / "empty.pyi").write_text("")
    (tmp_path / "latin.py").write_bytes("# coding: latin-1\nx = 'é'\n".encode("latin-1"))
    (tmp_path / "broken.py").write_text("x = (\n")
    (tmp_path / "bytes.py").write_bytes(b"x = '\xff'\n")
    (tmp_path / "wide.py").write_bytes("x = 1\n".encode("utf-16"))
    (tmp_path / "jax.py").write_text("import jax\n")
    (tmp_path / "comment.py").write_text("x = 1  # noqa: JAX301\n")
    (tmp_path / "folder.py").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    "argv",
    [
        ["plain.py"],
        ["check", "plain.py"],
        ["--fix", "plain.py", "empty.pyi"],
        ["check", "--force-exclude", "latin.py", "plain.py"],
    ],
)
def test_seen_at_a_glance(project: Path, argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert nothing_to_say(argv)
    assert run(argv) == 0
    assert capsys.readouterr() == ("", "All checks passed!\n")


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["check"],
        ["."],
        ["-"],
        ["rule", "JAX001"],
        ["nowhere.py"],
        ["folder.py"],
        ["broken.py"],
        ["bytes.py"],
        ["wide.py"],
        ["jax.py"],
        ["comment.py"],
        ["plain.py", "jax.py"],
        ["plain.py", "--select", "JAX999"],
        ["plain.py", "--output-format=json"],
        ["plain.py", "--fixx"],
        ["--", "plain.py"],
    ],
)
def test_worth_a_look(project: Path, argv: list[str]) -> None:
    assert not nothing_to_say(argv)


@pytest.mark.parametrize("name", ["jaxlint.toml", ".jaxlint.toml", "pyproject.toml"])
@pytest.mark.parametrize("place", [".", "sub"])
def test_a_configuration_may_ask_for_something(project: Path, name: str, place: str) -> None:
    (project / "sub").mkdir()
    (project / "sub/plain.py").write_text(PLAIN)
    assert nothing_to_say(["sub/plain.py"])
    (project / place / name).write_text("[tool.jaxlint]\noutput-format = 'json'\n")
    assert not nothing_to_say(["sub/plain.py"])
    assert nothing_to_say(["plain.py"]) == (place == "sub")
