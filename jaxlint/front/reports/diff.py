"""Unified diffs of texts, for ``--diff`` and below a finding."""

import difflib
from collections.abc import Iterator

from jaxlint.front.terminal import Paint
from jaxlint.source import SourceText

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def unified(before: SourceText, after: SourceText, paint: Paint) -> Iterator[str]:
    """A patch that ``patch -p0`` and ``git apply -p0`` take, of a notebook one for each cell; nothing when the texts
    are equal."""
    texts = before.parts
    for part, text in after.parts.items():
        name = f"{before.path}:{part}" if part else before.path
        for line in difflib.unified_diff(split(texts[part]), split(text), name, name):
            yield _painted(line.rstrip("\n") if line[:3] not in ("---", "+++") else line.strip(), paint)
            if line[-1] not in "\r\n":
                yield "\\ No newline at end of file"


def hunks(before: str, after: str, paint: Paint) -> Iterator[str]:
    """The changed lines alone, with one line of context."""
    lines = difflib.unified_diff(split(before), split(after), n=1)
    for number, line in enumerate(lines):
        if not line.startswith("@@") and number > 2:
            yield _painted(line.rstrip("\r\n"), paint)
        elif number > 2:
            yield paint("dim", "...")


def split(text: str) -> list[str]:
    """Lines with their ends, by the rules of Python's tokenizer."""
    starts = SourceText("", text).line_starts
    lines = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    return lines[:-1] if lines and not lines[-1] else lines


def _painted(line: str, paint: Paint) -> str:
    style = _STYLES.get(line[:1])
    return paint(style, line) if style else line
