"""Diagnostics as the protocol has them: ranges in the editor's units, the trace path as related information."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsprotocol import types

from jaxlint.edits import Level
from jaxlint.engine.diagnostic import Diagnostic, TraceStep
from jaxlint.engine.own import OWN, UNUSED
from jaxlint.front.lsp.places import Places
from jaxlint.front.pages import rules_dir

SOURCE = "jaxlint"
_SEVERITIES: dict[Level, types.DiagnosticSeverity] = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "hint": types.DiagnosticSeverity.Information,
}

Opened = Callable[[str], Places | None]
"""The places of an open document, by its path."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Writes the diagnostics of one document, whose proofs may lead through others."""

    places: Places
    opened: Opened = lambda path: None

    def uri(self, one: Diagnostic) -> str:
        """The file or cell that a diagnostic belongs to."""
        return self.places.document.part_of(one.start[0]).uri

    def report(self, one: Diagnostic) -> types.Diagnostic:
        """One diagnostic for the editor."""
        declined = f"\n(no fix: {one.declined})" if one.declined else ""
        return types.Diagnostic(
            self.places.location(one.start, one.end).range,
            f"{one.message}{declined}",
            severity=_SEVERITIES[one.level],
            code=one.code,
            code_description=_page(one),
            source=SOURCE,
            tags=_tags(one),
            related_information=[self._step(step) for step in one.trace] or None,
        )

    def _step(self, step: TraceStep) -> types.DiagnosticRelatedInformation:
        own = step.path == self.places.document.path
        if places := self.places if own else self.opened(step.path):
            return types.DiagnosticRelatedInformation(places.whole_line(step.line), step.message)
        start = types.Position(step.line - 1, 0)
        location = types.Location(Path(os.path.abspath(step.path)).as_uri(), types.Range(start, start))
        return types.DiagnosticRelatedInformation(location, step.message)


def _tags(one: Diagnostic) -> list[types.DiagnosticTag] | None:
    if one.code == UNUSED.code:
        return [types.DiagnosticTag.Unnecessary]
    return [types.DiagnosticTag.Deprecated] if one.code.startswith("JAX9") else None


def page_file(code: str, name: str) -> Path | None:
    """The page of a rule, if it is a file of this installation."""
    folder: Any = rules_dir()
    if code in {own.code for own in OWN} or not isinstance(folder, Path):
        return None
    page = folder / f"{name.replace('-', '_')}.md"
    return page if page.is_file() else None


def _page(one: Diagnostic) -> types.CodeDescription | None:
    page = page_file(one.code, one.name)
    return types.CodeDescription(page.as_uri()) if page else None
