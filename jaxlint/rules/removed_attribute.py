"""An attribute or method that arrays had once.  Page: rules/removed_attribute.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.queries.compat import compatible
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import removed
from jaxlint.rewrite.modern_attribute import modern_attribute
from jaxlint.rules import rule


@rule("JAX905", since="0.2", fix="safe")
def removed_attribute(ctx: View, node: cst.Attribute) -> Iterator[Finding]:
    row = removed(f"jax.Array.{node.attr.value}")
    if row is None or not ctx.jax_array(node.value) or compatible(ctx, node):
        return
    above = ctx.parent(node)
    called = isinstance(above, cst.Call) and above.func is node
    if node.attr.value == "device" and not called:
        return  # an attribute since, which it is right to read
    fate = f"was removed in jax {row.removed}" if row.removed else "is gone"
    what = "method " if called else ""
    message = f"`{ctx.code(node.value)}` is a jax array, whose {what}`{node.attr.value}` {fate}: {row.note}"
    yield Finding(above if called and above is not None else node, message, modern_attribute(ctx, node, row))
