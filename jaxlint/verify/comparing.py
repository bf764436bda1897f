"""Compares texts with what they are to become, time and again, and runs nothing twice."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from jaxlint.source import SourceText
from jaxlint.verify.files import pair_of
from jaxlint.verify.plan import PlanError
from jaxlint.verify.protocol import MODULE, Pair
from jaxlint.verify.reach import Reach
from jaxlint.verify.sandbox import Heard, unheard
from jaxlint.verify.side_by_side import Ways, side_by_side
from jaxlint.verify.verdict import Kind, Verdict


@dataclass(frozen=True, slots=True)
class Compared:
    """Verdicts by path, and those that speak against a changed function, by path and name; a whole file has no name."""

    verdicts: dict[str, tuple[Verdict, ...]]
    failed: dict[tuple[str, str], Verdict]


@dataclass(frozen=True, slots=True)
class Comparing:
    """The texts as they are, and what is known of the functions that they were to hold so far.

    ``inputs`` is a file with the calls to compare; without one, a `cases.py` beside a text counts.
    """

    sources: Sequence[SourceText]
    ways: Ways
    hear: Heard = unheard
    inputs: Path | None = None
    _known: dict[tuple[str, str, str], Verdict | None] = field(default_factory=dict)

    def compare(self, texts: Mapping[str, str]) -> Compared:
        """Compare what changes in these new texts. Raises InputsError."""
        found = Compared({}, {})
        with tempfile.TemporaryDirectory(prefix="jaxlint-") as folder:
            pairs: dict[str, Pair] = {}
            for number, source in enumerate(self.sources):
                after = replace(source, text=texts[source.path])
                if after.text == source.text:
                    continue
                try:
                    pairs[source.path] = pair_of(source, after, Path(folder, str(number)), self.inputs)
                except PlanError as error:
                    found.failed[source.path, MODULE] = Verdict(MODULE, Kind.CANNOT_COMPARE, (str(error),))
            reach = {path: Reach.of(texts[path]) for path in pairs}
            self._learn(pairs, reach)
        for path, pair in pairs.items():
            listed = (self._known[path, name, reach[path].print(name)] for name in pair.functions)
            found.verdicts[path] = tuple(verdict for verdict in listed if verdict)
            found.failed.update(_failures(path, pair, found.verdicts[path], reach[path]))
        return found

    def _learn(self, pairs: Mapping[str, Pair], reach: Mapping[str, Reach]) -> None:
        """Run the functions whose code has changed, and was not run yet."""
        before = {source.path: Reach.of(source.text) for source in self.sources if source.path in pairs}
        left: dict[str, tuple[str, ...]] = {}
        for path, pair in pairs.items():
            for name in pair.functions:
                if before[path].print(name) == (code := reach[path].print(name)):
                    self._known[path, name, code] = None
            left[path] = tuple(
                name for name in pair.functions if (path, name, reach[path].print(name)) not in self._known
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
                self._known[path, name, reach[path].print(name)] = by_name.get(name)


def _failures(path: str, pair: Pair, verdicts: Sequence[Verdict], reach: Reach) -> dict[tuple[str, str], Verdict]:
    """What speaks against changed functions. One that stays as it is, and differs, does against those that it uses."""
    failed = {
        (path, verdict.function): verdict
        for verdict in verdicts
        if verdict.function in pair.changed and not verdict.kind.passes
    }
    for verdict in verdicts:
        if verdict.function not in pair.changed and verdict.kind > Kind.CANNOT_COMPARE:
            used = reach.used(verdict.function).intersection(pair.changed)
            failed |= {(path, name): verdict for name in used or pair.changed}
    return failed
