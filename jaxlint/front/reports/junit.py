"""JUnit's XML: a test suite for each file, a failed test for each finding, so that any CI shows them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from xml.sax.saxutils import quoteattr

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.front.reports.concise import in_cell, place, told
from jaxlint.front.terminal import Paint
from jaxlint.source import SourceText


def junit(found: Sequence[Diagnostic], sources: Mapping[str, SourceText], paint: Paint) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield f'<testsuites name="jaxlint" tests="{max(len(found), 1)}" failures="{len(found)}" errors="0">'
    if not found:
        yield '  <testsuite name="jaxlint" tests="1" failures="0" errors="0">'
        yield '    <testcase name="no findings" classname="jaxlint"/>'
        yield "  </testsuite>"
    for path, listed in groupby(found, key=lambda one: one.path):
        ones = list(listed)
        yield f'  <testsuite name={_quoted(path)} tests="{len(ones)}" failures="{len(ones)}" errors="0">'
        for one in ones:
            line = "" if in_cell(one, sources) else f' line="{one.start[0]}" column="{one.start[1]}"'
            yield f"    <testcase name={_quoted(one.code)} classname={_quoted(path)}{line}>"
            said = f"{place(one, sources)}: {one.code} {told(one)}"
            yield f'      <failure type="{one.level}" message={_quoted(said)}/>'
            yield "    </testcase>"
        yield "  </testsuite>"
    yield "</testsuites>"


def _quoted(text: str) -> str:
    """An attribute's value; what XML 1.0 cannot hold is a question mark."""
    allowed = "".join(
        c if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" else "?" for c in text
    )
    return quoteattr(allowed)
