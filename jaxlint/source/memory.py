"""What was read before: whoever looks at nearly the same texts again and again does not parse again what stayed.

Chunks, their trees and positions depend on their text alone, so that a chunk of the same text takes them over. A tree
is handed to one chunk of a module only: its nodes are what facts are kept by.
"""

from __future__ import annotations

from collections import OrderedDict

from jaxlint.source.chunks import Chunk, Module, numbered, parse_module
from jaxlint.source.text import SourceText

MAX_CHARACTERS = 2_000_000
"""Of the texts whose chunks are kept. A tree takes some hundred times the memory of its text."""
_SPARE = 10_000


class Memory:
    """The modules that were parsed last, and the chunks that they were made of."""

    def __init__(self, limit: int = MAX_CHARACTERS) -> None:
        self._limit = limit
        self._modules: OrderedDict[str, Module] = OrderedDict()
        self._chunks: dict[str, OrderedDict[tuple[str, int], Chunk]] = {}
        self._longest: dict[str, int] = {}

    def module(self, source: SourceText, name: str) -> Module:
        """What ``parse_module`` gives, with the trees of before."""
        known = self._modules.get(source.path)
        if known is None or known.name != name or known.source != source:
            known = parse_module(source, name, self._chunks.setdefault(source.path, OrderedDict()))
            self._remember(known)
        self._modules[source.path] = known
        self._modules.move_to_end(source.path)
        self._trim()
        return known

    def known(self, source: SourceText) -> Module | None:
        """The module of a text, if it was the last one of its path."""
        module = self._modules.get(source.path)
        return module if module is not None and module.source == source else None

    def _remember(self, module: Module) -> None:
        chunks = self._chunks[module.path]
        for key, chunk in numbered(module.chunks):
            chunks[key] = chunk
            chunks.move_to_end(key)
        self._longest[module.path] = max(len(module.source.text), self._longest.get(module.path, 0))
        held = sum(len(text) for text, _ in chunks)
        while held > 2 * self._longest[module.path] + _SPARE:
            (text, _), _ = chunks.popitem(last=False)
            held -= len(text)

    def _trim(self) -> None:
        held = sum(len(module.source.text) for module in self._modules.values())
        while held > self._limit and len(self._modules) > 1:
            path, module = self._modules.popitem(last=False)
            held -= len(module.source.text)
            self._chunks.pop(path, None)
            self._longest.pop(path, None)
