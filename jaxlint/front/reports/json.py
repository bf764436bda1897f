"""Diagnostics as JSON, schema version 1: one list, or one object a line. Lines and columns are 1-based code points."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jaxlint.edits import Edit
from jaxlint.engine.diagnostic import Diagnostic, TraceStep
from jaxlint.engine.fix import Refused, concrete
from jaxlint.front.terminal import Paint
from jaxlint.source import SourceText

VERSION = 1


def json_list(found: Sequence[Diagnostic], sources: Mapping[str, SourceText], paint: Paint) -> Iterator[str]:
    yield json.dumps([record(one, sources) for one in found], indent=2)


def json_lines(found: Sequence[Diagnostic], sources: Mapping[str, SourceText], paint: Paint) -> Iterator[str]:
    for one in found:
        yield json.dumps(record(one, sources))


def record(one: Diagnostic, sources: Mapping[str, SourceText]) -> dict[str, Any]:
    """One diagnostic. The edits of a fix include the imports that it needs."""
    fix, refusal = _fix(one, sources)
    return {
        "version": VERSION,
        "code": one.code,
        "name": one.name,
        "level": one.level,
        "message": one.message,
        "path": one.path,
        "cell": None,
        **_span(sources.get(one.path), one.start, one.end),
        "trace": [_step(step, sources.get(step.path)) for step in one.trace],
        "fix": fix,
        "declined": one.declined or refusal,
        "confirmed": one.confirmed,
    }


def _fix(one: Diagnostic, sources: Mapping[str, SourceText]) -> tuple[dict[str, Any] | None, str | None]:
    """The fix, or why it cannot be applied."""
    if one.fix is None or one.path not in sources:
        return None, None
    try:
        planned = concrete(sources[one.path], one)
    except Refused as refusal:
        return None, str(refusal)
    edits = [*((one.path, edit) for edit in planned.imports), *planned.edits]
    return {
        "applicability": one.fix.applicability,
        "message": one.fix.message,
        "edits": [_edit(path, edit, sources[path]) for path, edit in edits if path in sources],
    }, None


def _edit(path: str, edit: Edit, source: SourceText) -> dict[str, Any]:
    span = _span(source, source.position(edit.start), source.position(edit.end))
    return {"path": path, **span, "text": edit.text}


def _step(step: TraceStep, source: SourceText | None) -> dict[str, Any]:
    cell, line = _within(source, step.line)
    return {"message": step.message, "path": step.path, **_cell(cell), "line": line}


def _span(source: SourceText | None, start: tuple[int, int], end: tuple[int, int]) -> dict[str, Any]:
    """The range in the file, or in a notebook the cell and the range in that."""
    cell, first = _within(source, start[0])
    _, last = _within(source, end[0])
    return {
        **_cell(cell),
        "range": {"start": {"line": first, "column": start[1]}, "end": {"line": last, "column": end[1]}},
    }


def _within(source: SourceText | None, line: int) -> tuple[int | None, int]:
    return (source.cell_at(line) if source else None) or (None, line)


def _cell(number: int | None) -> dict[str, int]:
    return {} if number is None else {"cell": number}
