"""A code frame: lines of a file with their numbers, a caret below what is meant, labels below other lines."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jaxlint.front.terminal import Paint
from jaxlint.source import SourceText

_TAB = 4
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
    bar = paint("blue", "|")
    yield f"{' ' * width} {bar}"
    for before, line in zip([lines[0] - 1, *lines], lines, strict=False):
        if line > before + 1:
            yield paint("blue", "...")
        text = source.written(line)
        yield f"{paint('blue', str(numbers[line]).rjust(width))} {bar} {_shown(text)}".rstrip()
        notes = [label.text for label in labels if min(label.line, last) == line]
        if span and min(span[0][0], last) == line:
            yield f"{' ' * width} {bar} {_carets(text, span, paint)}"
        indent = " " * _width(text[: len(text) - len(text.lstrip())])
        for note in notes:
            yield f"{' ' * width} {bar} {indent}{paint('cyan', f'--- {note}')}"


def _carets(text: str, span: Span, paint: Paint) -> str:
    (line, column), (end_line, end_column) = span
    end = end_column - 1 if end_line == line else len(text.rstrip())
    before, meant = text[: column - 1], text[column - 1 : end]
    return " " * _width(before) + paint("red", "^" * max(1, _width(meant)))


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
