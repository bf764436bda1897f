"""GitLab's Code Quality report: a list of issues with fingerprints that survive a change of lines elsewhere.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from jaxlint.edits import Level
from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.front.reports.concise import in_cell, on_one_line, place, told
from jaxlint.front.terminal import Paint
from jaxlint.source import SourceText

_SEVERITIES: dict[Level, str] = {"error": "major", "warning": "minor", "hint": "info"}


def gitlab(found: Sequence[Diagnostic], sources: Mapping[str, SourceText], paint: Paint) -> Iterator[str]:
    seen: Counter[tuple[str, str, str]] = Counter()
    issues = []
    for one in found:
        same = (one.code, one.path, on_one_line(one.message))
        text = told(one)
        seen[same] += 1
        start, end = ((1, 1), (1, 1)) if in_cell(one, sources) else (one.start, one.end)
        issues.append(
            {
                "check_name": one.code,
                "description": f"{place(one, sources)}: {one.code} {text}" if start != one.start else text,
                "fingerprint": hashlib.blake2b(repr((same, seen[same])).encode(), digest_size=16).hexdigest(),
                "severity": _SEVERITIES[one.level],
                "location": {
                    "path": one.path,
                    "positions": {
                        "begin": {"line": start[0], "column": start[1]},
                        "end": {"line": end[0], "column": end[1]},
                    },
                },
            }
        )
    yield json.dumps(issues, indent=2)
