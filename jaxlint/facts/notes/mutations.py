"""What a change that a trace makes to the world outside is for: a cache, a stack, state that a framework keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from jaxlint.facts.model.definitions import FunctionDefinition, own_nodes
from jaxlint.facts.model.events import Mutation
from jaxlint.facts.model.values import Ref
from jaxlint.facts.trace.classes import sort_of
from jaxlint.source import walk

if TYPE_CHECKING:
    from jaxlint.facts.queries.view import View

_KEEPERS = ("module", "mutable", "open", "enum")
"""Kinds of classes that a framework may let change in a trace, or whose bases are not known."""


def kept_by_framework(ctx: View, event: Mutation) -> bool:
    """True for the attributes of a linen, haiku or nnx module, and of a class with unknown bases."""
    owner = event.owner
    return isinstance(owner, Ref) and owner.cls is not None and sort_of(ctx.frame, owner.cls) in _KEEPERS


def changed(ctx: View, event: Mutation) -> str:
    """The text of what changes: ``cache``, ``self.total``, ``count``."""
    node = ctx.node
    match node:
        case cst.Subscript(value=value):
            return ctx.code(value)
        case cst.Attribute(value=value) if event.kind == "method":
            return ctx.code(value)
    return ctx.code(node)


def memo(ctx: View, event: Mutation) -> bool:
    """True for a store into a cache: the function looks there before it computes the value."""
    what = changed(ctx, event)
    if event.kind == "method":
        return isinstance(ctx.node, cst.Attribute) and ctx.node.attr.value == "setdefault"
    return any(_asks(ctx, test, what) for test in _tests(ctx))


def _tests(ctx: View) -> Iterator[cst.BaseExpression]:
    for node in ctx.nodes():
        match node:
            case cst.If(test=test) | cst.IfExp(test=test):
                yield test
            case cst.Try(body=body, handlers=[cst.ExceptHandler(type=cst.Name("KeyError" | "AttributeError")), *_]):
                yield from (inner for inner in own_nodes(body) if isinstance(inner, cst.BaseExpression))


def _asks(ctx: View, test: cst.BaseExpression, what: str) -> bool:
    """True if a test looks whether ``what`` holds something: ``k in what``, ``what is None``, ``hasattr(...)``."""
    for node in walk(test):
        if isinstance(node, cst.Name | cst.Attribute) and ctx.code(node) == what:
            return True
        match node:
            case cst.Call(func=cst.Name("hasattr" | "getattr"), args=[cst.Arg(value=of), cst.Arg(value=name), *_]):
                if f"{ctx.code(of)}.{ctx.code(name)[1:-1]}" == what:
                    return True
    return False


def restored(ctx: View, event: Mutation) -> bool:
    """True for what is put back: popped by the function or its class, stored again by the function or ``__exit__``."""
    function = ctx.function
    if function is None:
        return False
    if event.kind in ("method", "item") and _popped(ctx, function, changed(ctx, event)):
        return True
    leave = function.cls.methods.get("__exit__") if function.cls is not None else None
    bodies = [function.node, *([leave] if leave is not None and leave is not function.node else [])]
    what = ctx.code(ctx.node)
    return event.kind != "method" and (
        sum(_stores(ctx, body, what) for body in bodies) > 1 or _counts_up_and_down(ctx, bodies, what)
    )


def _counts_up_and_down(ctx: View, bodies: list[cst.FunctionDef | cst.Lambda], what: str) -> bool:
    """True for ``depth += 1 … depth -= 1``."""
    steps = {
        type(node.operator)
        for body in bodies
        for node in walk(body)
        if isinstance(node, cst.AugAssign) and ctx.code(node.target) == what
    }
    return {cst.AddAssign, cst.SubtractAssign} <= steps


def _popped(ctx: View, function: FunctionDefinition, what: str) -> bool:
    """True if the function, or its class, takes something out of ``what``."""
    for node in walk(function.cls.node if function.cls is not None else function.node):
        match node:
            case cst.Call(func=cst.Attribute(value=value, attr=cst.Name("pop" | "popleft" | "remove" | "clear"))):
                if ctx.code(value) == what:
                    return True
    return False


def _stores(ctx: View, body: cst.CSTNode, what: str) -> int:
    """How often ``what`` is assigned to in a body."""
    targets: list[cst.CSTNode] = []
    for node in walk(body):
        match node:
            case cst.Assign():
                targets += [target.target for target in node.targets]
            case cst.AnnAssign(target=target) | cst.Del(target=target):
                targets.append(target)
    return sum(ctx.code(part) == what for target in targets for part in walk(target) if isinstance(part, _TARGETS))


_TARGETS = (cst.Name, cst.Attribute, cst.Subscript)
