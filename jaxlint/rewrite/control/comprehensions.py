"""The items of a comprehension as the rows of one array: an expression of whole arrays, or `jax.vmap` of a lambda.

::

    jnp.stack([jnp.dot(p, q) for p, q in zip(ps, qs)])   ->   jax.vmap(jnp.dot)(ps, qs)
    [w @ x for x in xs]                                  ->   list(jax.vmap(lambda x: w @ x)(xs))
    sum(jnp.max(x) for x in xs)                          ->   jnp.sum(jax.vmap(jnp.max)(xs), axis=0)

Needs: where the items come from, and that an item needs no number of Python's.  Gives: the text, or a reason why not.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Fix, replace
from jaxlint.facts.model.definitions import bound_names, own_nodes
from jaxlint.facts.model.values import Const
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.broadcast import whole
from jaxlint.rewrite.control import effects, hazards, lists
from jaxlint.rewrite.control.forecast import Forecast
from jaxlint.rewrite.control.lowering import Lowering
from jaxlint.rewrite.control.model import Declined
from jaxlint.rewrite.control.names import fresh
from jaxlint.rewrite.control.source import Enumerate, Source, Zip, numbers, rows, source
from jaxlint.rewrite.text import Text, call

VMAP = "jax.vmap"
SUM = "jax.numpy.sum"
WIDTH = 100
"""A longer item had better be a function with a name."""
Comprehension = cst.ListComp | cst.GeneratorExp | cst.SetComp | cst.DictComp


def collected(ctx: View, node: Comprehension) -> Fix | Decline:
    """What a comprehension gives, or the call that takes its items, from one array."""
    match node:
        case cst.DictComp():
            return Decline("a dict has an entry for each item: one array with an axis for the items has not")
        case cst.SetComp():
            return Decline("a set has to hash its items, which no array allows")
    above = ctx.parent(ctx.parent(node) or node)
    taker = above if isinstance(above, cst.Call) and ctx.parent(node) in above.args else None
    items = mapped(ctx, node)
    return items if isinstance(items, Decline) else _taken(ctx, node, taker, items)


def _taken(ctx: View, node: cst.ListComp | cst.GeneratorExp, taker: cst.Call | None, items: Text) -> Fix | Decline:
    name = ctx.name(taker.func) if taker is not None else None
    if taker is not None and len(taker.args) == 1:
        if name == "builtins.sum":
            text = call(ctx, SUM, items, "axis=0")
            return Fix("Sum with `jnp.sum`", (replace(ctx, taker, text.text),), "unsafe", text.uses)
        if name in lists.STACKS:
            return Fix(_message(items), (replace(ctx, taker, items.text),), "unsafe", items.uses)
        if name in ("builtins.tuple", "builtins.list"):
            return Fix(_message(items), (replace(ctx, node, items.text),), "unsafe", items.uses)
    if isinstance(node, cst.GeneratorExp):
        return Decline("what takes the items one by one perhaps needs them so")
    if name is not None and name.startswith("jax.numpy."):
        return Decline(f"`{ctx.code(node)}` is joined along an axis of its items: `jnp.stack` makes one for them")
    match ctx.parent(node):
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=outs))], value=value) if value is node:
            if (edits := lists.stacked_later(ctx, node, outs)) is not None:
                return Fix(_message(items), (replace(ctx, node, items.text), *edits), "unsafe", items.uses)
    return Fix(_message(items), (replace(ctx, node, f"list({items.text})"),), "unsafe", items.uses)


def _message(items: Text) -> str:
    return "Map with `jax.vmap`" if VMAP in items.uses else "Write it for whole arrays"


def mapped(ctx: View, node: cst.ListComp | cst.GeneratorExp) -> Text | Decline:
    """The array whose rows are a comprehension's items."""
    if (text := whole(ctx, node)) is not None:
        return text
    try:
        return _mapped(ctx, node)
    except Declined as reason:
        return Decline(str(reason))


def _mapped(ctx: View, node: cst.ListComp | cst.GeneratorExp) -> Text:
    clause, element = node.for_in, node.elt
    if clause.ifs:
        raise Declined("how many items there are depends on a condition")
    if clause.inner_for_in is not None or clause.asynchronous is not None:
        raise Declined("the items come from one loop within another")
    view = Forecast(ctx.tracer, ctx.frame, ctx.chunk, ctx.node, frozenset(bound_names(clause.target)))
    _check(view, element)
    low = Lowering(view, fresh(ctx))
    given = list(_given(low, clause.target, source(low, clause.iter)))
    read = {part.value for part in own_nodes(element) if isinstance(part, cst.Name)}
    if not any(name in read for name, _ in given):
        raise Declined("all items are the same")
    names, arrays = zip(*given, strict=True)
    function = _function(ctx, element, names)
    if len(function) > WIDTH or "\n" in function:
        raise Declined("what is done with each item is long: give it a name, and map that with `jax.vmap`")
    mapping = call(ctx, VMAP, function)
    return Text(f"{mapping.text}({', '.join(arrays)})", uses=(*mapping.uses, *low.uses))


def _check(view: Forecast, element: cst.BaseExpression) -> None:
    """Raise ``Declined`` unless an item is one array, and no number of Python's is needed for it."""
    if isinstance(element, cst.Tuple | cst.Dict | cst.List) or not view.jax_array(element):
        raise Declined(f"`{view.code(element)}` is perhaps no array, and items become the rows of one")
    if isinstance(View.value(view, element), Const):
        raise Declined("all items are the same")
    effects.check_expression(view, element)
    hazards.check(view, element)
    for part in own_nodes(element):
        match part:
            case cst.IfExp(test=test) if view.dynamic(test):
                raise Declined(f"`{view.code(test)}` will be a tracer: choose with `jnp.where` first")
            case cst.BooleanOperation() | cst.UnaryOperation(operator=cst.Not()) if view.dynamic(part):
                raise Declined(f"`{view.code(part)}` will be a tracer: write it with `&`, `|` and `~` first")
            case cst.NamedExpr() | cst.Lambda() | cst.ListComp() | cst.GeneratorExp():
                raise Declined(f"`{view.code(part)}` stands within the item")


def _given(low: Lowering, target: cst.BaseExpression, given: Source) -> Iterator[tuple[str, str]]:
    """The variables of a loop, each with the array whose rows it runs over."""
    match target, given:
        case cst.Name(value=name), _ if not isinstance(given, Zip | Enumerate):
            yield name, rows(low, given)
        case cst.Tuple(elements=parts), Zip(parts=sources) if len(parts) == len(sources):
            for part, inner in zip(parts, sources, strict=True):
                yield from _given(low, part.value, inner)
        case cst.Tuple(elements=[cst.Element(value=cst.Name(value=number)), second]), Enumerate(inner=inner):
            yield number, numbers(low, given)
            yield from _given(low, second.value, inner)
        case _:
            raise Declined(f"`{low.code(target)}` takes items apart")


def _function(ctx: View, element: cst.BaseExpression, names: tuple[str, ...]) -> str:
    """``jnp.dot`` for ``jnp.dot(p, q)``, else a lambda."""
    match element:
        case cst.Call(func=cst.Name() | cst.Attribute() as function, args=args):
            plain = [arg.value.value for arg in args if isinstance(arg.value, cst.Name) and not arg.star]
            apart = not {part.value for part in own_nodes(function) if isinstance(part, cst.Name)} & set(names)
            if apart and tuple(plain) == names and len(args) == len(names) and all(a.keyword is None for a in args):
                return ctx.code(function)
    return f"lambda {', '.join(names)}: {ctx.code(element)}"
