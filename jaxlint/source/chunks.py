"""A module as a sequence of chunks: top-level statements that LibCST parses by themselves, when first asked for.

A chunk is one function, one class, or a run of other statements; leading comments belong to the statement that they
precede. The chunks' texts, joined, are the module's text, byte for byte, but for the statements that cannot be read:
these are absent, and ``errors`` says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from jaxlint.source.index import ModuleIndex, index_outline
from jaxlint.source.outline import Piece, outline
from jaxlint.source.text import SourceError, SourceText

if TYPE_CHECKING:
    import libcst as cst

_SHARED = ("tree", "_spans", "_parents")
"""What depends on a chunk's text alone, and is found when first asked for."""


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
        """The parsed chunk. Raises SourceError for the little that Python reads and LibCST does not."""
        import libcst as cst

        line, _ = self.source.position(self.start)
        try:
            return cst.parse_module(self.text)
        except cst.ParserSyntaxError as error:
            raise SourceError("LibCST cannot read this", line + error.raw_line - 1, error.raw_column + 1) from None
        except UnicodeEncodeError:
            raise SourceError("holds a lone surrogate, which is no character", line) from None

    @cached_property
    def _spans(self) -> dict[cst.CSTNode, tuple[int, int]]:
        from jaxlint.source.spans import spans

        return spans(self.tree, self.text)

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end offset of a node of this chunk in the module's text."""
        start, end = self._spans[node]
        return self.start + start, self.start + end

    def line(self, node: cst.CSTNode) -> int:
        """1-based line on which a node of this chunk starts, in the module."""
        return self.source.position(self.span(node)[0])[0]


Earlier = Mapping[tuple[str, int], Chunk]


@dataclass(frozen=True, eq=False)
class Module:
    """One Python module of the project: its dotted name, its text, its chunks in order, and what is broken in it."""

    name: str
    source: SourceText
    chunks: tuple[Chunk, ...]
    index: ModuleIndex
    errors: tuple[SourceError, ...] = ()

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def is_test(self) -> bool:
        """True for a module of tests, by its name or folder."""
        *folders, file = self.path.replace("\\", "/").split("/")
        stem = file.removesuffix(".py")
        return stem.startswith("test_") or stem.endswith("_test") or stem == "conftest" or "tests" in folders

    @property
    def gaps(self) -> tuple[tuple[int, int], ...]:
        """Start and end offset of the text that no chunk covers."""
        ends = [0, *(chunk.end for chunk in self.chunks)]
        starts = [*(chunk.start for chunk in self.chunks), len(self.source.text)]
        return tuple((end, start) for end, start in zip(ends, starts, strict=True) if end < start)


def parse_module(source: SourceText, name: str = "__main__", earlier: Earlier = MappingProxyType({})) -> Module:
    """Split a text into chunks and index it. LibCST parses nothing yet but what `ast` refused.

    What was read of ``earlier`` chunks, by text and number among those of the same text, is taken over.
    """
    parts = outline(source)
    pieces = [Chunk(source, piece.start, piece.end, piece.name) for piece in parts.pieces]
    for key, chunk in numbered(pieces):
        if known := earlier.get(key):
            chunk.__dict__.update((part, known.__dict__[part]) for part in _SHARED if part in known.__dict__)
    errors = {
        chunk: error for chunk, piece in zip(pieces, parts.pieces, strict=True) if (error := _broken(chunk, piece))
    }
    chunks = tuple(chunk for chunk in pieces if chunk not in errors)
    return Module(name, source, chunks, index_outline(parts, source, name), tuple(errors.values()))


def numbered(chunks: Iterable[Chunk]) -> Iterator[tuple[tuple[str, int], Chunk]]:
    """Chunks by their text, and their number among those of the same text."""
    counts: Counter[str] = Counter()
    for chunk in chunks:
        yield (chunk.text, counts[chunk.text]), chunk
        counts[chunk.text] += 1


def _broken(chunk: Chunk, piece: Piece) -> SourceError | None:
    """Why a chunk cannot be read. LibCST has the last word: it knows syntax that the running Python does not."""
    if piece.deep or piece.error is None:
        return piece.deep
    try:
        _ = chunk.tree
    except SourceError:
        return piece.error
    return None
