"""The carry of a loop: which variables, in which order, how functions take them apart, and what they hold at first."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from jaxlint.facts.model.values import Array, Const, Either, HostArray, Static, Value
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rewrite.control import dtypes, flow
from jaxlint.rewrite.control.forecast import Forecast
from jaxlint.rewrite.control.held import values_before
from jaxlint.rewrite.control.likeness import Likeness
from jaxlint.rewrite.control.lowering import Here, Lowering
from jaxlint.rewrite.control.model import Append, Bind, Declined, Loop, Names, Plain, Truth, While
from jaxlint.rewrite.control.scalars import Scalars
from jaxlint.rewrite.control.shapes import Form, Forms, differ, grows
from jaxlint.rewrite.uses import origins


@dataclass(frozen=True, slots=True)
class Carry:
    """Names that a loop hands from turn to turn, each with the text of what it holds at first. ``casts``: the lines
    before that give some of them the dtype that a turn gives them."""

    names: tuple[str, ...]
    first: tuple[str, ...]
    casts: tuple[str, ...] = ()

    @property
    def packed(self) -> str:
        """All of it as a value to return, or as the target of an assignment."""
        return ", ".join(self.names)

    @property
    def grouped(self) -> str:
        """All of it as a part of a tuple."""
        return pack(self.names)

    @property
    def initial(self) -> str:
        """What it holds at first, as an argument."""
        return pack(self.first)

    @property
    def opening(self) -> list[str]:
        """The lines above the loop's functions."""
        return [*self.casts, ""] if self.casts else []

    def result(self, live: Container[str]) -> str:
        """All of it as the target of the call, `_` for what nobody reads."""
        return ", ".join(name if name in live else "_" for name in self.names)

    def after(self, name: str, first: str) -> Carry:
        """The carry with one more name before it."""
        return Carry((name, *self.names), (first, *self.first), self.casts)

    def unpacked(self, parameter: str, wanted: Container[str]) -> list[str]:
        """The line that takes it apart, into the names that somebody wants."""
        if len(self.names) == 1 or not any(name in wanted for name in self.names):
            return []
        return [f"{', '.join(name if name in wanted else '_' for name in self.names)} = {parameter}"]


def pack(parts: Sequence[str]) -> str:
    """``a`` for one part, ``(a, b)`` for more, ``None`` for nothing."""
    return "None" if not parts else parts[0] if len(parts) == 1 else f"({', '.join(parts)})"


def carried(low: Lowering, loop: Loop | While, here: Here, targets: Names) -> Carry:
    """The names that a body binds and somebody reads afterwards or in the next turn. Flags come last."""
    end = flow.live_in_body(loop, here.live) | here.live
    flags = dict(loop.flags)
    bound = here.bound - flags.keys()
    lists = appended(loop)
    names = [name for name in flow.writes(loop.body) if name in end and name not in targets and name not in lists]
    _check_shapes(low, loop, names, bound)
    names.sort(key=lambda name: flags.get(name) is not None)
    return Carry(tuple(names), tuple(flags.get(name) or _first(low, loop, name, bound) for name in names))


def _check_shapes(low: Lowering, loop: Loop | While, names: Sequence[str], bound: Names) -> None:
    """Refuse a variable that a turn gives another shape."""
    forms = Forms(low.ctx, frozenset(flow.writes((loop,))) - bound, {name: Form(name) for name in names})
    for name, value in dtypes.values(loop, augmented=False):
        if name in names and grows(low.ctx, name, value) and forms.now[name] == Form(name):
            raise Declined(f"`{name}` grows in each turn: a carry of lax keeps its shape")
        forms.now[name] = forms.of(value)
    for name in names:
        if differ(forms.now[name], Form(name)):
            raise Declined(f"`{name}` becomes a part of itself in each turn: a carry of lax keeps its shape")
        if name in bound and any(differ(forms.now[name], first) for first in _first_forms(low, loop, name)):
            raise Declined(f"`{name}` gets another shape in the loop: a carry of lax keeps its shape")


def _first_forms(low: Lowering, loop: Loop | While, name: str) -> Iterator[Form | None]:
    """The forms of what a variable holds before a loop."""
    start = low.ctx.span(loop.node)[0]
    for node, value, direct in origins(low.ctx, name, loop.node)[1]:
        if direct and low.ctx.span(node)[0] < start:
            yield Forms(low.ctx).of(value)


def settled(low: Lowering, loop: Loop | While, carry: Carry) -> Carry:
    """The carry with first values of the right dtype, now that the body is written."""
    names = frozenset(carry.names)
    found = [
        (dtypes.typed(low, loop, first, names) if first.isidentifier() else None) or first for first in carry.first
    ]
    casts = [dtypes.cast(low, loop, name) for name, first in zip(carry.names, found, strict=True) if name == first]
    shared, found = _shared(low, found)
    return Carry(carry.names, tuple(found), (*shared, *filter(None, casts)))


def _shared(low: Lowering, first: list[str]) -> tuple[list[str], list[str]]:
    """A name for a dtype that several first values are given, and the values with it."""
    computed = re.findall(r"\w+\.result_type\([^()]*\)", " ".join(first))
    if len(computed) < 2 or len(set(computed)) > 1:
        return [], first
    name = low.fresh("dtype", "carry_dtype")
    return [f"{name} = {computed[0]}"], [text.replace(computed[0], name) for text in first]


def appended(loop: Loop | While) -> dict[str, Append]:
    """The lists to which a loop's turn appends."""
    return {statement.name: statement for statement in flow.statements(loop.body) if isinstance(statement, Append)}


def _first(low: Lowering, loop: Loop | While, name: str, bound: Names) -> str:
    """What a carried variable holds before the first turn."""
    if name in bound:
        if Const(None) in values_before(low.ctx, loop.node, name):
            raise Declined(f"`{name}` is None before the loop and an array later: a carry of lax has one type")
        return name
    text = placeholder(low.ctx, loop, name) or _alike(low, loop, name, bound)
    if text is None:
        raise Declined(f"`{name}` has no value before the loop, and lax needs one in case it does not turn")
    return text


def _alike(low: Lowering, loop: Loop | While, name: str, bound: Names) -> str | None:
    """An array of the shape and dtype that the loop will give a variable, by the name of another one."""
    value = next((value for other, value in dtypes.values(loop) if other == name), None)
    if value is None:
        return None
    for other, given in dtypes.values(loop):
        if other in bound and isinstance(value, cst.Name) and low.code(given) == value.value:
            return other
    inside = frozenset(flow.writes((loop,))) - bound
    like = Likeness(low.ctx, inside, Scalars(low.ctx, ())).of(value)
    if like is None or like.name not in bound:
        return None
    if like.scalar and not like.same:
        return f"{low.spell('jax.numpy.zeros')}((), {like.name}.dtype)"
    return f"{low.spell('jax.numpy.zeros_like')}({like.name})"


def placeholder(ctx: Forecast, loop: Loop | While, name: str) -> str | None:
    """A number for what only the loop binds, if it is one: a literal takes on the body's dtype."""
    for statement in flow.statements(loop.body):
        match statement:
            case Plain(node=cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=bound))], value=value)):
                if bound == name:
                    return _zero(ctx.value(value))
            case Bind(name=bound, value=Truth()) if bound == name:
                return "False"
            case Bind(name=bound, value=cst.BaseExpression() as value) if bound == name:
                return _zero(ctx.value(value))
            case Loop() if name in flow.target(statement) and isinstance(statement.node.target, cst.Name):
                return _zero(ctx.value(statement.node.target))
    return None


def _zero(value: Value) -> str | None:
    """A literal that JAX lets become of the value's dtype: `0` becomes a float as well."""
    match value:
        case Array(ndim=0) | HostArray(scalar=True) | Static() | Const(value=bool() | int() | float()):
            return {"bool": "False", "float": "0.0"}.get(kind_of(value) or "", "0")
        case Either(options=options):
            zeros = {_zero(option) for option in options}
            return zeros.pop() if len(zeros) == 1 else "0" if None not in zeros and "False" not in zeros else None
    return None
