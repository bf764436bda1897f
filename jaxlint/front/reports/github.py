"""Annotations for GitHub Actions: ``::error file=...,line=...::message``."""

from collections.abc import Iterator, Mapping, Sequence

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.front.reports.concise import confirmation, in_cell, place
from jaxlint.front.terminal import Paint
from jaxlint.source import SourceText

_COMMANDS = {"error": "error", "warning": "warning", "hint": "notice"}


def github(found: Sequence[Diagnostic], sources: Mapping[str, SourceText], paint: Paint) -> Iterator[str]:
    for one in found:
        properties: dict[str, str | int] = {"title": f"jaxlint ({one.code})", "file": one.path}
        if not in_cell(one, sources):
            properties |= {"line": one.start[0], "col": one.start[1], "endLine": one.end[0], "endColumn": one.end[1]}
        listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
        said = f"{place(one, sources)}: {one.code} {one.message}{confirmation(one)}"
        yield f"::{_COMMANDS[one.level]} {listed}::{_data(said)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
