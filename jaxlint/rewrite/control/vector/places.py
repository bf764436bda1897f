"""Stores of all turns into their places of an array: a part of it, or the places that an array of indices names."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes
from jaxlint.rewrite.control.model import Declined
from jaxlint.rewrite.control.vector import sums
from jaxlint.rewrite.control.vector.actions import Store
from jaxlint.rewrite.control.vector.axes import Item
from jaxlint.rewrite.control.vector.items import Turns, is_scalar
from jaxlint.rewrite.control.vector.lengths import kind
from jaxlint.rewrite.elementwise import hazard


def stored(turns: Turns, store: Store, value: Item, *, plain: bool, alone: bool) -> str:
    """The line that stores the values of all turns. ``plain``: no branch decides about them;
    ``alone``: the turn binds no variables."""
    name = store.array
    if turns.lengths.rank(name) != len(store.target.slice) and not (alone and _is_of_rows(turns, store)):
        raise Declined(f"how many axes `{name}` has is not known")
    if (found := _scattered(turns, store, value)) is not None:
        return found
    index, axes, _ = turns.index(store.target, name, exact=True)
    if missing := tuple(axis for axis in turns.order if axis not in axes):
        if store.method != "add":
            raise Declined(f"several turns store into one place of `{name}`")
        value = sums.summed(turns, store.value if plain else None, value, missing)
    text = value.along(axes)
    turns.known.pop(turns.ctx.code(store.target).replace(".at[", "["), None)
    written = f"-{text.grouped}" if store.sign else text.text
    return f"{name} = {name}.at[{index or ':'}].{store.method}({written})"


def _is_of_rows(turns: Turns, store: Store) -> bool:
    """True if each turn computes its row from rows of arrays of the same shape, and from numbers: however many
    axes they have, all rows together are computed likewise."""
    shape, count = turns.lengths.root(store.array), len(store.target.slice)

    def known(node: cst.BaseExpression) -> bool:
        match node:
            case cst.Subscript(value=cst.Name(value=name)):
                return turns.lengths.root(name) == shape and len(node.slice) == count == 1
        return isinstance(node, cst.Name | cst.Attribute) and is_scalar(turns.ctx, node)

    for node in own_nodes(turns.loop):
        if isinstance(node, cst.Subscript) and turns.ctx.code(node) in turns.tested and known(node):
            return True  # what is tested is a scalar
    return hazard(turns.ctx, store.value, known) is None and not turns.known


def _scattered(turns: Turns, store: Store, value: Item) -> str | None:
    """``h[p[i]] += v`` -> ``h = h.at[p].add(v)``, which adds up what several turns give one place."""
    name = store.array
    match store.target.slice:
        case [cst.SubscriptElement(slice=cst.Index(value=index))] if turns.is_far(name, 0, store.target.slice[0].slice):
            if store.method not in ("add", "min", "max", "multiply") or store.sign:
                raise Declined(f"several turns perhaps store into one place of `{name}`")
            if turns.kept:
                raise Declined(f"`{turns.ctx.code(index)}` depends on a loop that stays")
            place = turns.item(index)
            missing = set(turns.order) - set(place.axes)
            allowed = ("int", None) if turns.ctx.boundary is not None else ("int",)
            if missing or place.axes != turns.order or kind(turns.ctx, index) not in allowed:
                raise Declined(f"`{turns.ctx.code(index)}` is not one integer in each turn")
            if not set(turns.order) <= place.sure:
                raise Declined(f"`{turns.ctx.code(index)}` perhaps has fewer items than the loop has turns")
            turns.scattered.add(name)
            return f"{name} = {name}.at[{place.text.text}].{store.method}({value.along(place.axes).text})"
    return None
