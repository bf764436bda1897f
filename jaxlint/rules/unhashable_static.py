"""A static argument without a hash.  Page: rules/unhashable_static.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.events import UnfitArgument
from jaxlint.facts.model.values import Array
from jaxlint.facts.queries.anew import called
from jaxlint.facts.queries.passed import argument_of
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.hashable import as_hashable
from jaxlint.rules import rule


@rule("JAX704", since="0.1", fix="unsafe")
def unhashable_static(ctx: View, event: UnfitArgument) -> Iterator[Finding]:
    if not event.static or ctx.caught(ctx.node):
        return
    node = argument_of(ctx.node, event.argument) if isinstance(ctx.node, cst.Call) else None
    advice = "let it be traced" if isinstance(event.value, Array) else "pass a tuple, or something else with a hash"
    message = (
        f"`{event.name}` is a static argument of `{called(event.callee)}`, by which JAX looks up what it has "
        f"compiled, but this is {event.what}; {advice}"
    )
    yield Finding(node or ctx.node, message, as_hashable(ctx, event, node))
