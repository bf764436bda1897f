"""Places at which something can be added: after a parameter, after an argument."""

from __future__ import annotations

import libcst as cst

from jaxlint.source import Chunk


def after(chunk: Chunk, node: cst.BaseExpression) -> int:
    """The place after an expression and the parentheses around it."""
    end = chunk.span(node)[1]
    for _ in node.rpar:
        end = chunk.source.text.index(")", end) + 1
    return end


def after_parameter(chunk: Chunk, param: cst.Param) -> int:
    """The place after a parameter with its annotation and default."""
    last = param.default or (param.annotation.annotation if param.annotation is not None else None)
    return after(chunk, last) if last is not None else chunk.span(param)[1]


def opening(chunk: Chunk, node: cst.FunctionDef) -> int:
    """The place after the parenthesis that opens a function's parameter list."""
    head = node.type_parameters if node.type_parameters is not None else node.name
    return chunk.source.text.index("(", chunk.span(head)[1]) + 1


def new_argument(chunk: Chunk, call: cst.Call, text: str) -> tuple[int, str]:
    """Where one more argument goes in a call, and with which comma."""
    if call.args:
        return after(chunk, call.args[-1].value), f", {text}"
    return chunk.source.text.index("(", after(chunk, call.func)) + 1, text
