"""A generator over the items of arrays as one expression of whole arrays: `v * v for v in x` -> `x * x`."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Const, Static
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.elementwise import hazard
from jaxlint.rewrite.text import Text


def whole(ctx: View, node: cst.GeneratorExp | cst.ListComp) -> Text | None:
    """The expression of whole arrays that has the comprehension's items as its rows; None if that is not certain.

    Every name in it must be an item of an array or a plain number: another array would line up with the wrong axis.
    """
    items = _items(ctx, node.for_in)
    if items is None or hazard(ctx, node.elt) is not None:
        return None
    code, start = ctx.code(node.elt), ctx.span(node.elt)[0]
    for name in sorted(_names(node.elt), key=lambda name: -ctx.span(name)[0]):
        if name.value in items:
            at = ctx.span(name)[0] - start
            code = code[:at] + items[name.value] + code[at + len(name.value) :]
        elif not _is_constant(ctx, name):
            return None
    return Text(code, ctx.grouped(node.elt) == ctx.code(node.elt))


def _items(ctx: View, clause: cst.CompFor) -> dict[str, str] | None:
    """Loop variable -> array, of `for v in x` and `for p, q in zip(a, b)`."""
    if clause.ifs or clause.inner_for_in is not None or clause.asynchronous is not None:
        return None
    match clause.target, clause.iter:
        case cst.Name(value=target), source if _is_array(ctx, source):
            return {target: ctx.code(source)}
        case cst.Tuple(elements=targets), cst.Call(func=function, args=arguments) if (
            ctx.name(function) == "builtins.zip"
        ):
            sources = [argument.value for argument in arguments if not argument.star and argument.keyword is None]
            names = [target.value.value for target in targets if isinstance(target.value, cst.Name)]
            if len(sources) == len(arguments) == len(names) == len(targets) and all(_is_array(ctx, s) for s in sources):
                return dict(zip(names, map(ctx.code, sources), strict=True))
    return None


def _is_array(ctx: View, node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name | cst.Attribute) and ctx.jax_array(node)


def _names(node: cst.BaseExpression) -> list[cst.Name]:
    """The names that an expression reads, those of attributes and keywords left out."""
    inner = list(own_nodes(node))
    attributes = {id(part.attr) for part in inner if isinstance(part, cst.Attribute)}
    keywords = {id(part.keyword) for part in inner if isinstance(part, cst.Arg)}
    return [part for part in inner if isinstance(part, cst.Name) and id(part) not in attributes | keywords]


def _is_constant(ctx: View, node: cst.Name) -> bool:
    known = isinstance(ctx.value(node), Const | Static) and node.value not in ctx.frame.arguments
    return known or ctx.name(node) is not None
