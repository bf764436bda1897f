"""A list or dict argument that a traced function changes in its own copy.  Page: rules/lost_argument_mutation.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.events import Mutation
from jaxlint.facts.queries.lost import lost
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule

_GROWING = ("append", "extend", "insert", "update", "add", "setdefault", "appendleft")


@rule("JAX204", since="0.1")
def lost_argument_mutation(ctx: View, event: Mutation) -> Iterator[Finding]:
    node = ctx.node
    if not event.argument or not isinstance(node, cst.Subscript | cst.Attribute):
        return
    if event.kind == "method" and (not isinstance(node, cst.Attribute) or node.attr.value not in _GROWING):
        return
    if found := lost(ctx, node.value):
        copy = f"`{ctx.code(node.value)}` belongs to the copy that `{found.function}` gets of `{found.argument}`"
        fate = f"the change is lost, and {ctx.told(found.later)} goes on with the original"
        yield Finding(node, f"{copy}: {fate}; return the changed container instead", why=event.boundary.why)
