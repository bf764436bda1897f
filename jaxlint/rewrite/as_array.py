"""A conversion to a Python number, dropped or made an array's: ``float(x) -> x``, ``math.sqrt(x) -> jnp.sqrt(x)``."""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Fix, repair, replace
from jaxlint.facts.model.events import HostCall
from jaxlint.facts.model.values import Array, Ref, Tuple
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.jaxapi import jax_equivalent
from jaxlint.rewrite.contexts import python_number, same_kind, scalar_elsewhere
from jaxlint.rewrite.destination import Destination, destinations

ASARRAY = "jax.numpy.asarray"
_CASTS = ("builtins.float", "builtins.int", "builtins.complex", "builtins.bool")
_WHOLE = ("math.floor", "math.ceil", "math.trunc")
_REFUSED: dict[Destination, str] = {
    "static": "the number becomes an index, a size or a setting, for which JAX needs a static argument",
    "test": "the number is tested: that takes `jnp.where` or `lax.cond`",
    "text": "the number becomes text: use `jax.debug.print`",
    "elsewhere": "the number goes where perhaps only a Python number can",
}


def as_array(ctx: View, node: cst.Call, event: HostCall) -> Fix | Decline:
    """The fix that keeps an array where a call makes a Python number of it."""
    for reached in sorted(destinations(ctx, node)):
        if reached in _REFUSED:
            return Decline(_REFUSED[reached])
    written = _written(ctx, node, event)
    if isinstance(written, Decline):
        return written
    text, uses = written
    return Fix(f"Keep the array: `{text}`", (replace(ctx, node, text),), repair(ctx), uses)


def _written(ctx: View, node: cst.Call, event: HostCall) -> tuple[str, tuple[str, ...]] | Decline:
    if event.name == "jax.Array.item" and isinstance(node.func, cst.Attribute) and not node.args:
        scalar = (
            isinstance(event.argument, Array) and event.argument.ndim == 0 and scalar_elsewhere(ctx, node.func.value)
        )
        return ctx.code(node.func.value) + ("" if scalar else ".reshape(())"), ()
    if event.name in _CASTS and ctx.name(node.func) == event.name and len(node.args) == 1:
        return _cast(ctx, node, event)
    if event.name.startswith("math.") and ctx.name(node.func) == event.name:
        return _function(ctx, node, event)
    return Decline("there is no array that could stand for the result")


def _cast(ctx: View, node: cst.Call, event: HostCall) -> tuple[str, tuple[str, ...]]:
    kind, operand = event.name.removeprefix("builtins."), node.args[0].value
    if kind == kind_of(event.argument) and same_kind(ctx, operand, kind):
        alone = isinstance(ctx.parent(node), cst.Assign | cst.AnnAssign | cst.AugAssign | cst.Return | cst.Arg)
        return ctx.code(operand) if alone else ctx.grouped(operand), ()
    if (isinstance(event.argument, Array) or ctx.always_traced) and not python_number(ctx, operand):
        return f"{ctx.grouped(operand)}.astype({kind})", ()
    return f"{ctx.spell(ASARRAY)}({ctx.code(operand)}, {kind})", (ASARRAY,)


def _function(ctx: View, node: cst.Call, event: HostCall) -> tuple[str, tuple[str, ...]] | Decline:
    plain = event.name == "math.log" and len(node.args) == 1
    equivalent = "jax.numpy.log" if plain else jax_equivalent(event.name)
    if equivalent is None or isinstance(event.argument, Tuple | Ref):
        return Decline(f"`{event.name}` has no counterpart in JAX for these arguments")
    start, end = ctx.span(node.func)[1], ctx.span(node)[1]
    arguments = ctx.chunk.source.text[start:end]
    whole = ".astype(int)" if event.name in _WHOLE else ""
    return ctx.spell(equivalent) + arguments + whole, (equivalent,)
