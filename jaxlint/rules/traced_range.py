"""`range` of a tracer.  Page: rules/traced_range.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.truth import caught
from jaxlint.facts.values import any_tracing
from jaxlint.facts.view import View
from jaxlint.rewrite.static_argument import make_static
from jaxlint.rules import rule


@rule("JAX405", since="0.1", fix="unsafe")
def traced_range(ctx: View, node: cst.Call) -> Iterator[Finding]:
    if ctx.name(node.func) != "builtins.range" or caught(ctx, node):
        return
    for argument in node.args:
        proof = any_tracing([ctx.value(argument.value)])
        if proof is not None and proof.level == "full":
            message = (
                f"`range` needs a Python int, but {proof.why}; `lax.fori_loop` takes a traced bound, "
                "or make it a static argument"
            )
            yield Finding(node, message, make_static(ctx, argument.value), proof.why)
            return
