"""A tracer that is stored where it outlives its trace.  Page: rules/leaked_tracer.md"""

from collections.abc import Iterator

from jaxlint.edits import Finding
from jaxlint.facts.model.events import Mutation
from jaxlint.facts.notes.mutations import changed, kept_by_framework, memo, restored
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule


@rule("JAX203", since="0.1")
def leaked_tracer(ctx: View, event: Mutation) -> Iterator[Finding]:
    if event.leaked is None or event.argument or event.boundary.looks or ctx.boundary is None:
        return
    if kept_by_framework(ctx, event) or memo(ctx, event) or restored(ctx, event):
        return
    what, function, subject = changed(ctx, event), event.boundary.function, event.leaked.why.subject
    tracer = f"the tracer `{subject}`" if subject != what else "a tracer"
    fate = f"keeps {tracer} beyond the trace of `{function}`, where using it raises UnexpectedTracerError"
    yield Finding(ctx.node, f"`{what}` {fate}; return it {_way_out(event)}", why=event.leaked.why)


def _way_out(event: Mutation) -> str:
    trace = event.boundary
    if trace.level == "grad":
        return f"from `{trace.function}` with `has_aux=True`"
    return "as an output of the loop" if trace.repeats else f"from `{trace.function}`"
