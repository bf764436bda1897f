"""A value from outside that a compiled function has baked in, and that changes later.  Page: rules/stale_capture.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.events import Capture, StaleCapture
from jaxlint.facts.view import View
from jaxlint.rules import rule


@rule("JAX201", since="0.1")
def stale_capture(ctx: View, event: Capture | StaleCapture) -> Iterator[Finding]:
    if isinstance(event, Capture) or ctx.boundary is None:
        return
    what, function = ctx.code(ctx.node), event.boundary.function
    where = f"line {event.change.line}" if event.change.path == ctx.chunk.source.path else f"{event.change.path}:{event.change.line}"
    message = f"`{what}` is read once, when `{function}` is traced, and changes later ({where}): the compiled function keeps the old value"
    yield Finding(ctx.node, f"{message}; pass it as an argument", why=event.boundary.why)
