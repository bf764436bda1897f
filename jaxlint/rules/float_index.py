"""A float as the index of an array.  Page: rules/float_index.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Edit, Finding, Fix
from jaxlint.facts.model.values import Array, Const, HostArray, Member, Static, Value
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rules import rule


@rule("JAX824", since="0.1", fix="unsafe")
def float_index(ctx: View, node: cst.Subscript) -> Iterator[Finding]:
    if not _is_array(ctx.value(node.value)) or ctx.caught(node):
        return
    for element in node.slice:
        parts = [element.slice.value] if isinstance(element.slice, cst.Index) else _bounds(element.slice)
        for part in parts:
            if _is_float(ctx.value(part)):
                message = (
                    f"`{ctx.code(part)}` is a float, and JAX takes integers for an index; divide with `//`, or round"
                )
                yield Finding(part, message, _floored(ctx, part))


def _is_array(value: Value) -> bool:
    return isinstance(value, Array) or (
        isinstance(value, Member) and value.name == "at" and isinstance(value.base, Array)
    )


def _bounds(part: cst.BaseSlice) -> list[cst.BaseExpression]:
    return [b for b in (part.lower, part.upper, part.step) if b is not None] if isinstance(part, cst.Slice) else []


def _is_float(value: Value) -> bool:
    return isinstance(value, Const | Static | Array | HostArray) and kind_of(value) == "float"


def _floored(ctx: View, part: cst.BaseExpression) -> Fix | Decline:
    """``x[n / 2]``  ->  ``x[n // 2]``"""
    match part:
        case cst.BinaryOperation(operator=cst.Divide() as op, left=left, right=right):
            if kind_of(ctx.value(left)) == kind_of(ctx.value(right)) == "int":
                start = ctx.span(op)[0] + ctx.code(op).index("/")
                return Fix("Divide integers", (Edit(start, start + 1, "//"),), "unsafe")
    return Decline("how it should become an integer is for the author to say")
