"""Another key of the same family: ``keys[1]`` -> ``keys[2]``, ``fold_in(key, 1)`` -> ``fold_in(key, 2)``."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix, replace
from jaxlint.facts.queries.view import View
from jaxlint.source import walk


def next_key(ctx: View, uses: Sequence[cst.BaseExpression]) -> Fix | Decline:
    """Give all uses but the first an index of their own, and split into more keys if there are too few."""
    texts = {ctx.code(node) for node in uses}
    base = uses[0].value if isinstance(uses[0], cst.Subscript) else None
    if len(texts) > 1 or not isinstance(base, cst.Name) or ctx.function is None:
        return Decline("the key is an item; use another item, or split it")
    name = base.value
    made = _splits(ctx, name)
    if len(made) != 1 or (count := _count(made[0])) is None:
        return Decline(f"how many keys `{name}` holds is not written here; use an item of its own for each draw")
    taken = _indices(ctx, name)
    if taken is None:
        return Decline(f"`{name}` is also used as a whole; use an item of its own for each draw")
    fresh = [index for index in range(count.value + len(uses)) if index not in taken][: len(uses) - 1]
    if not fresh:
        return Decline(f"`{name}` gives the same item in each turn; index it by the loop, or split the item")
    others = (node for node in uses[1:] if isinstance(node, cst.Subscript))
    edits: list[Edit] = [replace(ctx, node.slice[0], str(i)) for node, i in zip(others, fresh, strict=True)]
    if max(fresh) >= count.value:
        edits.append(replace(ctx, count.node, str(max(fresh) + 1)))
    return Fix(f"use another key of `{name}`", tuple(edits), "unsafe")


class _Count:
    """The number of keys that a split makes, where it is written as a literal."""

    def __init__(self, node: cst.Integer) -> None:
        self.node, self.value = node, node.evaluated_value


def _count(call: cst.Call) -> _Count | None:
    for number, arg in enumerate(call.args):
        named = arg.keyword is not None and arg.keyword.value == "num"
        if (named or (arg.keyword is None and number == 1)) and isinstance(arg.value, cst.Integer):
            return _Count(arg.value)
    return None


def _splits(ctx: View, name: str) -> list[cst.Call]:
    """The splits that are bound to a name, one for each assignment to it."""
    found = []
    for node in ctx.nodes():
        if isinstance(node, cst.Assign) and any(_binds(target.target, name) for target in node.targets):
            value = node.value
            if isinstance(value, cst.Call) and ctx.name(value.func) == "jax.random.split" and len(node.targets) == 1:
                found.append(value)
            else:
                return []
    return found


def _binds(target: cst.BaseExpression, name: str) -> bool:
    return any(isinstance(node, cst.Name) and node.value == name for node in walk(target))


def _indices(ctx: View, name: str) -> set[int] | None:
    """The constant indices with which a name is used; None if it is used in any other way."""
    found: set[int] = set()
    assert ctx.function is not None
    for node in walk(ctx.function.node.body):
        if not isinstance(node, cst.Name) or node.value != name:
            continue
        above = ctx.parent(node)
        if isinstance(above, cst.AssignTarget):
            continue
        index = above.slice[0].slice if isinstance(above, cst.Subscript) and above.value is node else None
        if not isinstance(index, cst.Index) or not isinstance(index.value, cst.Integer):
            return None
        found.add(index.value.evaluated_value)
    return found


def other_data(ctx: View, uses: Sequence[cst.BaseExpression]) -> Fix | Decline:
    """Fold other numbers into the key for all uses but the first."""
    data = [_folded(ctx, node) for node in uses]
    if ctx.function is None or len(uses) < 2 or not all(isinstance(node, cst.Integer) for node in data):
        return Decline(f"`{ctx.code(uses[0])}` is the same key each time; fold in other data")
    folded = [_folded(ctx, node) for node in walk(ctx.function.node.body) if isinstance(node, cst.Call)]
    fresh = max(node.evaluated_value for node in folded if isinstance(node, cst.Integer)) + 1
    edits = tuple(replace(ctx, node, str(fresh + i)) for i, node in enumerate(data[1:]) if node is not None)
    return Fix("fold in other numbers", edits, "unsafe")


def _folded(ctx: View, call: cst.BaseExpression) -> cst.BaseExpression | None:
    """The data of ``fold_in(key, data)``."""
    if not isinstance(call, cst.Call) or ctx.name(call.func) != "jax.random.fold_in" or len(call.args) != 2:
        return None
    return call.args[1].value
