"""Diagnostics as the protocol has them: ranges in the editor's units, the trace path as related information."""

import os
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


def report(one: Diagnostic, places: Places, uri: str) -> types.Diagnostic:
    """One diagnostic for the editor."""
    declined = f"\n(no fix: {one.declined})" if one.declined else ""
    return types.Diagnostic(
        places.range(one.start, one.end),
        f"{one.message}{declined}",
        severity=_SEVERITIES[one.level],
        code=one.code,
        code_description=_page(one),
        source=SOURCE,
        tags=_tags(one),
        related_information=[_step(step, one, places, uri) for step in one.trace] or None,
    )


def _tags(one: Diagnostic) -> list[types.DiagnosticTag] | None:
    if one.code == UNUSED.code:
        return [types.DiagnosticTag.Unnecessary]
    return [types.DiagnosticTag.Deprecated] if one.code.startswith("JAX9") else None


def _page(one: Diagnostic) -> types.CodeDescription | None:
    """A link to the rule's page, which is a file of this installation."""
    folder: Any = rules_dir()
    if one.code in {own.code for own in OWN} or not isinstance(folder, Path):
        return None
    page = folder / f"{one.name.replace('-', '_')}.md"
    return types.CodeDescription(page.as_uri()) if page.is_file() else None


def _step(step: TraceStep, one: Diagnostic, places: Places, uri: str) -> types.DiagnosticRelatedInformation:
    if step.path == one.path:
        location = types.Location(uri, places.whole_line(step.line))
    else:
        start = types.Position(step.line - 1, 0)
        location = types.Location(Path(os.path.abspath(step.path)).as_uri(), types.Range(start, start))
    return types.DiagnosticRelatedInformation(location, step.message)
