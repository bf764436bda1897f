"""Text from a table's form: ``{x}.at[{idx:slice}].set({y}{rest})`` filled with the arguments of a call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from string import Formatter

import libcst as cst

from jaxlint.edits import Decline
from jaxlint.facts.queries.references import meanings
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import Form
from jaxlint.rewrite.text import Text

Quote = Callable[[cst.CSTNode], str]
"""The text of a node of the module, as it will be."""


_SIMPLE = (cst.Name, cst.Attribute, cst.Subscript, cst.Call)


@dataclass(frozen=True, slots=True)
class Site:
    """A name that is used, and the call of it, if it is called there. ``base``: the array whose attribute it is."""

    node: cst.CSTNode
    call: cst.Call | None
    base: cst.BaseExpression | None = None

    def place(self, form: Form) -> cst.CSTNode:
        """What the form's text takes the place of."""
        return self.call if form.params is not None and self.call is not None else self.node


def site(ctx: View, node: cst.CSTNode) -> Site:
    """The use of a function by its name."""
    above = ctx.parent(node)
    return Site(node, above if isinstance(above, cst.Call) and above.func is node else None)


def filled(ctx: View, form: Form, at: Site, quote: Quote) -> Text | Decline:
    """The form's text for a use."""
    arguments: dict[str, cst.BaseExpression | str] = {}
    rest: list[str] = []
    if form.params is not None:
        if at.call is None:
            return Decline("it is used as a value here: wrap the new form in a function")
        bound = _bound(at.call, form.params)
        if isinstance(bound, Decline):
            return bound
        arguments, others = bound
        rest = [quote(arg) for arg in others]
        if rest and "{rest}" not in form.text:
            return Decline(f"it is not known what takes the place of `{rest[0]}`")
    return _written(ctx, form, at, arguments, rest, quote)


def _bound(
    call: cst.Call, params: tuple[str, ...]
) -> tuple[dict[str, cst.BaseExpression | str], list[cst.Arg]] | Decline:
    """The arguments by parameter, and what is left."""
    if any(arg.star for arg in call.args):
        return Decline("the arguments are unpacked here")
    names = [param.partition("=")[0] for param in params]
    given: dict[str, cst.BaseExpression | str] = {}
    others: list[cst.Arg] = []
    for position, arg in enumerate(call.args):
        name = arg.keyword.value if arg.keyword is not None else names[position] if position < len(names) else None
        if name in names:
            given[name] = arg.value
        elif arg.keyword is None:
            return Decline("there are more arguments than the function had parameters")
        else:
            others.append(arg)
    for param in params:
        name, _, default = param.partition("=")
        if name not in given:
            if not default:
                return Decline(f"the argument `{name}` is missing")
            given[name] = default
    return given, others


def _written(
    ctx: View, form: Form, at: Site, arguments: dict[str, cst.BaseExpression | str], rest: list[str], quote: Quote
) -> Text | Decline:
    parts: list[str] = []
    uses: list[str] = []
    pieces = list(Formatter().parse(form.text))
    literals = [*(literal for literal, *_ in pieces[1:]), ""]
    for (literal, field, how, _), following in zip(pieces, literals, strict=True):
        parts.append(literal)
        match field:
            case None:
                pass
            case "":
                assert at.base is not None
                parts.append(_operand(at.base, quote, following))
            case "rest":
                parts += [f", {argument}" for argument in rest]
            case _ if "." in field:
                parts.append(ctx.spell(field))
                uses.append(field)
            case _:
                value = arguments[field]
                sliced = how == "slice" and isinstance(value, cst.Subscript) and _is_index(ctx, value)
                if isinstance(value, str):
                    parts.append(value)
                elif sliced and isinstance(value, cst.Subscript):
                    parts.append(", ".join(quote(element.slice) for element in value.slice))
                else:
                    parts.append(_operand(value, quote, following))
    only = arguments.get(form.text.strip("{}"))
    simple = isinstance(only, _SIMPLE) if only is not None else not form.text.startswith("-")
    return Text("".join(parts), simple, tuple(uses))


def _operand(node: cst.BaseExpression, quote: Quote, following: str) -> str:
    """An expression, in parentheses where an attribute of it follows."""
    text = quote(node)
    return text if isinstance(node, _SIMPLE) or not following.startswith(".") else f"({text})"


def _is_index(ctx: View, node: cst.Subscript) -> bool:
    """True for ``jax.ops.index[...]``, which gives what is in the brackets."""
    return meanings(ctx.tracer.project, ctx.module, ctx.chunk).get(node.value) in _INDEX


_INDEX = tuple(f"{module}.{name}" for module in ("jax.numpy", "numpy") for name in ("s_", "index_exp")) + (
    "jax.ops.index",
    "jax.ops.index_exp",
)


def beside(ctx: View, place: cst.CSTNode, text: Text) -> str:
    """A text that stands where a node stood, in parentheses if an operator is next to it."""
    above = ctx.parent(place)
    alone = isinstance(above, cst.BaseExpression) and not isinstance(above, cst.Comparison | cst.BooleanOperation)
    return text.grouped if alone else text.text
