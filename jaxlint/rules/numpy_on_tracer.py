"""A NumPy, SciPy or numba function called on a tracer.  Page: rules/numpy_on_tracer.md"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding
from jaxlint.facts.model.events import HostCall
from jaxlint.facts.model.values import Transformed
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import jax_equivalent
from jaxlint.rewrite.jax_function import as_jax_function
from jaxlint.rules import rule


@rule("JAX604", since="0.1", fix="safe")
def numpy_on_tracer(ctx: View, event: HostCall) -> Iterator[Finding]:
    node, why = ctx.node, event.traced.why
    if not event.name.startswith(("numpy.", "scipy.", "numba.")) or ctx.failing(node):
        return
    fix = as_jax_function(ctx, node, event) if isinstance(node, cst.Call) else Decline("it is not called here")
    shown = event.name.replace("numpy.ndarray.", "ndarray.")
    if isinstance(node, cst.Call) and isinstance(ctx.value(node.func), Transformed):
        shown = f"{ctx.code(node.func)}` under `{shown}"
    if event.outcome == "wrong":
        message = f"`{shown}` is always False for a tracer, and {why}"
    else:
        message = f"`{shown}` needs concrete arrays, but {why}"
    equivalent = jax_equivalent(event.name)
    advice = f"; use `{ctx.spell(equivalent)}`" if equivalent is not None else ""
    yield Finding(node, message + advice, fix, why)
