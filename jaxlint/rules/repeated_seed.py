"""A seed that makes two keys which are used alike.  Page: rules/repeated_seed.md"""

from collections.abc import Iterator

from jaxlint.edits import Finding
from jaxlint.facts.model.events import RepeatedSeed
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule


@rule("JAX307", since="0.1", level="warning")
def repeated_seed(ctx: View, event: RepeatedSeed) -> Iterator[Finding]:
    verb = event.verb.rpartition(".")[2]
    if event.first.node is ctx.node:
        what, advice = f"the key is made from seed {event.seed!r} anew in each turn", "make it before the loop"
    else:
        what, advice = f"seed {event.seed!r} gives the key of {ctx.told(event.first)} again", "split one key"
    yield Finding(ctx.node, f"{what}, so `{verb}` gives the same numbers; {advice}")
