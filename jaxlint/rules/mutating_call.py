"""A function or method that changes an array in place, given a jax array.  Page: rules/mutating_call.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix
from jaxlint.facts.model.values import Const
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.guards import expects_failure
from jaxlint.jaxapi import function, jax_equivalent
from jaxlint.rewrite.arguments import argument
from jaxlint.rewrite.mutation import as_functional
from jaxlint.rewrite.out_argument import as_result
from jaxlint.rules import rule

METHODS = frozenset({"fill", "itemset", "partition", "put", "resize", "setflags", "__setitem__"})
_SHUFFLES = tuple(
    f"{owner}.shuffle" for owner in ("random", "random.Random", "numpy.random.Generator", "numpy.random.RandomState")
)


@rule("JAX104", since="0.1", fix="safe")
def mutating_call(ctx: View, node: cst.Call) -> Iterator[Finding]:
    found = _by_method(ctx, node) or _by_function(ctx, node) or _by_out_argument(ctx, node)
    if found is None or expects_failure(ctx, node):
        return
    array, fix = found
    message = (
        f"`{ctx.code(node.func)}` writes into its array, but `{ctx.code(array)}` is a jax array, which is immutable"
    )
    yield Finding(node, message, fix, ctx.abstract(array))


def _by_method(ctx: View, call: cst.Call) -> tuple[cst.BaseExpression, Fix | Decline] | None:
    match call.func:
        case cst.Attribute(value=array, attr=cst.Name(value=name)) if name in METHODS and ctx.jax_array(array):
            return array, as_functional(ctx, call, array, name)
    return None


def _by_function(ctx: View, call: cst.Call) -> tuple[cst.BaseExpression, Fix | Decline] | None:
    name = ctx.name(call.func) or ""
    row = function(name)
    if name in _SHUFFLES:
        changed = argument(ctx, call, "x", 0)
    elif row is not None and row.mutates is not None:
        changed = argument(ctx, call, row.mutates, 0)
    elif row is not None and row.inplace and not _declined(ctx, call):
        changed = argument(ctx, call, row.params[0], 0)
    else:
        return None
    if changed is None or not ctx.jax_array(changed.value):
        return None
    what = name.split(".")[-2] if name.endswith(".at") else name.rpartition(".")[2]
    return changed.value, as_functional(ctx, call, changed.value, what)


def _declined(ctx: View, call: cst.Call) -> bool:
    """True for ``inplace=False``, or what may be that."""
    inplace = argument(ctx, call, "inplace")
    return inplace is not None and ctx.value(inplace.value) != Const(True)


def _by_out_argument(ctx: View, call: cst.Call) -> tuple[cst.BaseExpression, Fix | Decline] | None:
    """``np.add(a, b, out=x)``"""
    name = ctx.name(call.func) or ""
    out = argument(ctx, call, "out", -1) if name.startswith("numpy.") else None
    if out is None or not ctx.jax_array(out.value):
        return None
    equivalent = jax_equivalent(name)
    fix = as_result(ctx, call, out, equivalent) if equivalent else Decline(f"JAX has no `{name}`")
    return out.value, fix
