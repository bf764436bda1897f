"""Offsets of the nodes of a chunk, from one code generation pass, made when a position is first asked for.

LibCST does not keep every byte: a form feed before a statement, a space before the colon of `except (A, B) :`, a lone
carriage return at the end, a backslash above a statement are gone from the generated code. Spans are those of the text.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager

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
    dropped = _dropped(code, text)
    return {node: _moved(span, dropped) for node, span in recorder.spans.items()}


def _dropped(code: str, text: str) -> list[int]:
    """Offsets in ``code`` before which a character of ``text`` is missing, ascending; one entry a character."""
    dropped: list[int] = []
    at = 0
    for character in text:
        if code[at : at + 1] == character:
            at += 1
        else:
            dropped.append(at)
    if at < len(code):
        raise SourceError("LibCST would write this code in another way")
    return dropped


def _moved(span: tuple[int, int], dropped: list[int]) -> tuple[int, int]:
    start = span[0] + bisect_right(dropped, span[0])
    return start, max(start, span[1] + bisect_left(dropped, span[1]))
