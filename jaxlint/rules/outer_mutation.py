"""An outer counter that a trace advances: once per trace, not once per call.  Page: rules/outer_mutation.md"""

import re
from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.events import Mutation
from jaxlint.facts.notes.mutations import changed, kept_by_framework, restored
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule

_COUNTS_TRACES = re.compile(r"trac|compil|jit", re.IGNORECASE)


@rule("JAX209", since="0.1", level="warning")
def outer_mutation(ctx: View, event: Mutation) -> Iterator[Finding]:
    program = event.boundary.program
    if program is None or event.leaked is not None or event.argument or ctx.boundary is None:
        return
    what = changed(ctx, event)
    if (
        not isinstance(ctx.parent(ctx.node), cst.AugAssign)
        or _counts_traces(ctx, what)
        or kept_by_framework(ctx, event)
    ):
        return
    if not restored(ctx, event):
        function = event.boundary.function
        fate = f"once, when `{function}` is traced, and not when the compiled function runs"
        yield Finding(ctx.node, f"`{what}` changes {fate}; return the new value instead", why=program.why)


def _counts_traces(ctx: View, what: str) -> bool:
    """True for a counter that is there to count traces, by its name, or in a test."""
    return bool(_COUNTS_TRACES.search(what)) or ctx.module.is_test
