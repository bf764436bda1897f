"""The report on a terminal: a table where there is one, else plain lines; and progress while the work goes on."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from jaxlint.verify.protocol import Event, Importing, Judged, Measured, Observed, Passed, Started
from jaxlint.verify.reports.record import Report, Row
from jaxlint.verify.reports.words import devices, error, failures, sentences, versions
from jaxlint.verify.sandbox import Heard
from jaxlint.verify.speed.record import EAGER, JITTED, REWRITE, Speed
from jaxlint.verify.speed.worth import duration, ratio, times

_COLOURS = {"equivalent": "green", "changed on purpose": "green", "cannot compare": "yellow"}
_NOTHING = "No function differs, and none has inputs: there is nothing to compare."


def show(report: Report) -> None:
    """Print the report to stdout."""
    console = Console(markup=False, highlight=False, soft_wrap=not sys.stdout.isatty())
    if not report.verdicts:
        console.print(_NOTHING)
    elif console.is_terminal and sys.stdout.isatty():
        console.print(_table(report.verdicts))
    else:
        _lines(console, report.verdicts)
    for machine in report.machines:
        console.print(Text(f"{devices(machine)}; {versions(machine)}", style="dim"))


def _lines(console: Console, rows: Sequence[Row]) -> None:
    for row in rows:
        found = error(row)
        console.print(Text.assemble(_verdict(row), f"  {row.function}{f' ({found})' if row.passes else ''}"))
        for line in (*failures(row), *(line for speed in row.speeds for line in sentences(speed))):
            console.print(f"    {line}")


def _table(rows: Sequence[Row]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for head in ("function", "verdict"):
        table.add_column(head, no_wrap=True)
    for head in ("error", "eager", "jitted", "rewrite", "speedup", "compile"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("why", overflow="fold", ratio=1)
    for row in rows:
        said = "\n".join(failures(row))
        table.add_row(row.function, _verdict(row), error(row), *_times(row.speeds[:1]), said)
        for speed in row.speeds:
            where = f"{speed.platform}: " if len(row.speeds) > 1 else ""
            table.add_row(*[""] * 8, Text(where + "; ".join(sentences(speed)), style="dim"))
    return table


def _times(speeds: Sequence[Speed]) -> Iterator[str]:
    """The five cells of the first device."""
    if not speeds:
        yield from [""] * 5
        return
    (speed,) = speeds
    eager, jitted, rewrite = speed[EAGER], speed[JITTED], speed[REWRITE]
    yield from (duration(one.median) if one else "" for one in (eager, jitted, rewrite))
    original = eager or jitted
    found = ratio(original, rewrite) if original and rewrite else None
    yield "" if found is None else "noise" if found.is_noise else times(found.median)
    yield duration(rewrite.compilation.total) if rewrite and rewrite.compilation else ""


def _verdict(row: Row) -> Text:
    return Text(row.verdict, style=_COLOURS.get(row.verdict, "red"))


@contextmanager
def progress(total: int | None = None) -> Iterator[Heard]:
    """Shows on stderr, if that is a terminal, how far the work is; yields whom to tell about events.

    ``total`` is how many answers are awaited, if that is known.
    """
    console = Console(stderr=True)
    columns = (BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("starting", total=total)

        def hear(event: Event) -> None:
            match event:
                case Importing(what=what):
                    bar.update(task, description=f"importing the {what}")
                case Started(target, step, call):
                    bar.update(task, description=f"{step}: {call or target.function}"[: console.width - 48])
                case Judged() | Passed() | Measured() | Observed():
                    bar.advance(task)

        yield hear
