"""Page: rules/repeated_seed.md"""

from collections.abc import Iterator

from jaxlint.edits import Finding
from jaxlint.facts.events import RepeatedSeed
from jaxlint.facts.view import View
from jaxlint.rules import rule


@rule("JAX307", since="0.1", level="warning")
def repeated_seed(ctx: View, event: RepeatedSeed) -> Iterator[Finding]:
    yield Finding(ctx.node, f"{event.kind} {event.seed} {event.verb} first {event.first.line}")
