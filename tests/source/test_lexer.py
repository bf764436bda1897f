"""The lexer agrees with the stdlib's tokenizer on real code, and goes on where that gives up."""

import io
import tokenize
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxlint.source import SourceError, read
from jaxlint.source.lexer import tokens
from tests.source.corpus import sample


def comments(text: str) -> list[str]:
    return [text[token.start : token.end] for token in tokens(text) if token.kind == "comment"]


@pytest.mark.parametrize("file", sample(60), ids=lambda file: file.name)
def test_comments_and_logical_lines_are_those_of_the_tokenizer(file: Path) -> None:
    try:
        source = read(file)
        expected = list(tokenize.generate_tokens(io.StringIO(source.text, newline="").readline))
    except (SourceError, tokenize.TokenError, SyntaxError):
        pytest.skip("not Python for this interpreter")
    assert comments(source.text) == [token.string for token in expected if token.type == tokenize.COMMENT]
    ends = {
        source.position(token.start)[0] for token in tokens(source.text) if (token.kind, token.depth) == ("newline", 0)
    }
    assert {token.start[0] for token in expected if token.type == tokenize.NEWLINE and token.string} <= ends


@pytest.mark.parametrize(
    "line",
    [
        'f"{x["a"]}"',
        'f"{x["#"]}"',
        'f"{f"{f"{1 + 1}"}"} {{ }} {x!r:>{w}.{p}}"',
        "f'{x:{y:}}'",
        'f"{x:%H:%M} {d["k"]:>{d["w"]}}"',
        'f"{x:=5}"',
        'f"{(y := 5)} {lambda x: 1}"',
        r'f"\N{DASH} {x} \{x}"',
        r"rf'{x}\d{{2}}'",
        'f"""a {\nx\n} {y:\n}"""',
        r'"""a\"""#"""',
        "'\\\r\n # no'",
        "b'#' u'#' rb'\\'#'",
        "x = {'a': '#'}",
        'f"{foo(}"',
        "(]",
    ],
)
def test_a_comment_is_found_after(line: str) -> None:
    assert comments(f"{line} # here\n") == ["# here"]


@pytest.mark.parametrize("broken", ["x = 'abc # no", 'f"abc # no', "x = (", "x = [1,\n    {2", 'f"{x', "}"])
def test_the_next_definition_is_reached_after(broken: str) -> None:
    text = f"{broken}\ndef f(): pass # here\n"
    assert [token.depth for token in tokens(text) if token.kind == "comment" and text[token.start :] == "# here\n"] == [
        0
    ]


@given(st.text(alphabet="ab=:,()[]{}'\"\\#fr \n\r", max_size=60))
def test_tokens_of_anything_are_in_order(text: str) -> None:
    found = list(tokens(text))
    assert all(token.start <= token.end <= len(text) for token in found)
    assert all(first.end <= second.start for first, second in pairwise(found))
