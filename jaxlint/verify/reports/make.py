"""Puts verdicts and speeds together into a report."""

from collections.abc import Sequence
from pathlib import Path

from jaxlint.verify.protocol import Target
from jaxlint.verify.race import Race
from jaxlint.verify.reports.record import VERSION, Report, Row, finite, source_diff
from jaxlint.verify.verdict import Verdict


def report_on(before: Path, after: Path, label: str | None, verdicts: Sequence[Verdict], race: Race) -> Report:
    """The report on one pair of files; ``label`` says what the second is, where its path would mean nothing."""
    texts = [path.read_text("utf-8", errors="replace") for path in (before, after)]
    name = label or str(after)
    rows = tuple(row(verdict, race, Target(0, verdict.function)) for verdict in verdicts)
    return Report(VERSION, str(before), name, source_diff(texts[0], texts[1], (str(before), name)), race.machines, rows)


def row(verdict: Verdict, race: Race, target: Target) -> Row:
    """One function's verdict and speeds."""
    return Row(
        function=verdict.function,
        verdict=str(verdict.kind),
        passes=verdict.kind.passes,
        reasons=verdict.reasons,
        notes=verdict.notes,
        max_abs=finite(verdict.max_abs),
        max_rel=finite(verdict.max_rel),
        max_ulp=finite(verdict.max_ulp),
        used=finite(verdict.used),
        cases=verdict.cases,
        example=verdict.example,
        trace=verdict.trace,
        source=verdict.source,
        speeds=race.of(target),
    )
