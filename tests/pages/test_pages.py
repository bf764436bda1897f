"""Every block of every page in rules/ does what the page says."""

import ast
from pathlib import Path

import pytest

from .execution import verdicts
from .lint import findings, fixed
from .page import Block, Example, Page, comments, markers, read_page, without_markers

RULES = Path(__file__).parents[2] / "rules"
PAGES = [read_page(path) for path in sorted(RULES.glob("*.md")) if path.stem != "README"]
EXAMPLES = [
    pytest.param(page, example, id=f"{page.name}:{example.bad.line}") for page in PAGES for example in page.examples
]
FIXES = [case for case in EXAMPLES if case.values[1].good]
RUNS = [case for case in FIXES if case.values[1].run]
DECLINES = [case for case in EXAMPLES if case.values[1].bad.declines]
OK = [pytest.param(page, block, id=f"{page.name}:{block.line}") for page in PAGES for block in page.ok]


@pytest.mark.parametrize("page, example", EXAMPLES)
def test_bad_is_reported_where_marked(page: Page, example: Example) -> None:
    found = {(finding.start[0], finding.code) for finding in findings(example.bad.code, page)}
    assert found == markers(example.bad.code), _where(page, example.bad)
    assert page.code in {code for _, code in found}, f"{_where(page, example.bad)}: no finding of the page's own rule"


@pytest.mark.parametrize("page, block", OK)
def test_ok_is_quiet(page: Page, block: Block) -> None:
    assert findings(block.code, page) == [], _where(page, block)


@pytest.mark.parametrize("page, example", DECLINES)
def test_bad_is_declined_with_the_reason(page: Page, example: Example) -> None:
    for finding in findings(example.bad.code, page):
        assert finding.fix is None, _where(page, example.bad)
        assert finding.declined is not None and str(example.bad.declines) in finding.declined, finding


@pytest.mark.parametrize("page, example", FIXES)
def test_good_is_what_the_fix_makes_of_bad(page: Page, example: Example) -> None:
    good = example.good.code
    text = fixed(example.bad.code, page)
    assert without_markers(text) == without_markers(good), _where(page, example.good)
    ast.parse(text)
    assert not set(comments(example.bad.code)) - set(comments(good)), "the fix lost a comment"


@pytest.mark.parametrize("page, example", FIXES)
def test_good_is_clean_and_stays_as_it_is(page: Page, example: Example) -> None:
    good = example.good.code
    assert {(finding.start[0], finding.code) for finding in findings(good, page)} == markers(good)
    assert fixed(good, page) == good


@pytest.mark.parametrize("x64", [False, True], ids=["x32", "x64"])
@pytest.mark.parametrize("page, example", RUNS)
def test_good_runs_like_bad(page: Page, example: Example, x64: bool) -> None:
    for verdict in verdicts(example, x64=x64):
        assert verdict.kind.passes, f"{_where(page, example.run)}: {verdict}"


def _where(page: Page, block: Block | None) -> str:
    return f"rules/{page.path.name}:{block.line if block else 1}"
