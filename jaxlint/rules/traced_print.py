"""A `print` or log call that shows a tracer, once, instead of values.  Page: rules/traced_print.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.events import HostEffect
from jaxlint.facts.model.values import Ref, any_tracing
from jaxlint.facts.model.why import Traced
from jaxlint.facts.queries.printed import shown
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.debug_print import as_debug_print
from jaxlint.rules import rule


@rule("JAX205", since="0.1", level="warning", fix="unsafe")
def traced_print(ctx: View, event: HostEffect) -> Iterator[Finding]:
    call = ctx.node
    if event.category not in ("print", "log") or not isinstance(call, cst.Call) or ctx.boundary is None:
        return
    for expression in shown(ctx, call):
        proof = _tracer(ctx, event, expression)
        if proof is not None and proof.level == "full":
            name, what = ctx.code(call.func), ctx.code(expression)
            where = f"`{name}` runs while `{event.boundary.function}` is traced"
            message = f"{where}: it shows a tracer, not the value of `{what}`; use `jax.debug.print`"
            yield Finding(call, message, as_debug_print(ctx, call), proof.why)
            return


def _tracer(ctx: View, event: HostEffect, expression: cst.BaseExpression) -> Traced | None:
    """Why a tracer is shown: the value itself, or an item of the list or dict that it is."""
    value = ctx.value(expression)
    if isinstance(value, Ref):
        return event.traced if value.kind != "object" else None
    return any_tracing([value])
