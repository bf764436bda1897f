"""Prints verdicts: for people (rich), for machines (json), for a pull request (markdown)."""

import math
from collections.abc import Sequence

import msgspec

from jaxlint.verify.verdict import Kind, Verdict

FORMATS = ("rich", "json", "markdown")

_COLOR = {
    Kind.EQUIVALENT: "green",
    Kind.CHANGED_ON_PURPOSE: "green",
    Kind.CANNOT_COMPARE: "yellow",
    Kind.DIFFERENT: "red",
    Kind.FAILED: "red",
}


def report(verdicts: Sequence[Verdict], output_format: str) -> None:
    """Write the verdicts to stdout in one of FORMATS."""
    match output_format:
        case "json":
            print(as_json(verdicts))
        case "markdown":
            print(as_markdown(verdicts))
        case _:
            _print_rich(verdicts)


def as_json(verdicts: Sequence[Verdict]) -> str:
    """One object with a version and the verdicts; an infinite error is null."""
    rows = [
        {
            "function": verdict.function,
            "verdict": str(verdict.kind),
            "passes": verdict.kind.passes,
            "reasons": verdict.reasons,
            "notes": verdict.notes,
            "max_abs": verdict.max_abs,
            "max_rel": verdict.max_rel,
            "cases": verdict.cases,
        }
        for verdict in verdicts
    ]
    return msgspec.json.format(msgspec.json.encode({"version": 1, "verdicts": rows}), indent=2).decode()


def as_markdown(verdicts: Sequence[Verdict]) -> str:
    """A table."""
    lines = ["| function | verdict | largest error | why |", "|---|---|---|---|"]
    for verdict in verdicts:
        why = "; ".join(verdict.reasons + verdict.notes).replace("|", "\\|").replace("\n", " ")
        lines.append(f"| `{verdict.function}` | {verdict.kind} | {_error(verdict)} | {why} |")
    return "\n".join(lines)


def _print_rich(verdicts: Sequence[Verdict]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(markup=False, highlight=False, soft_wrap=True)
    for verdict in verdicts:
        error = f" ({_error(verdict)})" if verdict.kind.passes else ""
        console.print(Text.assemble((str(verdict.kind), _COLOR[verdict.kind]), f"  {verdict.function}{error}"))
        for line in verdict.reasons + verdict.notes:
            console.print(f"    {line}")
    if not verdicts:
        console.print("No function differs, and none has inputs: there is nothing to compare.")


def _error(verdict: Verdict) -> str:
    if verdict.max_abs == 0:
        return "no error"
    absolute = "infinite" if math.isinf(verdict.max_abs) else f"{verdict.max_abs:.2g}"
    return f"absolute error {absolute}"
