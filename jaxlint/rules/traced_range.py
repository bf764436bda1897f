"""`range` of a tracer.  Page: rules/traced_range.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix
from jaxlint.facts.model.values import any_tracing
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control import rewrite
from jaxlint.rewrite.static_argument import make_static
from jaxlint.rewrite.static_number import static_origin
from jaxlint.rules import rule


@rule("JAX405", since="0.1", fix="safe")
def traced_range(ctx: View, node: cst.Call) -> Iterator[Finding]:
    if ctx.name(node.func) != "builtins.range" or ctx.caught(node):
        return
    for argument in node.args:
        proof = any_tracing([ctx.value(argument.value)])
        if proof is not None and proof.level == "full" and static_origin(ctx, argument.value) is None:
            message = (
                f"`range` needs a Python int, but {proof.why}; `lax.fori_loop` takes a traced bound, "
                "or make it a static argument"
            )
            yield Finding(node, message, _fix(ctx, node, argument.value), proof.why)
            return


def _fix(ctx: View, node: cst.Call, argument: cst.BaseExpression) -> Fix | Decline:
    """A `fori_loop`, or else a static argument."""
    loop = ctx.parent(node)
    lowered = rewrite(ctx, loop) if isinstance(loop, cst.For) and loop.iter is node else None
    if isinstance(lowered, Fix):
        return lowered
    static = make_static(ctx, argument)
    return static if isinstance(static, Fix) or lowered is None else lowered
