"""Proves a rewrite: runs the original and the rewritten functions side by side, in child processes."""

import importlib.util
import sys
from pathlib import Path

from jaxlint.verify.plan import PlanError, plan

EQUIVALENT, DIFFERENT, USAGE = 0, 1, 2
VARIATIONS = 50
"""Variations of described or guessed inputs to try for a function."""


def run(
    before: Path,
    after: Path,
    function: str | None = None,
    inputs: Path | None = None,
    grad: bool = False,
    output_format: str = "rich",
) -> int:
    """Compare two versions of a module and print the verdicts; the exit code.

    0: every compared function is equivalent. 1: one differs, fails or cannot be compared. 2: usage, or JAX is missing.
    """
    if importlib.util.find_spec("jax") is None:
        return _refuse("pip install 'jaxlint[verify]'")
    from jaxlint.verify.report import FORMATS, report
    from jaxlint.verify.side_by_side import InputsError, Ways, paired, side_by_side

    if output_format not in FORMATS:
        return _refuse(f"unknown output format `{output_format}`: one of {', '.join(FORMATS)}")
    try:
        pairs = plan(before.read_bytes(), after.read_bytes(), function)
        if inputs is not None and not inputs.is_file():
            return _refuse(f"{inputs}: no such file")
        if pairs.changed or inputs:
            print(f"Running the code of {before} and {after}.", file=sys.stderr, flush=True)
            (verdicts,) = side_by_side(
                [paired(before, after, pairs, inputs)], Ways(grad=grad, guess=True, vary=VARIATIONS)
            )
        else:
            verdicts = ()
    except (OSError, PlanError) as error:
        return _refuse(str(error))
    except InputsError as error:
        return _refuse(f"{inputs}: {error}")
    report(verdicts, output_format)
    return EQUIVALENT if all(verdict.kind.passes for verdict in verdicts) else DIFFERENT


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return USAGE
