"""A NumPy buffer of a trace made a jax array: ``buf = np.zeros(n) -> buf = jnp.zeros(n)``. Its stores become `.at[]`
when they are found to store into a jax array."""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Fix, repair, replace
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import jax_equivalent

_MAKERS = frozenset(
    f"numpy.{name}"
    for name in """zeros ones empty full zeros_like ones_like empty_like full_like eye arange array copy identity
    linspace tile diag""".split()  # noqa: SIM905
)


def as_jax_buffer(ctx: View, node: cst.Subscript) -> Fix | Decline:
    """The fix where the buffer is a variable of this function that one call of NumPy makes."""
    name, function = node.value, ctx.function
    if not isinstance(name, cst.Name) or function is None or name.value not in function.scope.bound:
        return Decline("the buffer is made elsewhere")
    if _shared(ctx, name.value):
        return Decline(f"`{name.value}` has another name, or a nested function uses it")
    made = _bindings(ctx, name.value)
    if len(made) != 1 or not isinstance(made[0], cst.Call):
        return Decline(f"`{name.value}` is not made by one call")
    maker = ctx.name(made[0].func)
    equivalent = jax_equivalent(maker) if maker in _MAKERS else None
    if equivalent is None:
        return Decline(f"`{name.value}` is made by what has no counterpart in JAX")
    if any(arg.keyword is not None and arg.keyword.value in ("order", "subok", "like") for arg in made[0].args):
        return Decline(f"`{ctx.spell(equivalent)}` does not take these arguments")
    edit = replace(ctx, made[0].func, ctx.spell(equivalent))
    return Fix(f"Make `{name.value}` a jax array", (edit,), repair(ctx), (equivalent,))


def _bindings(ctx: View, name: str) -> list[cst.BaseExpression | None]:
    """The right sides that a variable is bound to; None for a binding of another form."""
    found: list[cst.BaseExpression | None] = []
    for node in ctx.nodes():
        match node:
            case cst.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target.target, cst.Name) and target.target.value == name:
                        found.append(value)
            case cst.AnnAssign(target=cst.Name(value=bound), value=value) if bound == name:
                found.append(value)
            case cst.For(target=target) | cst.NamedExpr(target=target) if _names(target, name):
                found.append(None)
    return found


def _shared(ctx: View, name: str) -> bool:
    """True if the array may be reached in another way than by this variable of this function."""
    for node in ctx.nodes():
        if isinstance(node, cst.FunctionDef | cst.Lambda) and _names(node.body, name):
            return True
        match node:
            case cst.Assign(targets=targets, value=cst.Name(value=value)) if value == name:
                return True
            case cst.Assign(targets=targets) if len(targets) > 1 and any(_names(target, name) for target in targets):
                return True
    return False


def _names(tree: cst.CSTNode, name: str) -> bool:
    return any(isinstance(node, cst.Name) and node.value == name for node in own_nodes(tree))
