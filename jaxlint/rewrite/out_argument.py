"""``jnp.add(a, b, out=c)``  ->  ``c = jnp.add(a, b)``"""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.arguments import without
from jaxlint.rewrite.rebind import rebind
from jaxlint.rewrite.store import plan, stored_array


def as_result(ctx: View, call: cst.Call, out: cst.Arg, function: str | None = None) -> Fix | Decline:
    """The call without ``out=``, its result bound to what ``out`` named. ``function``: call this instead."""
    start, end = ctx.span(call)
    if "#" in ctx.chunk.source.text[start:end]:
        return Decline("there is a comment inside the call")
    renamed = (Edit(*ctx.span(call.func), ctx.spell(function)),) if function is not None else ()
    cut = (without(ctx, call, out), *renamed)
    uses = (function,) if function is not None else ()
    parent = ctx.parent(call)
    message = f"Bind the result to `{ctx.code(out.value)}`"
    if isinstance(parent, cst.Return):
        return Fix("Return the result without `out=`", cut, uses=uses)
    if not isinstance(parent, cst.Expr | cst.Assign):
        return Decline(f"the call is part of an expression: bind `{ctx.code(out.value)}` before it")
    around = _around(ctx, out.value, parent)
    if isinstance(around, Decline):
        return around
    before, after, note, edits = around
    closing = (Edit(end, end, after),) if after else ()
    applicability = "unsafe" if note else "safe"
    message += f"; {note}" if note else ""
    return Fix(message, (*edits, Edit(start, start, before), *cut, *closing), applicability, uses)  # type: ignore[arg-type]


Around = tuple[str, str, str, tuple[Edit, ...]]


def _around(ctx: View, out: cst.BaseExpression, statement: cst.Expr | cst.Assign) -> Around | Decline:
    """What to write before and after the call, a note, and further edits."""
    if isinstance(out, cst.Subscript) and stored_array(ctx, out) is not None:
        store = plan(ctx, out, statement)
        if isinstance(store, Decline):
            return store
        if isinstance(statement, cst.Assign) or "traced mask" in store.sorts:
            return Decline(f"`{ctx.code(out)}` is a part of an array: store the result with `.at[]`")
        before = f"{store.bound.before}{ctx.code(store.array)}.at[{store.index}].set("
        return before, f"){store.bound.after}", store.bound.note, store.bound.edits
    bound = rebind(ctx, out, statement)
    if isinstance(bound, Decline):
        return bound
    if isinstance(statement, cst.Assign) and bound.after:
        return Decline(f"`{ctx.code(out)}` cannot be assigned beside the other target")
    return bound.before, bound.after, bound.note, bound.edits
