"""``x[i] = v``  ->  ``x = x.at[i].set(v)``, and so on for every form of a store into a jax array.

Only the text around the value changes, so that its layout and comments stay.
"""

from __future__ import annotations

from dataclasses import replace as changed

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix
from jaxlint.facts.model.values import HostArray, Ref
from jaxlint.facts.queries.view import View
from jaxlint.rewrite import index, masked
from jaxlint.rewrite.parallel import as_chained_update, as_parallel_update
from jaxlint.rewrite.rebind import rebind
from jaxlint.rewrite.store import Store, extent, fix_of, plan, refusal, stored_array

METHODS: dict[type[cst.BaseAugOp], str] = {
    cst.AddAssign: "add",
    cst.SubtractAssign: "add",
    cst.MultiplyAssign: "multiply",
    cst.DivideAssign: "divide",
    cst.PowerAssign: "power",
}
"""The method of ``.at[i]`` for an operator; the rest are written ``.set(x[i] op v)``. Not every supported JAX has
``subtract``, so that one is ``.add(-v)``."""


def as_update(ctx: View, statement: cst.Assign | cst.AugAssign, target: cst.Subscript) -> Fix | Decline:
    """The statement that binds an updated array."""
    if reason := _elsewhere(ctx, target):
        return Decline(reason)
    match statement:
        case cst.AugAssign():
            return _augmented(ctx, statement, target)
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Tuple() | cst.List() as several)]):
            return as_parallel_update(ctx, statement, several)
        case cst.Assign(targets=[_]):
            return _assigned(ctx, statement, target)
    return as_chained_update(ctx, statement)


def as_delete(ctx: View, statement: cst.Del, target: cst.Subscript) -> Fix | Decline:
    """``del x[i]``  ->  ``x = jnp.delete(x, i)``, as for a list"""
    array = stored_array(ctx, target)
    assert array is not None
    if statement.target is not target or len(target.slice) > 1 or array is not target.value:
        return Decline("delete one item at a time, with `jnp.delete`")
    if ctx.traced(target.slice[0].slice) or "traced mask" in index.sorts(ctx, target):
        return Decline("the shape would depend on a traced value")
    if not isinstance(target.slice[0].slice, cst.Index):
        return Decline("keep the rest of the array with slices and `jnp.concatenate`")
    bound = rebind(ctx, array, statement)
    if isinstance(bound, Decline):
        return bound
    name = "jax.numpy.delete"
    axis = "" if getattr(ctx.value(array), "ndim", None) == 1 else ", axis=0"
    text = f"{bound.before}{ctx.spell(name)}({ctx.code(array)}, {ctx.code(target.slice[0].slice)}{axis}){bound.after}"
    message = f"Bind `{ctx.code(array)}` to a shorter array" + (f"; {bound.note}" if bound.note else "")
    return Fix(message, (*bound.edits, Edit(*ctx.span(statement), text)), "unsafe", (name, *bound.uses))


def _elsewhere(ctx: View, target: cst.Subscript) -> str | None:
    """A reason not to rewrite: the same store meets a NumPy array or a list in another context."""
    owner = ctx.function or ctx.module
    met = [value for frame in ctx.tracer.activations.get(owner, ()) for value in frame.stores.get(target, ())]
    if any(isinstance(value, HostArray) for value in met):
        return f"`{ctx.code(target.value)}` is also a NumPy array at times, which has no `.at`"
    if any(isinstance(value, Ref) for value in met):
        return f"`{ctx.code(target.value)}` is also a Python container at times, which has no `.at`"
    return None


# --- x[i] = v ----------------------------------------------------------------------------------------------------


def _assigned(ctx: View, statement: cst.Assign, target: cst.Subscript) -> Fix | Decline:
    store = plan(ctx, target, statement)
    if isinstance(store, Decline):
        return store
    if reason := refusal(ctx, store, statement.value):
        return reason
    if "traced mask" in store.sorts:
        return masked.as_where(ctx, store.target, store.array, store.bound, statement)
    return _rewritten(ctx, store, statement, "set", statement.value)


# --- x[i] op= v --------------------------------------------------------------------------------------------------


def _augmented(ctx: View, statement: cst.AugAssign, target: cst.Subscript) -> Fix | Decline:
    store = plan(ctx, target, statement)
    if isinstance(store, Decline):
        return store
    if reason := refusal(ctx, store, statement.value):
        return reason
    if "traced mask" in store.sorts:
        return masked.as_where(ctx, store.target, store.array, store.bound, statement)
    method = METHODS.get(type(statement.operator))
    repeats = "array" in store.sorts or ("open" in store.sorts and ctx.tracer.project.ported)
    if method is None or repeats:
        operator = ctx.code(statement.operator).strip().removesuffix("=")
        old = f"{ctx.code(store.array)}[{store.index}]"
        return _rewritten(ctx, store, statement, "set", statement.value, f"{old} {operator} ")
    sign = "-" if isinstance(statement.operator, cst.SubtractAssign) else ""
    note = f"where `{store.index}` repeats an index, `.{method}` applies every value" if "open" in store.sorts else ""
    return _rewritten(ctx, store, statement, method, statement.value, sign, note)


def _rewritten(
    ctx: View, store: Store, statement: cst.Assign | cst.AugAssign, method: str, value: cst.BaseExpression,
    before: str = "", note: str = "",
) -> Fix | Decline:  # fmt: skip
    """Replace what stands before and after the value; with ``before``, the value becomes an operand."""
    start = extent(ctx, store.target)[0]
    opening, closing, parentheses = extent(ctx, value)
    if "#" in ctx.chunk.source.text[start:opening]:
        return Decline("there is a comment inside the target")
    text = f"{store.bound.before}{ctx.code(store.array)}.at[{store.index}].{method}"
    reuse = parentheses and not before and not isinstance(value, cst.Tuple)
    group = not parentheses and (isinstance(value, cst.Tuple) or (before and ctx.grouped(value) != ctx.code(value)))
    left = "" if reuse else f"({before}(" if group else f"({before}"
    right = "" if reuse else "))" if group else ")"
    inner = index.read_by_lists(ctx, value)
    store = changed(store, uses=(*store.uses, index.ARRAY)) if inner else store
    edits = (
        *store.bound.edits,
        Edit(start, opening, text + left),
        *inner,
        *((Edit(closing, closing, right + store.bound.after),) if right + store.bound.after else ()),
    )
    return fix_of(ctx, [store], edits, note)
