"""Results of compiled functions that go to the host and from there into the next compiled function.

Needs: code of an activation on the host.  Gives: conversions of what one compiled function returned whose result
nothing but arguments of other compiled functions uses, and waits right before such a call.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Array, Transformed, Value, leaves
from jaxlint.facts.notes import unfit
from jaxlint.facts.queries.fresh import captured, in_loop, reads
from jaxlint.facts.queries.syncs import CASTS, syncs
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.boundary import parameter_name, parameter_names

_COPIES = ("numpy.asarray", "numpy.array", "jax.device_get")
_READY = "jax.block_until_ready"


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """``how`` fetches ``array``, which ``first`` computed, or waits for it (``waits``), and ``second`` takes it.
    ``direct``: nothing else happens to it on the host; ``scalar``: it becomes a number of Python's."""

    how: str
    array: cst.BaseExpression
    first: Value
    second: Value
    direct: bool
    scalar: bool = False
    waits: bool = False


def round_trip(ctx: View, node: cst.Call) -> RoundTrip | None:
    """The round trip that a call begins; None for anything else."""
    if ctx.boundary is not None or ctx.function is None:
        return None
    asked = _asked(ctx, node)
    if asked is None or not isinstance(ctx.value(asked[0]), Array) or _is_reported(ctx, node):
        return None
    array, how = asked
    first = _producer(ctx, array)
    if first is None:
        return None
    if how == "`block_until_ready`":
        second = _next_call(ctx, node, array)
        return RoundTrip(how, array, first, second, False, waits=True) if second is not None else None
    ends = list(_ends(ctx, node))
    known = [end for end in ends if end is not None]
    if not known or len(known) < len(ends):
        return None
    return RoundTrip(how, array, first, known[0][0], all(direct for _, direct in known), how.endswith("()`"))


def _asked(ctx: View, node: cst.Call) -> tuple[cst.BaseExpression, str] | None:
    """What a call asks the device for, and how."""
    match node:
        case cst.Call(func=cst.Attribute(value=base, attr=cst.Name("item" | "block_until_ready" as method)), args=[]):
            return base, f"`.{method}()`" if method == "item" else f"`{method}`"
        case cst.Call(func=func, args=[cst.Arg(value=operand, keyword=None, star="")]):
            name = ctx.name(func)
            if name in CASTS and name != "builtins.bool":
                return operand, f"`{name.removeprefix('builtins.')}()`"
            if name in _COPIES:
                return operand, f"`{ctx.code(func)}`"
            if name == _READY:
                return operand, "`block_until_ready`"
    return None


def _is_reported(ctx: View, node: cst.Call) -> bool:
    """True for a wait in each turn of a loop, which is a matter of its own."""
    loops = [above for above in ctx.ancestors(node) if isinstance(above, cst.For | cst.While)]
    return any(sync.node is node for loop in loops for sync in syncs(ctx, loop))


def _producer(ctx: View, array: cst.BaseExpression) -> Value | None:
    """The compiled function that computed (what is part of) an array."""
    held = [ctx.value(node) for node in own_nodes(array) if isinstance(node, cst.BaseExpression)]
    compiled = (node for node in _own(ctx) if isinstance(node, cst.Call) and _is_compiled(ctx.value(node.func)))
    for call in compiled:
        results = [leaf for leaf in leaves(ctx.value(call)) if isinstance(leaf, Array)]
        if any(result is value for result in results for value in held):
            return ctx.value(call.func)
    return None


def _is_compiled(value: Value) -> bool:
    return isinstance(value, Transformed) and value.name == "jax.jit"


def _own(ctx: View) -> Iterator[cst.CSTNode]:
    assert ctx.function is not None
    return own_nodes(ctx.function.node.body)


def _ends(
    ctx: View, node: cst.CSTNode, direct: bool = True, names: tuple[str, ...] = ()
) -> Iterator[tuple[Value, bool] | None]:
    """Where a number on the host goes: into which compiled function, and whether as it is; None for other uses."""
    match ctx.parent(node):
        case cst.BinaryOperation() | cst.UnaryOperation(operator=cst.Minus() | cst.Plus()) as above:
            yield from _ends(ctx, above, False, names)
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]) if name not in names:
            found = list(reads(ctx, name)) if ctx.binding(name) is node and not captured(ctx, name) else []
            for read in found:
                yield from _ends(ctx, read, direct, (*names, name))
        case cst.Arg() as argument:
            call = ctx.parent(argument)
            assert isinstance(call, cst.Call)
            if _is_traced_argument(ctx, call, argument):
                yield ctx.value(call.func), direct
            elif (ctx.name(call.func) or "").startswith("numpy."):
                yield from _ends(ctx, call, False, names)
            else:
                yield None
        case _:
            yield None


def _is_traced_argument(ctx: View, call: cst.Call, argument: cst.Arg) -> bool:
    """True for an argument of a compiled function that is not static."""
    callee = ctx.value(call.func)
    if not isinstance(callee, Transformed) or not _is_compiled(callee) or any(arg.star for arg in call.args):
        return False
    statics = unfit.statics(ctx.frame, callee)
    names = parameter_names(callee.function)
    if argument.keyword is not None:
        name = argument.keyword.value
        position = names.index(name) if name in names else len(names)
    else:
        position = call.args.index(argument)
        name = parameter_name(callee.function, position)
    return statics is not None and not unfit.is_static(callee, statics, position, name)


def _next_call(ctx: View, wait: cst.Call, array: cst.BaseExpression) -> Value | None:
    """The compiled function that the very next statement gives what a statement of its own waits for."""
    statement = ctx.statement(wait)
    block = ctx.parent(statement)
    alone = isinstance(ctx.parent(wait), cst.Expr) and isinstance(array, cst.Name)
    if not alone or not isinstance(block, cst.IndentedBlock) or in_loop(ctx, wait):
        return None
    following = block.body[block.body.index(statement) + 1 :]
    for node in own_nodes(following[0]) if following else ():
        if isinstance(node, cst.Name) and isinstance(array, cst.Name) and node.value == array.value:
            return next((end[0] for end in _ends(ctx, node) if end is not None and end[1]), None)
    return None
