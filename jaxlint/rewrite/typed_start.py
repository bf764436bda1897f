"""A loop's state that starts as what it goes on as.

total = 0.0                       total = jnp.float32(0.0)
for x in xs:                 ->   for x in xs:
    total = add(total, x)             total = add(total, x)
"""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Fix, replace
from jaxlint.facts.model.events import VaryingArgument
from jaxlint.facts.model.values import Array
from jaxlint.facts.queries.passed import argument_of
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.variable import Variable


def typed_start(ctx: View, event: VaryingArgument) -> Fix | Decline:
    """Give the number that the state starts with the dtype of the array that it becomes."""
    later = event.later
    if not isinstance(later, Array) or later.ndim != 0 or later.dtype is None or ctx.x64:
        return Decline(
            "the shape and dtype to start with are for the author to write, as `zeros_like` of what it meets"
        )
    node = argument_of(ctx.node, event.argument) if isinstance(ctx.node, cst.Call) else None
    start = _start(ctx, node.value, event) if isinstance(node, cst.Name) else None
    if start is None:
        return Decline(f"`{event.name}` does not start as a number right before the loop")
    name = f"jax.numpy.{later.dtype.name}"
    text = f"{ctx.spell(name)}({ctx.code(start)})"
    return Fix("Start with an array", (replace(ctx, start, text),), "unsafe", (name,))


def _start(ctx: View, name: str, event: VaryingArgument) -> cst.BaseExpression | None:
    """The number that a variable has when the loop begins."""
    loop = event.loop.node
    block = ctx.parent(loop) if loop is not None else None
    if loop is None or not isinstance(block, cst.IndentedBlock) or loop not in block.body:
        return None
    before = block.body[: block.body.index(loop)]
    for statement in reversed(before):
        match statement:
            case cst.SimpleStatementLine(
                body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=target))], value=value)]
            ) if target == name:
                return value if isinstance(value, cst.Float | cst.Integer) and ctx.value(value) == event.value else None
        if Variable(ctx, name, cst.Name).is_bound_in(statement):
            return _in_tuple(ctx, statement, name, event.value)
    return None


def _in_tuple(ctx: View, statement: cst.CSTNode, name: str, start: object) -> cst.BaseExpression | None:
    """``mean, total = 0.0, 0.0``"""
    match statement:
        case cst.SimpleStatementLine(
            body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Tuple() as names)], value=cst.Tuple() as values)]
        ) if len(names.elements) == len(values.elements):
            for element, value in zip(names.elements, values.elements, strict=True):
                bound = isinstance(element.value, cst.Name) and element.value.value == name
                if bound and isinstance(value.value, cst.Float | cst.Integer) and ctx.value(value.value) == start:
                    return value.value
    return None
