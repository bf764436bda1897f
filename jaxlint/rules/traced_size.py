"""A size, shape, axis or other parameter that must be static, but is traced.  Page: rules/traced_size.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.values import Array, Const, any_tracing
from jaxlint.facts.queries.passed import Passed, passed
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.static_argument import make_static
from jaxlint.rewrite.static_number import static_origin
from jaxlint.rules import rule


@rule("JAX504", since="0.1", fix="unsafe")
def traced_size(ctx: View, node: cst.Call) -> Iterator[Finding]:
    call = passed(ctx, node)
    if call is None or call.function.sized is not None or ctx.caught(node):
        return
    for parameter in sorted(call.function.static & call.arguments.keys()):
        for argument in call.arguments[parameter]:
            proof = any_tracing([ctx.value(argument)])
            if proof is None or proof.level != "full" or static_origin(ctx, argument) is not None:
                continue
            if _may_be_traced(ctx, call, parameter, argument):
                continue
            meant = "stop" if call.short == "arange" and len(call.arguments) == 1 else parameter
            what = f"`{call.short}` needs its `{meant}` while tracing"
            message = f"{what}, but {proof.why}; make it a static argument or a Python number"
            yield Finding(argument, message, make_static(ctx, argument), proof.why)


def _may_be_traced(ctx: View, call: Passed, parameter: str, argument: cst.BaseExpression) -> bool:
    """True for what these functions take as a traced array: the edges of bins, unique indices to be deleted."""
    match parameter:
        case "bins":
            value = ctx.value(argument)
            return not (isinstance(value, Array) and value.ndim == 0)
        case "obj":
            stated = call.single("assume_unique_indices")
            return stated is not None and ctx.value(stated) != Const(False)
    return False
