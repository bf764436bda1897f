"""Fixes that are proved: a fix stays only if every function that it changes is shown to do the same as before.

The fixes are tried, the functions compared, and those that fail are left as they were; then again, until every function
that is changed passes. What cannot be compared is not proved.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.fix import FixOutcome, Planned, Refused, Texts, Veto, concrete
from jaxlint.engine.own import UNUSED
from jaxlint.source import SourceText
from jaxlint.verify.comparing import Comparing
from jaxlint.verify.places import Places
from jaxlint.verify.protocol import MODULE
from jaxlint.verify.reach import Reach
from jaxlint.verify.sandbox import Heard, unheard
from jaxlint.verify.side_by_side import Ways
from jaxlint.verify.verdict import Verdict

Fixing = Callable[[Veto], FixOutcome]
"""Makes the fixes, but for those that the veto forbids."""

Failures = dict[tuple[str, str], str]
"""Why a function cannot be changed, by path and name."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The fixes that were proved, and the verdicts on the functions that they change, by path."""

    outcome: FixOutcome
    verdicts: dict[str, tuple[Verdict, ...]]


def prove_fixes(
    sources: Sequence[SourceText], fixing: Fixing, ways: Ways, hear: Heard = unheard, inputs: Path | None = None
) -> Proof:
    """Apply what can be proved. What cannot stays among the remaining diagnostics, its fix a suggestion.

    ``inputs`` is a file with the calls to compare; without one, a `cases.py` beside a text counts. Raises InputsError.
    """
    comparing = Comparing(sources, ways, hear, inputs)
    refused: Failures = {}
    while True:
        outcome = fixing(_veto(refused))
        compared = comparing.compare(outcome.texts)
        failed = {key: _told(verdict) for key, verdict in compared.failed.items()}
        if not failed.keys() - refused.keys():
            return Proof(_as_suggestions(sources, outcome, _veto(refused)), compared.verdicts)
        refused |= _to_blame(failed, outcome.texts)


def _veto(refused: Failures) -> Veto:
    def veto(planned: Planned, texts: Texts) -> str | None:
        if planned.diagnostic.code == UNUSED.code:
            return None
        for path, owner in _touched(planned, texts):
            if owner is None:
                return "it changes code outside of functions, which cannot be compared"
            if reason := refused.get((path, owner)) or refused.get((path, MODULE)):
                return reason
        return None

    return veto


def _touched(planned: Planned, texts: Texts) -> Iterator[tuple[str, str | None]]:
    """The functions that a fix changes. Imports that it adds change none."""
    for path, edit in planned.edits:
        source = texts[path]
        places = Places.of(source.text)
        first, last = source.position(edit.start)[0], source.position(max(edit.start, edit.end - 1))[0]
        yield path, places.owner(first, last) if places else None


def _to_blame(failed: Failures, texts: dict[str, str]) -> Failures:
    """The failures without those of functions that use another function which fails: that one may be the reason."""
    reach = {path: Reach.of(texts[path]) for path, _ in failed}
    alone = {
        (path, owner): reason
        for (path, owner), reason in failed.items()
        if not any((path, other) in failed for other in reach[path].used(owner) - {owner})
    }
    return alone or failed


def _told(verdict: Verdict) -> str:
    """Why a fix is left out."""
    why = "; ".join((*verdict.reasons, *((f"for example {verdict.example}",) if verdict.example else ())))
    return f"`{verdict.function}`: {verdict.kind}: {why}" if verdict.function else f"{verdict.kind}: {why}"


def _as_suggestions(sources: Sequence[SourceText], outcome: FixOutcome, veto: Veto) -> FixOutcome:
    """What was not proved is not to be applied by anybody else either."""
    texts = {source.path: replace(source, text=outcome.texts[source.path]) for source in sources}

    def shown(diagnostic: Diagnostic) -> Diagnostic:
        if diagnostic.fix is None or diagnostic.path not in texts:
            return diagnostic
        try:
            reason = veto(concrete(texts[diagnostic.path], diagnostic), texts)
        except Refused:
            return diagnostic
        return replace(diagnostic, fix=replace(diagnostic.fix, applicability="suggestion")) if reason else diagnostic

    remaining = {path: [shown(one) for one in listed] for path, listed in outcome.remaining.items()}
    return replace(outcome, remaining=remaining)
