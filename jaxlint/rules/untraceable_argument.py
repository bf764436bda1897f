"""An argument that `jax.jit` would trace, but is no pytree of arrays.  Page: rules/untraceable_argument.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.events import UnfitArgument
from jaxlint.facts.queries.anew import called
from jaxlint.facts.queries.passed import argument_of
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.static_argument import declare_static, static_receiver
from jaxlint.rules import rule


@rule("JAX703", since="0.1", fix="unsafe")
def untraceable_argument(ctx: View, event: UnfitArgument) -> Iterator[Finding]:
    if event.static or ctx.caught(ctx.node):
        return
    function = called(event.callee)
    if not isinstance(ctx.node, cst.Call) or event.callee.place.node is ctx.node:
        message = (
            f"`{event.callee.name}` traces every argument of `{function}`, but `{event.name}` is {event.what}; make "
            f"`{event.name}` static, or its class a pytree"
        )
        yield Finding(ctx.node, message, static_receiver(ctx, event))
        return
    message = (
        f"`{function}` is under `{event.callee.name}`, which traces `{event.name}`, but this is {event.what}; declare "
        f'it with `static_argnames="{event.name}"`'
    )
    yield Finding(argument_of(ctx.node, event.argument) or ctx.node, message, declare_static(ctx, event))
