"""Boolean indexing by a tracer, as `jnp.where` and masked reductions, which keep the shape.

::

    x.at[x < 0].set(0)    ->  jnp.where(x < 0, 0, x)
    x[x > 0].sum()        ->  jnp.sum(x, where=x > 0)
"""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Fix, replace
from jaxlint.facts.model.values import Array, Const, Static
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rewrite.elementwise import operands
from jaxlint.rewrite.text import Text, call, infix, quoted

_REDUCTIONS = ("sum", "mean", "prod", "any", "all", "var", "std")


def unmasked(ctx: View, node: cst.Subscript, mask: cst.BaseExpression) -> Fix | Decline:
    """The rewrite of what is done with ``x[mask]`` or ``x.at[mask]``."""
    array = node.value
    if isinstance(array, cst.Attribute) and array.attr.value == "at":
        return _update(ctx, node, array.value, mask)
    if not isinstance(array, cst.Name | cst.Attribute) or not _same_shape(ctx, mask, array):
        return Decline(f"`{ctx.code(mask)}` is not sure to have the shape of `{ctx.code(array)}`")
    return _reduction(ctx, node, array, mask)


def _update(ctx: View, node: cst.Subscript, array: cst.BaseExpression, mask: cst.BaseExpression) -> Fix | Decline:
    method = ctx.parent(node)
    update = ctx.parent(method) if method is not None else None
    if not isinstance(method, cst.Attribute) or not isinstance(update, cst.Call) or len(update.args) != 1:
        return Decline("only an update by one value has a counterpart")
    if not isinstance(array, cst.Name | cst.Attribute) or not _same_shape(ctx, mask, array):
        return Decline(f"`{ctx.code(mask)}` is not sure to have the shape of `{ctx.code(array)}`")
    value = update.args[0].value
    if not _fits(ctx, value, array):
        return Decline(f"`{ctx.code(value)}` is not sure to be a number of the array's dtype")
    text = _selected(ctx, method.attr.value, quoted(ctx, array), quoted(ctx, value), quoted(ctx, mask))
    if text is None:
        return Decline(f"`.{method.attr.value}` under a mask has no short counterpart")
    return Fix("Choose with `jnp.where`", (replace(ctx, update, text.text),), "unsafe", text.uses)


def _selected(ctx: View, method: str, array: Text, value: Text, mask: Text) -> Text | None:
    match method:
        case "set":
            return call(ctx, "jax.numpy.where", mask, value, array)
        case "add":
            return call(ctx, "jax.numpy.where", mask, infix("+", array, value), array)
        case "subtract":
            return call(ctx, "jax.numpy.where", mask, infix("-", array, value), array)
        case "multiply" | "mul":
            return call(ctx, "jax.numpy.where", mask, infix("*", array, value), array)
        case "min" | "max":
            return call(ctx, "jax.numpy.where", mask, call(ctx, f"jax.numpy.{method}imum", array, value), array)
    return None


def _fits(ctx: View, node: cst.BaseExpression, array: cst.BaseExpression) -> bool:
    """True for a number that is written out and does not change the array's dtype."""
    if isinstance(node, cst.UnaryOperation):
        return _fits(ctx, node.expression, array)
    value = ctx.value(node)
    if not isinstance(node, cst.Integer | cst.Float | cst.Attribute) or not isinstance(value, Const | Static):
        return False
    kind = kind_of(value)
    return kind == "int" or (kind == "float" and kind_of(ctx.value(array)) in ("float", "complex", None))


def _reduction(ctx: View, node: cst.Subscript, array: cst.BaseExpression, mask: cst.BaseExpression) -> Fix | Decline:
    """``x[m].sum()`` and ``jnp.sum(x[m])`` over everything that the mask leaves."""
    parent = ctx.parent(node)
    outer = ctx.parent(parent) if parent is not None else None
    if not isinstance(outer, cst.Call):
        return Decline("the result would have as many items as the mask is true: keep the shape and mask the reduction")
    short, extra = "", list(outer.args)
    if isinstance(parent, cst.Attribute) and outer.func is parent:
        short = parent.attr.value
    elif isinstance(parent, cst.Arg) and (ctx.name(outer.func) or "").startswith("jax.numpy."):
        short = (ctx.name(outer.func) or "").removeprefix("jax.numpy.")
        extra = [argument for argument in extra if argument is not parent]
    if short not in _REDUCTIONS or extra:
        return Decline("the result would have as many items as the mask is true: keep the shape and mask the reduction")
    text = call(ctx, f"jax.numpy.{short}", quoted(ctx, array), f"where={ctx.code(mask)}")
    return Fix(f"Mask the {short}", (replace(ctx, outer, text.text),), "unsafe", text.uses)


def _same_shape(ctx: View, mask: cst.BaseExpression, array: cst.BaseExpression) -> bool:
    """True if the mask is an elementwise condition on the array itself and numbers."""
    if isinstance(mask, cst.Name):
        mask = ctx.binding(mask.value) or mask
    return set(operands(ctx, mask)) == {ctx.code(array)} and isinstance(ctx.value(array), Array) | ctx.jax_array(array)
