"""`jax.jit` on a function that the host's code calls again and again.

def step(q, p):          @jax.jit
    return q + 0.1 * p   def step(q, p):
                   ->        return q + 0.1 * p
"""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix
from jaxlint.facts.model.definitions import FunctionDefinition
from jaxlint.facts.model.values import Array, Const, Function, Static, Unknown, Value
from jaxlint.facts.queries.anew import meets_arrays_only
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.mapping import is_traceable


def jit_function(ctx: View, step: Value) -> Fix | Decline:
    """Decorate a function, where all that it does is arithmetic with arrays; its sizes become static."""
    if not isinstance(step, Function):
        return Decline("the step is no function of its own")
    definition = step.definition
    if not isinstance(definition.node, cst.FunctionDef) or definition.cls is not None or definition.node.decorators:
        return Decline(f"`{definition.name}` is no plain function")
    plain = all(parameter.kind in ("both", "keyword") for parameter in definition.parameters)
    if definition.chunk.source.path != ctx.chunk.source.path or not plain or not is_traceable(ctx, step):
        return Decline(f"`{definition.name}` may need values, or have effects")
    others = [p.name for p in definition.parameters if not _is_array(ctx, definition, p.name)]
    if not all(_is_size(ctx, definition, name) for name in others):
        return Decline(f"`{definition.name}` may need values, or have effects")
    start = definition.chunk.span(definition.node)[0]
    indent = definition.chunk.source.text[:start].rpartition("\n")[2]
    jit, partial = ctx.spell("jax.jit"), ctx.spell("functools.partial")
    if not others:
        return Fix(f"Jit `{definition.name}`", (Edit(start, start, f"@{jit}\n{indent}"),), "unsafe", ("jax.jit",))
    names = ", ".join(f'"{name}"' for name in others)
    stated = names if len(others) == 1 else f"({names})"
    text = f"@{partial}({jit}, static_argnames={stated})\n{indent}"
    return Fix(f"Jit `{definition.name}`", (Edit(start, start, text),), "unsafe", ("jax.jit", "functools.partial"))


def _is_array(ctx: View, definition: FunctionDefinition, name: str) -> bool:
    """True for a parameter that meets nothing but arrays, or is one in each call that is known."""
    known = _given(ctx, definition, name)
    arrays = bool(known) and all(isinstance(value, Array) for value in known)
    return arrays or meets_arrays_only(ctx, definition, name)


def _given(ctx: View, definition: FunctionDefinition, name: str) -> list[Value]:
    """What the known calls of a function pass."""
    given = [frame.arguments.get(name) for frame in ctx.tracer.activations.get(definition, ())]
    return [value for value in given if value is not None and not isinstance(value, Unknown)]


def _is_size(ctx: View, definition: FunctionDefinition, name: str) -> bool:
    """True for a parameter that is a Python integer in each call that is known."""
    known = _given(ctx, definition, name)
    return bool(known) and all(
        (isinstance(value, Const) and type(value.value) is int) or (isinstance(value, Static) and value.kind == "int")
        for value in known
    )
