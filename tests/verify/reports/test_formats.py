"""The formats: each says all, from the JSON alone, and lets nothing of the user's text break it."""

import re
from html.parser import HTMLParser

import msgspec
import pytest

from jaxlint.verify.reports import as_json, render
from jaxlint.verify.reports.charts import break_even, compile_and_run, errors, speedups
from jaxlint.verify.reports.html import as_html
from jaxlint.verify.reports.markdown import as_markdown
from jaxlint.verify.reports.record import Report, program, program_diff
from jaxlint.verify.reports.terminal import show

from .sample import EMPTY, HLO, LONG, REPORT, ROWS


def test_json_holds_all_that_the_others_need() -> None:
    decoded = msgspec.json.decode(as_json(REPORT), type=Report)
    assert decoded == REPORT
    assert render(decoded, "html") == as_html(REPORT) and render(decoded, "markdown") == as_markdown(REPORT)


@pytest.mark.parametrize("report", [REPORT, EMPTY], ids=["full", "empty"])
def test_the_page_is_well_formed_and_self_contained(report: Report) -> None:
    page = as_html(report)
    checker = Balanced()
    checker.feed(page)
    assert checker.open == [] and not checker.wrong
    assert not re.search(r"""(?:src|href|url)\s*[=(]""", page), "nothing is loaded from elsewhere"
    assert "<script" not in page


def test_the_page_escapes_what_the_user_wrote() -> None:
    page = as_html(REPORT)
    assert "a &lt;b&gt; | c" in page and "no &lt;bool&gt; here" in page and "return x &lt; 1" in page
    assert "<code>x</code> instead of" in page


def test_the_page_says_what_was_found() -> None:
    page = as_html(REPORT)
    for row in ROWS:
        assert row.function in page and row.verdict in page
    assert "makes the same program" in page and "pays after" in page and "noise" in page
    assert "A processor" in page and "OMP_NUM_THREADS=1" in page


def test_markdown_has_one_row_for_each_function() -> None:
    lines = as_markdown(REPORT).splitlines()
    rows = [line for line in lines if line.startswith("| `")]
    assert len(rows) == len(ROWS) + sum(bool(row.speeds) for row in ROWS)
    columns = {len(re.findall(r"(?<!\\)\|", line)) for line in rows[: len(ROWS)]}
    assert columns == {6}
    assert "```diff" in lines and lines.count("<details>") == lines.count("</details>") == 3


def test_the_terminal_shows_lines_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show(REPORT)
    out = capsys.readouterr().out
    assert "equivalent  recurrence (1e-06 (3 ulp))\n" in out
    assert "    result[0]: 3.0, expected 2.0\n" in out and "    for example wrong(f32[1] [1.])\n" in out
    assert "pays after" in out and "too small a computation" in out
    show(EMPTY)
    assert "nothing to compare" in capsys.readouterr().out


def test_programs_are_compared_without_their_places() -> None:
    text = program(HLO.format(name="f", op="tanh"))
    assert "metadata" not in text and "FileNames" not in text and "somebody" not in text
    assert "ROOT y = f32[3]{0} tanh(x)" in text
    assert text == program(HLO.format(name="g", op="tanh").replace("somebody", "me"))


def test_the_diff_of_programs() -> None:
    found = {row.function: program_diff(row.speeds[0]) for row in ROWS if row.speeds}
    assert found["same_program"] == "" and found["recurrence"] is None
    assert "+  ROOT y = f32[3]{0} cosine(x)" in (found[LONG] or "")


def test_charts_without_data_are_empty() -> None:
    assert speedups([]) == compile_and_run([]) == errors([]) == ""


def test_charts_show_every_function() -> None:
    speeds = [row.speeds[0] for row in ROWS if row.speeds]
    assert speedups(speeds).count('class="name end"') == 4
    assert compile_and_run(speeds).count("<circle") == 4 * 3 + 2
    assert errors(ROWS).count('class="name end"') == 6
    assert "pays after" in break_even(speeds[0]) and "never pays" in break_even(speeds[2])


class Balanced(HTMLParser):
    """Whether every element is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.wrong |= not self.open or self.open.pop() != tag
