"""An argument whose tree is of another structure in the first turn of a loop.  Page: rules/changed_structure.md"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.events import ChangedStructure
from jaxlint.facts.queries.anew import called, turn_of
from jaxlint.facts.queries.dict_keys import certain_keys
from jaxlint.facts.queries.passed import argument_of
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule


@rule("JAX712", since="0.1", level="hint")
def changed_structure(ctx: View, event: ChangedStructure) -> Iterator[Finding]:
    node = argument_of(ctx.node, event.argument) if isinstance(ctx.node, cst.Call) else None
    if node is None:
        return
    added = sorted(event.keys & certain_keys(ctx, event, node), key=str)
    if event.keys and not added:
        return
    at_first = f"has no key {added[0]!r} at first, but one" if added else "is None at first, and no longer"
    message = (
        f"`{called(event.run.callee)}` is compiled twice: `{event.name}` {at_first} in {turn_of(ctx, event.loop)} "
        "after it; start with a tree of the same structure"
    )
    yield Finding(node, message)
