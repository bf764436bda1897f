"""``out=`` given to a JAX function, which writes into nothing.  Page: rules/out_argument.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.values import NONE
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.guards import expects_failure
from jaxlint.jaxapi import function
from jaxlint.rewrite.out_argument import as_result
from jaxlint.rules import rule


@rule("JAX103", since="0.1", fix="safe")
def out_argument(ctx: View, node: cst.Call) -> Iterator[Finding]:
    out = next((arg for arg in node.args if arg.keyword is not None and arg.keyword.value == "out"), None)
    if out is None or ctx.value(out.value) == NONE or not _is_jax(ctx, node) or expects_failure(ctx, node):
        return
    message = (
        f"`{ctx.code(node.func)}` cannot write into `{ctx.code(out.value)}`: jax arrays are immutable, and JAX refuses "
        "`out=`; bind the result instead"
    )
    yield Finding(out, message, as_result(ctx, node, out), ctx.abstract(out.value))


def _is_jax(ctx: View, call: cst.Call) -> bool:
    name = ctx.name(call.func)
    if name is None:
        return isinstance(call.func, cst.Attribute) and ctx.jax_array(call.func.value)
    return name.startswith(("jax.numpy.", "jax.scipy.", "jax.nn.")) and function(name) is not None
