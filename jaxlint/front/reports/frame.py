"""A code frame: lines of a file with their numbers, a caret below what is meant, labels below other lines."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from jaxlint.front.terminal import Paint
from jaxlint.source import SourceText

_TAB = 4
_NARROW = 40
"""Columns of code that are shown at least, in the narrowest window."""
_CUT = "..."
_DASHES = "--- "
Span = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Label:
    """A note on a line."""

    line: int
    text: str


def frame(source: SourceText, span: Span | None, labels: Sequence[Label], paint: Paint) -> Iterator[str]:
    """The lines of ``span`` (its first) and of the labels, each with the line before it, gaps shown as dots."""
    last = len(source.line_starts)
    marked = {min(label.line, last) for label in labels} | ({min(span[0][0], last)} if span else set())
    lines = sorted(marked | ({span[0][0] - 1} if span and 1 < span[0][0] <= last else set()))
    numbers = {line: (source.cell_at(line) or (0, line))[1] for line in lines}
    width = len(str(max(numbers.values())))
    margin = f"{' ' * width} {paint('blue', '|')}"
    room = max(paint.columns - width - 3, _NARROW) if paint.columns else None
    yield margin
    for before, line in zip([lines[0] - 1, *lines], lines, strict=False):
        if line > before + 1:
            yield paint("blue", "...")
        text = source.written(line)
        here = _place(text, line, span) if span and min(span[0][0], last) == line else None
        shown, carets = _fitted(_shown(text), here, room)
        yield f"{paint('blue', str(numbers[line]).rjust(width))} {paint('blue', '|')} {shown}".rstrip()
        if carets:
            yield f"{margin} {' ' * carets[0]}{paint('red', '^' * carets[1])}"
        indent = min(_width(text[: len(text) - len(text.lstrip())]), (room or 1_000) // 2)
        for label in labels:
            if min(label.line, last) == line:
                yield from _note(label.text, f"{margin} {' ' * indent}", width + 3 + indent, paint)


def _note(text: str, margin: str, taken: int, paint: Paint) -> Iterator[str]:
    for number, line in enumerate(paint.folded(text, taken + len(_DASHES))):
        yield f"{margin}{paint('cyan', (' ' * len(_DASHES) if number else _DASHES) + line)}"


def _place(text: str, line: int, span: Span) -> tuple[int, int]:
    """Where the span's part on a line begins, and how long it is, in columns of a terminal."""
    (_, column), (end_line, end_column) = span
    end = end_column - 1 if end_line == line else len(text.rstrip())
    return _width(text[: column - 1]), max(1, _width(text[column - 1 : end]))


def _fitted(text: str, carets: tuple[int, int] | None, room: int | None) -> tuple[str, tuple[int, int] | None]:
    """A line of code that fits, around what is marked in it; dots stand for what is left out."""
    if room is None or _width(text) <= room:
        return text, carets
    start, length = carets or (0, 1)
    left = 0 if start + length <= room - len(_CUT) else max(0, min(start - room // 4, _width(text) - room))
    text = _CUT + _columns_from(text, left + len(_CUT)) if left else text
    if _width(text) > room:
        text = _columns_until(text, room - len(_CUT)) + _CUT
    return text, carets and (start - left, min(length, room - (start - left)))


def _columns_until(text: str, limit: int) -> str:
    return text[: sum(end <= limit for end in accumulate(map(_columns, text)))]


def _columns_from(text: str, first: int) -> str:
    """What begins at a column or behind it; a blank for half of a wide character."""
    ends = [0, *accumulate(map(_columns, text))]
    cut = sum(start < first for start in ends[:-1])
    return " " * (ends[cut] - first) + text[cut:]


def _shown(text: str) -> str:
    """Tabs as spaces, and control characters as dots: a report must not move the reader's cursor."""
    return "".join(" " * _TAB if char == "\t" else "." if unicodedata.category(char) == "Cc" else char for char in text)


def _width(text: str) -> int:
    """Columns that a terminal needs for a text."""
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if char == "\t":
        return _TAB
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
