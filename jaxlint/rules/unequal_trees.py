"""A carry that changes its type, or branches that return different ones.  Page: rules/unequal_trees.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding
from jaxlint.facts.model.events import Mismatch
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule


@rule("JAX831", since="0.1")
def unequal_trees(ctx: View, event: Mismatch) -> Iterator[Finding]:
    node, name = ctx.node, event.transform.rpartition(".")[2]
    if not isinstance(node, cst.Call):
        return
    place = f" at `{event.path}`" if event.path else ""
    if event.kind == "pair":
        message = f"the body of `{name}` must return {event.first}, but it returns {event.second}"
    elif event.kind == "carry":
        message = (
            f"the carry of `{name}`{place} starts as {event.first} and comes out of the body as {event.second}, which "
            "raises TypeError; give it the type of the body from the start"
        )
    else:
        message = (
            f"the branches of `{name}` return {event.first} and {event.second}{place}, which raises TypeError; let "
            "both return the same"
        )
    yield Finding(node, message, Decline("which of the two is meant is for the author to say"))
