"""Which keys a dict certainly has after a turn of a loop.

Needs: a variable that a compiled function is called with.  Gives: the keys that each turn stores into it, and those of
the dict display that the function returns. What the tracer knows of a dict where paths met has the keys of all paths.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.facts.model.definitions import bound_names, own_nodes
from jaxlint.facts.model.events import ChangedStructure
from jaxlint.facts.model.values import Function, Transformed
from jaxlint.facts.queries.syncs import every_turn
from jaxlint.facts.queries.view import View


def certain_keys(ctx: View, event: ChangedStructure, node: cst.BaseExpression) -> frozenset[object]:
    """The keys that a variable surely has from the second turn on."""
    loop = event.loop.node
    if not isinstance(node, cst.Name) or not isinstance(loop, cst.For | cst.While):
        return frozenset()
    return frozenset(key for statement in every_turn(loop.body) for key in _left(ctx, statement, node.value))


def _left(ctx: View, statement: cst.CSTNode, name: str) -> Iterator[str]:
    """The keys that a statement leaves in the variable."""
    match statement:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Subscript(value=cst.Name(value=base)) as target)]):
            index = target.slice[0].slice if len(target.slice) == 1 else None
            if base == name and isinstance(index, cst.Index) and isinstance(index.value, cst.SimpleString):
                yield str(index.value.evaluated_value)
        case cst.Assign(targets=[cst.AssignTarget(target=target)], value=cst.Call(func=func)):
            if name in bound_names(target):
                yield from _returned(ctx, func, next(n for n, one in enumerate(bound_names(target)) if one == name))
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=base))], value=cst.Dict() as display):
            if base == name:
                yield from _displayed(display)


def _returned(ctx: View, func: cst.BaseExpression, position: int) -> Iterator[str]:
    """The keys of the dict that a compiled function returns, by itself or as an item of a tuple."""
    callee = ctx.value(func)
    inner = callee.function if isinstance(callee, Transformed) else callee
    if not isinstance(inner, Function):
        return
    returns = [node for node in own_nodes(inner.definition.node.body) if isinstance(node, cst.Return)]
    match returns:
        case [cst.Return(value=cst.Dict() as display)] if position == 0:
            yield from _displayed(display)
        case [cst.Return(value=cst.Tuple(elements=elements))] if position < len(elements):
            item = elements[position].value
            yield from _displayed(item) if isinstance(item, cst.Dict) else ()


def _displayed(display: cst.Dict) -> Iterator[str]:
    for element in display.elements:
        if isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString):
            yield str(element.key.evaluated_value)
