"""Files to texts, by their kind: notebooks, and Python."""

from pathlib import Path

from jaxlint.source.notebook import read_notebook
from jaxlint.source.text import MAX_BYTES, SourceError, SourceText, decode

NOTEBOOK = ".ipynb"
SUFFIXES = (".py", ".pyi", NOTEBOOK)
MAX_NOTEBOOK_BYTES = 10 * MAX_BYTES
"""Outputs are part of the file."""


def read(path: Path) -> SourceText:
    """Read a file. Raises OSError and SourceError."""
    with path.open("rb") as file:
        return understood(file.read(MAX_NOTEBOOK_BYTES + 1), str(path))


def understood(data: bytes, path: str) -> SourceText:
    """The Python in the bytes of a file of that name. Raises SourceError."""
    if not path.endswith(NOTEBOOK):
        return decode(data, path)
    if len(data) > MAX_NOTEBOOK_BYTES:
        raise SourceError(f"larger than {MAX_NOTEBOOK_BYTES // 1_000_000} MB, too large to analyse")
    return read_notebook(data, path)
