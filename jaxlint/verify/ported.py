"""Ports that are proved: a function stays ported only if it does under JAX what it did under NumPy.

What differs or fails goes back to NumPy and is said to have; what cannot be compared stays, and is said not to be
proved. A function that draws random numbers draws others by design, which must be distributed alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jaxlint.engine.port import Ported, PortOutcome, Refusals, port
from jaxlint.source import SourceText
from jaxlint.verify.comparing import Compared, Comparing
from jaxlint.verify.sandbox import Heard, unheard
from jaxlint.verify.side_by_side import Ways
from jaxlint.verify.verdict import Kind, Verdict

SAMPLED = "other random numbers than NumPy's, of the same distribution"


@dataclass(frozen=True, slots=True)
class PortProof:
    """What was ported and proved. ``verdicts`` by path and function."""

    outcome: PortOutcome
    verdicts: dict[tuple[str, str], Verdict]


def prove_port(sources: Sequence[SourceText], ways: Ways, hear: Heard = unheard, *, jit: bool = True) -> PortProof:
    """Port, compare, and port again without what failed, until nothing does."""
    comparing = Comparing(sources, ways, hear)
    refused: Refusals = {}
    while True:
        outcome = port(sources, jit=jit, refused=refused)
        compared = comparing.compare(outcome.texts)
        ported = {(one.path, one.name) for one in outcome.functions if one.status == "ported"}
        failed = {
            key: f"{verdict.kind}: {'; '.join(verdict.reasons)}"
            for key, verdict in compared.failed.items()
            if verdict.kind > Kind.CANNOT_COMPARE and key in ported
        }
        if not failed:
            verdicts = _by_function(compared)
            told = tuple(_with_verdict(one, verdicts) for one in outcome.functions)
            return PortProof(replace(outcome, functions=told), verdicts)
        refused = {**refused, **failed}


def _with_verdict(one: Ported, verdicts: dict[tuple[str, str], Verdict]) -> Ported:
    if one.status != "ported":
        return one
    verdict = verdicts.get((one.path, one.name))
    if verdict is None:
        said = "not proved: it was not compared"
    elif verdict.kind.passes:
        said = f"proved: {SAMPLED}" if one.draws else "proved"
    else:
        said = f"not proved: {'; '.join(verdict.reasons)}"
    return replace(one, notes=(*one.notes, said))


def compare(
    sources: Sequence[SourceText], outcome: PortOutcome, ways: Ways, hear: Heard = unheard
) -> dict[tuple[str, str], Verdict]:
    """Verdicts on the functions of the modules that a port changes, by path and name."""
    return _by_function(Comparing(sources, ways, hear).compare(outcome.texts))


def _by_function(compared: Compared) -> dict[tuple[str, str], Verdict]:
    return {(path, one.function): one for path, listed in compared.verdicts.items() for one in listed}
