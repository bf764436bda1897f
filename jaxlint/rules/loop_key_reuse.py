"""A key that a loop uses up in every turn.  Page: rules/loop_key_reuse.md"""

from collections.abc import Iterator

from jaxlint.edits import Finding
from jaxlint.facts.model.events import KeyReuse
from jaxlint.facts.notes.reuse import story
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.split_key import split_key
from jaxlint.rules import rule


@rule("JAX302", since="0.1", fix="unsafe")
def loop_key_reuse(ctx: View, event: KeyReuse) -> Iterator[Finding]:
    if event.kind not in ("loop", "body"):
        return
    name, verb = f"`{event.name}`" if event.name else "the key", event.verb.rpartition(".")[2]
    turns = "turn of the loop" if event.kind == "loop" else f"turn of {_body(ctx)}"
    message = f"{name} is the same in every {turns}, so `{verb}` gives the same numbers each time"
    yield Finding(ctx.node, f"{message}; split it in each turn", split_key(ctx, event), story(event))


def _body(ctx: View) -> str:
    boundary = ctx.boundary
    return f"`{boundary.function}`" if boundary is not None and boundary.repeats else "the body"
