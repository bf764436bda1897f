"""Python's conversions of what becomes a tracer: ``int(x / h) -> (x / h).astype(int)``, as an index wants it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Edit
from jaxlint.facts.model.values import Array
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.port.reading import Reading, Unit
from jaxlint.source import walk

_TYPES = ("int", "float", "complex", "bool")
_ROUNDINGS = {"math.floor": "jax.numpy.floor", "math.ceil": "jax.numpy.ceil", "math.trunc": "jax.numpy.trunc"}
_SIMPLE = (cst.Name, cst.Attribute, cst.Subscript, cst.Call)


def conversions(reading: Reading, unit: Unit, ctx: View) -> Iterator[Edit]:
    """The edits that convert arrays as arrays. Of nested conversions the innermost comes first; the next pass does the
    others."""
    for node in unit.nodes:
        match node:
            case cst.Call(func=cst.Name(value="complex"), args=[real, imaginary]):
                if any(isinstance(ctx.value(part.value), Array) for part in (real, imaginary)):
                    yield unit.edit(node, f"({_grouped(unit, real.value)} + 1j * {_grouped(unit, imaginary.value)})")
            case cst.Call(func=func, args=[cst.Arg(keyword=None, star="") as arg]):
                text = _written(reading, unit, ctx, func, arg.value)
                if text is not None and not _within(reading, unit, ctx, arg.value):
                    yield unit.edit(node, text)


def _written(
    reading: Reading, unit: Unit, ctx: View, func: cst.BaseExpression, value: cst.BaseExpression
) -> str | None:
    if not isinstance(ctx.value(value), Array):
        return None
    if isinstance(func, cst.Name) and func.value in _TYPES and func.value not in unit.bound:
        text = unit.code(value)
        return f"{text if isinstance(value, _SIMPLE) else f'({text})'}.astype({func.value})"
    name = reading.name(unit, func) or ""
    return f"{ctx.spell(_ROUNDINGS[name])}({unit.code(value)}).astype(int)" if name in _ROUNDINGS else None


def _grouped(unit: Unit, node: cst.BaseExpression) -> str:
    return unit.code(node) if isinstance(node, (*_SIMPLE, cst.Integer, cst.Float)) else f"({unit.code(node)})"


def _within(reading: Reading, unit: Unit, ctx: View, node: cst.CSTNode) -> bool:
    return any(
        isinstance(part, cst.Call)
        and len(part.args) == 1
        and _written(reading, unit, ctx, part.func, part.args[0].value) is not None
        for part in walk(node)
    )
