"""What runs between two readings of a clock: computations that are only dispatched, and waits for their results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Array, Function, Library, Member, Transformed, Unknown, Value, leaves
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import host_effect
from jaxlint.source import walk

_WAITING = ("block_until_ready", "item", "tolist", "device_get", "asarray", "array", "float", "int", "bool", "print",
            "allclose", "assert_allclose", "copy_to_host_async", "result")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Timed:
    """``statements`` run between the clock's readings; ``last`` is the last call that only dispatches its work."""

    statements: tuple[cst.CSTNode, ...]
    last: cst.Call


def timed(ctx: View, difference: cst.BinaryOperation) -> Timed | None:
    """The time of what ``clock() - start`` measures, if nothing in it waits for the device; None for anything else."""
    if ctx.boundary is not None or not isinstance(difference.right, cst.Name):
        return None
    end = ctx.statement(difference)
    siblings = _siblings(ctx, end)
    stop = next((n for n, one in enumerate(siblings) if one is end), None)
    if stop is None:
        return None
    if isinstance(difference.left, cst.Name):
        stop = _reading(ctx, siblings[:stop], difference.left.value)
    elif not _is_clock(ctx, difference.left):
        return None
    start = _reading(ctx, siblings[:stop], difference.right.value) if stop is not None else None
    if start is None or stop is None:
        return None
    between = tuple(siblings[start + 1 : stop])
    last = _last_dispatch(ctx, between)
    return (
        Timed(between, last)
        if last is not None and not any(_waits(ctx, node) for node in _all_nodes(between))
        else None
    )


def _siblings(ctx: View, statement: cst.CSTNode) -> Sequence[cst.CSTNode]:
    """The statements of the block that a statement is in."""
    block = ctx.parent(statement)
    if isinstance(block, cst.IndentedBlock):
        return block.body
    return [one for chunk in ctx.module.chunks for one in chunk.tree.body] if ctx.function is None else []


def _reading(ctx: View, statements: Sequence[cst.CSTNode], name: str) -> int | None:
    """The last statement that reads the clock into a variable."""
    for number in reversed(range(len(statements))):
        match statements[number]:
            case cst.SimpleStatementLine(
                body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=target))], value=value)]
            ) if target == name:
                return number if _is_clock(ctx, value) else None
    return None


def _is_clock(ctx: View, node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Call) and not node.args and host_effect(ctx.name(node.func) or "") == "time"


def _nodes(statements: Sequence[cst.CSTNode]) -> Iterator[cst.CSTNode]:
    return (node for statement in statements for node in own_nodes(statement))


def _all_nodes(statements: Sequence[cst.CSTNode]) -> Iterator[cst.CSTNode]:
    """Those in lambdas and nested functions, too."""
    return (node for statement in statements for node in walk(statement))


def _last_dispatch(ctx: View, statements: Sequence[cst.CSTNode]) -> cst.Call | None:
    """The last call of a compiled function; calls of `jnp` functions count only beside one."""
    found = [node for node in _nodes(statements) if isinstance(node, cst.Call) and _dispatches(ctx, node)]
    outermost = [node for node in found if not any(above in found for above in ctx.ancestors(node))]
    return outermost[-1] if outermost else None


def _dispatches(ctx: View, node: cst.Call) -> bool:
    callee = ctx.value(node.func)
    if isinstance(callee, Transformed):
        return callee.transform.kind == "jit"
    name = callee.name if isinstance(callee, Library) else ""
    return name.startswith(("jax.numpy.", "jax.lax.", "jax.scipy.")) and _is_array(ctx.value(node))


def _is_array(value: Value) -> bool:
    return any(isinstance(leaf, Array) and leaf.traced is None for leaf in leaves(value))


def _waits(ctx: View, node: cst.CSTNode) -> bool:
    """True for what waits for a result, or may do so: a branch on one, and a call of which nothing is known."""
    match node:
        case cst.Attribute(attr=cst.Name(value=name)) if name in _WAITING:
            return True
        case cst.If(test=test) | cst.While(test=test):
            return isinstance(ctx.value(test), Array | Unknown)
        case cst.FormattedStringExpression() | cst.Assert() | cst.With() | cst.Await():
            return True
        case cst.Call(func=func, args=args):
            given = (ctx.value(argument.value) for argument in args)
            passed = any(isinstance(value, Function) and _names_a_wait(value) for value in given)
            return passed or _may_wait(ctx.value(func), func)
    return False


def _may_wait(callee: Value, func: cst.BaseExpression) -> bool:
    match callee:
        case Transformed():
            return False
        case Library(name=name):
            return name.rpartition(".")[2] in _WAITING or not name.startswith(("jax.", "builtins.range", "time."))
        case Member(base=base):
            return not isinstance(base, Array)
        case Function():
            return _names_a_wait(callee)
    return not (isinstance(func, cst.Attribute) and func.attr.value == "append")


def _names_a_wait(function: Function) -> bool:
    return any(isinstance(inner, cst.Name) and inner.value in _WAITING for inner in walk(function.definition.node.body))
