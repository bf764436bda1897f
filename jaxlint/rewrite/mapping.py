"""A loop of equal calls over the rows of an array, as `jax.vmap`.

``jnp.stack([score(w, x) for x in xs])``  ->  ``jax.vmap(score, in_axes=(None, 0))(w, xs)``
"""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Fix, replace
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Array, Const, Function, HostArray, Static, Value
from jaxlint.facts.queries.view import View

STACKS = ("jax.numpy.stack", "jax.numpy.array", "jax.numpy.asarray", "jax.numpy.vstack", "jax.numpy.concatenate")
_CONTROL = (
    cst.If,
    cst.While,
    cst.For,
    cst.Try,
    cst.With,
    cst.Assert,
    cst.Raise,
    cst.IfExp,
    cst.BooleanOperation,
    cst.Global,
)


def mapped(ctx: View, stack: cst.Call, comprehension: cst.ListComp | cst.GeneratorExp) -> Fix | Decline:
    """The call of a mapped function that gives the stacked results."""
    clause, element = comprehension.for_in, comprehension.elt
    if ctx.name(stack.func) not in STACKS[:3] or len(stack.args) != 1:
        return Decline("the results are put together in another way than `jax.vmap` does")
    if not isinstance(clause.target, cst.Name) or not ctx.jax_array(clause.iter):
        return Decline("the loop does not run over the rows of one array")
    if not isinstance(element, cst.Call) or not is_traceable(ctx, ctx.value(element.func)):
        return Decline("the function is not sure to be free of branches, effects and host values")
    arguments = [argument.value for argument in element.args]
    row = clause.target.value
    places = [number for number, a in enumerate(arguments) if isinstance(a, cst.Name) and a.value == row]
    rest = [argument for number, argument in enumerate(arguments) if number not in places]
    if len(places) != 1 or any(_mentions(argument, row) or not _is_array(ctx.value(argument)) for argument in rest):
        return Decline("the other arguments are perhaps no arrays, or depend on the row")
    if any(argument.keyword is not None or argument.star for argument in element.args):
        return Decline("the call passes keywords or unpacks its arguments")
    axes = ", ".join("0" if number in places else "None" for number in range(len(arguments)))
    passed = ", ".join(ctx.code(clause.iter if number in places else a) for number, a in enumerate(arguments))
    vmap = ctx.spell("jax.vmap")
    option = f", in_axes=({axes})" if len(arguments) > 1 else ""
    text = f"{vmap}({ctx.code(element.func)}{option})({passed})"
    return Fix("Map with `jax.vmap`", (replace(ctx, stack, text),), "unsafe", ("jax.vmap",))


def is_traceable(ctx: View, function: Value) -> bool:
    """True for a project function that is a straight line of jax operations."""
    if not isinstance(function, Function):
        return False
    definition = function.definition
    frames = ctx.tracer.activations.get(definition, ())
    parts = list(own_nodes(definition.node.body))
    if not frames or any(isinstance(part, _CONTROL) for part in parts):
        return False
    inner = View(ctx.tracer, frames[0], definition.chunk)
    return all(_is_jax(inner, part) for part in parts if isinstance(part, cst.Call))


def _is_jax(ctx: View, node: cst.Call) -> bool:
    return (ctx.name(node.func) or "").startswith(("jax.numpy.", "jax.nn.", "jax.lax."))


def _is_array(value: Value) -> bool:
    return isinstance(value, Array | HostArray | Const | Static)


def _mentions(node: cst.BaseExpression, name: str) -> bool:
    return any(isinstance(part, cst.Name) and part.value == name for part in own_nodes(node))
