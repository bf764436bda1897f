"""What the turns of a loop add up to: `s += a[i, k] * x[k]` for all `k` is `s += a[i] @ x`.

Floats are added in another order than the loop's, so the last digits may differ.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import libcst as cst

from jaxlint.facts.model.values import Array, Const, Static
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control.model import Declined
from jaxlint.rewrite.text import Text, infix
from jaxlint.rewrite.uses import origins
from jaxlint.rewrite.vector.axes import Axes, Item, joined
from jaxlint.rewrite.vector.items import Turns
from jaxlint.rewrite.vector.lengths import kind

EXTREMES = {"jax.numpy.maximum": "jax.numpy.max", "jax.numpy.minimum": "jax.numpy.min"}
_REDUCTIONS = {
    "+": "jax.numpy.sum", "-": "jax.numpy.sum", "*": "jax.numpy.prod", "|": "jax.numpy.any", "&": "jax.numpy.all",
    **EXTREMES,
}  # fmt: skip
_WORDS = {"*": "1", "+": "0", "-": "0", "|": "False", "&": "True"}
"""What adds nothing."""


@dataclass(frozen=True, slots=True)
class Gain:
    """``name += value``: the operator, and what it adds."""

    name: str
    symbol: str
    value: cst.BaseExpression


def gained(
    turns: Turns, gain: Gain, test: cst.BaseExpression | None, bound: tuple[Item, Axes] | None, started: Container[str]
) -> tuple[str, Item]:
    """The line that adds what all turns add, and the variable then. ``bound``: what it is before, and the variables of
    the loops in which it is bound; None if it is bound before all loops. ``started``: variables that are zero."""
    name, symbol, value = gain.name, gain.symbol, gain.value
    if symbol not in _REDUCTIONS:
        raise Declined(f"`{name}` changes from turn to turn")
    old, loops = bound or (Item(Text(name)), ())
    own = old.axes
    missing = tuple(axis for axis in turns.order if axis not in loops)
    if bound is None:
        _check(turns, name, symbol, value)
    total = _total(turns, symbol, value, test, missing)
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


def _total(
    turns: Turns, symbol: str, value: cst.BaseExpression, test: cst.BaseExpression | None, missing: Axes
) -> Item:
    if symbol in _WORDS and test is not None:
        asked = turns.item(test)
        if symbol in "+-" and isinstance(value, cst.Integer) and value.value == "1":
            return _reduced(turns, symbol, asked, missing)
        return _reduced(turns, symbol, turns.choice(asked, turns.value(value), Item(Text(_WORDS[symbol]))), missing)
    if test is not None:
        raise Declined("a branch decides what counts")
    if symbol in "+-":
        return summed(turns, value, turns.item(value), missing)
    if symbol in "|&" and kind(turns.ctx, value) != "bool":
        raise Declined(f"`{turns.ctx.code(value)}` is perhaps no bool")
    return _reduced(turns, symbol, turns.item(value), missing)


def summed(turns: Turns, value: cst.BaseExpression, item: Item, missing: Axes) -> Item:
    """The sum over some axes, as a product of matrices where it is one."""
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
    turns.check_scalars(value)
    first = _first(ctx, name, value)
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


def is_redundant(ctx: View, zero: cst.Integer | cst.Float, value: cst.BaseExpression) -> bool:
    """True if adding a zero changes neither the sum of some values nor its dtype."""
    if kind(ctx, value) == "float":
        return True
    return isinstance(zero, cst.Integer) and (isinstance(value, cst.Integer) or _is_common(ctx, value))


def _is_common(ctx: View, node: cst.BaseExpression) -> bool:
    """True for integers of the usual size, whose sums are of the same dtype."""
    dtype = getattr(ctx.value(node), "dtype", None)
    return dtype is not None and dtype.wide in ("int32", "int64", "uint32", "uint64")


def _first(ctx: View, name: str, value: cst.BaseExpression) -> Const | Static | Array | None:
    """What a variable holds before the loop that an expression is in."""
    loops = [above for above in ctx.ancestors(value) if isinstance(above, cst.For)]
    since, found = origins(ctx, name, loops[-1]) if loops else (0, [])
    outside = [(source, direct) for node, source, direct in found if loops[-1] not in ctx.ancestors(node)]
    if since == 0 or len(outside) != 1 or not outside[0][1]:
        return None
    held = ctx.value(outside[0][0])
    return held if isinstance(held, Const | Static | Array) else None
