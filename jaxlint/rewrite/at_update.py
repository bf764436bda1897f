"""``x[i] = v``  ->  ``x = x.at[i].set(v)``, and so on for every form of a store into a jax array.

Only the text around the value changes, so that its layout and comments stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from jaxlint.edits import Applicability, Decline, Edit, Fix
from jaxlint.facts.values import Array, Const, HostArray, Ref, Static, Tree
from jaxlint.facts.view import View
from jaxlint.rewrite import index, masked
from jaxlint.rewrite.index import Sort
from jaxlint.rewrite.rebind import Rebind, rebind

METHODS: dict[type[cst.BaseAugOp], str] = {
    cst.AddAssign: "add",
    cst.SubtractAssign: "add",
    cst.MultiplyAssign: "multiply",
    cst.DivideAssign: "divide",
    cst.PowerAssign: "power",
}
"""The method of ``.at[i]`` for an operator; the rest are written ``.set(x[i] op v)``. Not every supported JAX has
``subtract``, so that one is ``.add(-v)``."""


@dataclass(frozen=True, slots=True)
class Store:
    """One target of a store: the array and index as texts, and how the new array gets bound."""

    target: cst.Subscript
    array: cst.BaseExpression
    index: str
    sorts: tuple[Sort, ...]
    bound: Rebind
    uses: tuple[str, ...] = ()

    def at(self, ctx: View, method: str, value: str) -> str:
        return f"{ctx.code(self.array)}.at[{self.index}].{method}({value})"


def stored_array(ctx: View, target: cst.Subscript) -> cst.BaseExpression | None:
    """The jax array that a subscript target stores into; None if it is none. ``x.at[i] = v`` counts too."""
    base = target.value
    if isinstance(base, cst.Attribute) and base.attr.value == "at" and ctx.jax_array(base.value):
        return base.value
    if any(isinstance(ctx.value(e.slice.value), Const) and isinstance(ctx.value(e.slice.value).value, str)  # type: ignore[union-attr]
           for e in target.slice if isinstance(e.slice, cst.Index)):  # fmt: skip
        return None
    return base if ctx.jax_array(base) else None


def as_update(ctx: View, statement: cst.Assign | cst.AugAssign, target: cst.Subscript) -> Fix | Decline:
    """The statement that binds an updated array."""
    if reason := _elsewhere(ctx, target):
        return Decline(reason)
    match statement:
        case cst.AugAssign():
            return _augmented(ctx, statement, target)
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Tuple() | cst.List() as several)]):
            from jaxlint.rewrite.parallel import as_parallel_update

            return as_parallel_update(ctx, statement, several)
        case cst.Assign(targets=[_]):
            return _assigned(ctx, statement, target)
    from jaxlint.rewrite.parallel import as_chained_update

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


def plan(ctx: View, target: cst.Subscript, statement: cst.CSTNode) -> Store | Decline:
    """How one target is to be replaced."""
    array = stored_array(ctx, target)
    assert array is not None
    text, uses = index.written(ctx, target)
    sorts = tuple(index.sorts(ctx, target))
    while isinstance(array, cst.Subscript) and ctx.jax_array(array.value):
        outer = index.sorts(ctx, array)
        if set(outer) != {"scalar"}:
            return Decline(f"`{ctx.code(array)}` makes a new array, which storing into does not change `{ctx.code(array.value)}`")
        text, uses = f"{index.written(ctx, array)[0]}, {text}", (*uses, *index.written(ctx, array)[1])
        sorts, array = (*outer, *sorts), array.value
    if isinstance(array, cst.Attribute) and isinstance(ctx.value(array.value), Array | Tree):
        return Decline(f"`{ctx.code(array)}` makes a new array: update `{ctx.code(array.value)}` itself")
    bound = rebind(ctx, array, statement)
    return bound if isinstance(bound, Decline) else Store(target, array, text, sorts, bound, uses)


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
    if refusal := _refusal(ctx, store, statement.value):
        return refusal
    if "traced mask" in store.sorts:
        return masked.as_where(ctx, store.target, store.array, store.bound, statement)
    return _rewritten(ctx, store, statement, "set", statement.value)


# --- x[i] op= v --------------------------------------------------------------------------------------------------


def _augmented(ctx: View, statement: cst.AugAssign, target: cst.Subscript) -> Fix | Decline:
    store = plan(ctx, target, statement)
    if isinstance(store, Decline):
        return store
    if refusal := _refusal(ctx, store, statement.value):
        return refusal
    if "traced mask" in store.sorts:
        return masked.as_where(ctx, store.target, store.array, store.bound, statement)
    method = METHODS.get(type(statement.operator))
    repeats = "array" in store.sorts
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
    edits = (
        *store.bound.edits,
        Edit(start, opening, text + left),
        *((Edit(closing, closing, right + store.bound.after),) if right + store.bound.after else ()),
    )
    return fix_of(ctx, [store], edits, note)


def fix_of(ctx: View, stores: list[Store], edits: tuple[Edit, ...], note: str = "") -> Fix:
    """The fix with everything that there is to know about it."""
    notes = [text for text in dict.fromkeys([*(store.bound.note for store in stores), note]) if text]
    names = " and ".join(dict.fromkeys(f"`{ctx.code(store.array)}`" for store in stores))
    message = f"Bind {names} to an updated copy" + "".join(f"; {text}" for text in notes)
    applicability: Applicability = "unsafe" if notes else "safe"
    uses = tuple(name for store in stores for name in (*store.uses, *store.bound.uses))
    return Fix(message, edits, applicability, uses)


def extent(ctx: View, value: cst.BaseExpression) -> tuple[int, int, bool]:
    """Start and end of an expression with its parentheses, and whether it has exactly one pair of them."""
    start, end = ctx.span(value)
    if value.lpar:
        start, end = ctx.span(value.lpar[0])[0], ctx.span(value.rpar[-1])[1]
    return start, end, len(value.lpar) == 1


# --- refusals ----------------------------------------------------------------------------------------------------


def _refusal(ctx: View, store: Store, value: cst.BaseExpression) -> Decline | None:
    if isinstance(value, cst.Yield | cst.GeneratorExp):
        return Decline("the value is a generator's")
    if _has_effects(ctx, value) and any(
        _has_effects(ctx, element.slice.value) for element in store.target.slice if isinstance(element.slice, cst.Index)
    ):
        return Decline("index and value both call functions, and `.at[]` would call them in the other order")
    return _narrowed(ctx, store.array, value)


def _has_effects(ctx: View, node: cst.BaseExpression) -> bool:
    from jaxlint.source import walk

    calls = (part for part in walk(node) if isinstance(part, cst.Call | cst.NamedExpr | cst.Await))
    return any(not (isinstance(part, cst.Call) and _is_pure(ctx, part)) for part in calls)


def _is_pure(ctx: View, call: cst.Call) -> bool:
    name = ctx.name(call.func) or ""
    if name.startswith(("jax.", "numpy.", "builtins.")) and name not in ("builtins.next", "builtins.input"):
        return not name.startswith("numpy.random")
    return isinstance(call.func, cst.Attribute) and ctx.jax_array(call.func.value)


def _narrowed(ctx: View, array: cst.BaseExpression, value: cst.BaseExpression) -> Decline | None:
    """NumPy casts what is stored; JAX is about to refuse it."""
    into, stored = getattr(ctx.value(array), "kind", None), _kind(ctx, value)
    ranks = {"bool": 0, "int": 1, "float": 2, "complex": 3}
    if into is None or stored is None or ranks.get(stored, 0) <= ranks.get(into, 3):
        return None
    words = {"bool": "booleans", "int": "integers", "float": "floating-point numbers"}
    return Decline(f"`{ctx.code(array)}` holds {words[into]}, and storing {stored} values would change them: cast them first")


def _kind(ctx: View, value: cst.BaseExpression) -> str | None:
    match ctx.value(value):
        case Array(kind=kind) | HostArray(kind=kind) | Static(kind=kind):
            return kind
        case Const(value=bool() | int() | float() | complex() as constant):
            return type(constant).__name__
    return None
