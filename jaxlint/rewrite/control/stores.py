"""One store of a chosen value, where each arm of a branch stores into the same place.

::

    if t:                              if t:
        x[i] = a                           value = a
    else:                    ->        else:
        x[i] = b                           value = b
                                       x = x.at[i].set(value)

A `lax.cond` whose arms both store copies the array in each turn; one that gives a value does not. And a loop that adds
to one place hands on a number instead of the array:

::

    for k in range(p, q):              value = x[i]
        x[i] += a[k]          ->       for k in range(p, q):
                                           value += a[k]
                                       x = x.at[i].set(value)

The next pass writes branch and loop with lax.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from jaxlint.edits import Edit, Fix, insert_before, replace
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace import dtypes
from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.effects import Unnamed
from jaxlint.rewrite.control.model import Branch, Declined, Loop, Plain
from jaxlint.rewrite.control.names import fresh
from jaxlint.rewrite.control.simple import acting
from jaxlint.rewrite.control.vector.actions import Store, action, check_plan
from jaxlint.rewrite.control.vector.lengths import Lengths, kind


@dataclass(frozen=True, slots=True)
class Tail:
    """The last statement of an arm: a store."""

    statement: Plain
    store: Store


def stored_once(ctx: View, branch: Branch) -> Fix | None:
    """One store below a branch, in place of one in each arm; None if the arms do not store alike."""
    if not isinstance(branch.node, cst.If):
        return None
    tails = list(_tails(ctx, branch))
    if len(tails) < 2 or None in tails:
        return None
    found = [tail for tail in tails if tail is not None]
    first = found[0].store
    if len({(tail.store.array, ctx.code(tail.store.target), tail.store.method, tail.store.sign) for tail in found}) > 1:
        return None
    if not _is_fixed(branch, first) or not _is_one_dtype(ctx, first, [tail.store.value for tail in found]):
        return None
    try:
        for tail in found:
            assert tail.statement.node is not None
            check_plan(ctx, tail.store, tail.statement.node)
    except (Declined, Unnamed):
        return None
    name = fresh(ctx)("value", f"new_{first.array}", "item")
    edits = [
        replace(ctx, tail.statement.node, f"{name} = {ctx.code(tail.store.value)}")
        for tail in found
        if tail.statement.node is not None
    ]
    index = ctx.code(first.target)[len(first.array) :].removeprefix(".at")
    line = f"{first.array} = {first.array}.at{index}.{first.method}({first.sign}{name})"
    end = ctx.chunk.source.text.find("\n", ctx.span(branch.node)[1])
    end = end if end >= 0 else len(ctx.chunk.source.text)
    edits.append(Edit(end, end, f"\n{ctx.indent(branch.node)}{line}"))
    return Fix(f"Store into `{first.array}` once, below the branch", tuple(edits), "unsafe")


def added_aside(ctx: View, loop: Loop) -> Fix | None:
    """A number that a loop adds to, in place of one item of an array; None if the loop does more than that."""
    lengths = Lengths(ctx)
    found = [action(ctx, statement) for statement in acting(loop.body)]
    stores = [store for store in found if isinstance(store, Store) and store.method == "add"]
    if loop.orelse or len(stores) != len(found) or len({(s.array, ctx.code(s.target)) for s in stores}) != 1:
        return None
    array, target = stores[0].array, stores[0].target
    dtype = dtypes.of(ctx.value(origin)) if (origin := lengths.origin(array)) is not None else None
    widest = dtype is not None and dtype.wide == "float64" and not dtype.weak
    if not widest or lengths.rank(array) != len(target.slice) or not _stays(ctx, loop, stores):
        return None
    statements = [statement.node for statement in acting(loop.body) if isinstance(statement, Plain)]
    name = fresh(ctx)("value", f"new_{array}", "item")
    index = ctx.code(target)[len(array) :].removeprefix(".at")
    edits: list[Edit] = []
    try:
        for store, node in zip(stores, statements, strict=True):
            assert node is not None
            check_plan(ctx, store, node)
            edits.append(replace(ctx, node, f"{name} {'-' if store.sign else '+'}= {ctx.code(store.value)}"))
    except (Declined, Unnamed):
        return None
    end = ctx.chunk.source.text.find("\n", ctx.span(loop.node)[1])
    end = end if end >= 0 else len(ctx.chunk.source.text)
    line = f"{array} = {array}.at{index}.set({name})"
    edits += [
        insert_before(ctx, loop.node, f"{name} = {array}{index}"),
        Edit(end, end, f"\n{ctx.indent(loop.node)}{line}"),
    ]
    return Fix(f"Add to a number, and store it into `{array}` once", tuple(edits), "unsafe")


def _stays(ctx: View, loop: Loop, stores: list[Store]) -> bool:
    """True if the place is the same in all turns, and what the turns read is elsewhere."""
    target = stores[0].target
    index = frozenset[str]().union(*(flow.reads(element) for element in target.slice))
    if not index.isdisjoint(flow.writes((loop,))):
        return False
    reads = (node for store in stores for node in own_nodes(store.value) if _is_name(node, store.array))
    return all(_is_before(ctx, loop, ctx.parent(node), target) for node in reads)


def _is_name(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _is_before(ctx: View, loop: Loop, node: cst.CSTNode | None, target: cst.Subscript) -> bool:
    """True for ``x[j]`` with ``j`` in ``range(i)`` where ``x[i]`` is stored."""
    if not isinstance(node, cst.Subscript) or not isinstance(loop.node.iter, cst.Call):
        return False
    bounds = [argument.value for argument in loop.node.iter.args]
    counts = ctx.name(loop.node.iter.func) == "builtins.range" and len(bounds) < 3
    plain = len(bounds) == 1 or (isinstance(bounds[0], cst.Integer) and counts)
    for one, other in zip(node.slice, target.slice, strict=False):
        match one.slice:
            case cst.Index(value=cst.Name(value=name)) if name in flow.target(loop):
                if counts and plain and ctx.code(bounds[-1]) == ctx.code(other.slice):
                    return True
    return False


def _tails(ctx: View, branch: Branch) -> Iterator[Tail | None]:
    for arm in (branch.then, branch.orelse):
        match list(acting(arm)):
            case [*_, Branch() as inner]:
                yield from _tails(ctx, inner)
            case [*_, Plain(node=cst.CSTNode()) as last]:
                found = action(ctx, last)
                yield Tail(last, found) if isinstance(found, Store) else None
            case _:
                yield None


def _is_fixed(branch: Branch, store: Store) -> bool:
    """True if the arms bind nothing that the index reads."""
    index = frozenset[str]().union(*(flow.reads(element) for element in store.target.slice))
    return index.isdisjoint(flow.writes((*branch.then, *branch.orelse)))


def _is_one_dtype(ctx: View, store: Store, values: list[cst.BaseExpression]) -> bool:
    """True if a choice between the values changes none of them before it is stored, and they have one shape."""
    if any(isinstance(element.slice, cst.Slice) for element in store.target.slice):
        ranks = {getattr(ctx.value(value), "ndim", 0) for value in values}
        if len(ranks) > 1 or None in ranks:
            return False
    if Lengths(ctx).kind(store.array) == "float":
        return True
    kinds = {kind(ctx, value) for value in values if not isinstance(value, cst.Integer)}
    return len(kinds) < 2 and None not in kinds
