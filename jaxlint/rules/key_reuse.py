"""A key that is used up more than once.  Page: rules/key_reuse.md"""

from collections.abc import Iterator

from jaxlint.edits import Finding
from jaxlint.facts.model.events import KeyReuse
from jaxlint.facts.notes.reuse import story
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.split_key import split_key
from jaxlint.rules import rule


@rule("JAX301", since="0.1", fix="unsafe")
def key_reuse(ctx: View, event: KeyReuse) -> Iterator[Finding]:
    if event.kind in ("again", "call", "frozen"):
        yield Finding(ctx.node, _message(ctx, event), split_key(ctx, event), story(event))


def _message(ctx: View, event: KeyReuse) -> str:
    name = f"`{event.name}`" if event.name else "the key"
    verb, first = event.verb.rpartition(".")[2], event.first_verb.rpartition(".")[2]
    if event.kind == "frozen":
        return f"the key is bound here once, so every call of `{verb}` gives the same numbers; pass a new key each time"
    if event.kind == "call":
        return f"{name} is the same in every call, so `{verb}` gives the same numbers each time; split it in each call"
    where = ctx.told(event.first)
    if event.name.endswith(")"):
        return f"{name} is the key that `{first}` used up on {where}; fold in other data"
    return f"`{verb}` uses up {name} again after `{first}` on {where}: their numbers are not independent; split it"
