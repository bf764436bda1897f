"""The report for a pull request: a table, and the numbers folded in."""

from collections.abc import Iterator, Sequence

from jaxlint.verify.reports.record import Report, Row, program_diff
from jaxlint.verify.reports.words import devices, error, failures, sentences, versions
from jaxlint.verify.speed.record import EAGER, JITTED, REWRITE, Speed
from jaxlint.verify.speed.worth import duration, pays_after, ratio, times


def as_markdown(report: Report) -> str:
    """GitHub's Markdown."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    if not report.verdicts:
        yield "No function differs, and none has inputs: there is nothing to compare."
        return
    yield "| function | verdict | largest error | speed | why |"
    yield "|---|---|---|---|---|"
    for row in report.verdicts:
        fast, why = "; ".join(map(_short, row.speeds)), _cell("; ".join(failures(row)))
        yield f"| `{row.function}` | {row.verdict} | {error(row)} | {fast} | {why} |"
    if any(row.speeds for row in report.verdicts):
        yield from _folded("Speed", _numbers(report.verdicts))
    if report.diff:
        yield from _folded("Source", ["```diff", *report.diff.splitlines(), "```"])
    for row in report.verdicts:
        for speed in row.speeds:
            if diff := program_diff(speed):
                yield from _folded(f"XLA's program of `{row.function}`", ["```diff", *diff.splitlines(), "```"])
    for machine in report.machines:
        yield ""
        yield f"{devices(machine)}; {versions(machine)}"


def _short(speed: Speed) -> str:
    """``12.3x, pays after 204 calls``"""
    old, new = speed[EAGER] or speed[JITTED], speed[REWRITE]
    if not old or not new:
        return ""
    found = ratio(old, new)
    if found.is_noise:
        return "same"
    calls = pays_after(old, new)
    pays = f", pays after {calls:,} calls" if calls and calls > 1 else ""
    return f"{times(found.median)}{pays}"


def _numbers(rows: Sequence[Row]) -> Iterator[str]:
    yield "| function | inputs | eager original | jitted original | rewrite | compile | |"
    yield "|---|---|---:|---:|---:|---:|---|"
    for row in rows:
        for speed in row.speeds:
            new = speed[REWRITE]
            compile = duration(new.compilation.total) if new and new.compilation else ""
            cells = [_time(speed, name) for name in (EAGER, JITTED, REWRITE)]
            said = _cell("; ".join(sentences(speed)))
            yield f"| `{row.function}` | `{_cell(speed.arguments)}` | {' | '.join(cells)} | {compile} | {said} |"


def _time(speed: Speed, name: str) -> str:
    if not (one := speed[name]):
        return ""
    low, high = one.quartiles
    return f"{duration(one.median)} ± {duration((high - low) / 2)}"


def _folded(title: str, lines: Sequence[str] | Iterator[str]) -> Iterator[str]:
    yield from ("", "<details>", f"<summary>{title}</summary>", "")
    yield from lines
    yield from ("", "</details>")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
