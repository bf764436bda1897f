"""A function made in a loop that reads the loop's variable when it is traced, later.  Page: rules/late_binding.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding
from jaxlint.facts.model.values import Cached, Function, Partial, Transformed, Value
from jaxlint.facts.queries.late import Kept, kept
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.bind_default import bind_defaults
from jaxlint.rules import rule


@rule("JAX202", since="0.1", fix="unsafe")
def late_binding(ctx: View, node: cst.FunctionDef | cst.Lambda) -> Iterator[Finding]:
    found = kept(ctx, node)
    if found is None or not _is_traced(ctx, found):
        return
    names = [name.value for name in found.reads]
    function = f"`{node.name.value}` reads" if isinstance(node, cst.FunctionDef) else "this function reads"
    variables = " and ".join(f"`{name}`" for name in names)
    late = (
        f"{function} {variables} when it is traced, after the loop: all functions in {found.keeper} see the last value"
    )
    fix = Decline("its default arguments become arguments of its rules") if _has_rules(found.value) else None
    advice = "bind it with a default argument, " + ", ".join(f"`{name}={name}`" for name in names)
    yield Finding(found.reads[0], f"{late}; {advice}", fix or bind_defaults(ctx, node, names))


def _is_traced(ctx: View, found: Kept) -> bool:
    """True if the function is under a transform, or ends up in one."""
    value: Value = found.value
    while isinstance(value, Transformed | Partial | Cached):
        if isinstance(value, Transformed):
            return True
        value = value.function
    frames = ctx.tracer.activations.get(value.definition, ()) if isinstance(value, Function) else ()
    return any(frame.boundary is not None for frame in frames)


def _has_rules(value: Value) -> bool:
    """True for ``custom_vjp`` and ``custom_jvp``, whose rules get every argument."""
    return isinstance(value, Transformed) and value.name.startswith("jax.custom_")
