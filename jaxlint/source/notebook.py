"""Jupyter notebooks: the code cells in order are one module, since imports and keys live across cells.

The file is never written as a whole. Where a cell changes, the bytes of its source are replaced in the raw JSON, so
that everything else stays as it was, whatever wrote it.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jaxlint.source.magics import masked
from jaxlint.source.text import LINE_END, SourceError, SourceText

_SPACE = re.compile(r"[ \t\r\n]*")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PYTHON = frozenset({"python", "ipython", "python2", "python3", "ipython3"})
_decode = json.JSONDecoder().raw_decode


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell as written, and its number among all cells, from 1."""

    number: int
    text: str


@dataclass(frozen=True)
class NotebookText(SourceText):
    """The code cells as one module. ``text`` has a line ``# %% cell 7`` before each cell but the first, and Python of
    the same length in place of magics. ``originals`` are the cells of the file, whatever ``text`` was rewritten to."""

    originals: tuple[Cell, ...] = ()
    raw: str = "{}"

    @cached_property
    def starts(self) -> list[int]:
        """Where the cells begin in the text. Raises ValueError where a line between them is gone."""
        starts = [0] if self.originals else []
        for cell in self.originals[1:]:
            between = _between(cell.number)
            starts.append(self.text.index(between, starts[-1]) + len(between))
        return starts

    def cell_at(self, line: int) -> tuple[int, int] | None:
        """The cell of a line of the text, and the line's number in it."""
        at = bisect_right(self.starts, self.offset(min(line, len(self.line_starts)))) - 1
        if at < 0:
            return None
        return self.originals[at].number, line - self.position(self.starts[at])[0] + 1

    def written(self, line: int) -> str:
        """A line of a cell without its end, magics as the file has them."""
        shown = super().written(line)
        if (cell := self.cell_at(line)) and cell[1] > 0:
            lines = LINE_END.split(self.parts[f"cell {cell[0]}"])
            return lines[cell[1] - 1] if cell[1] <= len(lines) else shown
        return shown

    @property
    def parts(self) -> dict[str, str]:
        """The text of each cell with its magics, by ``cell 7``. Raises ValueError where a magic is gone."""
        if not self.text.endswith("\n"):
            raise ValueError("the end of the notebook is gone")
        found, end = {}, len(self.text) - 1
        for cell, start in zip(reversed(self.originals), reversed(self.starts), strict=True):
            found[f"cell {cell.number}"] = _unmasked(self.text[start:end], cell.text)
            end = start - len(_between(cell.number))
        return dict(reversed(found.items()))

    def encode(self, text: str) -> bytes:
        """The file with another text of its cells; the bytes outside of changed cells stay. Raises ValueError where
        the text has not the cells and magics of the file."""
        raw = self.raw
        texts = NotebookText(self.path, text, originals=self.originals, raw=raw).parts.values()
        changed = {cell.number: new for cell, new in zip(self.originals, texts, strict=True) if new != cell.text}
        places = dict(_places(raw)) if changed else {}
        for number, new in sorted(changed.items(), reverse=True):
            start, end = places[number]
            raw = raw[:start] + _rewritten(raw[start:end], new, ascii_only=self.raw.isascii()) + raw[end:]
        return raw.encode("utf-8-sig" if self.bom else "utf-8")


def join(cells: Sequence[Cell], path: str, raw: str = "{}", bom: bool = False) -> NotebookText:
    """One module of code cells, in order. Raises SourceError for a cell that holds the line between two others."""
    for cell in cells:
        if any(_between(other.number) in f"\n{cell.text}\n" for other in cells):
            raise SourceError(f"cell {cell.number} holds a line that jaxlint puts between cells: `# %% cell`")
    parts = [f"{_between(cell.number) if at else ''}{masked(cell.text)}" for at, cell in enumerate(cells)]
    return NotebookText(path, "".join(parts) + "\n", bom=bom, originals=tuple(cells), raw=raw)


def _between(number: int) -> str:
    return f"\n# %% cell {number}\n"


def _unmasked(text: str, original: str) -> str:
    """A cell with the magics of the original in place of what masks them, line by line. Raises ValueError."""
    before = list(zip(LINE_END.split(masked(original)), LINE_END.split(original), strict=True))
    masks = {mask for mask, line in before if mask != line}
    lines = _LINE.findall(text)
    at = [position for position, line in enumerate(lines) if line.rstrip("\r\n") in masks]
    wanted = [(mask, line) for mask, line in before if mask in masks]
    if [lines[position].rstrip("\r\n") for position in at] != [mask for mask, _ in wanted]:
        raise ValueError("a magic of the notebook is gone")
    for position, (mask, line) in zip(at, wanted, strict=True):
        lines[position] = line + lines[position][len(mask) :]
    return "".join(lines)


def read_notebook(data: bytes, path: str) -> NotebookText:
    """The Python cells of a notebook's bytes. Raises SourceError."""
    try:
        raw = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"not valid utf-8: {error.reason}", data.count(b"\n", 0, error.start) + 1) from None
    try:
        content = json.loads(raw)
    except json.JSONDecodeError as error:
        raise SourceError(f"not a notebook: {error.msg}", error.lineno, error.colno) from None
    except RecursionError:
        raise SourceError("not a notebook: nested too deeply") from None
    _check(content)
    cells = [
        Cell(number, text)
        for number, cell in enumerate(content["cells"], 1)
        if (text := _code(cell, number)) is not None
    ]
    return join(cells, path, raw, data.startswith(b"\xef\xbb\xbf"))


def _check(content: Any) -> None:
    """Is this a notebook in Python? Raises SourceError."""
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        old = isinstance(content, dict) and "worksheets" in content
        raise SourceError("a notebook of format 3: save it as format 4" if old else "not a notebook: it has no cells")
    metadata = content.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    for section, key in (("language_info", "name"), ("kernelspec", "language")):
        about = metadata.get(section)
        language = about.get(key) if isinstance(about, dict) else None
        if isinstance(language, str) and language.lower() not in _PYTHON:
            raise SourceError(f"a notebook in {language}, not in Python")


def _code(cell: Any, number: int) -> str | None:
    """Text of a code cell, None for another cell. Raises SourceError."""
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return None
    match cell.get("source"):
        case str(text):
            return text
        case list(lines) if all(isinstance(line, str) for line in lines):
            return "".join(lines)
    raise SourceError(f"not a notebook: cell {number} has no source")


def _places(raw: str) -> Iterator[tuple[int, tuple[int, int]]]:
    """Number of each cell, with start and end of its source's JSON value."""
    for key, start, _ in _members(raw, _skip(raw, 0)):
        if key == "cells":
            for number, (_, cell, _) in enumerate(_members(raw, start), 1):
                for name, value, end in _members(raw, cell):
                    if name == "source":
                        yield number, (value, end)


def _members(raw: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Key ("" in an array), start and end of each value in the valid JSON object or array at ``start``."""
    if raw[start] not in "{[":
        return
    at = _skip(raw, start + 1)
    while raw[at] not in "}]":
        key = ""
        if raw[start] == "{":
            key, at = _decode(raw, at)
            at = _skip(raw, _skip(raw, at) + 1)
        _, end = _decode(raw, at)
        yield key, at, end
        at = _skip(raw, end)
        if raw[at] == ",":
            at = _skip(raw, at + 1)


def _skip(raw: str, at: int) -> int:
    match = _SPACE.match(raw, at)
    return match.end() if match else at


def _rewritten(value: str, text: str, ascii_only: bool) -> str:
    """The JSON of a cell's new source, in the shape and layout of the old: one string, or a list of lines."""
    ascii_only = ascii_only or _SURROGATE.search(text) is not None
    if not value.startswith("["):
        return json.dumps(text, ensure_ascii=ascii_only)
    lines = [json.dumps(line, ensure_ascii=ascii_only) for line in _LINE.findall(text)]
    if not lines:
        return "[]"
    opening, closing = value[1 : _skip(value, 1)], value[len(value[:-1].rstrip()) : -1]
    old = list(_members(value, 0))
    comma = value[old[0][2] : old[1][1]] if len(old) > 1 else "," + (opening or " ")
    return f"[{opening}{comma.join(lines)}{closing}]"
