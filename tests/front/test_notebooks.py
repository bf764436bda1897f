"""Notebooks on the command line: cells are one module, places are those of cells, fixes go into the file in place."""

import json
from pathlib import Path

import pytest

from jaxlint.front.cli import run

CELLS = (
    ("markdown", "# Title"),
    ("code", "%matplotlib inline\nimport jax"),
    ("code", "key = jax.random.key(0)\na = jax.random.normal(key, (3,))"),
    ("code", "!ls\nb = jax.random.uniform(key, (3,))\nb"),
    ("code", "@jax.jit\ndef f(x):\n    y = x * 2.0\n    y[0] = 1.0  # set\n    return y\n"),
)


def written(cells: tuple[tuple[str, str], ...]) -> str:
    outputs = {"outputs": [{"output_type": "stream", "name": "stdout", "text": ["1\n"]}]}
    return json.dumps(
        {
            "cells": [
                {
                    "cell_type": kind,
                    "metadata": {},
                    "source": text.splitlines(True),
                    **(outputs if kind == "code" else {}),
                }
                for kind, text in cells
            ],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 5,
        },
        indent=1,
    )


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.ipynb").write_text(written(CELLS))
    return tmp_path / "a.ipynb"


def test_a_key_used_again_in_another_cell_is_found(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--isolated", "--no-cache", "--output-format", "concise", "--explain", "."]) == 1
    said = capsys.readouterr().out
    assert "a.ipynb:cell 4:2:5: JAX301 `uniform` uses up `key` again after `normal` on line 2 of cell 3" in said
    assert "a.ipynb:cell 3:2: `jax.random.normal` uses up `key`" in said
    assert "a.ipynb:cell 5:4:5: JAX101" in said


def test_frames_and_diffs_show_the_cells_as_they_are(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--isolated", "--no-cache", str(notebook)]) == 1
    said = capsys.readouterr().out
    assert " --> a.ipynb:cell 4:2:5\n" in said
    assert "\n1 | !ls\n2 | b = jax" in said
    assert "\n4 |     y[0] = 1.0  # set\n" in said
    assert "# %% cell" not in said
    assert "000" not in said


def test_json_gives_cells(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["--isolated", "--no-cache", "--output-format", "json", "a.ipynb"])
    key, store = json.loads(capsys.readouterr().out)
    assert (key["cell"], key["range"]["start"]) == (4, {"line": 2, "column": 5})
    assert [(step["cell"], step["line"]) for step in key["trace"]] == [(3, 2), (4, 2)]
    assert {(edit["cell"], edit["range"]["start"]["line"]) for edit in store["fix"]["edits"]} == {(5, 4)}


def test_fixes_change_their_cells_alone(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = notebook.read_bytes()
    assert run(["--isolated", "--no-cache", "--fix", "--unsafe-fixes", "a.ipynb"]) == 0
    fixed = [list(cell) for cell in CELLS]
    fixed[2][1] = fixed[2][1].replace(
        "a = jax.random.normal(key", "key, subkey = jax.random.split(key)\na = jax.random.normal(subkey"
    )
    fixed[3][1] = fixed[3][1].replace(
        "b = jax.random.uniform(key", "key, subkey = jax.random.split(key)\nb = jax.random.uniform(subkey"
    )
    fixed[4][1] = fixed[4][1].replace("y[0] = 1.0", "y = y.at[0].set(1.0)")
    assert notebook.read_text() == written(tuple((kind, text) for kind, text in fixed))
    assert notebook.read_bytes() != before
    assert run(["--isolated", "--no-cache", "a.ipynb"]) == 0


def test_a_diff_names_the_cells_and_writes_nothing(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = notebook.read_bytes()
    assert run(["--isolated", "--no-cache", "--diff", "a.ipynb"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("--- a.ipynb:cell 5\n+++ a.ipynb:cell 5\n")
    assert "+    y = y.at[0].set(1.0)  # set\n" in said
    assert notebook.read_bytes() == before


def test_ignores_are_added_to_cells(notebook: Path) -> None:
    assert run(["--isolated", "--no-cache", "--add-ignore", "a.ipynb"]) == 0
    sources = ["".join(cell["source"]) for cell in json.loads(notebook.read_text())["cells"]]
    assert sources[3] == "!ls\nb = jax.random.uniform(key, (3,))  # jaxlint: ignore[JAX301]\nb"
    assert run(["--isolated", "--no-cache", "a.ipynb"]) == 0


def test_a_notebook_from_stdin(
    notebook: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with notebook.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert run(["--isolated", "--output-format", "concise", "--stdin-filename", "b.ipynb", "-"]) == 1
    assert "b.ipynb:cell 5:4:5: JAX101" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 1}'])
def test_what_is_no_notebook_is_said_to_be(notebook: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    notebook.write_text(text)
    assert run(["--isolated", "--no-cache", "--fix", "--output-format", "concise", "."]) == 1
    assert "JAX001 not a notebook" in capsys.readouterr().out
    assert notebook.read_text() == text
