"""An argument that a sampler does not take.  Page: rules/sampler_argument.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix, replace
from jaxlint.facts.model.values import Array, Const, Keys, Ref, Static, Tuple, Value
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import Function, function
from jaxlint.rules import rule

ASARRAY = "jax.numpy.asarray"
_DATA = {"jax.random.choice": "a", "jax.random.permutation": "x"}


@rule("JAX308", since="0.1", fix="safe")
def sampler_argument(ctx: View, node: cst.Call) -> Iterator[Finding]:
    sampler = function(ctx.name(node.func) or "")
    if sampler is None or not sampler.name.startswith("jax.random.") or any(arg.star for arg in node.args):
        return
    params = [_param(sampler, number, arg) for number, arg in enumerate(node.args)]
    for param, arg in zip(params, node.args, strict=True):
        if arg.keyword is not None and _is_unknown(sampler, param):
            fix = _as_shape(ctx, sampler, params, arg)
            advice = "; the size is called `shape`" if isinstance(fix, Fix) else ""
            yield Finding(arg, f"`{_short(sampler)}` has no parameter `{param}`{advice}", fix)
        elif param == sampler.key and _takes_one(sampler) and isinstance(ctx.value(arg.value), Keys):
            advice = "use one of them, or `jax.vmap` over them"
            message = f"`{_short(sampler)}` takes one key, but `{ctx.code(arg.value)}` is an array of keys; {advice}"
            yield Finding(arg, message, Decline("which of the keys is meant is not written here"))
        elif param == _DATA.get(sampler.name) and _is_sequence(ctx, arg.value):
            message = f"`{_short(sampler)}` takes an array or a number, not the Python sequence `{_text(ctx, arg)}`"
            yield Finding(arg, message, _as_array(ctx, arg))


def _param(sampler: Function, number: int, arg: cst.Arg) -> str | None:
    if arg.keyword is not None:
        return arg.keyword.value
    return sampler.signature.parameter(number) if sampler.signature is not None else None


def _short(sampler: Function) -> str:
    return sampler.name.rpartition(".")[2]


def _is_unknown(sampler: Function, param: str | None) -> bool:
    signature = sampler.signature
    return signature is not None and signature.keywords is None and param not in signature.params


def _takes_one(sampler: Function) -> bool:
    return sampler.consumes or sampler.name == "jax.random.fold_in"


def _as_shape(ctx: View, sampler: Function, params: list[str | None], arg: cst.Arg) -> Fix | None:
    """``size=n``  ->  ``shape=n``"""
    if arg.keyword is None or arg.keyword.value != "size" or "shape" in params or "shape" not in sampler.params:
        return None
    return Fix("call it `shape`", (replace(ctx, arg.keyword, "shape"),), "safe")


def _is_sequence(ctx: View, node: cst.BaseExpression) -> bool:
    value = ctx.value(node)
    return isinstance(value, Tuple) or (isinstance(value, Ref) and value.kind == "list")


def _as_array(ctx: View, arg: cst.Arg) -> Fix | Decline:
    """``[1, 2]``  ->  ``jnp.asarray([1, 2])``"""
    node = arg.value
    items = node.elements if isinstance(node, cst.List | cst.Tuple) else ()
    if not items or not all(_is_number(ctx.value(item.value)) for item in items):
        return Decline("whether the sequence holds numbers only is not known")
    label = f"{arg.keyword.value}=" if arg.keyword is not None else ""
    edit = replace(ctx, arg, f"{label}{ctx.spell(ASARRAY)}({_text(ctx, arg)})")
    return Fix("make it an array", (edit,), "safe", (ASARRAY,))


def _text(ctx: View, arg: cst.Arg) -> str:
    return f"({ctx.code(arg.value)})" if isinstance(arg.value, cst.Tuple) else ctx.code(arg.value)


def _is_number(value: Value) -> bool:
    match value:
        case Const(value=number):
            return isinstance(number, int | float | complex)
        case Static(kind=kind):
            return kind in ("int", "float", "bool")
    return isinstance(value, Array)
