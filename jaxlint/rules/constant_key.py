"""A trace that draws from a constant key.  Page: rules/constant_key.md"""

from collections.abc import Iterator

from jaxlint.edits import Finding
from jaxlint.facts.events import ConstantKey
from jaxlint.facts.view import View
from jaxlint.rules import rule


@rule("JAX303", since="0.1", level="warning")
def constant_key(ctx: View, event: ConstantKey) -> Iterator[Finding]:
    yield Finding(ctx.node, f"const {event.seed} {event.boundary.function}")
