"""A variable that is used after its buffers were donated.  Page: rules/donated_read.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding
from jaxlint.facts.model.events import DonatedRead
from jaxlint.facts.queries.elements import needs_elements
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule


@rule("JAX706", since="0.1")
def donated_read(ctx: View, event: DonatedRead) -> Iterator[Finding]:
    if not isinstance(ctx.node, cst.Name | cst.Attribute) or not needs_elements(ctx, ctx.node) or ctx.caught(ctx.node):
        return
    call = event.donation.node
    assert isinstance(call, cst.Call)
    name = ctx.code(ctx.node)
    again = event.donation.node in ctx.ancestors(ctx.node)
    where = "the turn before" if again else f"the call in line {event.donation.line}"
    yield Finding(
        ctx.node,
        f"`{name}` was donated in {where}: its buffers are deleted, and reading it raises a RuntimeError; go on with "
        "what the call returns, or do not donate it",
        Decline("whether the old values are meant or the new ones, only the author knows"),
    )
