"""A key that is used up twice on one path.  Page: rules/key_reuse.md"""

from collections.abc import Iterator

from jaxlint.edits import Finding
from jaxlint.facts.events import KeyReuse
from jaxlint.facts.view import View
from jaxlint.rules import rule


@rule("JAX301", since="0.1")
def key_reuse(ctx: View, event: KeyReuse) -> Iterator[Finding]:
    yield Finding(ctx.node, f"{event.kind}: `{event.name}` {event.verb} again; first by {event.first_verb} at {event.first.path}:{event.first.line}")
