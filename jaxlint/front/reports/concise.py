"""``path:line:col: CODE message``: one finding a line, for people in a hurry and for other programs."""

from collections.abc import Iterator, Mapping, Sequence

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.front.terminal import Paint
from jaxlint.source import SourceText


def concise(found: Sequence[Diagnostic], sources: Mapping[str, SourceText], paint: Paint) -> Iterator[str]:
    for one in found:
        yield f"{paint('bold', place(one, sources))}: {paint('red', one.code)} {told(one)}"


def explained(found: Sequence[Diagnostic], sources: Mapping[str, SourceText], paint: Paint) -> Iterator[str]:
    """The same, with the steps of the proof below each finding."""
    for one in found:
        yield from concise([one], sources, paint)
        for step in one.trace:
            yield f"    {paint('dim', f'{line_in(sources, step.path, step.line)}:')} {on_one_line(step.message)}"
        if one.declined:
            yield f"    {paint('dim', 'no fix:')} {on_one_line(one.declined)}"


def place(one: Diagnostic, sources: Mapping[str, SourceText]) -> str:
    """``path:line:col``, with the cell of a notebook after the path."""
    return f"{line_in(sources, one.path, one.start[0])}:{one.start[1]}"


def line_in(sources: Mapping[str, SourceText], path: str, line: int) -> str:
    """``path:line``, or ``path:cell 7:line``."""
    cell = sources[path].cell_at(line) if path in sources else None
    return f"{path}:cell {cell[0]}:{cell[1]}" if cell else f"{path}:{line}"


def in_cell(one: Diagnostic, sources: Mapping[str, SourceText]) -> bool:
    """True in a notebook, whose cells have lines of their own that are not those of the file."""
    return one.path in sources and sources[one.path].cell_at(one.start[0]) is not None


def told(one: Diagnostic) -> str:
    """The message on one line, and what was seen when the code ran."""
    return on_one_line(one.message) + confirmation(one)


def confirmation(one: Diagnostic) -> str:
    """`` (confirmed: …)`` to put after the message; empty for what was not seen."""
    return f" (confirmed: {on_one_line(one.confirmed)})" if one.confirmed else ""


def on_one_line(message: str) -> str:
    return " ".join(message.split())
