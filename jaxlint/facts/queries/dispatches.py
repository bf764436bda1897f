"""How many operations the host dispatches one by one, in code that nobody compiles.

Needs: code of an activation on the host.  Gives: the calls and operators that each run a jax operation by themselves,
those of the project's functions that it calls included.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.facts.model.values import Array, Function, Library
from jaxlint.facts.queries.syncs import every_turn
from jaxlint.facts.queries.view import View

_DISPATCHING = ("jax.numpy.", "jax.lax.", "jax.nn.", "jax.scipy.")
MAX_DEPTH = 3


def dispatched(ctx: View, body: cst.CSTNode, depth: int = 0) -> int:
    """How many operations each run of some code dispatches for sure, those of the functions that it calls included."""
    own = sum(_is_operation(ctx, node) for node in every_turn(body))
    return own + sum(inside(ctx, call, depth + 1) for call in calls(ctx, body))


def calls(ctx: View, body: cst.CSTNode) -> Iterator[cst.Call]:
    """The calls of project functions in some code."""
    for node in every_turn(body):
        if isinstance(node, cst.Call) and isinstance(ctx.value(node.func), Function):
            yield node


def inside(ctx: View, call: cst.Call, depth: int = 1) -> int:
    """How many operations a call of a project function dispatches on the host."""
    callee = ctx.value(call.func)
    if not isinstance(callee, Function) or depth > MAX_DEPTH or callee.definition is ctx.function:
        return 0
    counts = [
        dispatched(View(ctx.tracer, frame, callee.definition.chunk), callee.definition.node.body, depth)
        for frame in ctx.tracer.activations.get(callee.definition, ())
        if frame.boundary is None
    ]
    return max(counts, default=0)


def _is_operation(ctx: View, node: cst.CSTNode) -> bool:
    match node:
        case cst.Call(func=func):
            callee = ctx.value(func)
            known = isinstance(callee, Library) and callee.name.startswith(_DISPATCHING)
            return known and _is_concrete(ctx, node)
        case cst.BinaryOperation() | cst.Comparison():
            return _is_concrete(ctx, node)
    return False


def _is_concrete(ctx: View, node: cst.CSTNode) -> bool:
    value = ctx.value(node)
    return isinstance(value, Array) and value.traced is None
