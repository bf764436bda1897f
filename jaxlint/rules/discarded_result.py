"""A pure operation as a statement: its result, a new array, is dropped.  Page: rules/discarded_result.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Edit, Finding, Fix
from jaxlint.facts.model.values import AtIndex, Const, Static
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.guards import expects_failure
from jaxlint.jaxapi import function, pure_method, transform
from jaxlint.rewrite.rebind import rebind
from jaxlint.rules import rule

_PURE = ("jax.numpy.", "jax.lax.", "jax.nn.", "jax.scipy.", "jax.random.")
_GIVES = ("array", "bool", "int", "float", "complex", "arrays", "same", "key", "keys")
_COLLECTIVES = ("jax.lax.psum", "jax.lax.axis_index", "jax.lax.psend", "jax.lax.precv")
"""Called for their effect on other devices, or to learn whether an axis exists."""


@rule("JAX102", since="0.1", fix="unsafe")
def discarded_result(ctx: View, node: cst.Expr) -> Iterator[Finding]:
    call = node.value
    if not isinstance(call, cst.Call) or _is_shown(ctx, node) or expects_failure(ctx, node):
        return
    if (array := _updated(ctx, call)) is not None:
        text = f"`{_shown(ctx, call)}` makes a new array, which is dropped: `{ctx.code(array)}` stays as it is"
        yield Finding(call, text, _kept(ctx, call, array), ctx.abstract(array))
    elif _is_pure(ctx, call) and not _is_check(ctx, node):
        text = f"`{_shown(ctx, call)}` has no effect but its result, which is dropped"
        yield Finding(call, text, Decline("it is not known which name should hold the result"))


def _shown(ctx: View, call: cst.Call) -> str:
    return f"{ctx.code(call.func)}({'…' if call.args else ''})"


def _is_shown(ctx: View, node: cst.Expr) -> bool:
    """True for an expression that a notebook cell displays."""
    return ctx.function is None and ctx.chunk.source.path.endswith(".ipynb")


def _is_check(ctx: View, node: cst.Expr) -> bool:
    """True where a call may only be meant to run: in a test, or under a profiler or a debugging context."""
    tested = ctx.function is not None and ctx.function.name.startswith("test")
    return tested or any(isinstance(above, cst.With) for above in ctx.ancestors(node))


def _updated(ctx: View, call: cst.Call) -> cst.BaseExpression | None:
    """The array that a call looks like changing in place: ``x.at[i].set(v)``, ``x.sort()``, ``jnp.sort(x)``."""
    match call.func:
        case cst.Attribute(value=cst.Subscript(value=cst.Attribute(value=array, attr=cst.Name("at"))) as at, attr=attr):
            known = isinstance(ctx.value(at), AtIndex) and pure_method(attr.value) and attr.value != "get"
            if known or (attr.value in _UPDATES and not _has_refs(ctx)):
                return array
        case cst.Attribute(value=array, attr=cst.Name(value="sort")) if ctx.jax_array(array):
            return array
    if ctx.name(call.func) == "jax.numpy.sort" and len(call.args) == 1 and _is_variable(call.args[0].value):
        return call.args[0].value
    return None


_UPDATES = ("set", "multiply", "divide", "power")
"""Updates that nothing but jax arrays has: ``df.at[i, "tags"].add("x")`` of pandas changes a set."""


def _has_refs(ctx: View) -> bool:
    """True in a module that knows mutable arrays, whose ``ref.at[i].set(v)`` does store."""
    text = ctx.chunk.source.text
    return "pallas" in text or "new_ref" in text or "mutable_array" in text or "jax" not in text


def _is_variable(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name | cst.Attribute | cst.Subscript)


def _is_pure(ctx: View, call: cst.Call) -> bool:
    if any(arg.keyword is not None and arg.keyword.value == "out" for arg in call.args):
        return False
    if isinstance(call.func, cst.Attribute) and ctx.jax_array(call.func.value):
        return pure_method(call.func.attr.value)
    name = ctx.name(call.func) or ""
    row = function(name) if name.startswith(_PURE) and name not in _COLLECTIVES else None
    if (
        row is None
        or transform(name) is not None
        or row.returns not in _GIVES
        or row.inplace
        or (row.returns in ("key", "keys") and row.key is None)
    ):
        return False
    return any(_is_data(ctx, arg.value) for arg in call.args)


def _is_data(ctx: View, node: cst.BaseExpression) -> bool:
    """An array or key, or perhaps one: a call on constants alone may be there to initialise JAX."""
    return not isinstance(ctx.value(node), Const | Static)


def _kept(ctx: View, call: cst.Call, array: cst.BaseExpression) -> Fix | Decline:
    bound = rebind(ctx, array, ctx.parent(call) or call)
    if isinstance(bound, Decline):
        return bound
    start, end = ctx.span(call)
    edits = (*bound.edits, Edit(start, start, bound.before), *((Edit(end, end, bound.after),) if bound.after else ()))
    message = f"Bind the result to `{ctx.code(array)}`" + (f"; {bound.note}" if bound.note else "")
    return Fix(message, edits, "unsafe", bound.uses)
