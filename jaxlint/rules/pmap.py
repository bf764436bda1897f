"""`jax.pmap`, where `jax.jit` with sharded arrays is meant today.  Page: rules/pmap.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule

_PMAP = "jax.pmap"


@rule("JAX990", since="0.1", level="hint")
def pmap(ctx: View, node: cst.Call | cst.Decorator) -> Iterator[Finding]:
    used = node.decorator if isinstance(node, cst.Decorator) else node.func
    bound = isinstance(node, cst.Call) and ctx.name(node.func) == "functools.partial" and bool(node.args)
    if isinstance(node, cst.Call) and bound:
        used = node.args[0].value
    if ctx.name(used) == _PMAP:
        yield Finding(
            used,
            "`jax.pmap` is in maintenance: it wants a leading axis of the number of devices, and splits and gathers by "
            "hand; `jax.jit` with sharded arguments (`NamedSharding`), or `jax.shard_map`, does the same on any mesh",
        )
