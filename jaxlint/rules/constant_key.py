"""A trace that draws from a key which it makes from a constant.  Page: rules/constant_key.md"""

from collections.abc import Iterator

from jaxlint.edits import Finding
from jaxlint.facts.model.events import ConstantKey
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule


@rule("JAX303", since="0.1", level="warning")
def constant_key(ctx: View, event: ConstantKey) -> Iterator[Finding]:
    each = f"every {'turn' if event.boundary.repeats else 'call'} of `{event.boundary.function}`"
    message = f"seed {event.seed!r} is baked in, so {each} draws the same numbers; pass a key in"
    yield Finding(ctx.node, message, why=event.boundary.why)
