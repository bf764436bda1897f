"""Fixes that are proved: a fix stays only if every function that it changes is shown to do the same as before.

The fixes are tried, the functions compared, and those that fail are left as they were; then again, until every function
that is changed passes. What cannot be compared is not proved.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.fix import FixOutcome, Planned, Refused, Texts, Veto, concrete
from jaxlint.engine.own import UNUSED
from jaxlint.source import SourceText
from jaxlint.verify.files import pair_of
from jaxlint.verify.places import Places
from jaxlint.verify.plan import PlanError
from jaxlint.verify.protocol import MODULE, Pair
from jaxlint.verify.reach import Reach
from jaxlint.verify.sandbox import Heard, unheard
from jaxlint.verify.side_by_side import Ways, side_by_side
from jaxlint.verify.verdict import Kind, Verdict

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
    comparing = _Comparing(sources, ways, hear, inputs)
    refused: Failures = {}
    while True:
        outcome = fixing(_veto(refused))
        verdicts, failed = comparing.compare(outcome.texts)
        if not failed.keys() - refused.keys():
            return Proof(_as_suggestions(sources, outcome, _veto(refused)), verdicts)
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
    why = "; ".join((*verdict.reasons, *((f"for example {verdict.example}",) if verdict.example else ())))
    return f"`{verdict.function}`: {verdict.kind}: {why}"


@dataclass(frozen=True, slots=True)
class _Comparing:
    """Compares texts with what they are to become, and what was compared before not again."""

    sources: Sequence[SourceText]
    ways: Ways
    hear: Heard
    inputs: Path | None
    known: dict[tuple[str, str, str], Verdict | None] = field(default_factory=dict)

    def compare(self, texts: dict[str, str]) -> tuple[dict[str, tuple[Verdict, ...]], Failures]:
        """Verdicts on the functions of the texts that changed, and which of them do not pass and why."""
        reach = {path: Reach.of(text) for path, text in texts.items()}
        verdicts: dict[str, tuple[Verdict, ...]] = {}
        failed: Failures = {}
        with tempfile.TemporaryDirectory(prefix="jaxlint-") as folder:
            pairs: dict[str, Pair] = {}
            for number, source in enumerate(self.sources):
                if (text := texts[source.path]) == source.text:
                    continue
                try:
                    pairs[source.path] = pair_of(
                        source, replace(source, text=text), Path(folder, str(number)), self.inputs
                    )
                except PlanError as error:
                    failed[source.path, MODULE] = f"cannot compare: {error}"
            self._learn(pairs, reach)
        for path, pair in pairs.items():
            listed = (self.known[path, name, reach[path].print(name)] for name in pair.functions)
            verdicts[path] = tuple(verdict for verdict in listed if verdict)
            failed |= _failures(path, pair, verdicts[path], reach[path])
        return verdicts, failed

    def _learn(self, pairs: dict[str, Pair], reach: dict[str, Reach]) -> None:
        """Run the functions whose code has changed, and was not run yet."""
        before = {source.path: Reach.of(source.text) for source in self.sources if source.path in pairs}
        left: dict[str, tuple[str, ...]] = {}
        for path, pair in pairs.items():
            for name in pair.functions:
                if before[path].print(name) == (code := reach[path].print(name)):
                    self.known[path, name, code] = None
            left[path] = tuple(
                name for name in pair.functions if (path, name, reach[path].print(name)) not in self.known
            )
        new = {
            path: msgspec.structs.replace(
                pair, functions=left[path], changed=tuple(name for name in pair.changed if name in left[path])
            )
            for path, pair in pairs.items()
            if left[path]
        }
        found = side_by_side(list(new.values()), self.ways, self.hear) if new else []
        for path, verdicts in zip(new, found, strict=True):
            by_name = {verdict.function: verdict for verdict in verdicts}
            for name in left[path]:
                self.known[path, name, reach[path].print(name)] = by_name.get(name)


def _failures(path: str, pair: Pair, verdicts: Sequence[Verdict], reach: Reach) -> Failures:
    """Why functions cannot be changed. One that stays as it is, and differs, speaks against those that it uses."""
    failed = {
        (path, verdict.function): _told(verdict)
        for verdict in verdicts
        if verdict.function in pair.changed and not verdict.kind.passes
    }
    for verdict in verdicts:
        if verdict.function not in pair.changed and verdict.kind > Kind.CANNOT_COMPARE:
            used = reach.used(verdict.function).intersection(pair.changed)
            failed |= {(path, name): _told(verdict) for name in used or pair.changed}
    return failed


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
