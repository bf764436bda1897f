"""Closures that are made in a loop, kept beyond their turn, and read a variable that the next turn rebinds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from jaxlint.facts.model.definitions import COMPREHENSIONS, SCOPES, bound_names, own_nodes, scope_of
from jaxlint.facts.model.values import Cached, Function, Partial, Transformed, Value
from jaxlint.source import walk

if TYPE_CHECKING:
    from jaxlint.facts.queries.view import View

Loop = cst.For | cst.While | cst.ListComp | cst.SetComp | cst.DictComp | cst.GeneratorExp
_KEEPING = ("append", "add", "insert", "appendleft", "extend", "setdefault", "update")
_COLLECTING = ("list", "tuple", "dict", "set", "sorted")


@dataclass(frozen=True, slots=True)
class Kept:
    """A function that outlives its turn: the value that is kept, what keeps it, and the first read of each variable."""

    value: Value
    keeper: str
    reads: tuple[cst.Name, ...]


def kept(ctx: View, node: cst.FunctionDef | cst.Lambda) -> Kept | None:
    """How a function defined in a loop escapes its turn with a variable of the loop unbound; None if it does not."""
    for loop in _loops(ctx, node):
        reads = tuple(_reads(node, _rebound(loop, node)))
        if not reads:
            continue
        for expression, keeper in _keepings(ctx, loop):
            if _definition(ctx.value(expression)) is node and not _called(ctx, loop, node):
                return Kept(ctx.value(expression), keeper, reads)
    return None


def _loops(ctx: View, node: cst.CSTNode) -> Iterator[Loop]:
    """The loops and comprehensions of this function in whose turns a node runs."""
    inner = node
    for above in ctx.ancestors(node):
        if isinstance(above, SCOPES):
            return
        if (isinstance(above, cst.For) and inner is above.body) or isinstance(above, (cst.While, *COMPREHENSIONS)):
            yield above
        inner = above


def _rebound(loop: Loop, node: cst.CSTNode) -> set[str]:
    """The names that each turn of a loop binds anew, other than to a literal."""
    if isinstance(loop, cst.For | cst.While):
        own = node.name.value if isinstance(node, cst.FunctionDef) else None
        targets = set(bound_names(loop.target)) if isinstance(loop, cst.For) else set[str]()
        return (scope_of(loop.body).bound - _literals(loop.body) | targets) - {own}
    clause: cst.CompFor | None = loop.for_in
    names: set[str] = set()
    while clause is not None:
        names.update(bound_names(clause.target))
        clause = clause.inner_for_in
    return names


def _literals(body: cst.CSTNode) -> set[str]:
    """Names that a body sets to literals only."""
    found: dict[str, bool] = {}
    for node in own_nodes(body):
        if isinstance(node, cst.Assign):
            literal = isinstance(node.value, cst.BaseNumber | cst.SimpleString)
            for target in node.targets:
                for name in bound_names(target.target):
                    found[name] = found.get(name, True) and literal
        elif isinstance(node, cst.AugAssign):
            found.update(dict.fromkeys(bound_names(node.target), False))
    return {name for name, literal in found.items() if literal}


def _reads(node: cst.FunctionDef | cst.Lambda, names: set[str]) -> Iterator[cst.Name]:
    """The first read of each of the names by a function that does not bind them itself."""
    free = names - _bound_within(node)
    for inner in walk(node.body):
        if isinstance(inner, cst.Name) and inner.value in free and not _is_label(node, inner):
            free = free - {inner.value}
            yield inner


def _bound_within(node: cst.FunctionDef | cst.Lambda) -> set[str]:
    """The names that a function, or one in it, binds."""
    names = scope_of(node.body).bound | {p.name.value for p in walk(node.params) if isinstance(p, cst.Param)}
    for inner in walk(node.body):
        if isinstance(inner, cst.FunctionDef | cst.Lambda):
            names |= {p.name.value for p in walk(inner.params) if isinstance(p, cst.Param)}
        elif isinstance(inner, cst.CompFor):
            names |= set(bound_names(inner.target))
    return names


def _is_label(node: cst.FunctionDef | cst.Lambda, name: cst.Name) -> bool:
    """True for a name that is no variable: an attribute's, a keyword's."""
    for inner in walk(node.body):
        if isinstance(inner, cst.Attribute) and inner.attr is name:
            return True
        if isinstance(inner, cst.Arg) and inner.keyword is name:
            return True
    return False


def _keepings(ctx: View, loop: Loop) -> Iterator[tuple[cst.BaseExpression, str]]:
    """The expressions whose values a turn of a loop puts where they outlive it, each with what keeps them."""
    if isinstance(loop, cst.DictComp):
        yield loop.value, "the dict"
    elif isinstance(loop, cst.ListComp | cst.SetComp):
        yield from ((part, "the list") for part in _parts(loop.elt))
    elif isinstance(loop, cst.GeneratorExp):
        around = ctx.parent(ctx.parent(loop) or loop)
        if isinstance(around, cst.Call) and ctx.name(around.func) in [f"builtins.{name}" for name in _COLLECTING]:
            yield from ((part, f"the {ctx.code(around.func)}") for part in _parts(loop.elt))
    else:
        made = _made(loop.body)
        for value, place in _stores(loop.body):
            if _root(place) not in made:
                yield from ((part, f"`{ctx.code(place)}`") for part in _parts(value))


def _stores(body: cst.CSTNode) -> Iterator[tuple[cst.BaseExpression, cst.BaseExpression]]:
    """(value, container) for all that a body puts into containers and attributes."""
    for node in own_nodes(body):
        match node:
            case cst.Call(func=cst.Attribute(value=place, attr=cst.Name(name)), args=args) if name in _KEEPING:
                yield from ((arg.value, place) for arg in args)
            case cst.Assign(targets=[cst.AssignTarget(cst.Subscript(value=place) | cst.Attribute(value=place))]):
                yield node.value, place
            case cst.AugAssign(target=place, operator=cst.AddAssign(), value=value):
                yield value, place
            case cst.Assign(
                targets=[cst.AssignTarget(cst.Name(name) as place)],
                value=cst.BinaryOperation(left=cst.Name(left), operator=cst.Add(), right=right),
            ) if name == left:
                yield right, place


def _made(body: cst.CSTNode) -> set[str]:
    """Names that a body binds to something new, and does not just extend (``fns += [f]``, ``fns = fns + [f]``)."""
    names: set[str] = set()
    for node in own_nodes(body):
        match node:
            case cst.Assign(
                targets=[cst.AssignTarget(cst.Name(name))],
                value=cst.BinaryOperation(left=cst.Name(left), operator=cst.Add()),
            ) if name == left:
                continue
            case cst.Assign(targets=targets):
                names.update(name for target in targets for name in bound_names(target.target))
            case cst.AnnAssign(target=target) | cst.For(target=target) | cst.NamedExpr(target=target):
                names.update(bound_names(target))
    return names


def _parts(value: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """An expression, or the items of a display."""
    if isinstance(value, cst.Tuple | cst.List):
        for element in value.elements:
            yield from _parts(element.value)
    else:
        yield value


def _root(place: cst.BaseExpression) -> str | None:
    while isinstance(place, cst.Attribute | cst.Subscript):
        place = place.value
    return place.value if isinstance(place, cst.Name) else None


def _definition(value: Value) -> cst.CSTNode | None:
    """The ``def`` or ``lambda`` that a function value came from."""
    while isinstance(value, Transformed | Partial | Cached):
        value = value.function
    return value.definition.node if isinstance(value, Function) else None


def _called(ctx: View, loop: Loop, node: cst.CSTNode) -> bool:
    """True if a turn calls the function itself: it is traced then, with the right values."""
    return any(
        isinstance(inner, cst.Call) and _definition(ctx.value(inner.func)) is node for inner in own_nodes(_body(loop))
    )


def _body(loop: Loop) -> cst.CSTNode:
    return loop.body if isinstance(loop, cst.For | cst.While) else loop
