"""``x.fill(v)``  ->  ``x = jnp.full_like(x, v)``, and so on for functions and methods that change an array in place."""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.arguments import argument
from jaxlint.rewrite.rebind import rebind

UFUNC_METHODS = {
    "add": "add({})", "subtract": "add(-{})", "multiply": "multiply({})", "divide": "divide({})", "power": "power({})",
    "maximum": "max({})", "minimum": "min({})",
}  # fmt: skip
"""``np.add.at(x, i, v)`` -> ``x.at[i].add(v)``"""
_INPLACE = ("fill_diagonal", "place", "put", "put_along_axis")
_REASONS = {
    "resize": "`resize` pads with zeros, `jnp.resize` repeats the data: say which one is meant",
    "setflags": "a jax array is never writeable",
    "shuffle": "a shuffled copy needs a key: `{x} = jax.random.permutation(key, {x})`",
    "__setitem__": "write `{x} = {x}.at[…].set(…)`",
}


def as_functional(ctx: View, call: cst.Call, array: cst.BaseExpression, what: str) -> Fix | Decline:
    """The statement that binds a changed copy of an array. ``what``: the function's or method's last name."""
    statement = ctx.parent(call)
    base = ctx.code(array)
    if what in _REASONS:
        return Decline(_REASONS[what].format(x=base))
    if not isinstance(statement, cst.Expr):
        return Decline(f"the call is part of an expression: change `{base}` before it")
    start, end = ctx.span(call)
    if "#" in ctx.chunk.source.text[start:end]:
        return Decline("there is a comment inside the call")
    written = _written(ctx, call, base, what)
    if isinstance(written, Decline):
        return written
    text, uses = written
    bound = rebind(ctx, array, statement)
    if isinstance(bound, Decline):
        return bound
    message = f"Bind `{base}` to a changed copy" + (f"; {bound.note}" if bound.note else "")
    edits = (*bound.edits, Edit(start, end, f"{bound.before}{text}{bound.after}"))
    return Fix(message, edits, bound.applicability, (*uses, *bound.uses))


def _written(ctx: View, call: cst.Call, base: str, what: str) -> tuple[str, tuple[str, ...]] | Decline:
    """The expression that makes the changed copy, and the names that it uses."""
    method = ctx.name(call.func) is None
    others = list(call.args if method else call.args[1:])
    if any(arg.star for arg in call.args) or (not method and call.args[0].keyword is not None):
        return Decline("its arguments are not plain")
    texts = [ctx.code(arg) for arg in others]
    if what in _INPLACE:
        name = f"jax.numpy.{what}"
        kept = [text for text in (base, *texts) if not text.replace(" ", "").startswith("inplace=")]
        return f"{ctx.spell(name)}({', '.join(kept)}, inplace=False)", (name,)
    match what, others:
        case "fill", [cst.Arg(keyword=None)]:
            return f"{ctx.spell('jax.numpy.full_like')}({base}, {texts[0]})", ("jax.numpy.full_like",)
        case "partition", [cst.Arg(keyword=None)]:
            return f"{ctx.spell('jax.numpy.partition')}({base}, {texts[0]})", ("jax.numpy.partition",)
        case "itemset", [cst.Arg(value=cst.Tuple()) as index, _]:
            return f"{base}.at[{_index(ctx, index.value)}].set({texts[1]})", ()
        case "copyto", [cst.Arg(keyword=None)]:
            return f"{base}.at[...].set({texts[0]})", ()
    if what in UFUNC_METHODS and len(others) == 2:
        return _scattered(ctx, call, base, what)
    return Decline(f"`{ctx.code(call.func)}` has no counterpart with these arguments")


def _scattered(ctx: View, call: cst.Call, base: str, what: str) -> tuple[str, tuple[str, ...]] | Decline:
    """``np.add.at(x, i, v)``: every value counts, also where an index comes twice."""
    index, value = argument(ctx, call, "indices", 1), argument(ctx, call, "b", 2)
    if index is None or value is None:
        return Decline("its arguments are not plain")
    text = _index(ctx, index.value)
    operand = ctx.grouped(value.value) if what == "subtract" else ctx.code(value.value)
    uses = (_ARRAY,) if ctx.spell(_ARRAY) in text else ()
    return f"{base}.at[{text}].{UFUNC_METHODS[what].format(operand)}", uses


_ARRAY = "jax.numpy.array"


def _index(ctx: View, node: cst.BaseExpression) -> str:
    """``(i, j)`` -> ``i, j``; lists become arrays, since JAX takes no list for an index."""
    if isinstance(node, cst.Tuple) and len(node.elements) > 1:
        return ", ".join(_index(ctx, element.value) for element in node.elements)
    return f"{ctx.spell(_ARRAY)}({ctx.code(node)})" if isinstance(node, cst.List) else ctx.code(node)
