"""A function whose result's shape depends on values, in a trace.  Page: rules/value_dependent_shape.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Edit, Finding, Fix
from jaxlint.facts.model.values import NONE, any_tracing
from jaxlint.facts.model.why import Why
from jaxlint.facts.queries.passed import Passed, passed
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import Sized
from jaxlint.rules import rule


@rule("JAX501", since="0.1", fix="suggestion")
def value_dependent_shape(ctx: View, node: cst.Call) -> Iterator[Finding]:
    call = passed(ctx, node)
    if call is None or call.function.sized is None or ctx.caught(node) or _is_sized(ctx, call, call.function.sized):
        return
    if why := _why(ctx, call):
        parameter = call.function.sized.param
        advice = (
            f"pass `{parameter}=`, an upper bound" if parameter else "there is no way to bound it: work with a mask"
        )
        message = (
            f"the shape of `{call.short}`'s result depends on values, which a trace does not have ({why}); {advice}"
        )
        yield Finding(node, message, _sized(ctx, node, call), why)


def _sized(ctx: View, node: cst.Call, call: Passed) -> Fix | Decline:
    """``jnp.nonzero(m)`` -> ``jnp.nonzero(m, size=m.size)``, which holds all that there can be, and padding."""
    argument = call.single(next(iter(call.function.params), ""))
    sized = call.function.sized
    stated = call.single("size") is not None
    if sized is None or sized.param != "size" or stated or not isinstance(argument, cst.Name | cst.Attribute):
        return Decline("only you know an upper bound of the size, and a value to fill up with")
    end = ctx.span(node)[1] - 1
    bound = f"size={ctx.code(argument)}.size"
    last = node.args[-1] if node.args else None
    comma = "" if last is None or isinstance(last.comma, cst.Comma) else ", "
    message = "Bound the size from above; a smaller bound is better, and the rest is filled up (`fill_value=`)"
    return Fix(message, (Edit(end, end, comma + bound),), "suggestion")


def _is_sized(ctx: View, call: Passed, sized: Sized) -> bool:
    """True if the call states the size, or passes what makes the question void (`where` with `x`)."""
    if sized.unless is not None and sized.unless in call.arguments:
        return True
    stated = call.single(sized.param) if sized.param is not None else None
    return stated is not None and ctx.value(stated) != NONE


def _why(ctx: View, call: Passed) -> Why | None:
    """A trace that stages makes a tracer of everything; elsewhere the argument itself must be one."""
    if call.short == "repeat":
        repeats = call.arguments.get("repeats", ())
        return _traced(ctx, repeats)
    staging = ctx.boundary.staging if ctx.boundary is not None else None
    arguments = [node for nodes in call.arguments.values() for node in nodes]
    return _traced(ctx, tuple(arguments)) or (staging.why if staging is not None else None)


def _traced(ctx: View, nodes: tuple[cst.BaseExpression, ...]) -> Why | None:
    proof = any_tracing([ctx.value(node) for node in nodes])
    return proof.why if proof is not None and proof.level == "full" else None
