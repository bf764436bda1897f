"""A container indexed by a tracer, made an array or a switch.

table[i]          ->  jnp.asarray(table)[i]
functions[i](x)   ->  jax.lax.switch(i, functions, x)
"""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Fix, repair, replace
from jaxlint.facts.model.events import Hash, Lookup
from jaxlint.facts.model.values import Array, Const, Function, HostArray, Library, Many, Static, Transformed, Value
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rewrite.contexts import same_object

ASARRAY, SWITCH = "jax.numpy.asarray", "jax.lax.switch"
_FUNCTIONS = (Function, Library, Transformed)


def as_array_lookup(ctx: View, node: cst.Subscript, event: Lookup) -> Fix | Decline:
    """The fix for a list, tuple or NumPy array."""
    if isinstance(ctx.parent(node), cst.AugAssign):
        return Decline("the store has no counterpart: an array takes `.at[]`")
    if isinstance(event.base, HostArray) or (isinstance(event.base, Many) and not isinstance(node.value, cst.Call)):
        return _indexed(ctx, node, _table(ctx, node))
    if event.items is None or len(node.slice) != 1:
        return Decline("the items are not known")
    if event.items and all(isinstance(item, _FUNCTIONS) for item in event.items):
        return _switch(ctx, node)
    if not event.items or not all(map(_is_number, event.items)):
        return Decline("the items need to be arrays of one shape: `jnp.stack(items)[i]`")
    return _indexed(ctx, node, _table(ctx, node))


def as_dict_lookup(ctx: View, node: cst.Subscript, event: Hash) -> Fix | Decline:
    """The fix for a dict from 0, 1, 2 … to numbers."""
    keys = [key for key, _ in event.items or ()]
    if not keys or keys != list(range(len(keys))) or not all(_is_number(value) for _, value in event.items or ()):
        return Decline("an array can only stand for a dict from 0, 1, 2 … to numbers")
    if isinstance(ctx.parent(node), cst.AugAssign | cst.AssignTarget):
        return Decline("the store has no counterpart: an array takes `.at[]`")
    if not same_object(ctx, node.value):
        return Decline(f"`{ctx.code(node.value)}` is another dict in another call, perhaps in another order")
    return _indexed(ctx, node, f"list({ctx.code(node.value)}.values())")


def _table(ctx: View, node: cst.Subscript) -> str:
    return ctx.grouped(node.value) if isinstance(node.value, cst.Tuple) else ctx.code(node.value)


def _is_number(value: Value) -> bool:
    match value:
        case Const(value=constant):
            return isinstance(constant, int | float | complex)
        case Static(kind=kind) | HostArray(kind=kind, scalar=True):
            return kind in ("bool", "int", "float", "complex")
        case Array(ndim=0):
            return kind_of(value) is not None
    return False


def _indexed(ctx: View, node: cst.Subscript, table: str) -> Fix:
    start, end = ctx.span(node.value)[1], ctx.span(node)[1]
    index = ctx.chunk.source.text[start:end]
    text = f"{ctx.spell(ASARRAY)}({table}){index.lstrip(')')}"
    return Fix(f"Look it up in an array: `{text}`", (replace(ctx, node, text),), repair(ctx), (ASARRAY,))


def _switch(ctx: View, node: cst.Subscript) -> Fix | Decline:
    """Only one of the functions runs, chosen when the compiled function does."""
    call, index = ctx.parent(node), node.slice[0].slice
    if not isinstance(call, cst.Call) or call.func is not node or not isinstance(index, cst.Index):
        return Decline("a function can be chosen where it is called: `lax.switch(i, functions, x)`")
    if any(arg.keyword is not None or arg.star for arg in call.args):
        return Decline("`lax.switch` passes its operands by position only")
    operands = [ctx.code(index.value), ctx.code(node.value), *(ctx.code(arg.value) for arg in call.args)]
    text = f"{ctx.spell(SWITCH)}({', '.join(operands)})"
    return Fix(f"Choose with `{text}`", (replace(ctx, call, text),), "unsafe", (SWITCH,))
