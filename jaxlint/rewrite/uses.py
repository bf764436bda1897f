"""Where a function binds and reads its variables, by the order of the text; within a loop, everything repeats."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import array_attribute
from jaxlint.source import walk

Origin = tuple[cst.CSTNode, cst.BaseExpression, bool]
"""A name that is bound, the expression that it is bound to, and whether it gets only an item of that."""


def loads(ctx: View, name: str) -> Iterator[cst.Name]:
    """The reads of a variable in this function and those nested in it, except as the base of a store."""
    body = ctx.function.node.body if ctx.function is not None else ctx.chunk.tree
    for node in walk(body):
        if isinstance(node, cst.Name) and node.value == name and _is_load(ctx, node) and not _is_base(ctx, node):
            yield node


def read_after(ctx: View, name: str, statement: cst.CSTNode) -> bool:
    """True if a variable's items may be read after a statement: on some path, and not only to store into them again."""
    live = ctx.live_after(statement)
    if live is not None and name not in live:
        return False
    end = ctx.span(statement)[1]
    values = (load for load in loads(ctx, name) if not _asks_for_shape(ctx, load))
    return any(ctx.span(load)[0] >= end or _share_loop(ctx, load, statement) for load in values)


def _asks_for_shape(ctx: View, load: cst.Name) -> bool:
    above = ctx.parent(load)
    return isinstance(above, cst.Attribute) and array_attribute(above.attr.value) == "static"


def loads_before(ctx: View, name: str, statement: cst.CSTNode, since: int) -> Iterator[cst.Name]:
    """The reads of a variable between an offset and a statement, or after it in a loop around both."""
    start = ctx.span(statement)[0]
    for load in loads(ctx, name):
        at = ctx.span(load)[0]
        if since <= at < start or (at > start and _share_loop(ctx, load, statement)):
            yield load


def origins(ctx: View, name: str, statement: cst.CSTNode) -> tuple[int, list[Origin]]:
    """What a variable may be bound to at a statement, and where the last binding is that certainly came before.

    The offset is 0 if there is none; then the value may also be that of a parameter.
    """
    start = ctx.span(statement)[0]
    since, found = 0, []
    for node in ctx.nodes() if ctx.function is not None else walk(ctx.chunk.tree):
        if isinstance(node, cst.Name) and node.value == name and (origin := _origin(ctx, node)) is not None:
            at = ctx.span(node)[0]
            if at < start or _come_back(ctx, node, statement):
                found.append(origin)
            if at < start and _dominates(ctx, node, statement):
                since = max(since, at)
    return since, [origin for origin in found if ctx.span(origin[0])[0] >= since]


def _origin(ctx: View, name: cst.Name) -> Origin | None:
    """What a name is bound to here; None where it is not bound."""
    target, binder = _target(ctx, name)
    direct = target is name
    match binder:
        case cst.AssignTarget():
            assign = ctx.parent(binder)
            assert isinstance(assign, cst.Assign)
            part = _matching(name, binder.target, assign.value)
            return (name, part, True) if part is not None else (name, assign.value, direct)
        case cst.AnnAssign(target=bound, value=cst.BaseExpression() as value) if bound is target:
            return name, value, True
        case cst.NamedExpr(target=bound, value=value) if bound is target:
            return name, value, True
        case cst.AugAssign(target=bound, value=value) if bound is target:
            return name, value, False
        case cst.For(target=bound, iter=source) if bound is target:
            return name, source, False
    return None


def _matching(name: cst.Name, target: cst.BaseExpression, value: cst.BaseExpression) -> cst.BaseExpression | None:
    """``a`` in ``a, b = x, y`` -> ``x``"""
    if isinstance(target, cst.Tuple) and isinstance(value, cst.Tuple) and len(target.elements) == len(value.elements):
        for left, right in zip(target.elements, value.elements, strict=True):
            if left.value is name and isinstance(right, cst.Element):
                return right.value
    return None


def _target(ctx: View, node: cst.CSTNode) -> tuple[cst.CSTNode, cst.CSTNode | None]:
    """The whole target that an expression is part of, and what is around it."""
    above = ctx.parent(node)
    while isinstance(above, cst.Element | cst.StarredElement | cst.Tuple | cst.List):
        node, above = above, ctx.parent(above)
    return node, above


def _is_load(ctx: View, node: cst.Name) -> bool:
    match ctx.parent(node):
        case cst.Attribute(attr=other) | cst.Arg(keyword=other) if other is node:
            return False
        case cst.Param(name=other) | cst.FunctionDef(name=other) | cst.ClassDef(name=other) if other is node:
            return False
        case cst.NameItem() | cst.ImportAlias() | cst.AsName():
            return False
    return not _is_target(ctx, node)


def _is_target(ctx: View, node: cst.CSTNode) -> bool:
    target, binder = _target(ctx, node)
    match binder:
        case cst.AssignTarget() | cst.Del():
            return True
        case cst.For(target=bound) | cst.CompFor(target=bound) | cst.AnnAssign(target=bound):
            return bound is target
        case cst.NamedExpr(target=bound):
            return bound is target
    return False


def _is_base(ctx: View, node: cst.CSTNode) -> bool:
    """True for ``x`` in ``x[i] = v``, ``x.y[i] += v``, ``del x[i]``."""
    above = ctx.parent(node)
    if not isinstance(above, cst.Subscript | cst.Attribute) or above.value is not node:
        return False
    while isinstance(above, cst.Subscript | cst.Attribute) and above.value is node:
        node, above = above, ctx.parent(above)
    return _is_target(ctx, node) or (isinstance(above, cst.AugAssign) and above.target is node)


def _loops(ctx: View, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The loops whose turns repeat a node."""
    inner = node
    for above in ctx.ancestors(node):
        if isinstance(above, cst.While) or (isinstance(above, cst.For) and above.body is inner):
            yield above
        inner = above


def _share_loop(ctx: View, load: cst.CSTNode, statement: cst.CSTNode) -> bool:
    inside = any(above is statement for above in ctx.ancestors(load))
    return not inside and _come_back(ctx, load, statement)


def _come_back(ctx: View, node: cst.CSTNode, statement: cst.CSTNode) -> bool:
    """True if a loop around both runs the statement after a node that perhaps follows it, or is a part of it."""
    return not set(_loops(ctx, node)).isdisjoint(_loops(ctx, statement))


def _dominates(ctx: View, node: cst.CSTNode, statement: cst.CSTNode) -> bool:
    """True if a binding's block is around the statement, so that it ran before."""
    block = next((above for above in ctx.ancestors(node) if isinstance(above, cst.IndentedBlock | cst.Module)), None)
    return any(above is block for above in ctx.ancestors(statement))


def bindings(ctx: View, name: str) -> list[tuple[cst.Name, cst.BaseExpression | None]]:
    """Where a function binds a variable, and to what: None if that is no expression (an unpacked item, a loop's
    target)."""
    found: list[tuple[cst.Name, cst.BaseExpression | None]] = []
    for node in ctx.nodes():
        if not isinstance(node, cst.Name) or node.value != name:
            continue
        above = ctx.parent(node)
        if isinstance(above, cst.AugAssign) and above.target is node:
            found.append((node, above.value))
        elif _is_target(ctx, node):
            origin = _origin(ctx, node)
            found.append((node, origin[1] if origin is not None and origin[2] else None))
    return found
