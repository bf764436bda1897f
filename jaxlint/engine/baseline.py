"""A baseline: the findings that a repository had when it took up jaxlint. They are not reported, new ones are.

A finding is recognised by its file, its code and the text of its line, so that it may move; of equal ones as many are
known as were counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.options import ConfigError
from jaxlint.engine.own import ALWAYS
from jaxlint.source import SourceText

VERSION = 1


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """Findings that look the same, and how many there are."""

    path: str
    code: str
    line: str
    count: int = 1


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file's content."""

    version: int
    findings: list[Known]


def read(file: Path) -> Counter[tuple[str, str, str]]:
    """How many findings of each look are known. Raises ConfigError."""
    try:
        baseline = msgspec.json.decode(file.read_bytes(), type=Baseline)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", str(file)) from None
    except msgspec.DecodeError as error:
        raise ConfigError(f"not a baseline: {error}", str(file)) from None
    if baseline.version != VERSION:
        raise ConfigError(f"a baseline of version {baseline.version}, not {VERSION}", str(file))
    return Counter({(one.path, one.code, one.line): one.count for one in baseline.findings})


def new(
    found: Iterable[Diagnostic], known: Counter[tuple[str, str, str]], sources: Mapping[str, SourceText]
) -> list[Diagnostic]:
    """The findings that are not in a baseline."""
    left = known.copy()
    reported = []
    for one in found:
        look = _look(one, sources)
        if one.code in ALWAYS or not left[look]:
            reported.append(one)
        else:
            left[look] -= 1
    return reported


def written(found: Iterable[Diagnostic], sources: Mapping[str, SourceText]) -> bytes:
    """The baseline of some findings, one a line and in order, so that it can be merged."""
    counts = Counter(_look(one, sources) for one in found if one.code not in ALWAYS)
    listed = sorted(Known(*look, count) for look, count in counts.items())
    return msgspec.json.format(msgspec.json.encode(Baseline(VERSION, listed)), indent=1) + b"\n"


def _look(one: Diagnostic, sources: Mapping[str, SourceText]) -> tuple[str, str, str]:
    source = sources.get(one.path)
    inside = source is not None and one.start[0] <= len(source.line_starts)
    return Path(one.path).as_posix(), one.code, source.written(one.start[0]).strip() if source and inside else ""
