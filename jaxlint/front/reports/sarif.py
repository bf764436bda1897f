"""SARIF 2.1.0, for GitHub code scanning and other viewers; the steps of a proof are a code flow, a fix is a fix.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from jaxlint import __version__
from jaxlint.edits import Edit, Level
from jaxlint.engine.diagnostic import Diagnostic, TraceStep
from jaxlint.engine.fix import Planned, Refused, concrete
from jaxlint.front.reports.concise import in_cell, on_one_line, place, told
from jaxlint.front.terminal import Paint
from jaxlint.source import SourceText

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: dict[Level, str] = {"error": "error", "warning": "warning", "hint": "note"}


def sarif(found: Sequence[Diagnostic], sources: Mapping[str, SourceText], paint: Paint) -> Iterator[str]:
    rules = sorted({(one.code, one.name, one.level) for one in found})
    order = {code: position for position, (code, _, _) in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "jaxlint",
                "semanticVersion": __version__,
                "rules": [_rule(code, name, level) for code, name, level in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, order[one.code], sources) for one in found],
    }
    yield json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(code: str, name: str, level: Level) -> dict[str, Any]:
    return {"id": code, "name": name, "defaultConfiguration": {"level": _LEVELS[level]}}


def _result(one: Diagnostic, rule: int, sources: Mapping[str, SourceText]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": one.code,
        "ruleIndex": rule,
        "level": _LEVELS[one.level],
        "message": {"text": told(one)},
        "locations": [{"physicalLocation": {**_artifact(one.path), "region": _region(one.start, one.end)}}],
    }
    if one.confirmed:
        result["properties"] = {"confirmed": one.confirmed}
    if in_cell(one, sources):
        result["message"] = {"text": f"{place(one, sources)}: {told(one)}"}
        result["locations"] = [{"physicalLocation": _artifact(one.path)}]
        return result
    if one.trace:
        result["codeFlows"] = [{"threadFlows": [{"locations": [_step(step) for step in one.trace]}]}]
    if one.fix and one.path in sources and one.fix.applicability != "suggestion":
        try:
            planned = concrete(sources[one.path], one)
        except Refused:
            return result
        result["fixes"] = [_fix(one.fix.message, planned, sources)]
    return result


def _fix(message: str, planned: Planned, sources: Mapping[str, SourceText]) -> dict[str, Any]:
    edits: dict[str, list[Edit]] = {}
    for path, edit in (*((planned.path, edit) for edit in planned.imports), *planned.edits):
        edits.setdefault(path, []).append(edit)
    changes = [
        {**_artifact(path), "replacements": [_replacement(edit, sources[path]) for edit in listed]}
        for path, listed in edits.items()
        if path in sources
    ]
    return {"description": {"text": on_one_line(message)}, "artifactChanges": changes}


def _replacement(edit: Edit, source: SourceText) -> dict[str, Any]:
    region = _region(source.position(edit.start), source.position(edit.end))
    return {"deletedRegion": region, "insertedContent": {"text": edit.text}}


def _step(step: TraceStep) -> dict[str, Any]:
    where = {**_artifact(step.path), "region": {"startLine": step.line}}
    return {"location": {"physicalLocation": where, "message": {"text": on_one_line(step.message)}}}


def _artifact(path: str) -> dict[str, Any]:
    """The file as a URI: relative to the folder of the run where the report's path is."""
    place = PurePath(path)
    return {"artifactLocation": {"uri": place.as_uri() if place.is_absolute() else quote(place.as_posix())}}


def _region(start: tuple[int, int], end: tuple[int, int]) -> dict[str, int]:
    return {"startLine": start[0], "startColumn": start[1], "endLine": end[0], "endColumn": end[1]}
