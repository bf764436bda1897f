"""What is known of a function that is compiled anew in each turn: what it is, where it turns, what it could take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from jaxlint.facts.model.definitions import FunctionDefinition, own_nodes
from jaxlint.facts.model.events import Difference
from jaxlint.facts.model.frames import Frame, Loop
from jaxlint.facts.model.values import (
    Array,
    Cached,
    Const,
    Either,
    Function,
    HostArray,
    Key,
    Partial,
    Static,
    Transformed,
    Value,
)
from jaxlint.facts.queries.syncs import times
from jaxlint.facts.queries.view import View, parents
from jaxlint.facts.trace.boundary import function_name
from jaxlint.jaxapi import function
from jaxlint.source import walk


def called(function: Value) -> str:
    """What a message calls a function: by its name, if it has one."""
    return function_name(function) or "the compiled function"


def made(callee: Value) -> str:
    """What sort of new function is compiled."""
    match callee.function if isinstance(callee, Transformed) else callee:
        case Function(receiver=None, definition=definition) if definition.name == "<lambda>":
            return "a new lambda"
        case Function(receiver=None, definition=definition):
            return f"a new function `{definition.name}`"
        case Function(definition=definition):
            return f"a new bound method `{definition.name}`"
        case Partial():
            return "a new partial"
        case Transformed(name=name):
            return f"a new function from `{name}`"
    return "a new function"


def turn_of(ctx: View, loop: Loop) -> str:
    """How a message speaks of the turns of a loop, which may be in another function or file."""
    for chunk in ctx.module.chunks:
        if loop.node is not None and (loop.node is chunk.tree or loop.node in parents(chunk)):
            kind = "`while`" if isinstance(loop.node, cst.While) else "`for`"
            return f"each turn of the {kind} in line {chunk.line(loop.node)}"
    return "each turn of a loop that calls this"


def is_measured(loop: Loop) -> bool:
    """True for a loop that takes times: what it compiles is meant to be compiled."""
    body = loop.node.body if isinstance(loop.node, cst.For | cst.While) else None
    return body is not None and any(map(times, own_nodes(body)))


def could_be_arguments(ctx: View, parts: Iterable[Difference]) -> bool:
    """True if what differs from turn to turn is nothing that the program's shape depends on."""
    return all(
        not may_be_size(part.value) or meets_arrays_only(ctx, definition, part.name)
        for part in parts
        for definition in [_definition(part.function)]
    )


def may_be_size(value: Value) -> bool:
    """True for what can be an integer on the host, which a shape or a Python loop may need."""
    match value:
        case Const(value=int()) | Static(kind="int" | None):
            return True
        case Either(options=options):
            return any(map(may_be_size, options))
    return False


def _definition(value: Value) -> FunctionDefinition | None:
    while isinstance(value, Transformed | Partial | Cached):
        value = value.function
    return value.definition if isinstance(value, Function) else None


def meets_arrays_only(ctx: View, definition: FunctionDefinition | None, name: str) -> bool:
    """True if all that a function does with a variable is arithmetic with arrays, or to pass it to a jax function that
    takes arrays."""
    frames = _activations(ctx, definition) if definition is not None else []
    if definition is None or not frames:
        return False
    views = [View(ctx.tracer, frame, definition.chunk) for frame in frames]
    uses = [node for node in _reads(definition.node.body) if node.value == name]
    return bool(uses) and all(any(_meets_array(view, use) for view in views) for use in uses)


def _activations(ctx: View, definition: FunctionDefinition) -> list[Frame]:
    """Those of a function, and of the functions in it."""
    nested = set(walk(definition.node.body))
    return [
        frame
        for owner, frames in ctx.tracer.activations.items()
        if owner is definition
        or (isinstance(owner, FunctionDefinition) and owner.chunk is definition.chunk and owner.node in nested)
        for frame in frames
    ]


def _reads(body: cst.CSTNode) -> Iterator[cst.Name]:
    """The names in a body that are read: no targets, attributes or keywords."""
    written: set[cst.CSTNode] = set()
    for node in walk(body):
        match node:
            case cst.AssignTarget(target=target):
                written.update(part for part in walk(target) if isinstance(part, cst.Name))
            case cst.Attribute(attr=label) | cst.Arg(keyword=cst.Name() as label):
                written.add(label)
    return (node for node in walk(body) if isinstance(node, cst.Name) and node not in written)


def _meets_array(ctx: View, use: cst.BaseExpression) -> bool:
    """True for ``a`` in ``a * x``, ``(1 - a) * x``, ``jnp.maximum(x, a)``."""
    node: cst.CSTNode = use
    while (above := ctx.parent(node)) is not None:
        match above:
            case cst.BinaryOperation() | cst.UnaryOperation(operator=cst.Minus() | cst.Plus()):
                if isinstance(ctx.value(above), Array):
                    return True
                node = above
            case cst.AugAssign(target=target):
                return isinstance(ctx.value(target), Array | HostArray)
            case cst.Arg():
                call = ctx.parent(above)
                return isinstance(call, cst.Call) and _takes_array(ctx, call, above)
            case cst.Element() | cst.Return():
                return isinstance(ctx.value(node), Array)
            case _:
                return False
    return False


def _takes_array(ctx: View, call: cst.Call, argument: cst.Arg) -> bool:
    """True if a call of a jax function gives an array, and this argument need not be known while tracing."""
    name = ctx.name(call.func) or ""
    row = function(name)
    if row is None or not name.startswith("jax.") or not isinstance(ctx.value(call), Array | Key):
        return False
    if argument.keyword is not None:
        parameter: str | None = argument.keyword.value
    else:
        parameter = row.signature.parameter(call.args.index(argument)) if row.signature is not None else None
    return parameter is not None and parameter not in row.static
