"""Jupyter notebooks: the code cells in order are one module, since imports and keys live across cells.

The file is never written as a whole. Where a cell changes, the bytes of its source are replaced in the raw JSON, so
that everything else stays as it was, whatever wrote it.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from jaxlint.source.magics import masked
from jaxlint.source.text import SourceError, SourceText

_SPACE = re.compile(r"[ \t\r\n]*")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PYTHON = frozenset({"python", "ipython", "python2", "python3", "ipython3"})
_decode = json.JSONDecoder().raw_decode

Replacement = tuple[int, int, str]
"""Start and end offset in the module's text, and the new text."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One code cell: its number among all cells (from 1), its text as written, where that begins in the module."""

    number: int
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Cells:
    """The code cells of a notebook as one module: ``source`` has magics masked, offsets are those of the cells."""

    source: SourceText
    cells: tuple[Cell, ...]

    def cell(self, offset: int) -> Cell | None:
        """The cell around an offset of the module."""
        at = bisect_right([cell.start for cell in self.cells], offset) - 1
        return self.cells[at] if at >= 0 else None

    def position(self, offset: int) -> tuple[int, int, int]:
        """Cell number, and 1-based line and column in that cell, of an offset of the module."""
        cell = self.cell(offset)
        if cell is None:
            return 1, 1, 1
        return cell.number, *SourceText("", cell.text).position(min(offset, cell.end) - cell.start)

    def edited(self, replacements: Iterable[Replacement]) -> dict[int, str]:
        """New text of each cell that changes, by number. Raises ValueError for a replacement across cells."""
        texts: dict[int, str] = {}
        for start, end, new in sorted(replacements, key=lambda item: item[:2], reverse=True):
            cell = self.cell(start)
            if cell is None or end > cell.end:
                raise ValueError("a replacement must lie in one cell")
            text = texts.get(cell.number, cell.text)
            texts[cell.number] = text[: start - cell.start] + new + text[end - cell.start :]
        return {number: text for number, text in texts.items() if text != self._text(number)}

    def _text(self, number: int) -> str:
        return next(cell.text for cell in self.cells if cell.number == number)


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook file: its cells as a module, the raw JSON, and where in it each code cell's source stands."""

    module: Cells
    raw: str
    bom: bool
    places: dict[int, tuple[int, int]]

    @property
    def source(self) -> SourceText:
        return self.module.source

    def position(self, offset: int) -> tuple[int, int, int]:
        """Cell number, and 1-based line and column in that cell, of an offset of the module."""
        return self.module.position(offset)

    def replace(self, replacements: Iterable[Replacement]) -> bytes:
        """The file with replacements (in offsets of the module) made; bytes outside of changed cells stay."""
        raw = self.raw
        for number, text in sorted(self.module.edited(replacements).items(), reverse=True):
            start, end = self.places[number]
            raw = raw[:start] + _rewritten(raw[start:end], text, ascii_only=self.raw.isascii()) + raw[end:]
        return raw.encode("utf-8-sig" if self.bom else "utf-8")


def join(cells: Iterable[tuple[int, str]], path: str) -> Cells:
    """One module of numbered code cells, in order. A newline goes between cells."""
    joined: list[Cell] = []
    parts: list[str] = []
    start = 0
    for number, text in cells:
        joined.append(Cell(number, text, start))
        parts += masked(text), "\n"
        start += len(text) + 1
    return Cells(SourceText(path, "".join(parts)), tuple(joined))


def read_notebook(data: bytes, path: str) -> Notebook:
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
    code = {
        number: text for number, cell in enumerate(content["cells"], 1) if (text := _code(cell, number)) is not None
    }
    places = {number: span for number, span in _places(raw) if number in code}
    bom = data.startswith(b"\xef\xbb\xbf")
    return Notebook(join(code.items(), path), raw, bom, places)


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
