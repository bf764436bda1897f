"""A finding as the outside sees it: resolved to a path, lines and columns. No tree, no LibCST."""

from dataclasses import dataclass

from jaxlint.edits import Fix, Level


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One step of the proof: what was concluded, and where."""

    message: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One report. ``start`` and ``end`` are 1-based (line, column) in code points, of the text that was checked.

    ``confirmed`` says what the verifier saw when it ran the code, if it did and if that bears the finding out.
    """

    code: str
    name: str
    level: Level
    message: str
    path: str
    start: tuple[int, int]
    end: tuple[int, int]
    trace: tuple[TraceStep, ...] = ()
    fix: Fix | None = None
    declined: str | None = None
    confirmed: str | None = None
