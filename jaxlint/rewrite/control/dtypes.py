"""First values of one dtype from the start: a number of Python's that a turn hands around, or through a `lax.cond`.

::

    a = b = 0.0                              …, (jnp.zeros((), xs.dtype), jnp.zeros((), xs.dtype)), xs)
    for x in xs: a, b = x, a      ->

lax lets a number become of the dtype that a turn gives it, but a turn that hands the number on gives it no other one.
A guess that is wrong is noticed when lax compares the carry's types.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.facts.model.values import Const, HostArray, Tree
from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.held import is_python_number, values_before
from jaxlint.rewrite.control.lowering import Lowering
from jaxlint.rewrite.control.model import Bind, Loop, Names, Plain, While

_KEEPING = ("where", "maximum", "minimum", "abs", "exp", "log", "sqrt", "sin", "cos", "tanh", "sum", "max", "min")


def typed(low: Lowering, loop: Loop | While, name: str, names: Names) -> str | None:
    """A variable's first value as an array of the dtype that a turn gives it; None where a number will do."""
    given = [value for other, value in values(loop) if other == name]
    handed = any(isinstance(value, cst.Name) and value.value in names - {name} for value in given)
    before = values_before(low.ctx, loop.node, name)
    if not (handed or name in low.firm) or not before or not all(map(is_python_number, before)):
        return None
    sources = [source for value in given for source in _sources(low, loop, value, names, {name})]
    if not sources:
        return None
    source = min(sources)[1]
    constant = before[0].value if len(before) == 1 and isinstance(before[0], Const) else None
    if constant == 0 and not isinstance(constant, bool):
        return f"{low.spell('jax.numpy.zeros')}((), {source}.dtype)"
    return f"{low.spell('jax.numpy.asarray')}({name}, {source}.dtype)"


def values(loop: Loop | While) -> Iterator[tuple[str, cst.BaseExpression]]:
    """What a loop's statements bind names to, one by one."""
    for statement in flow.statements(loop.body):
        match statement:
            case Plain(node=cst.Assign(targets=[cst.AssignTarget(target=target)], value=value)):
                yield from _matched(target, value)
            case Plain(node=cst.AugAssign(target=cst.Name(value=name), value=value)):
                yield name, value
            case Bind(name=name, value=cst.BaseExpression() as value):
                yield name, value


def _matched(target: cst.BaseExpression, value: cst.BaseExpression) -> Iterator[tuple[str, cst.BaseExpression]]:
    match target, value:
        case cst.Name(value=name), _:
            yield name, value
        case cst.Tuple(elements=left), cst.Tuple(elements=right) if len(left) == len(right):
            for one, other in zip(left, right, strict=True):
                yield from _matched(one.value, other.value)


def _sources(
    low: Lowering, loop: Loop | While, node: cst.BaseExpression, names: Names, seen: set[str]
) -> Iterator[tuple[int, str]]:
    """The arrays that an expression combines, with how sure it is that their dtype is the result's: 0 is best."""
    match node:
        case cst.Name(value=name) if name not in seen:
            seen.add(name)
            yield from _variable(low, loop, node, names, seen)
        case cst.Subscript(value=cst.Name() as base) if not _is_keyed(node):
            yield from ((0, text) for _, text in _sources(low, loop, base, names, seen))
        case cst.UnaryOperation(expression=inner):
            yield from _sources(low, loop, inner, names, seen)
        case cst.BinaryOperation(left=left, right=right) | cst.IfExp(body=left, orelse=right):
            yield from _sources(low, loop, left, names, seen)
            yield from _sources(low, loop, right, names, seen)
        case cst.Call(func=function, args=args) if (low.ctx.name(function) or "").rpartition(".")[2] in _KEEPING:
            for arg in args:
                yield from _sources(low, loop, arg.value, names, seen)


def _is_keyed(node: cst.Subscript) -> bool:
    """True for an item of a dict."""
    return any(
        isinstance(part.slice, cst.Index) and isinstance(part.slice.value, cst.SimpleString) for part in node.slice
    )


def _variable(
    low: Lowering, loop: Loop | While, node: cst.Name, names: Names, seen: set[str]
) -> Iterator[tuple[int, str]]:
    name = node.value
    if isinstance(loop, Loop) and name in flow.target(loop):
        source = loop.node.iter
        named = isinstance(source, cst.Name) and isinstance(loop.node.target, cst.Name)
        if named and low.ctx.jax_array(source):
            yield 0, low.code(source)
        return
    if any(isinstance(inner, Loop) and name in flow.target(inner) for inner in flow.statements(loop.body)):
        return  # there is none before the loop
    bound = [value for other, value in values(loop) if other == name]
    if name in names or bound:
        for value in bound:
            yield from _sources(low, loop, value, names, seen)
        return
    held = low.ctx.value(node)
    kind = getattr(held, "kind", None)
    if (low.ctx.jax_array(node) or isinstance(held, HostArray | Tree)) and kind in (None, "float", "int"):
        yield {"float": 0, None: 1}.get(kind, 2), name
