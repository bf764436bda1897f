"""What the turns of a loop add up to: `s += a[i, k] * x[k]` for all `k` is `s += a[i] @ x`.

Floats are added in another order than the loop's, so the last digits may differ.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Array, Const, Static, Tree
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control.model import Declined, Plain
from jaxlint.rewrite.control.vector.actions import EXTREMES, Gain, Store, action
from jaxlint.rewrite.control.vector.axes import Axes, Item, joined
from jaxlint.rewrite.control.vector.items import Turns, is_scalar
from jaxlint.rewrite.control.vector.lengths import kind
from jaxlint.rewrite.elementwise import operands
from jaxlint.rewrite.text import Text, infix
from jaxlint.rewrite.uses import origins

_REDUCTIONS = {
    "+": "jax.numpy.sum", "-": "jax.numpy.sum", "*": "jax.numpy.prod", "|": "jax.numpy.any", "&": "jax.numpy.all",
    **EXTREMES,
}  # fmt: skip


def gained(
    turns: Turns, gain: Gain, chosen: Item | None, bound: tuple[Item, Axes] | None, started: Container[str]
) -> tuple[str, Item]:
    """The line that adds what all turns add, and the variable then. ``chosen``: what that is, if a branch decides;
    ``bound``: the variable before, and the variables of the loops in which it is bound, or None if it is bound before
    all loops; ``started``: variables that are zero."""
    name, symbol, value = gain.name, gain.symbol, gain.value
    if symbol not in _REDUCTIONS:
        raise Declined(f"`{name}` changes from turn to turn")
    before, loops = bound or (Item(Text(name)), ())
    old = replace(before, text=Text(name))
    own = old.axes
    missing = tuple(axis for axis in turns.order if axis not in loops)
    if bound is None:
        tests = (part.test for part in own_nodes(turns.loop) if isinstance(part, cst.If))
        if not any(_is_of_arrays(turns.ctx, node) for node in (value, *(tests if chosen is not None else ()))):
            raise Declined(f"`{name}` is a number that Python knows, and `jnp.sum` would make it a tracer")
        _check(turns, name, symbol, value)
    total = _total(turns, symbol, value, chosen, missing)
    after = joined([old, total], turns.order)
    if name in started:
        return f"{name} = {total.text.text}", total
    if symbol in EXTREMES:
        if own or total.axes:
            raise Declined(f"`{name}` is the largest of several rows")
        inner = total.text.text.removesuffix(")")
        return f"{name} = {inner}, initial={name})", old
    if own == after:
        return f"{name} {symbol}= {total.along(after).text}", old
    right = total.along(after)
    text = f"{name} = {old.along(after).text} {symbol} {right.text if symbol in '+-' else right.grouped}"
    return text, Item(Text(name), after, old.sure | total.sure)


def _total(turns: Turns, symbol: str, value: cst.BaseExpression, chosen: Item | None, missing: Axes) -> Item:
    if chosen is not None:
        return _reduced(turns, symbol, chosen, missing)
    if symbol in ("+", "-"):
        return summed(turns, value, turns.item(value), missing)
    if symbol in ("|", "&") and kind(turns.ctx, value) != "bool":
        raise Declined(f"`{turns.ctx.code(value)}` is perhaps no bool")
    return _reduced(turns, symbol, turns.item(value), missing)


def summed(turns: Turns, value: cst.BaseExpression | None, item: Item, missing: Axes) -> Item:
    """The sum over some axes, as a product of matrices where it is one. ``value``: the item before its translation."""
    if isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Multiply) and len(missing) == 1:
        product = _contracted(turns, turns.item(value.left), turns.item(value.right), missing[0])
        if product is not None:
            return product
    return _reduced(turns, "+", item, missing)


def _contracted(turns: Turns, left: Item, right: Item, axis: str) -> Item | None:
    """``a @ b``, if both have the axis and at most one has others in common with the other."""
    if axis not in left.sure | right.sure:
        return None
    shared = set(left.axes) & set(right.axes)
    if shared != {axis} or len(left.axes) > 2 or len(right.axes) > 2 or not (_is_plain(left) and _is_plain(right)):
        return None
    first = left if left.axes[-1] == axis else Item(Text(f"{left.text.grouped}.T"), left.axes[::-1], left.sure)
    second = right if right.axes[0] == axis else Item(Text(f"{right.text.grouped}.T"), right.axes[::-1], right.sure)
    axes = (*first.axes[:-1], *second.axes[1:])
    ordered = tuple(name for name in turns.order if name in axes)
    if axes != ordered:
        first, second, axes = _turned(second), _turned(first), ordered
    if not axes:
        return Item(turns.call("jax.numpy.dot", first.text, second.text))
    return Item(infix("@", first.text, second.text), axes, left.sure | right.sure)


def _turned(item: Item) -> Item:
    """The transpose."""
    if len(item.axes) < 2:
        return item
    text = item.text.text
    return Item(Text(text.removesuffix(".T") if text.endswith(".T") else f"{item.text.grouped}.T"), item.axes[::-1])


def _is_plain(item: Item) -> bool:
    """True for an array as it is, or a part of it."""
    return item.text.atomic


def _reduced(turns: Turns, symbol: str, item: Item, missing: Axes) -> Item:
    if not missing or set(missing) - set(item.axes):
        raise Declined(f"`{item.text.text}` is the same in several turns")
    if set(missing) - item.sure:
        raise Declined(f"`{item.text.text}` perhaps has fewer items than the loop has turns")
    if len(item.axes) > max(1, turns.widest):
        raise Declined("the values of all turns would be more than all arrays at hand")
    kept = tuple(axis for axis in item.axes if axis not in missing)
    function = _REDUCTIONS[symbol]
    if not kept:
        return Item(turns.call(function, item.text))
    places = [number for number, axis in enumerate(item.axes) if axis in missing]
    axis = str(places[0]) if len(places) == 1 else f"({', '.join(map(str, places))})"
    return Item(turns.call(function, item.text, f"axis={axis}"), kept, item.sure - set(missing))


# --- what the types allow --------------------------------------------------------------------------------------------


def _check(turns: Turns, name: str, symbol: str, value: cst.BaseExpression) -> None:
    """Raise ``Declined`` unless the values are scalars, and their sum has the dtype that adding them one by one has."""
    ctx = turns.ctx
    if not _is_stored_as_scalar(turns, name):
        turns.check_scalars(value)
    first = _first(turns, name)
    number = kind(ctx, value)
    if symbol in EXTREMES:
        same = number == "float" and isinstance(first, Const) and isinstance(first.value, float)
        if not same:
            raise Declined(f"`{name}` and `{ctx.code(value)}` are perhaps of different dtypes")
        return
    if symbol in "|&":
        return
    if isinstance(first, Const) and type(first.value) is float:
        return
    if number == "float" and isinstance(first, Array) and first.dtype is not None and first.dtype.is_float:
        return
    if number in ("float", "bool") and first is not None and isinstance(first, Const | Static):
        return
    if isinstance(value, cst.Integer) or _is_common(ctx, value):
        return
    raise Declined(f"`{ctx.code(value)}` is perhaps a small integer, which `jnp.sum` makes a larger one")


def _is_stored_as_scalar(turns: Turns, name: str) -> bool:
    """True if a variable, or what is computed elementwise from it, is stored into one item of an array."""
    for node in turns.ctx.nodes():
        if isinstance(node, cst.BaseSmallStatement):
            found = action(turns.ctx, Plain(node))
            if isinstance(found, Store) and name in set(operands(turns.ctx, found.value)):
                places = [part.slice for part in found.target.slice]
                whole = all(isinstance(part, cst.Index) and is_scalar(turns.ctx, part.value) for part in places)
                if whole and turns.lengths.rank(found.array) == len(places):
                    return True
    return False


def _is_of_arrays(ctx: View, node: cst.CSTNode) -> bool:
    """True for what is computed from jax arrays."""
    return any(isinstance(ctx.value(part), Array | Tree) for part in own_nodes(node))


def is_redundant(ctx: View, zero: cst.Integer | cst.Float, value: cst.BaseExpression) -> bool:
    """True if adding a zero changes neither the sum of some values nor its dtype."""
    if kind(ctx, value) == "float":
        return True
    return isinstance(zero, cst.Integer) and (isinstance(value, cst.Integer) or _is_common(ctx, value))


def _is_common(ctx: View, node: cst.BaseExpression) -> bool:
    """True for integers of the usual size, whose sums are of the same dtype."""
    dtype = getattr(ctx.value(node), "dtype", None)
    return dtype is not None and dtype.wide in ("int32", "int64", "uint32", "uint64")


def _first(turns: Turns, name: str) -> Const | Static | Array | None:
    """What a variable holds before the loops."""
    ctx = turns.ctx
    since, found = origins(ctx, name, turns.loop)
    outside = [(source, direct) for node, source, direct in found if turns.loop not in ctx.ancestors(node)]
    if since == 0 or len(outside) != 1 or not outside[0][1]:
        return None
    held = ctx.value(outside[0][0])
    return held if isinstance(held, Const | Static | Array) else None
