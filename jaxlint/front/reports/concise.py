"""``path:line:col: CODE message``: one finding a line, for people in a hurry and for other programs."""

from collections.abc import Iterator, Mapping, Sequence

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.front.terminal import Paint
from jaxlint.source import SourceText


def concise(found: Sequence[Diagnostic], sources: Mapping[str, SourceText], paint: Paint) -> Iterator[str]:
    for one in found:
        confirmed = f" (confirmed: {on_one_line(one.confirmed)})" if one.confirmed else ""
        yield f"{paint('bold', place(one))}: {paint('red', one.code)} {on_one_line(one.message)}{confirmed}"


def explained(found: Sequence[Diagnostic], sources: Mapping[str, SourceText], paint: Paint) -> Iterator[str]:
    """The same, with the steps of the proof below each finding."""
    for one in found:
        yield from concise([one], sources, paint)
        for step in one.trace:
            yield f"    {paint('dim', f'{step.path}:{step.line}:')} {on_one_line(step.message)}"
        if one.declined:
            yield f"    {paint('dim', 'no fix:')} {on_one_line(one.declined)}"


def place(one: Diagnostic) -> str:
    """``path:line:col``, with the cell of a notebook after the path."""
    cell = f":cell {one.cell}" if one.cell is not None else ""
    return f"{one.path}{cell}:{one.start[0]}:{one.start[1]}"


def on_one_line(message: str) -> str:
    return " ".join(message.split())
