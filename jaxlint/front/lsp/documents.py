"""Open documents as the engine reads them: a file is one text, the cells of a notebook are one text together."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from lsprotocol import types
from pygls.uris import to_fs_path
from pygls.workspace import Workspace

from jaxlint.source import SourceError, SourceText
from jaxlint.source.notebook import Cell, join


@dataclass(frozen=True, slots=True)
class Part:
    """What the editor keeps as one text, a file or a cell; ``first`` is the line of the whole on which it begins."""

    uri: str
    version: int | None
    text: str
    first: int = 1


@dataclass(frozen=True, slots=True)
class Document:
    """A file or a notebook, as it is just now."""

    uri: str
    source: SourceText
    parts: tuple[Part, ...]

    @property
    def path(self) -> str:
        return self.source.path

    def part_of(self, line: int) -> Part:
        """The part that a line is in."""
        return self.parts[max(bisect_right(self.parts, line, key=lambda part: part.first) - 1, 0)]

    def part(self, uri: str) -> Part | None:
        """The part that has a URI."""
        return next((part for part in self.parts if unquote(part.uri) == unquote(uri)), None)


def documents(workspace: Workspace) -> Iterator[Document]:
    """All open documents."""
    cells: set[str] = set()
    for notebook in list(workspace.notebook_documents.values()):
        cells |= {unquote(cell.document) for cell in notebook.cells}
        if found := _notebook(workspace, notebook):
            yield found
    for key, document in list(workspace.text_documents.items()):
        if key not in cells:
            yield _file(document.uri, document.source, document.version)


def document_at(workspace: Workspace, uri: str) -> Document | None:
    """The document that a URI of a file, a notebook or a cell belongs to; None if it is not open."""
    if notebook := _notebook_at(workspace, uri):
        return _notebook(workspace, notebook)
    found = workspace.text_documents.get(unquote(uri))
    return _file(found.uri, found.source, found.version) if found else None


def on_disk(source: SourceText, uri: str) -> Document:
    """A file that is not open; there is nothing to tell its cells apart by."""
    return Document(uri, source, (Part(uri, None, source.text),))


def _notebook_at(workspace: Workspace, uri: str) -> types.NotebookDocument | None:
    return workspace.get_notebook_document(notebook_uri=uri) or workspace.get_notebook_document(cell_uri=uri)


def _file(uri: str, text: str, version: int | None) -> Document:
    return Document(uri, SourceText(to_fs_path(uri) or uri, text), (Part(uri, version, text),))


def _notebook(workspace: Workspace, notebook: types.NotebookDocument) -> Document | None:
    """The Python cells as one text; None where there are none, or where a cell looks like the end of another.

    What stands for the file has nothing but these cells: nobody writes it.
    """
    cells, parts, written = [], [], []
    for number, cell in enumerate(notebook.cells, 1):
        document = workspace.text_documents.get(unquote(cell.document))
        text = ""
        if cell.kind == types.NotebookCellKind.Code and document and document.language_id in (None, "python"):
            text = document.source
            cells.append(Cell(number, text))
            parts.append(Part(document.uri, document.version, text))
        written.append({"cell_type": "code", "source": text})
    try:
        source = join(cells, to_fs_path(notebook.uri) or notebook.uri, json.dumps({"cells": written}))
    except SourceError:
        return None
    placed = (
        Part(part.uri, part.version, part.text, source.position(start)[0])
        for part, start in zip(parts, source.starts, strict=True)
    )
    return Document(notebook.uri, source, tuple(placed)) if parts else None
