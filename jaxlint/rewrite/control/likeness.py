"""Makes the arms of a `lax.cond` give one dtype: a number of Python's on one path gets that of the array on the other.

::

    if t: y = jnp.log(x)        ->      lax.cond(t, lambda: jnp.log(x), lambda: jnp.zeros_like(x))
    else: y = 0.0

Needs: what each path binds a name to.  Gives: edits of the numbers, and texts for a number that an arm hands on. Where
no variable has the other path's dtype and shape for certain, it declines. What it guesses (that `x` is of floats where
`jnp.log(x)` is), `lax.cond` checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from jaxlint.edits import replace as edit
from jaxlint.facts.model.values import Array, Const, Function, Key, Keys, Library, Partial, Static, Value
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.choices import acting
from jaxlint.rewrite.control.conds import Arm
from jaxlint.rewrite.control.held import is_python_number, values_before
from jaxlint.rewrite.control.lowering import Lowering
from jaxlint.rewrite.control.model import Bind, Block, Branch, Declined, Exit, Names, Plain

_FLOATING = "exp exp2 expm1 log log1p log2 log10 sqrt cbrt sin cos tan sinh cosh tanh arctan arcsinh reciprocal".split()
_KEEPING = "abs absolute negative square maximum minimum clip where sort cumsum cumprod flip roll sign".split()
_REDUCING = "sum prod max min mean std var median dot vdot".split()


@dataclass(frozen=True, slots=True)
class Tail:
    """What a path gives at its end: an expression, or (None) what the name had before. ``known``: False for anything
    else."""

    node: cst.BaseExpression | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class Like:
    """A variable whose dtype an expression has, and whose shape too, or no axes (``scalar``). ``floating``: the dtype
    is that of floats."""

    name: str
    scalar: bool
    floating: bool


def stabilise(low: Lowering, branch: Branch | None, arms: Sequence[Arm], inside: Names) -> None:
    """Note the edits that give every arm's results one dtype. ``inside``: names that only arms bind. Raises Declined."""
    if arms[0].names is None:
        for results in _returned(arms):
            _unify(low, results, inside)
        return
    for name in arms[0].names:
        tails = [tail for arm in arms for tail in _tails(arm.block, name)]
        held = values_before(low.ctx, branch.node, name) if branch is not None and branch.node is not None else []
        _check(low.ctx, name, tails, held)
        text = _unify(low, tails, inside, name, held)
        for arm in arms:
            if text is not None and not any(name in flow.writes((statement,)) for statement in arm.block):
                arm.kept[name] = text


def _check(ctx: View, name: str, tails: Iterable[Tail], held: Sequence[Value | None]) -> None:
    values = [ctx.value(tail.node) for tail in tails if tail.node is not None]
    values += [value for value in held if value is not None] if any(tail.node is None for tail in tails) else []
    for value in values:
        if (what := _foreign(value)) is not None:
            raise Declined(f"`{name}` is {what} on one path, which no array operation can choose")


def _foreign(value: Value) -> str | None:
    match value:
        case Const(value=None):
            return "None"
        case Const(value=str()) | Static(kind="str"):
            return "a string"
        case Function() | Partial() | Library():
            return "a function"
    return None


def _returned(arms: Sequence[Arm]) -> Iterator[list[Tail]]:
    """The results of all paths, item by item where each returns a tuple."""
    exits = [exit for arm in arms for exit in flow.statements(arm.block) if isinstance(exit, Exit)]
    values = [exit.value for exit in exits]
    nothing = [value for value in values if value is None or (isinstance(value, cst.Name) and value.value == "None")]
    if nothing and len(nothing) < len(values):
        raise Declined("one path returns a value and another one nothing, which no array operation can choose")
    sizes = {len(value.elements) if isinstance(value, cst.Tuple) else None for value in values}
    if len(sizes - {None}) > 1:
        raise Declined("the paths return tuples of different lengths")
    if len(sizes) == 1 and None not in sizes:
        for items in zip(*(value.elements for value in values if isinstance(value, cst.Tuple)), strict=True):
            yield [Tail(item.value) for item in items]
    elif None in sizes and len(sizes) == 1:
        yield [Tail(value) if isinstance(value, cst.CSTNode) else Tail(known=False) for value in values]


def _tails(block: Block, name: str) -> Iterator[Tail]:
    """What a block may leave a name bound to."""
    for statement in reversed(list(acting(block))):
        if name not in flow.writes((statement,)):
            continue
        match statement:
            case Plain(node=cst.Assign(targets=[cst.AssignTarget(target=cst.Name())], value=value)):
                yield Tail(value)
            case Bind(value=cst.BaseExpression() as value):
                yield Tail(value)
            case Branch(then=then, orelse=orelse):
                for arm in (then, orelse):
                    for tail in _tails(arm, name):
                        yield tail if tail.node is not None else Tail(known=False)
            case _:
                yield Tail(known=False)
        return
    yield Tail()


def _unify(
    low: Lowering, tails: Sequence[Tail], inside: Names, name: str = "", held: Sequence[Value | None] = ()
) -> str | None:
    """Edit the numbers among some results; the text for one that is handed on, if that is more than its name."""
    ctx = low.ctx
    if any(not tail.known for tail in tails) and not any(_is_number(ctx, tail, held) for tail in tails):
        return None
    numbers = [tail for tail in tails if _is_number(ctx, tail, held)]
    others = [tail for tail in tails if tail not in numbers]
    if not numbers:
        return None
    if not others:
        return _same_kind(low, numbers, name, held)
    likes = [like for tail in others if tail.node is not None if (like := _like(ctx, tail.node, inside)) is not None]
    if not likes and (kept := _kept_like(ctx, name, others, held)) is not None:
        likes = [kept]
    if not likes:
        number = ctx.code(numbers[0].node) if numbers[0].node is not None else name
        raise Declined(
            f"`{number}` is a number on one path and the other gives an array, whose dtype and shape `lax.cond` asks "
            "for: write it with `jnp.zeros_like` or `jnp.full_like`"
        )
    kept_text = None
    for tail in numbers:
        text = _spelled(low, likes[0], tail.node, name)
        if tail.node is None:
            kept_text = text
        elif not any(start == ctx.span(tail.node) for start in ((e.start, e.end) for e in ctx.edits)):
            ctx.edits = (*ctx.edits, edit(ctx, tail.node, text))
    return kept_text


def _kept_like(ctx: View, name: str, others: Sequence[Tail], held: Sequence[Value | None]) -> Like | None:
    """The variable itself, where one path hands on the array that it holds."""
    if any(tail.node is None for tail in others) and name and all(isinstance(value, Array) for value in held):
        return Like(name, False, any(kind_of(value) == "float" for value in held if value is not None))
    return None


def _is_number(ctx: View, tail: Tail, held: Sequence[Value | None]) -> bool:
    """True for what is perhaps a Python number. A bool's dtype is the same everywhere."""
    if not tail.known:
        return False
    values = held if tail.node is None else [ctx.value(tail.node)]
    return any(is_python_number(value) and (value is None or kind_of(value) != "bool") for value in values)


def _same_kind(low: Lowering, numbers: Sequence[Tail], name: str, held: Sequence[Value | None]) -> str | None:
    """All results are numbers: integers among floats become floats."""
    ctx = low.ctx
    kinds = {kind_of(ctx.value(tail.node)) for tail in numbers if tail.node is not None}
    kinds |= {kind_of(value) for value in held if value is not None} if any(t.node is None for t in numbers) else set()
    if len(kinds) == 1:
        return None
    text = None
    for tail in numbers:
        if tail.node is None:
            text = name if {kind_of(value) for value in held if value is not None} == {"float"} else f"float({name})"
        elif isinstance(tail.node, cst.Integer):
            ctx.edits = (*ctx.edits, edit(ctx, tail.node, f"{ctx.code(tail.node)}.0"))
        elif kind_of(ctx.value(tail.node)) != "float":
            raise Declined(f"`{ctx.code(tail.node)}` is no float on this path, and the other path gives one")
    return text


def _spelled(low: Lowering, like: Like, node: cst.BaseExpression | None, name: str) -> str:
    """A number as an array like a variable."""
    text = low.code(node) if node is not None else name
    value = low.ctx.value(node) if node is not None else None
    constant = value.value if isinstance(value, Const) else None
    if kind_of(value) == "float" and not like.floating and not (constant is not None and constant == int(constant)):
        raise Declined(f"`{text}` is a float, and perhaps `{like.name}` is not: give it the dtype of the other path")
    plain = {0: "zeros", 1: "ones"}.get(constant) if isinstance(constant, int | float) and node is not None else None
    if like.scalar:
        if plain:
            return f"{low.spell(f'jax.numpy.{plain}')}((), {like.name}.dtype)"
        return f"{low.spell('jax.numpy.asarray')}({text}, {like.name}.dtype)"
    if plain:
        return f"{low.spell(f'jax.numpy.{plain}_like')}({like.name})"
    return f"{low.spell('jax.numpy.full_like')}({like.name}, {text})"


def _like(ctx: View, node: cst.BaseExpression, inside: Names, depth: int = 0) -> Like | None:
    """The variable that an expression is like."""
    match node:
        case cst.Name(value=name) if name in inside:
            bound = ctx.binding(name)
            return _like(ctx, bound, inside, depth + 1) if bound is not None and depth < 4 else None
        case cst.Name() | cst.Attribute():
            value = ctx.value(node)
            if isinstance(value, Const | Static | Library | Key | Keys):
                return None
            return Like(ctx.code(node), getattr(value, "ndim", None) == 0, kind_of(value) == "float")
        case cst.UnaryOperation(operator=cst.Minus() | cst.Plus(), expression=inner):
            return _like(ctx, inner, inside, depth)
        case cst.BinaryOperation(operator=operator, left=left, right=right):
            if isinstance(operator, cst.MatrixMultiply):
                return None
            like = _joined(ctx, [left, right], inside, depth)
            return replace(like, floating=like.floating or isinstance(operator, cst.Divide)) if like else None
        case cst.Call(func=cst.Attribute(value=array, attr=attr), args=args) if ctx.jax_array(array):
            if attr.value in _REDUCING and not args:
                return _scalar(_like(ctx, array, inside, depth), attr.value)
        case cst.Call(func=function, args=args):
            return _called(ctx, ctx.name(function) or "", args, inside, depth)
    return None


def _called(ctx: View, name: str, args: Sequence[cst.Arg], inside: Names, depth: int) -> Like | None:
    short = name.removeprefix("jax.numpy.").removeprefix("jax.nn.")
    values = [arg.value for arg in args if arg.keyword is None and not arg.star]
    if len(values) != len(args) or short == name or not values:
        return None
    if short in _REDUCING and len(values) == (2 if "dot" in short else 1):
        return _scalar(_joined(ctx, values, inside, depth), short)
    if short in _FLOATING and len(values) == 1:
        like = _like(ctx, values[0], inside, depth)
        return replace(like, floating=True) if like is not None else None
    if short in _KEEPING:
        return _joined(ctx, values[1:] if short == "where" else values[:1] if short == "roll" else values, inside, depth)
    return None


def _scalar(like: Like | None, reduction: str) -> Like | None:
    if like is None:
        return None
    return replace(like, scalar=True, floating=like.floating or reduction in ("mean", "std", "var", "median"))


def _joined(ctx: View, nodes: Sequence[cst.BaseExpression], inside: Names, depth: int) -> Like | None:
    """What elementwise operands have in common: numbers do not count, and all others must be one variable, or without
    axes."""
    arrays = [node for node in nodes if not isinstance(ctx.value(node), Const | Static)]
    likes = [_like(ctx, node, inside, depth) for node in arrays]
    known = [like for like in likes if like is not None]
    if not known or len(known) != len(likes):
        return None
    if all(like.name == known[0].name and like.scalar == known[0].scalar for like in known):
        return replace(known[0], floating=any(like.floating for like in known))
    if all(like.scalar for like in known):
        return replace(known[0], floating=all(like.floating for like in known))
    return None
