"""Ports that are proved: a function stays ported only if it does under JAX what it did under NumPy.

What differs or fails goes back to NumPy and is said to have; what cannot be compared stays, and is said not to be
proved. A function that draws random numbers draws others by design.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jaxlint.engine.port import Ported, PortOutcome, Refusals, port
from jaxlint.source import SourceText
from jaxlint.verify.plan import PlanError, cases_beside, plan
from jaxlint.verify.protocol import Pair
from jaxlint.verify.sandbox import Heard, unheard
from jaxlint.verify.side_by_side import Ways, paired, side_by_side
from jaxlint.verify.verdict import Kind, Verdict

DRAWS = "draws other random numbers than NumPy"


@dataclass(frozen=True, slots=True)
class PortProof:
    """What was ported and proved. ``verdicts`` by path and function."""

    outcome: PortOutcome
    verdicts: dict[tuple[str, str], Verdict]


def prove_port(sources: Sequence[SourceText], ways: Ways, hear: Heard = unheard, *, jit: bool = True) -> PortProof:
    """Port, compare, and port again without what failed, until nothing does."""
    refused: Refusals = {}
    while True:
        outcome = port(sources, jit=jit, refused=refused)
        verdicts = compare(sources, outcome, ways, hear)
        random = {(one.path, one.name) for one in outcome.functions if one.draws}
        ported = {(one.path, one.name) for one in outcome.functions if one.status == "ported"}
        failed = {
            key: f"{verdict.kind}: {'; '.join(verdict.reasons)}"
            for key, verdict in verdicts.items()
            if verdict.kind > Kind.CANNOT_COMPARE and key in ported - random
        }
        if not failed:
            told = tuple(_with_verdict(one, verdicts) for one in outcome.functions)
            return PortProof(replace(outcome, functions=told), verdicts)
        refused = {**refused, **failed}


def _with_verdict(one: Ported, verdicts: dict[tuple[str, str], Verdict]) -> Ported:
    if one.status != "ported":
        return one
    verdict = verdicts.get((one.path, one.name))
    if one.draws:
        said = f"not proved: it {DRAWS}"
    elif verdict is None:
        said = "not proved: it was not compared"
    elif verdict.kind.passes:
        said = "proved"
    else:
        said = f"not proved: {'; '.join(verdict.reasons)}"
    return replace(one, notes=(*one.notes, said))


def compare(
    sources: Sequence[SourceText], outcome: PortOutcome, ways: Ways, hear: Heard = unheard
) -> dict[tuple[str, str], Verdict]:
    """Verdicts on the functions of the modules that a port changes, by path and name."""
    with tempfile.TemporaryDirectory(prefix="jaxlint-") as folder:
        pairs: dict[str, Pair] = {}
        for number, source in enumerate(sources):
            text = outcome.texts[source.path]
            if text == source.text or not source.path.endswith(".py"):
                continue
            before, after = Path(source.path), Path(folder, str(number), Path(source.path).name)
            after.parent.mkdir()
            after.write_bytes(source.encode(text))
            try:
                made = plan(before.read_bytes(), after.read_bytes())
            except PlanError:
                continue
            pairs[source.path] = paired(before, after, made, cases_beside(before))
        found = side_by_side(list(pairs.values()), ways, hear) if pairs else []
    return {
        (path, verdict.function): verdict for path, verdicts in zip(pairs, found, strict=True) for verdict in verdicts
    }
