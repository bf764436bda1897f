"""A loop's state that starts as a Python number and goes on as an array.  Page: rules/untyped_initial_state.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.events import VaryingArgument
from jaxlint.facts.queries.anew import called, turn_of
from jaxlint.facts.queries.passed import argument_of
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.typed_start import typed_start
from jaxlint.rules import rule


@rule("JAX709", since="0.1", level="warning", fix="unsafe")
def untyped_initial_state(ctx: View, event: VaryingArgument) -> Iterator[Finding]:
    if not event.once or not isinstance(ctx.node, cst.Call):
        return
    node = argument_of(ctx.node, event.argument) or ctx.node
    value = getattr(event.value, "value", event.value)
    message = (
        f"`{called(event.run.callee)}` is compiled twice: `{event.name}` is {value!r} at first and {event.how} "
        f"in {turn_of(ctx, event.loop)} after it; start with an array of that shape and dtype"
    )
    yield Finding(node, message, typed_start(ctx, event))
