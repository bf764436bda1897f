"""A value from outside that a compiled function has baked in, and that changes later.  Page: rules/stale_capture.md"""

from collections.abc import Iterator

from jaxlint.edits import Finding
from jaxlint.facts.model.events import StaleCapture
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.pass_argument import as_argument
from jaxlint.rules import rule


@rule("JAX201", since="0.1", fix="unsafe")
def stale_capture(ctx: View, event: StaleCapture) -> Iterator[Finding]:
    if ctx.boundary is None:
        return
    what, function = ctx.code(ctx.node), event.boundary.function
    path = f"{event.change.path}:" if event.change.path != ctx.chunk.source.path else "line "
    fate = f"and changes later ({path}{event.change.line}): the compiled function keeps the old value"
    message = f"`{what}` is read once, when `{function}` is traced, {fate}; pass it as an argument"
    yield Finding(ctx.node, message, as_argument(ctx, event), event.boundary.why)
