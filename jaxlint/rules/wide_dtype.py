"""A 64-bit type is asked for where x64 is not enabled.  Page: rules/wide_dtype.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix, replace
from jaxlint.facts.model.values import Array, Const, Library, Member
from jaxlint.facts.queries.passed import passed
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace import dtypes
from jaxlint.rules import rule

_AREAS = ("jax.numpy.", "jax.lax.", "jax.random.", "jax.nn.")


@rule("JAX811", since="0.1", fix="unsafe", level="warning")
def wide_dtype(ctx: View, node: cst.Call) -> Iterator[Finding]:
    asked = _asked(ctx, node)
    dtype = dtypes.stated(ctx.value(asked)) if asked is not None else None
    if asked is None or dtype is None or dtype.name == dtype.wide or _is_python_type(ctx, asked) or ctx.x64:
        return
    message = (
        f"`{ctx.code(asked)}` is asked for, but x64 is not enabled: the result is {dtype.name}, with no more than a "
        f"warning; ask for {dtype.name}, or enable `jax_enable_x64` before the first array is made"
    )
    yield Finding(asked, message, _narrowed(ctx, asked, dtype.wide, dtype.name))


def _asked(ctx: View, node: cst.Call) -> cst.BaseExpression | None:
    """The expression that states the element type of a call's result."""
    name = ctx.name(node.func)
    if name is not None and name.startswith("jax.numpy.") and _is_type(name):
        return node.func
    if _is_astype(ctx, node):
        given = [
            argument.value for argument in node.args if argument.keyword is None or argument.keyword.value == "dtype"
        ]
        return given[0] if given else None
    call = passed(ctx, node) if name is not None and name.startswith(_AREAS) else None
    if call is None or call.short in (
        "promote_types",
        "result_type",
        "can_cast",
        "issubdtype",
        "finfo",
        "iinfo",
        "dtype",
    ):
        return None
    return call.single("dtype") or call.single("new_dtype")


def _is_type(name: str) -> bool:
    return name.rpartition(".")[2] in ("float64", "int64", "uint64", "complex128", "double", "cdouble")


def _is_astype(ctx: View, node: cst.Call) -> bool:
    match ctx.value(node.func):
        case Member(base=Array(), name="astype"):
            return True
    return False


def _is_python_type(ctx: View, asked: cst.BaseExpression) -> bool:
    """True for ``float`` and ``int``, with which the default type is meant."""
    value = ctx.value(asked)
    name = value.name if isinstance(value, Library) else value.value if isinstance(value, Const) else ""
    return not isinstance(name, str) or name.startswith("builtins.") or ("64" not in name and "128" not in name)


def _narrowed(ctx: View, asked: cst.BaseExpression, wide: str, narrow: str) -> Fix | Decline:
    """``jnp.float64``  ->  ``jnp.float32``"""
    match asked:
        case cst.Attribute(attr=cst.Name(value=name) as attribute) if name == wide:
            edit = replace(ctx, attribute, narrow)
        case cst.SimpleString(raw_value=text) if text == wide:
            edit = replace(ctx, asked, ctx.code(asked).replace(wide, narrow))
        case _:
            return Decline("the type is chosen elsewhere")
    return Fix(f"Ask for {narrow}, which it is", (edit,), "unsafe")
