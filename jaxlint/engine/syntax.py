"""Cheap questions to a whole text: does it parse, and where are its comments and logical lines."""

import ast
import warnings
from dataclasses import dataclass
from functools import lru_cache

from jaxlint.source import SourceText
from jaxlint.source.lexer import tokens


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, ``text[start:end]`` of its module."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Comments, and first and last physical line of each logical line."""

    comments: tuple[Comment, ...]
    lines: tuple[tuple[int, int], ...]


@lru_cache(maxsize=32)
def tree(text: str) -> ast.Module | None:
    """The stdlib tree, or None where the running Python cannot parse the text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def parses(text: str) -> bool:
    """Whether the text is Python, of the running version or of a newer one that LibCST knows."""
    if tree(text) is not None:
        return True
    import libcst as cst

    try:
        cst.parse_module(text)
    except cst.ParserSyntaxError:
        return False
    return True


@lru_cache(maxsize=32)
def layout(source: SourceText) -> Layout:
    """Comments and logical lines of a text, of a broken one too."""
    comments: list[Comment] = []
    lines: list[tuple[int, int]] = []
    first: int | None = None
    at = 0
    for token in tokens(source.text):
        if first is None and not source.text[at : token.start].isspace() and at < token.start:
            first = at
        if token.kind == "comment":
            comments.append(Comment(token.start, token.end, source.text[token.start : token.end]))
        elif token.kind != "newline":
            first = token.start if first is None else first
        elif token.depth == 0 and first is not None:
            lines.append(_lines(source, first, token.start))
            first = None
        at = token.end
    if first is not None or source.text[at:].strip():
        lines.append(_lines(source, at if first is None else first, len(source.text)))
    return Layout(tuple(comments), tuple(lines))


def _lines(source: SourceText, start: int, end: int) -> tuple[int, int]:
    """First and last line of a stretch of text, white space at its start left out."""
    start += len(source.text[start:end]) - len(source.text[start:end].lstrip())
    return source.position(start)[0], source.position(end)[0]
