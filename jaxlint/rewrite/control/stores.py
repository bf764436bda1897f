"""One store of a chosen value, where each arm of a branch stores into the same place.

::

    if t:                              if t:
        x[i] = a                           value = a
    else:                    ->        else:
        x[i] = b                           value = b
                                       x = x.at[i].set(value)

A `lax.cond` whose arms both store copies the array in each turn; one that gives a value does not. The next pass writes
the branch with lax.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from jaxlint.edits import Edit, Fix, replace
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.effects import Unnamed
from jaxlint.rewrite.control.model import Branch, Declined, Plain
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
    """True if a choice between the values changes none of them before it is stored."""
    if Lengths(ctx).kind(store.array) == "float":
        return True
    kinds = {kind(ctx, value) for value in values if not isinstance(value, cst.Integer)}
    return len(kinds) < 2 and None not in kinds
