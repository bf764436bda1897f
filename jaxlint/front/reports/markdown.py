"""A summary in Markdown, for the page of a CI run or a comment on a pull request."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.front.reports.concise import on_one_line, place, told
from jaxlint.front.reports.statistics import summary
from jaxlint.front.terminal import Paint
from jaxlint.source import SourceText

_MOST = 100
"""Findings that are listed; a comment on GitHub holds 65,536 characters."""


def markdown(found: Sequence[Diagnostic], sources: Mapping[str, SourceText], paint: Paint) -> Iterator[str]:
    yield "## jaxlint"
    yield ""
    yield from summary(found)
    if not found:
        return
    yield ""
    yield "| code | rule | findings |"
    yield "|---|---|--:|"
    for (code, name), number in Counter((one.code, one.name) for one in found).most_common():
        yield f"| {code} | {name} | {number} |"
    yield ""
    yield "| place | finding | fix |"
    yield "|---|---|---|"
    for one in found[:_MOST]:
        fix = one.fix.applicability if one.fix else "-"
        yield f"| {_cell(place(one, sources))} | **{one.code}** {_cell(told(one))} | {fix} |"
    if len(found) > _MOST:
        yield ""
        yield f"… and {len(found) - _MOST} more."


def _cell(text: str) -> str:
    return on_one_line(text).replace("|", "\\|")
