"""A module as a sequence of chunks: top-level statements that are parsed by themselves, when first asked for.

The chunks' texts, joined, are the module's text, byte for byte. A chunk is one function, one class, or a run of
other statements; leading comments belong to the statement that they precede.
"""

import ast
from dataclasses import dataclass
from functools import cached_property

import libcst as cst

from jaxlint.source.spans import spans
from jaxlint.source.text import SourceError, SourceText


@dataclass(frozen=True, eq=False)
class Chunk:
    """One top-level function, class or run of statements, ``text[start:end]`` of its module."""

    source: SourceText
    start: int
    end: int
    name: str | None

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @cached_property
    def tree(self) -> cst.Module:
        """The parsed chunk. Raises SourceError."""
        try:
            return cst.parse_module(self.text)
        except cst.ParserSyntaxError as error:
            line, _ = self.source.position(self.start)
            raise SourceError(error.message, line + error.raw_line - 1, error.raw_column + 1) from None

    @cached_property
    def _spans(self) -> dict[cst.CSTNode, tuple[int, int]]:
        return spans(self.tree)

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end offset of a node of this chunk in the module's text."""
        start, end = self._spans[node]
        return self.start + start, self.start + end

    def line(self, node: cst.CSTNode) -> int:
        """1-based line on which a node of this chunk starts, in the module."""
        return self.source.position(self.span(node)[0])[0]


@dataclass(frozen=True, eq=False)
class Module:
    """One Python module of the project: its dotted name, its text and its chunks in order."""

    name: str
    source: SourceText
    chunks: tuple[Chunk, ...]
    errors: tuple[SourceError, ...] = ()

    @property
    def path(self) -> str:
        return self.source.path


def parse_module(source: SourceText, name: str = "__main__") -> Module:
    """Split a text into chunks. Nothing is parsed by LibCST yet. Raises SourceError."""
    try:
        tree = ast.parse(source.text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        column = getattr(error, "offset", None) or 1
        raise SourceError(getattr(error, "msg", None) or str(error), line, column) from None
    chunks: list[Chunk] = []
    start, name_of_run = 0, None
    for statement in tree.body:
        end_line = statement.end_lineno or statement.lineno
        end = source.line_starts[end_line] if end_line < len(source.line_starts) else len(source.text)
        if end <= start:
            continue
        named = statement.name if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else None
        if named is None and chunks and name_of_run is None and chunks[-1].name is None:
            start = chunks.pop().start
        chunks.append(Chunk(source, start, end, named))
        start, name_of_run = end, named
    if start < len(source.text) or not chunks:
        tail = chunks.pop().start if chunks else 0
        chunks.append(Chunk(source, tail, len(source.text), None if name_of_run is None else name_of_run))
    return Module(name, source, tuple(chunks))
