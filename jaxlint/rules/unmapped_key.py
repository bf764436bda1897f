"""A key that all rows of a mapped function share.  Page: rules/unmapped_key.md"""

from collections.abc import Iterator

from jaxlint.edits import Finding
from jaxlint.facts.events import SharedKey
from jaxlint.facts.view import View
from jaxlint.rules import rule


@rule("JAX305", since="0.1", level="warning")
def unmapped_key(ctx: View, event: SharedKey) -> Iterator[Finding]:
    name, verb = f"`{event.name}`" if event.name else "the key", event.verb.rpartition(".")[2]
    what = f"`{event.boundary.name.rpartition('.')[2]}`"
    message = f"{what} does not map over {name}, so `{verb}` gives every row the same numbers; map over `split({event.name or 'key'}, n)`"
    yield Finding(ctx.node, message, why=event.boundary.why)
