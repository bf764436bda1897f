"""A cache that is filled in a trace, and hands its tracers to the next one.  Page: rules/cached_tracer.md"""

from collections.abc import Iterator

from jaxlint.edits import Finding
from jaxlint.facts.model.events import CachedTracer, Mutation
from jaxlint.facts.notes.mutations import changed, kept_by_framework, memo
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule

_ADVICE = (
    "build it with NumPy from static values, or drop the cache (within a trace, jit shares repeated work by itself)"
)


@rule("JAX208", since="0.1")
def cached_tracer(ctx: View, event: CachedTracer | Mutation) -> Iterator[Finding]:
    if event.boundary.looks:
        return
    if isinstance(event, CachedTracer):
        proof, cache = event.traced, f"`{ctx.code(ctx.node).lstrip('@')}`"
    elif event.leaked is None or event.argument or kept_by_framework(ctx, event) or not memo(ctx, event):
        return
    else:
        proof, cache = event.leaked, f"`{changed(ctx, event)}`"
    function = event.boundary.function
    fate = "the next trace finds it there and raises UnexpectedTracerError"
    yield Finding(ctx.node, f"{cache} keeps a tracer of `{function}`, and {fate}; {_ADVICE}", why=proof.why)
