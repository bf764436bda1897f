"""The fix loop: texts -> diagnostics -> edits -> texts, until nothing changes.

Overlapping fixes wait for the next pass. A fix whose result does not parse, loses a comment or brings back an earlier
text is undone, and said to be. Fixes that reach into several files are applied in all of them or in none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from jaxlint.edits import Edit
from jaxlint.engine.apply import apply, clash, sound
from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.imports import ImportConflict, missing_imports, ordered
from jaxlint.engine.lint import Check, Rules, all_rules, check_all, lint
from jaxlint.engine.own import UNUSED, Keep, Select, everything
from jaxlint.engine.syntax import layout, parses, tree
from jaxlint.source import SourceText

PASSES = 10


class Refused(Exception):
    """Why a fix cannot be applied to the text at hand."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A fix made concrete: all of its edits, by path, with the imports that it needs in its own file."""

    path: str
    diagnostic: Diagnostic
    edits: tuple[tuple[str, Edit], ...]
    imports: tuple[Edit, ...] = ()

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(path for path, _ in self.edits)

    def clashes(self, other: "Planned") -> bool:
        """Two fixes may ask for the same import, but not edit the same place."""
        mine = (*self.edits, *((self.path, edit) for edit in self.imports))
        theirs = (*other.edits, *((other.path, edit) for edit in other.imports))
        return any(
            path == where and clash(edit, one)
            for edits, ones in ((self.edits, theirs), (mine, other.edits))
            for path, edit in edits
            for where, one in ones
        )


@dataclass(frozen=True, slots=True)
class Undone:
    """A fix that was tried and taken back, or could not be applied."""

    path: str
    diagnostic: Diagnostic
    reason: str


@dataclass(frozen=True, slots=True)
class FixOutcome:
    """``settled`` is False when the last allowed pass still changed something."""

    texts: dict[str, str]
    applied: tuple[tuple[str, Diagnostic], ...]
    remaining: dict[str, list[Diagnostic]]
    undone: tuple[Undone, ...]
    settled: bool = True


Texts = dict[str, SourceText]
Veto = Callable[[Planned, Texts], str | None]
"""Why a fix must not be applied to the texts as they are; None: it may."""


def no_veto(planned: Planned, texts: Texts) -> None:
    """Every fix may be applied."""


def fix(
    sources: Sequence[SourceText],
    select: Select,
    applicability: Literal["safe", "unsafe"] = "safe",
    *,
    keep: Keep = everything,
    check: Check = check_all,
    rules: Rules = all_rules,
    veto: Veto = no_veto,
) -> FixOutcome:
    """Apply fixes until none is left. Nothing is written: the outcome has the new texts."""
    allowed = {"safe"} if applicability == "safe" else {"safe", "unsafe"}
    loop = _Loop({source.path: source for source in sources}, frozenset(allowed), veto)
    while True:
        found = lint(list(loop.texts.values()), select, keep=keep, check=check, rules=rules)
        plan = loop.plan(found)
        if not plan or loop.passes == PASSES:
            texts = {path: source.text for path, source in loop.texts.items()}
            return FixOutcome(texts, tuple(loop.applied), found, tuple(loop.undone.values()), not plan)
        loop.advance(plan)


def concrete(source: SourceText, diagnostic: Diagnostic) -> Planned:
    """The edits of a diagnostic's fix, with the imports it needs. Raises Refused."""
    fix = diagnostic.fix
    if fix is None:
        raise Refused("there is no fix")
    module = tree(source.text)
    if module is None and (fix.uses or not parses(source.text)):
        raise Refused("the file does not parse")
    try:
        imports = missing_imports(source, module, fix) if module else ()
    except ImportConflict as conflict:
        raise Refused(str(conflict)) from None
    here = [(source.path, edit) for edit in fix.edits]
    there = [(path, edit) for path, edits in fix.elsewhere for edit in edits]
    return Planned(source.path, diagnostic, (*here, *there), imports)


class _Loop:
    """The texts as they are now, and what has happened to them."""

    def __init__(self, texts: Texts, allowed: frozenset[str], veto: Veto) -> None:
        self.texts = texts
        self.allowed = allowed
        self.veto = veto
        self.passes = 0
        self.applied: list[tuple[str, Diagnostic]] = []
        self.undone: dict[tuple[str, str, str], Undone] = {}
        self._seen = {path: {source.text} for path, source in texts.items()}
        self._refused: set[tuple[str, Diagnostic]] = set()

    def plan(self, found: dict[str, list[Diagnostic]]) -> list[Planned]:
        """The fixes of the next pass: allowed, applicable, and none in the way of an earlier one."""
        chosen: list[Planned] = []
        for path, diagnostics in found.items():
            for diagnostic in diagnostics:
                if diagnostic.fix is None or diagnostic.fix.applicability not in self.allowed:
                    continue
                if (path, diagnostic) in self._refused:
                    continue
                try:
                    planned = self._vet(concrete(self.texts[path], diagnostic))
                except Refused as refusal:
                    self._refuse(path, diagnostic, str(refusal))
                    continue
                if not any(planned.clashes(other) for other in chosen):
                    chosen.append(planned)
        return chosen

    def advance(self, plan: list[Planned]) -> None:
        """Apply a plan, less the fixes that turn out to do harm."""
        while plan:
            after = _rewritten(self.texts, plan)
            faults = {path: fault for path, source in after.items() if (fault := self._fault(path, source))}
            if not faults:
                break
            plan = self._without_culprits(plan, faults)
        if not plan:
            return
        self.passes += 1
        self.texts = {**self.texts, **after}
        self.applied += [(planned.path, planned.diagnostic) for planned in plan]
        for path, source in after.items():
            self._seen[path].add(source.text)

    def _without_culprits(self, plan: list[Planned], faults: dict[str, str]) -> list[Planned]:
        """Refuse the fixes that do harm alone; where only their sum does, let one of them go ahead."""
        suspects = [planned for planned in plan if planned.paths & faults.keys()]
        guilty = 0
        for planned in suspects:
            alone = _rewritten(self.texts, [planned])
            reason = next((fault for path, source in alone.items() if (fault := self._fault(path, source))), None)
            if reason:
                self._refuse(planned.path, planned.diagnostic, reason)
                plan = [other for other in plan if other is not planned]
                guilty += 1
        return plan if guilty else [planned for planned in plan if planned not in suspects[1:]]

    def _vet(self, planned: Planned) -> Planned:
        for path in planned.paths:
            if path not in self.texts:
                raise Refused(f"it also edits {path}, which is not part of this run")
            edits = [edit for where, edit in planned.edits if where == path]
            if not sound(self.texts[path].text, edits):
                raise Refused("its edits overlap each other or leave the file")
            if planned.diagnostic.code != UNUSED.code and (lost := _lost_comment(self.texts[path], edits)):
                raise Refused(f"it would lose the comment `{lost}`")
        if reason := self.veto(planned, self.texts):
            raise Refused(reason)
        return planned

    def _fault(self, path: str, after: SourceText) -> str | None:
        if after.text in self._seen[path]:
            return "it brings back an earlier text of the file"
        try:
            after.encode(after.text)
        except UnicodeEncodeError:
            return f"its text cannot be written in the file's encoding, {after.encoding}"
        except ValueError as error:
            return str(error)
        return None if parses(after.text) else "the result does not parse"

    def _refuse(self, path: str, diagnostic: Diagnostic, reason: str) -> None:
        self._refused.add((path, diagnostic))
        self.undone.setdefault((path, diagnostic.code, diagnostic.message), Undone(path, diagnostic, reason))


def _rewritten(texts: dict[str, SourceText], plan: list[Planned]) -> dict[str, SourceText]:
    """The files that a plan changes, changed. An import that several fixes want is added once."""
    after = {}
    for path in sorted(frozenset().union(*(planned.paths for planned in plan))):
        edits = [edit for planned in plan for where, edit in planned.edits if where == path]
        imports = ordered(edit for planned in plan if planned.path == path for edit in planned.imports)
        after[path] = replace(texts[path], text=apply(texts[path].text, [*imports, *edits]))
    return after


def _lost_comment(source: SourceText, edits: list[Edit]) -> str | None:
    """A comment that the edits remove without writing it again."""
    if not any("#" in source.text[edit.start : edit.end] for edit in edits):
        return None
    written = "\n".join(edit.text for edit in edits)
    removed = [c.text for c in layout(source).comments if any(e.start <= c.start < e.end for e in edits)]
    return next((text for text in removed if written.count(text) < removed.count(text)), None)
