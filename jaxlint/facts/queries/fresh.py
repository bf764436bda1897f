"""Compiled functions that do not outlive the call of the function that makes them.

Needs: a `jax.jit(…)` or `@jax.jit` in a function.  Gives: whether what it compiles is a new object in each call, and
whether its one use is a call in the same function, outside of loops.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.facts.model.definitions import COMPREHENSIONS, own_nodes
from jaxlint.facts.model.values import Function, Library, Partial, Transformed, Value
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import transform
from jaxlint.source import walk


def is_fresh(ctx: View, function: Value) -> bool:
    """True for a function object that each call of the function around makes: a nested function, a lambda, a bound
    method, a partial, what a transform returns."""
    match function:
        case Function(receiver=None, closure=closure):
            return closure.definition is not None and closure.definition is ctx.function
        case Function():
            return isinstance(_given(ctx), cst.Attribute)
        case Partial(function=Library(name=name)) if (row := transform(name)) is not None and row.kind == "loop":
            return False  # a whole loop is worth a compilation, and where its body is new there is no way around one
        case Partial(place=place) | Transformed(place=place):
            return any(node is place.node for node in _own(ctx))
    return False


def _given(ctx: View) -> cst.BaseExpression | None:
    """What `jax.jit` is called with."""
    match ctx.node:
        case cst.Call(args=[cst.Arg(value=given), *_]):
            return given
    return None


def used_once(ctx: View) -> bool:
    """True if the compiled function is called in one place of the function around, and not used in any other way."""
    if in_loop(ctx, ctx.node) or _may_be_kept(ctx):
        return False
    match ctx.parent(ctx.node):
        case cst.Call(func=func):
            return func is ctx.node
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return ctx.binding(name) is ctx.node and _called_once(ctx, name)
        case cst.FunctionDef(name=cst.Name(value=name), decorators=[decorator]):
            return decorator is ctx.node and _called_once(ctx, name)
    return False


def _may_be_kept(ctx: View) -> bool:
    """True if a decorator may keep what the function around returns, so that it runs once."""
    decorators = getattr(ctx.function.node, "decorators", ()) if ctx.function is not None else ()
    plain = ("staticmethod", "classmethod", "property")
    return any(not isinstance(one.decorator, cst.Name) or one.decorator.value not in plain for one in decorators)


def _called_once(ctx: View, name: str) -> bool:
    """True if a name is read once, as what is called."""
    found = list(reads(ctx, name))
    call = ctx.parent(found[0]) if len(found) == 1 else None
    return isinstance(call, cst.Call) and call.func is found[0] and not in_loop(ctx, call) and not captured(ctx, name)


def reads(ctx: View, name: str) -> Iterator[cst.Name]:
    """Where the function itself reads a variable."""
    return (node for node in _own(ctx) if isinstance(node, cst.Name) and node.value == name and _is_read(ctx, node))


def _is_read(ctx: View, node: cst.Name) -> bool:
    match ctx.parent(node):
        case cst.AssignTarget() | cst.FunctionDef():
            return False
        case cst.Attribute(attr=attr):
            return attr is not node
        case cst.Arg(keyword=keyword):
            return keyword is not node
    return True


def captured(ctx: View, name: str) -> bool:
    """True if a nested function reads a name."""
    own = set(_own(ctx))
    assert ctx.function is not None
    return any(
        isinstance(node, cst.Name) and node.value == name and node not in own and _is_read(ctx, node)
        for node in walk(ctx.function.node.body)
    )


def _own(ctx: View) -> Iterator[cst.CSTNode]:
    assert ctx.function is not None
    return own_nodes(ctx.function.node.body)


def in_loop(ctx: View, node: cst.CSTNode) -> bool:
    """True for what a loop or comprehension of the function itself may run several times."""
    assert ctx.function is not None
    for above in ctx.ancestors(node):
        if above is ctx.function.node:
            return False
        if isinstance(above, (cst.For, cst.While, *COMPREHENSIONS)):
            return True
    return False
