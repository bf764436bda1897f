"""Where a loop on the host waits for the device in every turn.

Needs: a loop of an activation on the host.  Gives: the places where a turn asks for the value of a jax array that the
turn itself computes, or reads one element of an array.

The device works through what is dispatched while Python runs ahead; asking for a value stops Python until the device
has caught up. That costs where turns depend on each other (a training loop, a solver): their next step could be waiting
in the queue. Loops that a guard, an inner loop, a timer or a small trip count excuses are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from jaxlint.facts.model.definitions import bound_names, own_nodes, scope_of
from jaxlint.facts.model.values import Array, Function, Many, Tuple, Value
from jaxlint.facts.queries.carried import carries, operands
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import host_effect
from jaxlint.source import children

Loop = cst.For | cst.While
MIN_TURNS = 9
"""Fewer turns than this are not worth a word."""
CASTS = ("builtins.float", "builtins.int", "builtins.bool", "builtins.complex")
_LOOPS = (cst.For, cst.While)
_ASIDE = (cst.FunctionDef, cst.ClassDef, cst.Lambda, cst.Assert, cst.Raise, cst.ListComp, cst.SetComp, cst.DictComp,
          cst.GeneratorExp)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sync:
    """``node`` waits for the value of ``array``; ``how`` is what asks for it."""

    node: cst.CSTNode
    array: cst.BaseExpression
    how: str


def syncs(ctx: View, loop: Loop) -> Iterator[Sync]:
    """Where every turn waits for what it computes, though the next one could be dispatched already."""
    if ctx.boundary is not None or _few_turns(ctx, loop) or _excused(ctx, loop) or not carries(ctx, loop):
        return
    bound = scope_of(loop.body).bound
    if isinstance(loop, cst.While):
        first = _first_test(loop.test)
        if _device(ctx, first) and _fresh(ctx, first, bound):
            yield Sync(loop.test, first, "`while`")
    for node in (*(every_turn(loop.test) if isinstance(loop, cst.While) else ()), *every_turn(loop.body)):
        for array, how in _asked(ctx, loop, node):
            if _device(ctx, array) and _fresh(ctx, array, bound):
                yield Sync(node.test if isinstance(node, cst.If) else node, array, how)
                break


def _first_test(test: cst.BaseExpression) -> cst.BaseExpression:
    """The part of a test that is always asked: ``a`` of ``not a and b``."""
    match test:
        case cst.BooleanOperation(left=inner) | cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return _first_test(inner)
    return test


def every_turn(body: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes of a loop's body that run in each of its turns: no branches, no nested functions and loops."""
    stack = [body]
    while stack:
        node = stack.pop()
        yield node
        match node:
            case cst.If(test=test):
                stack.append(test)
                if _skips(node):
                    stack = [item for item in stack if item is test]
            case cst.IfExp(test=test):
                stack.append(test)
            case cst.BooleanOperation(left=left):
                stack.append(left)
            case cst.Call() if _asserts(node):
                pass
            case cst.Try(body=inner) | cst.With(body=inner):
                stack.append(inner)
            case _:
                stack.extend(reversed([child for child in children(node) if type(child) not in _ASIDE + _LOOPS]))


def _asserts(node: cst.CSTNode) -> bool:
    """True for an assertion of a test, whether statement or method."""
    match node:
        case cst.Assert() | cst.Call(func=cst.Attribute(attr=cst.Name("fail"))):
            return True
        case cst.Call(func=cst.Attribute(attr=cst.Name(name)) | cst.Name(name)):
            return name.startswith("assert")
    return False


def _skips(node: cst.If) -> bool:
    """True for ``if …: continue``: what follows is not for every turn."""
    return any(isinstance(inner, cst.Continue) for inner in own_nodes(node.body))


def _few_turns(ctx: View, loop: Loop) -> bool:
    return isinstance(loop, cst.For) and few_items(ctx.value(loop.iter), loop.iter)


def few_items(value: Value, node: cst.BaseExpression) -> bool:
    """True for an iterable of a few items."""
    match value:
        case Tuple(items=items):
            return len(items) < MIN_TURNS
        case Many(count=int() as count):
            return count < MIN_TURNS
    return isinstance(node, cst.List | cst.Dict | cst.Set) and len(node.elements) < MIN_TURNS


def _excused(ctx: View, loop: Loop) -> bool:
    """True for a loop that has another one inside, so that the wait is not for each step, or that takes times."""
    for node in own_nodes(loop.body):
        if type(node) in _LOOPS or times(node):
            return True
        if type(node) is cst.Call:
            name, callee = ctx.name(node.func), ctx.value(node.func)
            if name == "jax.block_until_ready" or (name is not None and host_effect(name) == "time"):
                return True
            if isinstance(callee, Function) and any(map(times, own_nodes(callee.definition.node.body))):
                return True
    return False


def times(node: cst.CSTNode) -> bool:
    """True for what a measurement calls: it waits on purpose."""
    if type(node) not in (cst.Attribute, cst.Name):
        return False
    clocks = ("block_until_ready", "perf_counter", "perf_counter_ns", "monotonic")
    match node:
        case cst.Attribute(value=cst.Name("time"), attr=cst.Name("time")) | cst.Name("perf_counter"):
            return True
        case cst.Attribute(attr=cst.Name(name)):
            return name in clocks
    return False


def _asked(ctx: View, loop: Loop, node: cst.CSTNode) -> Iterator[tuple[cst.BaseExpression, str]]:
    """The expressions whose value a node asks for."""
    match node:
        case cst.If(test=test):
            yield _first_test(test), "`if`"
        case cst.Call(func=cst.Attribute(value=base, attr=cst.Name("item" | "tolist" as method)), args=[]):
            yield base, f"`.{method}()`"
        case cst.Call(func=func, args=args):
            name = ctx.name(func)
            if name in CASTS and len(args) == 1:
                yield args[0].value, f"`{name.removeprefix('builtins.')}()`"
            elif name in ("numpy.asarray", "numpy.array") and args and _goes_back(ctx, loop, node):
                yield args[0].value, f"`{ctx.code(func)}`"
            elif name is not None and host_effect(name) in ("print", "log"):
                yield from ((arg.value, f"`{ctx.code(func)}`") for arg in args)
        case cst.FormattedStringExpression(expression=expression):
            yield expression, "the f-string"


def _goes_back(ctx: View, loop: Loop, node: cst.Call) -> bool:
    """True if the host's copy is handed to the device again: its variable is an argument of a computation."""
    match ctx.parent(node):
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return name in operands(ctx, loop.body)
    return False


def _device(ctx: View, node: cst.BaseExpression) -> bool:
    """True for what is certainly a concrete jax array."""
    value = ctx.value(node)
    return isinstance(value, Array) and value.traced is None


def _fresh(ctx: View, node: cst.BaseExpression, bound: set[str]) -> bool:
    """True for an array that this turn computes."""
    return bool(_names(node) & bound) or any(isinstance(inner, cst.Call) for inner in own_nodes(node))


def element_reads(ctx: View, loop: cst.For | cst.CompFor) -> Iterator[tuple[cst.Call, cst.BaseExpression]]:
    """Conversions of one element at a time: ``float(x[i])`` with ``x[i]``, where the loop does not change x; and
    ``float(v)`` with the ``x`` of ``for v in x``."""
    if ctx.boundary is not None or few_items(ctx.value(loop.iter), loop.iter):
        return
    body = loop.body if isinstance(loop, cst.For) else ctx.parent(loop)
    assert body is not None
    targets = set(bound_names(loop.target))
    bound = targets | (scope_of(body).bound if isinstance(loop, cst.For) else set())
    for node in own_nodes(body):
        operand = _converted(ctx, node) if type(node) is cst.Call else None
        if operand is None or any(map(_asserts, ctx.ancestors(node))):
            continue
        match operand:
            case cst.Subscript(value=cst.Name() | cst.Attribute() as base, slice=parts) if _device(ctx, base):
                whole = not any(isinstance(part.slice, cst.Slice) for part in parts)
                if whole and not _names(base) & bound and any(_names(part) & targets for part in parts):
                    yield node, operand  # type: ignore[misc]
            case cst.Name() if isinstance(loop.target, cst.Name) and operand.value == loop.target.value:
                if _device(ctx, loop.iter):
                    yield node, loop.iter  # type: ignore[misc]


def _names(tree: cst.CSTNode) -> set[str]:
    return {inner.value for inner in own_nodes(tree) if type(inner) is cst.Name}


def _converted(ctx: View, node: cst.CSTNode) -> cst.BaseExpression | None:
    """``x`` in ``float(x)`` or ``x.item()``."""
    match node:
        case cst.Call(func=cst.Attribute(value=base, attr=cst.Name("item")), args=[]):
            return base
        case cst.Call(func=func, args=[cst.Arg(value=operand)]) if ctx.name(func) in CASTS:
            return operand
    return None


def waits(node: cst.CSTNode) -> bool:
    """True for what waits for the device: a conversion, a printed value, `block_until_ready`."""
    names = ("block_until_ready", "device_get", "item", "tolist")
    match node:
        case cst.Attribute(attr=cst.Name(value=name)):
            return name in names
        case cst.Call(func=cst.Name(value="float" | "int" | "bool" | "print")):
            return True
    return False
