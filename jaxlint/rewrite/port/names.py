"""The names of NumPy and SciPy in a function, in JAX's: ``np.exp(x) -> jnp.exp(x)``.

What is computed from shapes and other Python values stays NumPy: JAX would make a tracer of it. A function that JAX
lacks is a reason to decline.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from jaxlint.edits import Decline, Edit
from jaxlint.facts.model.values import Const, Many, Static, Tuple, Value
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import function, jax_equivalent
from jaxlint.rewrite.port.reading import Reading, Unit

_PYTHON_TYPES = {
    "numpy.float64": "float", "numpy.double": "float", "numpy.float_": "float", "numpy.longdouble": "float",
    "numpy.int64": "int", "numpy.int_": "int", "numpy.intp": "int", "numpy.complex128": "complex",
    "numpy.bool_": "bool",
    "numpy.bool": "bool", "numpy.cdouble": "complex",
}  # fmt: skip
"""NumPy's types of 64 bits are those of Python's numbers; so written, they follow JAX's setting for 64 bits."""
_CONSTANTS = ("pi", "inf", "nan", "e", "newaxis", "euler_gamma")
_MAKERS = frozenset(
    f"numpy.{name}"
    for name in """zeros ones empty full arange linspace logspace geomspace eye identity array asarray zeros_like
    ones_like empty_like full_like meshgrid tri tril triu diag indices fromfunction""".split()  # noqa: SIM905
)
_MEANS = ("jax.numpy.mean", "jax.numpy.std", "jax.numpy.var")
_HARMLESS = {"order": None, "copy": None, "subok": None, "casting": None, "like": None, "sparse": None,
             "check_finite": None,
             "overwrite_a": None, "overwrite_b": None}  # fmt: skip
_LEFT = (
    "numpy.random.",
    "numpy.copyto",
    "numpy.put",
    "numpy.place",
    "numpy.putmask",
    "numpy.errstate",
    "numpy.fill_diagonal",
)


@dataclass(frozen=True, slots=True)
class Renamed:
    """The edits of one function and the names that the new text spells."""

    edits: tuple[Edit, ...]
    uses: tuple[str, ...]


def as_jax_names(reading: Reading, unit: Unit, ctx: View) -> Renamed | Decline:
    """The edits that rename what a function uses, or the first thing that JAX lacks."""
    edits: list[Edit] = []
    uses: list[str] = []
    for node, name in _library_names(reading, unit):
        call = _called(unit, node)
        made = _renamed(unit, ctx, node, name, call)
        if isinstance(made, Decline):
            return made
        text, used = made
        if text is not None:
            edits.append(unit.edit(node, text))
            uses += [used] if used else []
        if (
            call is not None
            and used in _MEANS
            and call.args
            and getattr(ctx.value(call.args[0].value), "kind", None) == "bool"
        ):
            edits.append(_as_float(unit, call))
        if call is not None and text is not None:
            cut = _without_harmless(unit, call, used or name)
            if isinstance(cut, Decline):
                return cut
            edits += cut
    return Renamed(tuple(edits), tuple(dict.fromkeys(uses)))


def _as_float(unit: Unit, call: cst.Call) -> Edit:
    """The mean of truth values is of the default float type in NumPy, of 32 bits in JAX."""
    end = unit.span(call.args[-1])[1]
    return Edit(end, end, ", dtype=float")


def _library_names(reading: Reading, unit: Unit) -> Iterator[tuple[cst.BaseExpression, str]]:
    for node in _every(unit):
        if isinstance(node, cst.Name | cst.Attribute):
            name = reading.name(unit, node)
            if name is not None and name.startswith(("numpy.", "scipy.")):
                yield node, name


def _every(unit: Unit) -> Iterator[cst.CSTNode]:
    """The nodes of the function with its signature, nested functions included; a chain of attributes counts once."""
    from jaxlint.source import children

    stack: list[cst.CSTNode] = [unit.node.params, *([unit.node.returns] if unit.node.returns else []), unit.node.body]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, cst.Attribute) and _is_chain(node):
            continue
        stack += reversed(children(node))


def _is_chain(node: cst.BaseExpression) -> bool:
    while isinstance(node, cst.Attribute):
        node = node.value
    return isinstance(node, cst.Name)


def _called(unit: Unit, node: cst.CSTNode) -> cst.Call | None:
    above = unit.parent(node)
    return above if isinstance(above, cst.Call) and above.func is node else None


def _renamed(
    unit: Unit, ctx: View, node: cst.BaseExpression, name: str, call: cst.Call | None
) -> tuple[str | None, str | None] | Decline:
    """The new text (None: it stays) and the name that it spells."""
    if name in ("numpy.ndarray", "numpy.typing.ArrayLike", "numpy.typing.NDArray"):
        inside = isinstance(unit.parent(node), cst.Subscript)
        return (None, None) if inside else (ctx.spell("jax.Array"), "jax.Array")
    if name in _PYTHON_TYPES and (call is None or len(call.args) == 1):
        return (
            (_PYTHON_TYPES[name], None)
            if call is None
            else (ctx.spell("jax.numpy." + name[6:].rstrip("_")), "jax.numpy." + name[6:].rstrip("_"))
        )
    if name.startswith(_LEFT) or name.endswith((".at", ".reduceat")):
        return None, None
    if name.rpartition(".")[2] in _CONSTANTS and name.count(".") == 1:
        equivalent = f"jax.{name}" if name.startswith("numpy") else None
        equivalent = name.replace("numpy.", "jax.numpy.")
        return ctx.spell(equivalent), equivalent
    if (
        call is not None
        and name not in _MAKERS
        and call.args
        and all(_is_python(ctx.value(arg.value)) for arg in call.args)
    ):
        return None, None
    found = jax_equivalent(name)
    if found is None and function(name.replace("numpy.", "jax.numpy.", 1)) is None:
        return Decline(f"line {unit.line(node)}: JAX has no `{name}`")
    equivalent = found or name.replace("numpy.", "jax.numpy.", 1)
    return ctx.spell(equivalent), equivalent


def _is_python(value: Value) -> bool:
    """True for what is known while tracing, and no array."""
    match value:
        case Const() | Static():
            return True
        case Tuple(items=items):
            return all(map(_is_python, items))
        case Many(item=item):
            return _is_python(item)
    return False


def _without_harmless(unit: Unit, call: cst.Call, name: str) -> list[Edit] | Decline:
    """The cuts that take away arguments which JAX has no use for; what changes the meaning is a reason to decline."""
    known = function(name)
    if known is None or known.signature is None:
        return []
    edits: list[Edit] = []
    for position, arg in enumerate(call.args):
        keyword = arg.keyword.value if arg.keyword is not None else None
        if (
            keyword is None
            or keyword == "out"
            or keyword in known.signature.params
            or known.signature.keywords is not None
        ):
            continue
        if keyword not in _HARMLESS and keyword not in ("a_min", "a_max"):
            return Decline(f"line {unit.line(call)}: `{name}` does not take `{keyword}=`")
        if keyword in _HARMLESS and position > 0:
            edits.append(Edit(unit.span(call.args[position - 1])[1], unit.span(arg)[1], ""))
    return edits
