"""Offsets of the nodes of a chunk, from one code generation pass, made when a position is first asked for.

LibCST does not keep every byte: a form feed before a statement, a space before the colon of `except (A, B) :`, a lone
carriage return at the end, a backslash above a statement are gone from the generated code. A form feed in the
indentation of a block's first line is there on all of its lines. Spans are those of the text.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import libcst as cst
from libcst._nodes.internal import CodegenState

from jaxlint.source.text import SourceError


class _Recorder(CodegenState):
    """Counts code points while LibCST writes the tree back; keeps each node's range without outer whitespace."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__(default_indent=module.default_indent, default_newline=module.default_newline)
        self.length = 0
        self.spans: dict[cst.CSTNode, tuple[int, int]] = {}
        self._starts: list[int] = []

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.length += len(value)

    def add_indent_tokens(self) -> None:
        self.tokens.extend(self.indent_tokens)
        self.length += sum(map(len, self.indent_tokens))

    def before_codegen(self, node: cst.CSTNode) -> None:
        self._starts.append(self.length)

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self._starts.pop()
        self.spans.setdefault(node, (start, self.length))

    @contextmanager
    def record_syntactic_position(
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> Iterator[None]:
        start = self.length
        yield
        self.spans[node] = (
            self.spans[start_node][0] if start_node is not None else start,
            self.spans[end_node][1] if end_node is not None else self.length,
        )


def spans(module: cst.Module, text: str) -> dict[cst.CSTNode, tuple[int, int]]:
    """Start and end offset in ``text`` of every node of its tree, by node identity. Raises SourceError.

    A statement's range leaves out its leading comments and its trailing newline, an expression's its parentheses.
    """
    recorder = _Recorder(module)
    module._codegen(recorder)
    code = "".join(recorder.tokens)
    if code == text:
        return recorder.spans
    changes = _changes(code, text)
    return {node: changes.moved(span) for node, span in recorder.spans.items()}


@dataclass(frozen=True, slots=True)
class _Changes:
    """Offsets in the generated code, ascending: those before which a character of the text is missing, one entry a
    character, and those of form feeds that the text has not."""

    dropped: list[int]
    added: list[int]

    def moved(self, span: tuple[int, int]) -> tuple[int, int]:
        start = span[0] + bisect_right(self.dropped, span[0]) - bisect_left(self.added, span[0])
        end = span[1] + bisect_left(self.dropped, span[1]) - bisect_left(self.added, span[1])
        return start, max(start, end)


def _changes(code: str, text: str) -> _Changes:
    dropped: list[int] = []
    added: list[int] = []
    at = 0
    for character in text:
        while code[at : at + 1] == "\f" != character:
            added.append(at)
            at += 1
        if code[at : at + 1] == character:
            at += 1
        else:
            dropped.append(at)
    if at < len(code):
        raise SourceError("LibCST would write this code in another way")
    return _Changes(dropped, added)
