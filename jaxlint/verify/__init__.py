"""Proves a rewrite: runs the original and the rewritten functions side by side, in child processes."""

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from jaxlint.verify.plan import PlanError, cases_beside, plan

if TYPE_CHECKING:
    from jaxlint.verify.protocol import Pair
    from jaxlint.verify.race import Race
    from jaxlint.verify.side_by_side import Ways
    from jaxlint.verify.verdict import Verdict

EQUIVALENT, DIFFERENT, USAGE = 0, 1, 2
VARIATIONS = 50
"""Variations of described or guessed inputs to try for a function."""


INSTALL = "pip install 'jaxlint[verify]'"


def is_installed() -> bool:
    """Whether what the child processes import is there."""
    return all(importlib.util.find_spec(name) for name in ("jax", "hypothesis"))


def run(
    before: Path,
    after: Path,
    function: str | None = None,
    inputs: Path | None = None,
    grad: bool = False,
    output_format: str = "rich",
    *,
    label: str | None = None,
    speed: bool = False,
    record: str | None = None,
) -> int:
    """Compare two versions of a module and print the verdicts; the exit code.

    ``label`` says what ``after`` is, where its path would mean nothing; ``speed``: measure too, what passes.
    ``record`` is a command that calls the functions: they are compared on what it calls them with.
    0: every compared function is equivalent. 1: one differs, fails or cannot be compared. 2: usage, or JAX is missing.
    """
    if not is_installed():
        return _refuse(INSTALL)
    from jaxlint.verify.race import Race
    from jaxlint.verify.record import RecordError, recording
    from jaxlint.verify.reports import FORMATS, render
    from jaxlint.verify.reports.make import report_on
    from jaxlint.verify.reports.terminal import show
    from jaxlint.verify.side_by_side import InputsError, Ways, paired

    if output_format not in FORMATS:
        return _refuse(f"unknown output format `{output_format}`: one of {', '.join(FORMATS)}")
    try:
        pairs = plan(before.read_bytes(), after.read_bytes(), function)
        if inputs is not None and not inputs.is_file():
            return _refuse(f"{inputs}: no such file")
        inputs = inputs or (cases_beside(before) if pairs.changed and not record else None)
        if pairs.changed or inputs or record:
            print(f"Running the code of {before} and {label or after}.", file=sys.stderr, flush=True)
            ways = Ways(grad=grad, guess=True, vary=VARIATIONS)
            with recording(record, before, pairs.common) as recorded:
                verdicts, found = _compare(paired(before, after, pairs, inputs, recorded), ways, speed)
        else:
            verdicts, found = (), Race()
    except (OSError, PlanError, RecordError, InputsError) as error:
        return _refuse(str(error))
    report = report_on(before, after, label, verdicts, found)
    if output_format == "rich":
        show(report)
    else:
        print(render(report, output_format))
    return EQUIVALENT if all(verdict.kind.passes for verdict in verdicts) else DIFFERENT


def _compare(pair: "Pair", ways: "Ways", speed: bool) -> "tuple[tuple[Verdict, ...], Race]":
    from jaxlint.verify.protocol import Target
    from jaxlint.verify.race import Race, available, race
    from jaxlint.verify.reports.terminal import progress
    from jaxlint.verify.side_by_side import side_by_side

    platforms = available(ways)
    with progress(len(pair.functions) * len(platforms) * (3 if speed else 2)) as hear:
        (verdicts,) = side_by_side([pair], ways, hear, platforms)
        if not speed:
            return verdicts, Race()
        passed = [Target(0, verdict.function) for verdict in verdicts if verdict.kind.passes]
        return verdicts, race([pair], ways, passed, platforms, hear)


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return USAGE
