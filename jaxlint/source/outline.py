"""Where the top-level statements of a module begin and end: from `ast`, or from a light scan where `ast` refuses.

Gives pieces, which joined are the text: one for each function and class, one for each run of other statements, each
with the comments above it, and one for what follows the last statement. A statement that `ast` refuses (broken, or
newer than the running Python) is a piece of its own with its error; it does not cost the others.
"""

import ast
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from jaxlint.source.gate import excess
from jaxlint.source.lexer import tokens
from jaxlint.source.text import SourceError, SourceText

_NEWLINE = r"(?:\r\n|\n|\r)"
_BLANK = re.compile(rf"[ \t\f]*(?:#[^\r\n]*)?(?:{_NEWLINE}|\Z)")
_FOOTER = re.compile(rf"(?:(?:[ \t\f]*{_NEWLINE})*[ \t]+#[^\r\n]*(?:{_NEWLINE}|\Z))+")
_JOINED = re.compile(rf"\\{_NEWLINE}\Z")
_TOP = re.compile(r"\f*(?!(?:else|elif|except|finally)\b)[^\s#)\]}]")
_DEFINITION = re.compile(r"(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)")


@dataclass(frozen=True, slots=True)
class Piece:
    """``text[start:end]`` of a module; ``name`` is that of a function or class.

    ``error`` is why `ast` refused it, ``deep`` is why LibCST must not see it.
    """

    start: int
    end: int
    name: str | None = None
    error: SourceError | None = None
    deep: SourceError | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """The pieces of a module, and all that `ast` could read of it, with the line numbers of the file."""

    pieces: tuple[Piece, ...]
    trees: tuple[ast.Module, ...]


def outline(source: SourceText) -> Outline:
    """The pieces of any text, however broken."""
    try:
        tree = parse(source.text)
    except SourceError:
        return _recovered(source)
    return Outline(tuple(_joined(source, _stated(source, tree))), (tree,))


def parse(text: str, line: int = 1) -> ast.Module:
    """The `ast` of a text that begins at a line of its file. Raises SourceError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse("\n" * (line - 1) + text)
    except SyntaxError as error:
        raise SourceError(error.msg, error.lineno or line, max(error.offset or 1, 1)) from None
    except UnicodeEncodeError as error:
        line, column = SourceText("", error.object).position(error.start)
        raise SourceError("holds a lone surrogate, which is no character", line, column) from None
    except (ValueError, RecursionError, MemoryError):
        raise SourceError("nested too deeply for Python's own parser", line) from None


def _stated(source: SourceText, tree: ast.Module) -> Iterator[Piece]:
    """One piece a statement, as `ast` has them."""
    start = 0
    for statement in tree.body:
        end = _with_footer(source.text, start, _line_end(source, statement))
        if end > start:
            match statement:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    yield Piece(start, end, name)
                case _:
                    yield Piece(start, end)
            start = end


def _line_end(source: SourceText, statement: ast.stmt) -> int:
    """End of the logical line on which a statement ends: a backslash after the statement joins one more line to it."""
    line = statement.end_lineno or statement.lineno
    end = source.line_end(line)
    if _JOINED.search(source.text, max(end - 3, 0), end):
        rest = source.text[source.offset(line) : end].encode()[statement.end_col_offset or 0 :]
        if b"#" not in rest:
            while end < len(source.text) and _JOINED.search(source.text, end - 3, end):
                line += 1
                end = source.line_end(line)
    return end


def _with_footer(text: str, start: int, end: int) -> int:
    """End of a statement with the comments below it that are indented, as its block is; these belong to the block."""
    footer = _FOOTER.match(text, end)
    if not footer:
        return end
    lines = [
        text[start + line]
        for line, line_end in _logical_lines(text[start:end])
        if not _BLANK.fullmatch(text, start + line, start + line_end)
    ]
    return footer.end() if lines and lines[-1] in " \t\f" else end


def _joined(source: SourceText, statements: Iterable[Piece]) -> Iterator[Piece]:
    """Makes one piece of neighbouring statements without a name, and one of what follows the last statement."""
    run: Piece | None = None
    end = 0
    for piece in (_gated(source, statement) for statement in statements):
        end = piece.end
        if piece.name is None and piece.error is None and piece.deep is None:
            run = Piece(run.start if run else piece.start, piece.end)
            continue
        if run:
            yield run
            run = None
        yield piece
    if run:
        yield run
    if end < len(source.text) or not source.text:
        yield Piece(end, len(source.text))


def _gated(source: SourceText, piece: Piece) -> Piece:
    at = excess(source.text[piece.start : piece.end])
    if at is None:
        return piece
    return replace(piece, deep=SourceError("too deeply nested to analyse safely", *source.position(piece.start + at)))


def _recovered(source: SourceText) -> Outline:
    """The pieces of a text that `ast` refuses as a whole."""
    trees: list[ast.Module] = []
    pieces: list[Piece] = []
    for piece in _scanned(source.text):
        try:
            line, _ = source.position(piece.start)
            trees.append(parse(source.text[piece.start : piece.end], line))
            pieces.append(piece)
        except SourceError as error:
            pieces.append(replace(piece, error=error))
    return Outline(tuple(_joined(source, pieces)), tuple(trees))


def _scanned(text: str) -> Iterator[Piece]:
    """One piece a statement, as the lines look: one begins in the first column and is no `else`, closing bracket, …"""
    start = end = 0
    name: str | None = None
    begun = decorating = False
    for line, line_end in _logical_lines(text):
        if _BLANK.fullmatch(text, line, line_end):
            continue
        top = _TOP.match(text, line)
        if begun and top and not decorating:
            end = _with_footer(text, start, end)
            yield Piece(start, end, name)
            start, name = end, None
        begun, end = True, line_end
        if top and (definition := _DEFINITION.match(text, top.end() - 1)):
            name = definition[1]
        decorating = top is not None and text.startswith("@", top.end() - 1)
    if begun:
        yield Piece(start, end, name)


def _logical_lines(text: str) -> Iterator[tuple[int, int]]:
    """Start and end, after the newline, of each line outside of brackets and strings."""
    start = 0
    for token in tokens(text):
        if token.kind == "newline" and token.depth == 0:
            yield start, token.end
            start = token.end
    if start < len(text):
        yield start, len(text)
