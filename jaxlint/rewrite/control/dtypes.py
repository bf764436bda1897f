"""First values of one dtype from the start: numbers that a turn hands around, or through a `lax.cond`; arguments that
it combines with what is of the default type.

::

    a = b = 0.0                              …, (jnp.zeros((), xs.dtype), jnp.zeros((), xs.dtype)), xs)
    for x in xs: a, b = x, a      ->

lax lets a number become of the dtype that a turn gives it, but a turn that hands the number on gives it no other one.
A guess that is wrong is noticed when lax compares the carry's types.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from jaxlint.facts.model.dtypes import FLOAT
from jaxlint.facts.model.values import Array, Const, Either, HostArray, Tree, Unknown, Value
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.held import carried_around, is_python_number, values_before
from jaxlint.rewrite.control.lowering import Lowering
from jaxlint.rewrite.control.model import Bind, Loop, Names, Plain, While
from jaxlint.source import walk

Given = tuple[int, str, bool]
"""An array that a result is computed from: how far its dtype is from the result's for sure, its name, and whether it is
known to be of floats."""
_KEEPING = ("where", "maximum", "minimum", "abs", "exp", "log", "sqrt", "sin", "cos", "tanh", "sum", "max", "min")
_JOINING = (*_KEEPING, "dot", "vdot", "matmul", "mean", "clip", "square", "add", "subtract", "multiply", "divide")


def cast(low: Lowering, loop: Loop | While, name: str) -> str | None:
    """The line that gives an argument the dtype that a turn gives it; None if it surely has that, or nobody knows."""
    before = values_before(low.ctx, loop.node, name)
    known = any(isinstance(value, Array) and value.dtype is not None for value in before)
    arrays = all(value is None or isinstance(value, Array | Tree | Unknown) for value in before)
    if known or not arrays or carried_around(low.ctx, loop.node, name) or name not in _wide(low, loop):
        return None
    asarray, result_type = low.spell("jax.numpy.asarray"), low.spell("jax.numpy.result_type")
    return f"{name} = {asarray}({name}, {result_type}({name}, {low.spell('jax.numpy.float_')}))"


def typed(low: Lowering, loop: Loop | While, name: str, names: Names) -> str | None:
    """A number of Python's as an array, where a variable has it at first that is handed around or goes through a
    `lax.cond`; None where it will do as it is."""
    before = values_before(low.ctx, loop.node, name)
    if not before or not all(map(is_python_number, before)):
        return None
    given = [value for other, value in values(loop) if other == name]
    handed = any(isinstance(value, cst.Name) and value.value in names - {name} for value in given)
    if not (handed or name in low.firm) or name in _wide(low, loop):
        return None
    sources = [source for value in given for source in _sources(low, loop, value, names, {name})]
    if not sources:
        return _as_float(low, name, before, given)
    _, source, floating = min(sources)
    dtype = f"{source}.dtype"
    if (
        not floating
        and _adds_up(loop, name)
        and any(kind_of(one) == "float" for value in before for one in _options(value))
    ):
        dtype = f"{low.spell('jax.numpy.result_type')}({source}, float)"
    constant = before[0].value if len(before) == 1 and isinstance(before[0], Const) else None
    plain = {0.0: "zeros", 1.0: "ones"}.get(constant) if isinstance(constant, int | float) else None
    if plain and not isinstance(constant, bool):
        return f"{low.spell(f'jax.numpy.{plain}')}((), {dtype})"
    return f"{low.spell('jax.numpy.asarray')}({name}, {dtype})"


def _adds_up(loop: Loop | While, name: str) -> bool:
    """True for what a turn computes from its value before, or with a float: one stays a float, also among integers."""
    plain = list(values(loop, augmented=False))
    if sum(other == name for other, _ in values(loop)) > sum(other == name for other, _ in plain):
        return True
    seen = {name}
    while grown := {
        value.value
        for other, value in plain
        if other in seen and isinstance(value, cst.Name) and value.value not in seen
    }:
        seen |= grown
    given = [value for other, value in plain if other in seen]
    floats = (isinstance(part, cst.Float | cst.Divide) for value in given for part in walk(value))
    return any(name in flow.reads(value) for other, value in plain if other == name) or any(floats)


def _options(value: Value | None) -> Sequence[Value]:
    return value.options if isinstance(value, Either) else (value,) if value is not None else ()


def _as_float(
    low: Lowering, name: str, before: Sequence[Value | None], given: Sequence[cst.BaseExpression]
) -> str | None:
    """An integer to which a turn adds a float, as a float from the start."""
    kinds = {kind_of(one) for value in before for one in _options(value)}
    if kinds != {"int"} or not any(isinstance(part, cst.Float) for value in given for part in walk(value)):
        return None
    constant = before[0].value if len(before) == 1 and isinstance(before[0], Const) else None
    return repr(float(constant)) if isinstance(constant, int) else f"float({name})"


def _wide(low: Lowering, loop: Loop | While) -> Names:
    """The variables that a turn makes of the default type of floats, as it combines them with an array of that type:
    float64 with x64 on, though an argument may be narrower."""
    bound = {name for name, _ in values(loop)}
    found = {name for name in bound if any(map(_is_wide, values_before(low.ctx, loop.node, name)))}
    while True:
        grown = found | {name for name, value in values(loop) if _gives_wide(low, value, found)}
        if grown == found:
            return frozenset(found)
        found = grown


def _gives_wide(low: Lowering, node: cst.BaseExpression, wide: set[str]) -> bool:
    value = low.ctx.value(node)
    if isinstance(value, Array) and value.dtype is not None:
        return _is_wide(value)
    match node:
        case cst.Name(value=name):
            return name in wide
        case cst.Subscript(value=inner) | cst.UnaryOperation(expression=inner):
            return _gives_wide(low, inner, wide)
        case cst.BinaryOperation(left=left, right=right) | cst.IfExp(body=left, orelse=right):
            return _gives_wide(low, left, wide) or _gives_wide(low, right, wide)
        case cst.Call(func=function, args=args):
            short = (low.ctx.name(function) or "").removeprefix("jax.numpy.")
            given = args[1:] if short == "where" else args
            return short in _JOINING and any(_gives_wide(low, arg.value, wide) for arg in given)
    return False


def _is_wide(value: Value | None) -> bool:
    return isinstance(value, Array) and value.dtype == FLOAT


def values(loop: Loop | While, *, augmented: bool = True) -> Iterator[tuple[str, cst.BaseExpression]]:
    """What a loop's statements bind names to, one by one. ``augmented``: what ``+=`` adds counts as well."""
    for statement in flow.statements(loop.body):
        match statement:
            case Plain(node=cst.Assign(targets=targets, value=value)):
                for target in targets:
                    yield from _matched(target.target, value)
            case Plain(node=cst.AugAssign(target=cst.Name(value=name), value=value)) if augmented:
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
) -> Iterator[Given]:
    """The arrays that an expression combines."""
    match node:
        case cst.Name(value=name) if name not in seen:
            seen.add(name)
            yield from _variable(low, loop, node, names, seen)
        case cst.Subscript(value=cst.Name() as base) if not _is_keyed(node):
            yield from ((0, text, floating) for _, text, floating in _sources(low, loop, base, names, seen))
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


def _variable(low: Lowering, loop: Loop | While, node: cst.Name, names: Names, seen: set[str]) -> Iterator[Given]:
    name = node.value
    for inner in flow.statements((loop,)):
        if isinstance(inner, Loop) and name in flow.target(inner):
            row = _row_of(low, inner.node.target, inner.node.iter, name)
            found = _sources(low, loop, row, names, seen) if row is not None else ()
            yield from ((0, text, floating) for _, text, floating in found)
            return
    bound = [value for other, value in values(loop) if other == name]
    if name in names or bound:
        for value in bound:
            yield from _sources(low, loop, value, names, seen)
        if name not in names or any(map(is_python_number, values_before(low.ctx, loop.node, name))):
            return
    held = low.ctx.value(node)
    kind = getattr(held, "kind", None)
    if (low.ctx.jax_array(node) or isinstance(held, HostArray | Tree)) and kind in (None, "float", "int"):
        yield {"float": 0, None: 1}.get(kind, 2), name, kind == "float"


def _row_of(low: Lowering, target: cst.BaseExpression, source: cst.BaseExpression, name: str) -> cst.Name | None:
    """The array whose rows a variable of a loop is: ``xs`` of ``x`` in ``for i, x in enumerate(xs)``."""
    match target, source:
        case cst.Name(value=own), cst.Name():
            return source if own == name else None
        case _, cst.Call(func=function, args=[cst.Arg(value=inner)]) if low.ctx.name(function) == "builtins.reversed":
            return _row_of(low, target, inner, name)
        case cst.Tuple(elements=[_, second]), cst.Call(func=function, args=[cst.Arg(value=inner), *_]) if (
            low.ctx.name(function) == "builtins.enumerate"
        ):
            return _row_of(low, second.value, inner, name)
        case cst.Tuple(elements=parts), cst.Call(func=function, args=args) if low.ctx.name(function) == "builtins.zip":
            rows = (_row_of(low, part.value, arg.value, name) for part, arg in zip(parts, args, strict=False))
            return next((row for row in rows if row is not None), None)
    return None
