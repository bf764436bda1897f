"""A Python number asked of an array with axes.  Page: rules/array_as_number.md"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix, replace
from jaxlint.facts.model.values import Array
from jaxlint.facts.queries.syncs import CASTS
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule


@rule("JAX825", since="0.1", fix="safe")
def array_as_number(ctx: View, node: cst.Call) -> Iterator[Finding]:
    operand = _operand(ctx, node)
    value = ctx.value(operand) if operand is not None else None
    if operand is None or not isinstance(value, Array) or not value.ndim or value.traced is not None:
        return
    if ctx.caught(node) or ctx.failing(node):
        return
    axes = "one axis" if value.ndim == 1 else f"{value.ndim} axes"
    message = (
        f"`{ctx.code(node.func)}` wants a single number, but `{ctx.code(operand)}` is an array with {axes}, and raises "
        "TypeError, be it of one element"
    )
    yield Finding(node, message, _fix(ctx, node, operand, value))


def _operand(ctx: View, node: cst.Call) -> cst.BaseExpression | None:
    """``x`` in ``float(x)`` and ``math.sqrt(x)``."""
    name = ctx.name(node.func) or ""
    numeric = name in CASTS and name != "builtins.bool"
    match node.args:
        case [cst.Arg(value=operand, keyword=None, star="")] if numeric or name.startswith("math."):
            return operand if name not in ("math.prod", "math.fsum") else None
    return None


def _fix(ctx: View, node: cst.Call, operand: cst.BaseExpression, value: Array) -> Fix | Decline:
    """``float(x)`` -> ``x.item()``, where x has one element."""
    if value.dims is None or None in value.dims or prod(length or 0 for length in value.dims) != 1:
        return Decline("it is not known to have one element")
    item = f"{ctx.grouped(operand)}.item()"
    if ctx.name(node.func) == f"builtins.{value.kind}":
        return Fix("Take the element", (replace(ctx, node, item),))
    return Fix("Take the element", (replace(ctx, operand, item),))
