"""A Python list where JAX wants an array: an operand, an argument, an index.  Page: rules/list_operand.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Edit, Finding, Fix
from jaxlint.facts.model.values import Array, Const, Member, Ref, Tuple
from jaxlint.facts.queries.passed import passed
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import refuses_lists
from jaxlint.rules import rule

Node = cst.Call | cst.BinaryOperation | cst.Comparison | cst.Subscript


@rule("JAX822", since="0.1", fix="safe")
def list_operand(ctx: View, node: cst.Call | cst.BinaryOperation | cst.Comparison | cst.Subscript) -> Iterator[Finding]:
    if ctx.caught(node):
        return
    for found, what in _lists(ctx, node):
        kind = "list" if isinstance(ctx.value(found), Ref) else "tuple"
        message = f"{what} takes no {kind}, unlike NumPy: it raises TypeError; make an array of it"
        yield Finding(found, message, _as_array(ctx, found))


def _lists(ctx: View, node: Node) -> Iterator[tuple[cst.BaseExpression, str]]:
    """Lists that certainly meet JAX, and what it is that they meet."""
    match node:
        case cst.Call():
            yield from _arguments(ctx, node)
        case cst.BinaryOperation(left=left, right=right):
            yield from _beside(ctx, (left, right))
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=op, comparator=right)]):
            if not isinstance(op, cst.In | cst.NotIn | cst.Is | cst.IsNot):
                yield from _beside(ctx, (left, right))
        case cst.Subscript(
            value=base, slice=[cst.SubscriptElement(slice=cst.Index(value=index), comma=cst.MaybeSentinel())]
        ):
            if (
                _indexes_array(ctx, base)
                and not _is_stored(ctx, node)
                and isinstance(ctx.value(index), Ref)
                and _is_sequence(ctx, index)
            ):
                yield index, f"indexing `{ctx.code(base)}`"


def _arguments(ctx: View, node: cst.Call) -> Iterator[tuple[cst.BaseExpression, str]]:
    call = passed(ctx, node)
    if call is None:
        return
    for parameter, given in call.arguments.items():
        if len(given) == 1 and refuses_lists(call.function.name, parameter) and _is_sequence(ctx, given[0]):
            yield given[0], f"`{ctx.code(node.func)}`"


def _beside(
    ctx: View, sides: tuple[cst.BaseExpression, cst.BaseExpression]
) -> Iterator[tuple[cst.BaseExpression, str]]:
    for side, other in (sides, sides[::-1]):
        if _is_sequence(ctx, side) and isinstance(ctx.value(other), Array):
            yield side, f"the jax array `{ctx.code(other)}`"


def _is_sequence(ctx: View, node: cst.BaseExpression) -> bool:
    value = ctx.value(node)
    return isinstance(value, Tuple) or (isinstance(value, Ref) and value.kind == "list")


def _indexes_array(ctx: View, base: cst.BaseExpression) -> bool:
    match ctx.value(base):
        case Array() | Member(base=Array(), name="at"):
            return True
    return False


def _is_stored(ctx: View, node: cst.Subscript) -> bool:
    """True in a statement that stores into the same array, which JAX101 takes as a whole."""
    for above in ctx.ancestors(node):
        match above:
            case cst.Assign(targets=targets):
                stores = [target.target for target in targets]
            case cst.AugAssign(target=target):
                stores = [target]
            case cst.Del():
                return True
            case _:
                continue
        return any(
            isinstance(store, cst.Subscript) and ctx.code(store.value) == ctx.code(node.value) for store in stores
        )
    return False


def _as_array(ctx: View, found: cst.BaseExpression) -> Fix | Decline:
    """``jnp.mean(xs)``  ->  ``jnp.mean(jnp.array(xs))``"""
    if not _holds_numbers(ctx, found):
        return Decline("it is not known to hold numbers or arrays of one shape")
    name = "jax.numpy.array"
    start, end = ctx.span(found)
    if isinstance(found, cst.Tuple) and found.lpar:
        start, end = ctx.span(found.lpar[0])[0], ctx.span(found.rpar[-1])[1]
    text = f"{ctx.spell(name)}({ctx.chunk.source.text[start:end]})"
    return Fix("Make an array of it", (Edit(start, end, text),), "safe", (name,))


def _holds_numbers(ctx: View, found: cst.BaseExpression) -> bool:
    match found:
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            return all(_is_numeric(ctx, element.value) for element in elements)
        case cst.Name() | cst.ListComp():
            return not isinstance(ctx.value(found), Tuple)
    return False


def _is_numeric(ctx: View, element: cst.BaseExpression) -> bool:
    match ctx.value(element):
        case Const(value=int() | float()) | Array():
            return True
    return isinstance(element, cst.List) and all(_is_numeric(ctx, inner.value) for inner in element.elements)
