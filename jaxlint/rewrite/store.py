"""One target of a store into a jax array: which array, at which places, and how the updated array gets bound."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from jaxlint.edits import Applicability, Decline, Edit, Fix
from jaxlint.facts.model.values import Array, Const, HostArray, Static
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import array_attribute
from jaxlint.rewrite import index
from jaxlint.rewrite.index import Sort
from jaxlint.rewrite.rebind import Rebind, rebind
from jaxlint.source import walk


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
    return base if ctx.jax_array(base) and not _is_key(ctx, target) else None


def _is_key(ctx: View, target: cst.Subscript) -> bool:
    """True for ``p["w"]``, which no array understands."""
    values = [ctx.value(element.slice.value) for element in target.slice if isinstance(element.slice, cst.Index)]
    return any(isinstance(value, Const) and isinstance(value.value, str) for value in values)


def plan(ctx: View, target: cst.Subscript, statement: cst.CSTNode) -> Store | Decline:
    """How one target is to be replaced."""
    array = stored_array(ctx, target)
    assert array is not None
    text, uses = index.written(ctx, target)
    sorts = tuple(index.sorts(ctx, target))
    while isinstance(array, cst.Subscript) and ctx.jax_array(array.value):
        outer = index.sorts(ctx, array)
        if set(outer) != {"scalar"}:
            return Decline(
                f"`{ctx.code(array)}` makes a new array, which storing into does not change `{ctx.code(array.value)}`"
            )
        text, uses = f"{index.written(ctx, array)[0]}, {text}", (*uses, *index.written(ctx, array)[1])
        sorts, array = (*outer, *sorts), array.value
    if isinstance(array, cst.Attribute) and array_attribute(array.attr.value) and ctx.jax_array(array.value):
        return Decline(f"`{ctx.code(array)}` makes a new array: update `{ctx.code(array.value)}` itself")
    bound = rebind(ctx, array, statement)
    return bound if isinstance(bound, Decline) else Store(target, array, text, sorts, bound, uses)


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


def refusal(ctx: View, store: Store, value: cst.BaseExpression) -> Decline | None:
    """A reason not to store this value there."""
    if isinstance(value, cst.Yield | cst.GeneratorExp):
        return Decline("the value is a generator's")
    if _has_effects(ctx, value) and any(
        _has_effects(ctx, element.slice.value) for element in store.target.slice if isinstance(element.slice, cst.Index)
    ):
        return Decline("index and value both call functions, and `.at[]` would call them in the other order")
    return _narrowed(ctx, store.array, value)


def _has_effects(ctx: View, node: cst.BaseExpression) -> bool:
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
    return Decline(
        f"`{ctx.code(array)}` holds {words[into]}, and storing {stored} values would change them: cast them first"
    )


def _kind(ctx: View, value: cst.BaseExpression) -> str | None:
    match ctx.value(value):
        case Array(kind=kind) | HostArray(kind=kind) | Static(kind=kind):
            return kind
        case Const(value=bool() | int() | float() | complex() as constant):
            return type(constant).__name__
    return None
