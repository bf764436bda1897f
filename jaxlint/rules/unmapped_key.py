"""A key that all rows of a mapped function share.  Page: rules/unmapped_key.md"""

from collections.abc import Iterator

from jaxlint.edits import Finding
from jaxlint.facts.model.events import SharedKey
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule


@rule("JAX305", since="0.1", level="warning")
def unmapped_key(ctx: View, event: SharedKey) -> Iterator[Finding]:
    key, verb, transform = event.name or "key", _last(event.verb), _last(event.boundary.name)
    message = f"`{transform}` does not map over `{key}`, so `{verb}` gives every row the same numbers"
    yield Finding(ctx.node, f"{message}; map over `split({key}, n)`", why=event.boundary.why)


def _last(name: str) -> str:
    return name.rpartition(".")[2]
