"""`jax.grad` of a function that returns no scalar of floats.  Page: rules/gradient_of_non_scalar.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Edit, Finding, Fix
from jaxlint.facts.model.events import RefusedOutput
from jaxlint.facts.model.values import Transformed
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.boundary import function_name
from jaxlint.rules import rule

_ADVICE = {
    "tuple": "declare what comes after the loss with `has_aux=True`, or return the loss alone",
    "container": "return the loss alone",
    "shape": "reduce it (`jnp.mean`, `jnp.sum`), map `vmap(grad(f))` over it, or use `jax.jacrev`",
    "dtype": "return a float",
}


@rule("JAX806", since="0.1", fix="unsafe")
def gradient_of_non_scalar(ctx: View, event: RefusedOutput) -> Iterator[Finding]:
    node = ctx.node
    value = ctx.value(node)
    name = function_name(value.function) if isinstance(value, Transformed) else ""
    subject = f"`{name}`" if name else "the function"
    if event.how == "aux":
        message = f"`has_aux=True` wants {subject} to return a pair of loss and auxiliary data, which it does not"
        yield Finding(node, message, Decline("what the auxiliary data is, the function must say"))
        return
    message = (
        f"`{event.transform}` needs a scalar to differentiate, but {subject} returns {event.what}; {_ADVICE[event.how]}"
    )
    yield Finding(node, message, _with_aux(ctx, node, event))


def _with_aux(ctx: View, node: cst.CSTNode, event: RefusedOutput) -> Fix | Decline:
    """``value_and_grad(loss)``  ->  ``value_and_grad(loss, has_aux=True)``"""
    if event.how != "tuple" or event.what != "a tuple of 2":
        return Decline("there are several ways to a scalar")
    call = node.decorator if isinstance(node, cst.Decorator) else node
    if not isinstance(call, cst.Call) or ctx.name(call.func) != event.transform or not call.args:
        return Decline("the transform is not called here")
    end = ctx.span(call.args[-1])[1]
    message = "Declare the auxiliary data: the result is then a pair, with it beside the value or gradient"
    return Fix(message, (Edit(end, end, ", has_aux=True"),), "unsafe")
