"""What is left in a ported function that would fail on tracers, or be silently wrong, though no rule could prove it.

The rules report what they can prove. A port promises more: every store must be into a Python container, every test
must be known while tracing, no NumPy function may get a traced array.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import libcst as cst

from jaxlint.facts.model.values import Array, Const, Either, HostArray, Ref, Static, Tuple, Value
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import array_attribute, function
from jaxlint.rewrite.port.reading import Key, Reading, Unit
from jaxlint.source import children


def left_over(reading: Reading, keys: Collection[Key], views: Mapping[Key, View]) -> dict[Key, str]:
    """Why functions cannot be ported after all."""
    found = {}
    for key in keys:
        reason = _left(reading, reading.units[key], views[key])
        if reason is not None:
            found[key] = reason
    return found


def _left(reading: Reading, unit: Unit, ctx: View) -> str | None:
    for node in unit.nodes:
        match node:
            case cst.AssignTarget(target=cst.Subscript() as target) | cst.AugAssign(target=cst.Subscript() as target):
                if not _is_container(ctx.value(target.value)):
                    return f"line {unit.line(node)}: `{unit.code(target.value)}` may be an array, and is stored into"
            case cst.If(test=test) | cst.While(test=test) | cst.IfExp(test=test) | cst.Assert(test=test):
                if not _is_known(ctx, test):
                    return f"line {unit.line(node)}: `{unit.code(test)}` may depend on traced values"
            case cst.For(iter=source):
                if isinstance(ctx.value(source), Array) or _is_long(reading, unit, source):
                    return f"line {unit.line(node)}: the loop over `{unit.code(source)}` is unrolled"
    return None


def _is_long(reading: Reading, unit: Unit, source: cst.BaseExpression) -> bool:
    """True for NumPy's own iterators, which give every item of an array."""
    return isinstance(source, cst.Call) and (reading.name(unit, source.func) or "").startswith("numpy.nd")


def _is_container(value: Value) -> bool:
    if isinstance(value, Either):
        return all(map(_is_container, value.options))
    return isinstance(value, Ref)


def _is_known(ctx: View, test: cst.BaseExpression) -> bool:
    """True for a test that is decided while tracing."""
    match test:
        case cst.BooleanOperation(left=left, right=right):
            return _is_known(ctx, left) and _is_known(ctx, right)
        case cst.UnaryOperation(expression=inner):
            return _is_known(ctx, inner)
        case cst.Comparison(
            comparisons=[cst.ComparisonTarget(operator=cst.Is() | cst.IsNot() | cst.In() | cst.NotIn())]
        ):
            return True
        case cst.Call(func=cst.Name(value="isinstance" | "callable" | "hasattr" | "len")):
            return True
    value = ctx.value(test)
    if _is_static(value):
        return True
    return not isinstance(value, Array) and not any(isinstance(ctx.value(part), Array) for part in _weighed(ctx, test))


def _weighed(ctx: View, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The variables of which the values count in an expression, not only their shape or type."""
    match node:
        case cst.Name():
            yield node
        case cst.Attribute(attr=cst.Name(value=attribute)) if array_attribute(attribute) == "static":
            return
        case cst.Attribute(value=base):
            yield from _weighed(ctx, base)
        case cst.Call(func=func) if _measures(ctx.name(func)):
            return
        case _:
            for child in children(node):
                yield from _weighed(ctx, child)


def _measures(name: str | None) -> bool:
    """True for a function that asks only for shape or type."""
    known = function(name) if name is not None else None
    builtin = name in ("builtins.len", "builtins.isinstance", "builtins.callable", "builtins.hasattr", "builtins.type")
    return builtin or (known is not None and known.returns == "static" and not known.name.startswith("math."))


def _is_static(value: Value) -> bool:
    if isinstance(value, Tuple):
        return all(map(_is_static, value.items))
    return isinstance(value, Const | Static | HostArray)
