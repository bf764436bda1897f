"""Notebooks: cells are one module, magics are masked in place, and nothing but edited cells changes in the file."""

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxlint.source import SourceError, parse_module
from jaxlint.source.magics import masked
from jaxlint.source.notebook import NotebookText, read_notebook

ODD = Path(__file__).parents[2] / "fixtures" / "odd"
NOTEBOOKS = sorted(ODD.glob("notebook*.ipynb"))


def sources(data: bytes) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(data.decode("utf-8-sig"))["cells"]]


def place(notebook: NotebookText, text: str) -> tuple[int, int, int]:
    """Cell, line and column of a piece of text."""
    line, column = notebook.position(notebook.text.index(text))
    cell = notebook.cell_at(line)
    assert cell
    return *cell, column


def replaced(notebook: NotebookText, **texts: str) -> bytes:
    text = notebook.text
    for old, new in texts.items():
        text = text.replace(old, new, 1)
    return notebook.encode(text)


each_notebook = pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)


@each_notebook
def test_without_edits_the_bytes_are_the_same(file: Path) -> None:
    assert (notebook := read_notebook(file.read_bytes(), "a.ipynb")).encode(notebook.text) == file.read_bytes()


@each_notebook
def test_the_cells_are_one_module(file: Path) -> None:
    notebook = read_notebook(file.read_bytes(), "a.ipynb")
    module = parse_module(notebook)
    assert not module.errors
    assert {i.local for i in module.index.imports} == {"jax", "jnp"}
    assert place(notebook, "import jax") == (2, 2, 1)
    assert place(notebook, "jnp.ones") == (3, 4, 9)
    assert place(notebook, "x[0]") == (4, 1, 1)


@each_notebook
def test_an_edit_changes_its_cell_and_no_other_byte(file: Path) -> None:
    data = file.read_bytes()
    notebook = read_notebook(data, "a.ipynb")
    new = replaced(notebook, **{"x[0] = 1": "x = x.at[0].set(1)  # é", "jnp.ones": "jnp.zeros"})
    expected = sources(data)
    expected[3] = expected[3].replace("x[0] = 1", "x = x.at[0].set(1)  # é")
    expected[2] = expected[2].replace("jnp.ones", "jnp.zeros")
    assert sources(new) == expected
    assert new.isascii() == data.isascii()
    same = [line for line in new.splitlines() if b"jnp.zeros" not in line and b"x.at[0]" not in line]
    if len(same) > 5:
        assert same == [line for line in data.splitlines() if b"jnp.ones" not in line and b"x[0] = 1" not in line]
    else:
        assert new == data.replace(b"jnp.ones", b"jnp.zeros").replace(b"x[0] = 1", "x = x.at[0].set(1)  # é".encode())


@each_notebook
def test_lines_can_come_and_go(file: Path) -> None:
    data = file.read_bytes()
    notebook = read_notebook(data, "a.ipynb")
    for text in ("import os\nimport sys\n", ""):
        new = replaced(notebook, **{"import jax\n": text})
        assert sources(new)[1] == sources(data)[1].replace("import jax\n", text)
        again = read_notebook(new, "a.ipynb")
        assert again.encode(again.text) == new


@pytest.mark.parametrize("gone", ["\n# %% cell 4\n", "000000000000000000", "\n# %% cell 3\n######"])
def test_a_text_that_lost_a_cell_or_a_magic_is_refused(gone: str) -> None:
    notebook = read_notebook(NOTEBOOKS[0].read_bytes(), "a.ipynb")
    assert gone in notebook.text
    with pytest.raises(ValueError, match=r"gone|not found"):
        replaced(notebook, **{gone: ""})


def test_a_cell_with_the_line_between_cells_is_refused() -> None:
    cells = [{"cell_type": "code", "source": text} for text in ("x = 1\n# %% cell 2", "y")]
    with pytest.raises(SourceError, match="between cells"):
        read_notebook(document(cells=cells), "a.ipynb")


def document(**changes: object) -> bytes:
    cell = {"cell_type": "code", "source": ["import jax\n"], "metadata": {}, "outputs": []}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4} | changes).encode()


@pytest.mark.parametrize(
    ("message", "data"),
    [
        ("not a notebook: Expecting", b'{"cells": [\n}'),
        ("not valid utf-8", b'{"cells": "\xff"}'),
        ("it has no cells", b"[]"),
        ("it has no cells", b'{"cells": 1}'),
        ("format 3", b'{"worksheets": []}'),
        ("cell 1 has no source", document(cells=[{"cell_type": "code"}])),
        ("in R, not in Python", (ODD / "broken_r_kernel.ipynb").read_bytes()),
        ("in julia, not in Python", document(metadata={"language_info": {"name": "julia"}})),
        ("nested too deeply", b"[" * 100_000),
    ],
)
def test_what_is_no_python_notebook_is_refused_in_words(message: str, data: bytes) -> None:
    with pytest.raises(SourceError, match=message):
        read_notebook(data, "a.ipynb")


def test_a_notebook_without_metadata_is_python() -> None:
    assert read_notebook(document(), "a.ipynb").text == "import jax\n\n"
    assert read_notebook(document(metadata=None), "a.ipynb").text == "import jax\n\n"


def test_a_broken_cell_does_not_cost_the_others() -> None:
    cells = [{"cell_type": "code", "source": text} for text in ("import jax", "x = (", "def f(x):\n    return x")]
    module = parse_module(read_notebook(document(cells=cells), "a.ipynb"))
    assert len(module.errors) == 1
    assert [chunk.name for chunk in module.chunks] == [None, "f"]


MAGICS = {
    "%matplotlib inline\nx = 1": "000000000000000000\nx = 1",
    "if x:\n    %foo a\n    y": "if x:\n    000000\n    y",
    "!ls \"it's\nx = 1": "000000000\nx = 1",
    "files = !ls *.py\n": "files = 00000000\n",
    "%time y = f(x)\nz = %time g(x)": "0;    y = f(x)\nz =       g(x)",
    "%timeit -n 3 f(x)\n": "00000000000000000\n",
    "%%time\n!pip\nx = 1": "######\n0000\nx = 1",
    "%%bash\necho \"\n\nls": "######\n######\n\n##",
    "jnp.where?\r\nx??\r\n?y": "0000000000\r\n000\r\n00",
    "!pip a \\\n  b \\\n  c\nx = 1": "00000000\n#####\n###\nx = 1",
    "x = (a\n  % b)\ny %= 2": "x = (a\n  % b)\ny %= 2",
    's = """\n%no\n!no?\n"""': 's = """\n%no\n!no?\n"""',
    "x = y \\\n  % 2\nz != w": "x = y \\\n  % 2\nz != w",
    "x = 1 if a else b  # why?": "x = 1 if a else b  # why?",
}  # fmt: skip


@pytest.mark.parametrize(("cell", "expected"), MAGICS.items())
def test_magics_become_python_of_the_same_length(cell: str, expected: str) -> None:
    assert masked(cell) == expected
    ast.parse(masked(cell))


@given(st.text(alphabet="ab%!?=()'\" \n\r\\#:", max_size=40))
def test_masking_keeps_the_length_and_the_lines(cell: str) -> None:
    after = masked(cell)
    assert len(after) == len(cell)
    assert [i for i, c in enumerate(after) if c in "\r\n"] == [i for i, c in enumerate(cell) if c in "\r\n"]
    assert masked(after) == after


cells = st.lists(st.tuples(st.booleans(), st.text(max_size=12)), max_size=4)


@given(cells, st.sampled_from([None, 1, 4]), st.booleans(), st.text(max_size=5), st.data())
def test_any_notebook_and_any_edit(
    content: list[tuple[bool, str]], indent: int | None, escaped: bool, new: str, data: st.DataObject
) -> None:
    written = [
        {"cell_type": "code", "metadata": {}, "source": text.splitlines(True) if as_list else text}
        for as_list, text in content
    ]
    raw = json.dumps({"cells": written, "metadata": {}}, indent=indent, ensure_ascii=escaped).encode(
        "utf-8", "surrogatepass"
    )
    notebook = read_notebook(raw, "a.ipynb")
    assert notebook.encode(notebook.text) == raw
    if not written:
        return
    number = data.draw(st.integers(1, len(written)))
    lines = [masked(text) for _, text in content]
    new = new.replace("0", "1").replace("#", "-")
    lines[number - 1] = (
        f"{lines[number - 1]}\n{new}" if masked(content[number - 1][1]) != content[number - 1][1] else new
    )
    expected = [text for _, text in content]
    expected[number - 1] = f"{expected[number - 1]}\n{new}" if lines[number - 1] != new else new
    parts = [f"\n# %% cell {at}\n{text}" if at > 1 else text for at, text in enumerate(lines, 1)]
    assert sources(notebook.encode("".join(parts) + "\n")) == expected
