"""Makes the arms of a `lax.cond` give one dtype: a number of Python's on one path gets that of the array on the other.

::

    if t: y = jnp.log(x)        ->      lax.cond(t, lambda: jnp.log(x), lambda: jnp.zeros_like(x))
    else: y = 0.0

Needs: what each path gives.  Gives: edits of the numbers, and texts for one that an arm hands on. Where no variable
has the dtype of the other path, or the shapes perhaps differ, it declines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import replace as replaced
from itertools import pairwise

import libcst as cst

from jaxlint.edits import replace
from jaxlint.facts.model.values import Array, Const, Function, Library, Partial, Static, Value
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.choices import FILLS, one_kind
from jaxlint.rewrite.control.conds import Arm
from jaxlint.rewrite.control.forecast import Forecast
from jaxlint.rewrite.control.held import is_python_number, values_before
from jaxlint.rewrite.control.likeness import Like, Likeness
from jaxlint.rewrite.control.lowering import Lowering
from jaxlint.rewrite.control.model import Block, Branch, Declined, Exit, Names, Resume
from jaxlint.rewrite.control.scalars import Scalars
from jaxlint.rewrite.control.shapes import Form, Forms, differ
from jaxlint.rewrite.control.simple import acting, bindings


@dataclass(frozen=True, slots=True)
class Tail:
    """What a path gives at its end: an expression, or (None) what the name had before. ``known``: False for anything
    else. ``nested``: it is handed on by a branch within the arm."""

    node: cst.BaseExpression | None = None
    known: bool = True
    nested: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """One result of a branch. ``name``: the variable that gets it; ``held``: what that may hold before."""

    tails: tuple[Tail, ...]
    name: str = ""
    held: tuple[Value | None, ...] = ()

    def values(self, ctx: Forecast, tail: Tail) -> list[Value | None]:
        """What a path may give."""
        return list(self.held) if tail.node is None else [ctx.value(tail.node)]


def stabilise(low: Lowering, scalars: Scalars, arms: Sequence[Arm], at: cst.CSTNode | None) -> None:
    """Note the edits that give every arm's results one dtype. ``at``: their statement. Raises Declined."""
    inside = frozenset(name for arm in arms for name in flow.writes(arm.block))
    likeness = Likeness(low.ctx, inside, scalars, at)
    for result in _returned(arms) if arms[0].names is None else _bound(low.ctx, arms, at):
        _check(low.ctx, result)
        _check_shapes(low.ctx, result, _stale(arms, result.name))
        text = _unified(low, likeness, result)
        for arm in arms:
            if text is not None and result.name not in flow.writes(arm.block):
                arm.kept[result.name] = text


# --- what the paths give ---------------------------------------------------------------------------------------------


def _bound(ctx: Forecast, arms: Sequence[Arm], at: cst.CSTNode | None) -> Iterator[Result]:
    for name in arms[0].names or ():
        tails = tuple(tail for arm in arms for tail in _tails(arm.block, name))
        yield Result(tails, name, tuple(values_before(ctx, at, name)) if at is not None else ())


def _tails(block: Block, name: str) -> Iterator[Tail]:
    """What a block may leave a name bound to."""
    statements = list(acting(block))
    for place in range(len(statements) - 1, -1, -1):
        statement = statements[place]
        if name not in flow.writes((statement,)):
            continue
        if (found := bindings(statement)) is not None:
            value = dict(found)[name]
            yield Tail(value) if isinstance(value, cst.BaseExpression) else Tail(known=False)
            return
        match statement:
            case Branch(then=then, orelse=orelse):
                for tail in (*_tails(then, name), *_tails(orelse, name)):
                    if tail.node is None and tail.known:
                        yield from (replaced(one, nested=True) for one in _tails(tuple(statements[:place]), name))
                    else:
                        yield tail
            case _:
                yield Tail(known=False)
        return
    yield Tail()


def _returned(arms: Sequence[Arm]) -> Iterator[Result]:
    """The results of all paths, item by item where each returns a tuple."""
    values = [value for arm in arms for value in _exits(arm.block)]
    nothing = [value for value in values if value in (None, "None") or _is_none(value)]
    if nothing and len(nothing) < len(values):
        raise Declined("one path returns a value and another one nothing: there is no array for that")
    sizes = {len(value.elements) if isinstance(value, cst.Tuple) else None for value in values}
    if len(sizes - {None}) > 1:
        raise Declined("the paths return tuples of different lengths")
    if sizes == {None}:
        yield Result(tuple(Tail(value) if isinstance(value, cst.CSTNode) else Tail(known=False) for value in values))
    elif None not in sizes:
        for items in zip(*(value.elements for value in values if isinstance(value, cst.Tuple)), strict=True):
            yield Result(tuple(Tail(item.value) for item in items))


def _exits(block: Block) -> Iterator[cst.BaseExpression | str | None]:
    """What the paths through a block return."""
    for statement in flow.statements(block):
        if isinstance(statement, Exit):
            if isinstance(statement.value, Resume):
                yield from _exits(statement.value.definition.body)
            else:
                yield statement.value


def _is_none(value: object) -> bool:
    return isinstance(value, cst.Name) and value.value == "None"


def _check(ctx: Forecast, result: Result) -> None:
    """Refuse what no array operation can choose."""
    values = [value for tail in result.tails if tail.known for value in result.values(ctx, tail)]
    for value in values:
        if value is not None and (what := _foreign(value)) is not None:
            name = f"`{result.name}`" if result.name else "what is returned"
            raise Declined(f"{name} is {what} on one path: there is no array for that")
    arrays = [value for value in values if isinstance(value, Array)]
    kinds = {value.kind for value in arrays if value.kind is not None}
    if len(kinds) > 1:
        raise Declined(f"one path gives {' and another one '.join(sorted(f'{kind}s' for kind in kinds))}: cast one")
    axes = {value.ndim for value in arrays if value.ndim is not None}
    if len(axes) > 1:
        raise Declined(f"one path gives an array of {' and another one of '.join(map(str, sorted(axes)))} axes")


def _check_shapes(ctx: Forecast, result: Result, stale: Names) -> None:
    """Refuse all of an array on one path and a part of it on another one."""
    forms = Forms(ctx, stale)
    found = [forms.of(tail.node) for tail in result.tails if tail.node is not None]
    found += [Form(result.name) for tail in result.tails if tail.node is None and tail.known]
    for first, second in pairwise(form for form in found if form is not None):
        if differ(first, second):
            raise Declined(f"one path gives another part of `{first.base}` than the other: a result has one shape")


def _stale(arms: Sequence[Arm], result: str) -> Names:
    """The names that an arm binds before it gives its result."""
    found = [name for arm in arms for statement in flow.statements(arm.block) for name in flow.writes((statement,))]
    return frozenset(name for name in found if name != result or found.count(name) > len(arms))


def _foreign(value: Value) -> str | None:
    match value:
        case Const(value=None):
            return "None"
        case Const(value=str()) | Static(kind="str"):
            return "a string"
        case Function() | Partial() | Library():
            return "a function"
    return None


# --- numbers ---------------------------------------------------------------------------------------------------------


def _unified(low: Lowering, likeness: Likeness, result: Result) -> str | None:
    """Edit the numbers among some results; the text for one that is handed on, if that is more than its name."""
    ctx = low.ctx
    numbers = [tail for tail in result.tails if _is_number(likeness, result, tail)]
    others = [tail for tail in result.tails if tail not in numbers]
    if not numbers:
        return None
    if not others:
        return _of_one_kind(low, result)
    number = ctx.code(numbers[0].node) if numbers[0].node is not None else result.name
    likes = [likeness.of(tail.node) for tail in others if tail.node is not None]
    like = next((like for like in likes if like is not None and like.scalar), None)
    if like is None and _are_integers(likeness, result):
        return None
    like = like or _whole(ctx, likes, others)
    if like is not None and not like.scalar:
        low.changes[FILLS] = None
    if like is None:
        raise Declined(
            f"`{number}` is a number, and the other path gives perhaps a larger array or one of another dtype: "
            "write an array of that shape and dtype"
        )
    kept = None
    for tail in numbers:
        if tail.node is None and tail.nested:
            raise Declined(f"`{result.name}` is a number of Python's, which a branch within the branch hands on")
        text = _like(low, like, tail.node, result)
        if tail.node is None:
            kept = text
        elif not _is_edited(ctx, tail.node):  # what follows two branches may stand in both of them
            ctx.edits = (*ctx.edits, replace(ctx, tail.node, text))
    return kept


def _whole(ctx: Forecast, likes: Sequence[Like | None], others: Sequence[Tail]) -> Like | None:
    """The variable whose shape and dtype all other results have: `x` for ``jnp.sin(x)``."""
    known = [like for like in likes if like is not None]
    forms = {Forms(ctx).of(tail.node) if tail.node is not None else None for tail in others}
    if len(known) == len(others) and all(forms == {Form(like.name)} for like in known):
        return replaced(known[0], same=True)
    return None


def _is_number(likeness: Likeness, result: Result, tail: Tail) -> bool:
    """True for what is perhaps a number of Python's."""
    if tail.node is not None:
        return likeness.is_number(tail.node) and not _is_edited(likeness.ctx, tail.node)
    held = [value for value in result.held if value is not None]
    return tail.known and any(is_python_number(value) and kind_of(value) != "bool" for value in held)


def _are_integers(likeness: Likeness, result: Result) -> bool:
    """True for scalars of integers only, which have one dtype unless somebody says otherwise."""
    values = [value for tail in result.tails if tail.known for value in result.values(likeness.ctx, tail)]
    nodes = [tail.node for tail in result.tails if tail.node is not None]
    known = all(tail.known for tail in result.tails) and all(map(likeness.scalars.is_scalar, nodes))
    return known and all(value is not None and kind_of(value) == "int" for value in values)


def _is_edited(ctx: Forecast, node: cst.BaseExpression) -> bool:
    return any((change.start, change.end) == ctx.span(node) for change in ctx.edits)


def _of_one_kind(low: Lowering, result: Result) -> str | None:
    """All results are numbers: integers among floats become floats."""
    ctx = low.ctx
    kinds = {kind_of(value) for tail in result.tails for value in result.values(ctx, tail) if value is not None}
    if len(kinds) == 1:
        return None
    if kinds != {"int", "float"}:
        raise Declined("the paths give numbers of different kinds")
    low.changes[one_kind(kinds)] = None
    kept = None
    for tail in result.tails:
        if tail.node is None:
            kept = f"float({result.name})"
        elif _is_edited(ctx, tail.node):
            continue
        elif isinstance(tail.node, cst.Integer):
            ctx.edits = (*ctx.edits, replace(ctx, tail.node, f"{ctx.code(tail.node)}.0"))
        elif kind_of(ctx.value(tail.node)) != "float":
            raise Declined(f"`{ctx.code(tail.node)}` is an integer, and the other path gives a float")
    return kept


def _like(low: Lowering, like: Like, node: cst.BaseExpression | None, result: Result) -> str:
    """A number as a scalar array of a variable's dtype."""
    text = low.code(node) if node is not None else result.name
    held = result.held[0] if len(result.held) == 1 else None
    value = low.ctx.value(node) if node is not None else held
    constant = value.value if isinstance(value, Const) else None
    if like.promoted and not like.floating:
        dtype = f"{low.spell('jax.numpy.result_type')}({like.name}, float)"
        return f"{low.spell('jax.numpy.asarray')}({text}, {dtype})"
    whole = constant is not None and constant == int(constant)
    if not like.floating and (value is None or kind_of(value) == "float") and not whole:
        raise Declined(f"`{text}` is a float, and perhaps `{like.name}` is none: give it the dtype of the other path")
    plain = {0.0: "zeros", 1.0: "ones"}.get(constant) if isinstance(constant, int | float) else None
    if like.same:
        if plain:
            return f"{low.spell(f'jax.numpy.{plain}_like')}({like.name})"
        return f"{low.spell('jax.numpy.full_like')}({like.name}, {text})"
    if plain:
        return f"{low.spell(f'jax.numpy.{plain}')}((), {like.name}.dtype)"
    return f"{low.spell('jax.numpy.asarray')}({text}, {like.name}.dtype)"
