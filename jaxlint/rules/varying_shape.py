"""A compiled function that gets arrays of another shape in each turn of a loop.  Page: rules/varying_shape.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding
from jaxlint.facts.model.events import VaryingArgument
from jaxlint.facts.queries.anew import called, is_measured, turn_of
from jaxlint.facts.queries.passed import argument_of
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule


@rule("JAX708", since="0.1", level="warning")
def varying_shape(ctx: View, event: VaryingArgument) -> Iterator[Finding]:
    if event.static or event.once or is_measured(event.loop) or not isinstance(ctx.node, cst.Call):
        return
    message = (
        f"`{called(event.run.callee)}` is compiled again in {turn_of(ctx, event.loop)}: `{event.name}` is "
        f"{event.how} each time; pad it to one size (or a few), with a mask or a length"
    )
    declined = Decline("which sizes to pad to, and how to mask what is padded, is for the author to say")
    yield Finding(argument_of(ctx.node, event.argument) or ctx.node, message, declined)
