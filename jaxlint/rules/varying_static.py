"""A static argument that is another one in each turn of a loop.  Page: rules/varying_static.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix
from jaxlint.facts.model.events import VaryingArgument
from jaxlint.facts.model.values import Function, Transformed
from jaxlint.facts.queries.anew import called, meets_arrays_only, turn_of
from jaxlint.facts.queries.passed import argument_of
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.hashable import let_trace
from jaxlint.rules import rule


@rule("JAX707", since="0.1", level="warning", fix="unsafe")
def varying_static(ctx: View, event: VaryingArgument) -> Iterator[Finding]:
    callee = event.run.callee
    if not event.static or not isinstance(callee, Transformed) or not isinstance(ctx.node, cst.Call):
        return
    number = event.how == "another number"
    definition = callee.function.definition if isinstance(callee.function, Function) else None
    if number and not meets_arrays_only(ctx, definition, event.name):
        return
    advice = "let it be traced" if number else "make it once, before the loop, or pass its arrays as arguments"
    message = (
        f"`{called(callee)}` is compiled again in {turn_of(ctx, event.loop)}: its static argument "
        f"`{event.name}` is {event.how} each time; {advice}"
    )
    node = argument_of(ctx.node, event.argument) or ctx.node
    yield Finding(node, message, _fix(ctx, event, callee) if number else None)


def _fix(ctx: View, event: VaryingArgument, callee: Transformed) -> Fix | Decline:
    names = [*callee.function.definition.parameters] if isinstance(callee.function, Function) else []
    position = next((number for number, parameter in enumerate(names) if parameter.name == event.name), None)
    if position is None or (isinstance(callee.function, Function) and callee.function.receiver is not None):
        return Decline(f"`{event.name}` is no parameter of the function itself")
    return let_trace(ctx, callee, event.name, position)
