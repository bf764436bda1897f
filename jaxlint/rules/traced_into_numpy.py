"""A tracer stored into a NumPy array.  Page: rules/traced_into_numpy.md"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.events import BufferStore
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.jax_buffer import as_jax_buffer
from jaxlint.rules import rule


@rule("JAX605", since="0.1", fix="safe")
def traced_into_numpy(ctx: View, event: BufferStore) -> Iterator[Finding]:
    node = ctx.node
    if not isinstance(node, cst.Subscript) or ctx.failing(node):
        return
    buffer, why = ctx.code(node.value), event.traced.why
    what = "a traced value" if event.part == "value" else "anything at a traced index"
    message = (
        f"`{buffer}` is a NumPy array, which cannot hold {what}, and {why}; make it with `{ctx.spell('jax.numpy')}`"
    )
    yield Finding(node, message, as_jax_buffer(ctx, node), why)
