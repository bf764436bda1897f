"""Cheap questions to a whole text: does it parse, and where are its comments and logical lines."""

import ast
import io
import tokenize
import warnings
from dataclasses import dataclass
from functools import lru_cache

from jaxlint.source import SourceText

_NO_CODE = {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.ENCODING}


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, ``text[start:end]`` of its module."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Comments, and first and last physical line of each logical line, as far as the text can be tokenized."""

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
    """Comments and logical lines of a text; of a broken one, those before the break."""
    comments: list[Comment] = []
    lines: list[tuple[int, int]] = []
    first: int | None = None
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.text, newline="").readline):
            if token.type == tokenize.COMMENT:
                start = source.offset(token.start[0], token.start[1] + 1)
                comments.append(Comment(start, start + len(token.string), token.string))
            elif token.type == tokenize.NEWLINE and first is not None:
                lines.append((first, token.start[0]))
                first = None
            elif token.type not in _NO_CODE and first is None:
                first = token.start[0]
    except (tokenize.TokenError, SyntaxError):
        pass
    return Layout(tuple(comments), tuple(lines))
