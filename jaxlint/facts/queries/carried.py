"""What a loop on the host carries from turn to turn on the device.

Needs: a loop, and what its calls call.  Gives: whether a computation of a turn works on what a computation of the turn
before left. A loop that asks the host's own code for its next state (a simulator, a user) does not.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import (
    Const,
    Function,
    Key,
    Keys,
    Library,
    Partial,
    Ref,
    Static,
    Transformed,
    Unknown,
    Value,
)
from jaxlint.facts.queries.view import View

_NO_STATE = (Key, Keys, Const, Static, Library, Function, Transformed)
_DEVICE = ("jax.numpy.", "jax.lax.", "jax.nn.", "jax.scipy.", "optax.", "equinox.")


def computes(callee: Value) -> bool:
    """True for a callee that dispatches work to the device."""
    match callee:
        case Library(name=name):
            return name.startswith(_DEVICE)
        case Transformed(transform=transform):
            return transform.kind != "opaque"
        case Function():
            return True
        case Partial(function=function):
            return computes(function)
    return False


def carries(ctx: View, loop: cst.For | cst.While) -> bool:
    """True if a computation reads a variable that the loop binds later on, by a computation, for the next turn."""
    bound: set[str] = set(_stored(loop.target)) if isinstance(loop, cst.For) else set()
    early: set[str] = set()
    makers: dict[str, list[cst.BaseExpression]] = {}
    for node in own_nodes(loop.body):
        if not isinstance(node, cst.SimpleStatementLine):
            continue
        early |= operands(ctx, node) - bound
        for targets, value in _bindings(node):
            for name in targets:
                makers.setdefault(name, []).append(value)
                bound.add(name)
    carried = early & makers.keys()
    return bool(carried) and all(_on_device(ctx, value) for name in carried for value in makers[name])


def operands(ctx: View, tree: cst.CSTNode) -> set[str]:
    """The variables and attributes that computations in a tree work on, other than keys and Python's own values."""
    calls = (node for node in own_nodes(tree) if isinstance(node, cst.Call) and computes(ctx.value(node.func)))
    return {name for call in calls for arg in call.args for name in _read(ctx, arg.value)}


def _read(ctx: View, tree: cst.CSTNode) -> Iterator[str]:
    for node in own_nodes(tree):
        if isinstance(node, cst.Name | cst.Attribute) and not isinstance(ctx.value(node), _NO_STATE):
            yield ctx.code(node)


def _bindings(node: cst.SimpleStatementLine) -> Iterator[tuple[list[str], cst.BaseExpression]]:
    for statement in node.body:
        match statement:
            case cst.Assign(targets=targets, value=value):
                yield [name for target in targets for name in _stored(target.target)], value
            case cst.AugAssign(target=target, value=value):
                yield list(_stored(target)), value


def _stored(target: cst.CSTNode) -> Iterator[str]:
    """The variables and attributes that a target binds, as they are written."""
    match target:
        case cst.Name() | cst.Attribute():
            yield cst.Module(()).code_for_node(target)
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                yield from _stored(element.value)


def _on_device(ctx: View, value: cst.BaseExpression) -> bool:
    """True for an expression without a call of the host's own code, as far as that is known."""
    calls = (node for node in own_nodes(value) if isinstance(node, cst.Call))
    return not any(isinstance(ctx.value(call.func), Unknown | Ref) for call in calls)
