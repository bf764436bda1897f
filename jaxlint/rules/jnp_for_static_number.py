"""jnp computes a size from static numbers.  Page: rules/jnp_for_static_number.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.values import any_tracing
from jaxlint.facts.queries.passed import passed
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.static_number import in_python, static_origin
from jaxlint.rules import rule


@rule("JAX505", since="0.1", fix="safe")
def jnp_for_static_number(ctx: View, node: cst.Call) -> Iterator[Finding]:
    for argument in _sizes(ctx, node):
        origin = static_origin(ctx, argument)
        proof = any_tracing([ctx.value(origin)]) if origin is not None else None
        if origin is not None and proof is not None and proof.level == "full" and not ctx.caught(node):
            message = (
                f"`{ctx.code(origin.func)}` makes a tracer even of numbers that are known while tracing, "
                f"and `{ctx.code(node.func)}` needs a Python number"
            )
            yield Finding(origin, message, in_python(ctx, origin), proof.why)


def _sizes(ctx: View, node: cst.Call) -> list[cst.BaseExpression]:
    """The arguments of a call that must be Python numbers."""
    if ctx.name(node.func) == "builtins.range":
        return [argument.value for argument in node.args]
    call = passed(ctx, node)
    if call is None:
        return []
    static = sorted(call.function.static & call.arguments.keys())
    return [argument for parameter in static for argument in call.arguments[parameter]]
