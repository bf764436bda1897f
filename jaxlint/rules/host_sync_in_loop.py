"""A loop on the host that waits for the device in every turn.  Page: rules/host_sync_in_loop.md"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.queries.syncs import element_reads, syncs
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.host_copy import as_host_copy
from jaxlint.rules import rule


@rule("JAX606", since="0.1", level="warning", fix="unsafe")
def host_sync_in_loop(ctx: View, node: cst.For | cst.While | cst.CompFor) -> Iterator[Finding]:
    if isinstance(node, cst.For | cst.CompFor):
        for call, array in element_reads(ctx, node):
            base = ctx.code(array.value if isinstance(array, cst.Subscript) and array is not node.iter else array)
            message = (
                f"`{ctx.code(call)}` fetches one element of the jax array `{base}` from the device in each turn; "
                f"`{ctx.spell('numpy.asarray')}({base})` before the loop fetches all of them at once"
            )
            yield Finding(call, message, as_host_copy(ctx, node, array))
    if isinstance(node, cst.For | cst.While):
        for sync in syncs(ctx, node):
            message = (
                f"{sync.how} waits for `{ctx.code(sync.array)}` in each turn, so that Python cannot dispatch the next "
                "one meanwhile; ask every few turns, after the loop, or keep the loop on the device (`lax.while_loop`)"
            )
            yield Finding(sync.node, message)
