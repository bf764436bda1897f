"""Indexing by a traced boolean mask.  Page: rules/boolean_mask.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.values import Array, HostArray, Member, Tree
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rewrite.masking import unmasked
from jaxlint.rules import rule


@rule("JAX502", since="0.1", fix="unsafe")
def boolean_mask(ctx: View, node: cst.Subscript) -> Iterator[Finding]:
    if not _is_array(ctx, node) or isinstance(ctx.parent(node), cst.AssignTarget | cst.Del):
        return
    for element in node.slice:
        if not isinstance(element.slice, cst.Index):
            continue
        mask = element.slice.value
        if kind_of(ctx.value(mask)) == "bool" and (why := ctx.traced(mask)):
            message = (
                f"the number of items that `{ctx.code(mask)}` selects depends on values, and {why}; use `jnp.where`"
            )
            yield Finding(node, message, unmasked(ctx, node, mask), why)
            return


def _is_array(ctx: View, node: cst.Subscript) -> bool:
    base = ctx.value(node.value)
    if isinstance(base, Member) and base.name == "at":
        base = base.base
    return isinstance(base, Array | Tree | HostArray)
