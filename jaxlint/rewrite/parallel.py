"""``x[i], x[j] = x[j], x[i]``  ->  ``x = x.at[i].set(x[j]).at[j].set(x[i])``: all values are read before any store.

Several arrays are bound side by side: ``x[i], y[j] = a, b``  ->  ``x, y = x.at[i].set(a), y.at[j].set(b)``.
"""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.store import Store, fix_of, plan, stored_array
from jaxlint.source import walk


def as_parallel_update(ctx: View, statement: cst.Assign, targets: cst.Tuple | cst.List) -> Fix | Decline:
    """One statement for all targets."""
    if any(isinstance(element, cst.StarredElement) for element in targets.elements):
        return Decline("a starred target takes what the others leave: unpack into names first")
    values = _values(ctx, statement.value, len(targets.elements))
    if isinstance(values, Decline):
        return values
    start, end = ctx.span(statement)
    if "#" in ctx.chunk.source.text[start:end]:
        return Decline("there is a comment inside the statement")
    new: dict[str, str] = {}
    stores: list[Store] = []
    for element, value in zip(targets.elements, values, strict=True):
        target = element.value
        if isinstance(target, cst.Name):
            new[target.value] = value
        elif isinstance(target, cst.Subscript) and stored_array(ctx, target) is not None:
            store = plan(ctx, target, statement)
            if isinstance(store, Decline):
                return store
            if "traced mask" in store.sorts or not store.bound.before.endswith(" = ") or store.bound.after:
                return Decline("store into the targets one by one")
            stores.append(store)
            name = store.bound.before.removesuffix(" = ")
            new[name] = f"{new.get(name, ctx.code(store.array))}.at[{store.index}].set({value})"
        else:
            return Decline(f"`{ctx.code(target)}` is stored in the same statement: split it")
    names = [element.value for element in targets.elements if isinstance(element.value, cst.Name)]
    if reason := _reordered(ctx, names, stores):
        return Decline(reason)
    text = f"{', '.join(new)} = {', '.join(new.values())}"
    if not isinstance(statement.value, cst.Tuple | cst.List):
        if reason := _unfit(ctx, statement):
            return Decline(reason)
        text = f"{', '.join(values)} = {ctx.code(statement.value)}\n{ctx.indent(statement)}{text}"
    edits = (*(edit for store in stores for edit in store.bound.edits), Edit(start, end, text))
    return fix_of(ctx, stores, tuple(dict.fromkeys(edits)))


def _values(ctx: View, value: cst.BaseExpression, count: int) -> list[str] | Decline:
    """The text of each value; new names, if they come out of one expression."""
    if not isinstance(value, cst.Tuple | cst.List):
        names = [name for name in _NAMES if not _is_taken(ctx, name)][:count]
        return names if len(names) == count else Decline("unpack the value into names first, then store these")
    plain = [element.value for element in value.elements if isinstance(element, cst.Element)]
    if len(plain) != count or len(value.elements) != count:
        return Decline("the values are not as many as the targets")
    return [f"({ctx.code(item)})" if isinstance(item, cst.Tuple) else ctx.code(item) for item in plain]


_NAMES = ("first", "second", "third", "fourth")


def _is_taken(ctx: View, name: str) -> bool:
    body = ctx.function.node if ctx.function is not None else ctx.chunk.tree
    return any(isinstance(node, cst.Name) and node.value == name for node in walk(body))


def as_chained_update(ctx: View, statement: cst.Assign) -> Fix | Decline:
    """``y = x[i] = v``  ->  ``y = v`` and ``x = x.at[i].set(y)``"""
    names = [target.target for target in statement.targets if isinstance(target.target, cst.Name)]
    rest = [target.target for target in statement.targets if not isinstance(target.target, cst.Name)]
    start, end = ctx.span(statement)
    if reason := _unfit(ctx, statement):
        return Decline(reason)
    if not isinstance(statement.value, cst.Integer | cst.Float | cst.Name) and not names:
        return Decline("several targets share one value: give it a name first")
    lines = [f"{' = '.join(ctx.code(name) for name in names)} = {ctx.code(statement.value)}"] if names else []
    stores: list[Store] = []
    for target in rest:
        if not isinstance(target, cst.Subscript) or stored_array(ctx, target) is None:
            return Decline(f"`{ctx.code(target)}` is assigned in the same statement: split it")
        store = plan(ctx, target, statement)
        if isinstance(store, Decline):
            return store
        if "traced mask" in store.sorts:
            return Decline("store into the targets one by one")
        value = ctx.code(names[0] if names else statement.value)
        lines.append(f"{store.bound.before}{store.at(ctx, 'set', value)}{store.bound.after}")
        stores.append(store)
    if reason := _reordered(ctx, names, stores):
        return Decline(reason)
    text = f"\n{ctx.indent(statement)}".join(lines)
    edits = (*(edit for store in stores for edit in store.bound.edits), Edit(start, end, text))
    return fix_of(ctx, stores, tuple(dict.fromkeys(edits)))


def _unfit(ctx: View, statement: cst.Assign) -> str | None:
    """A reason why a statement cannot become several lines."""
    start, end = ctx.span(statement)
    if "#" in ctx.chunk.source.text[start:end]:
        return "there is a comment inside the statement"
    if isinstance(ctx.parent(statement), cst.SimpleStatementSuite):
        return "the statement has to become two, and stands on one line with its `if` or `for`"
    return None


def _reordered(ctx: View, names: list[cst.Name], stores: list[Store]) -> str | None:
    """Python assigns the targets from left to right, and evaluates the index of each when its turn comes."""
    assigned: set[str] = {ctx.code(store.array) for store in stores}
    assigned |= {name.value for name in names}
    for store in stores:
        for element in store.target.slice:
            for node in walk(element):
                if isinstance(node, cst.Name | cst.Attribute) and ctx.code(node) in assigned:
                    return f"an index reads `{ctx.code(node)}`, which the same statement assigns"
    return None
