"""Page: rules/shared_batch_key.md"""

from collections.abc import Iterator

from jaxlint.edits import Finding
from jaxlint.facts.events import SharedKey
from jaxlint.facts.view import View
from jaxlint.rules import rule


@rule("JAX305", since="0.1", level="warning")
def shared_batch_key(ctx: View, event: SharedKey) -> Iterator[Finding]:
    yield Finding(ctx.node, f"{event.name} {event.verb} {event.boundary.function}")
