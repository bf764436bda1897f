"""Which expressions certainly have different shapes: all of an array and a part of it, or two parts of other lengths.

::

    x            (n, …)          x[1:], x[:-1]       (n - 1, …)
    x[:2]        (2, …)          jnp.exp(x) * 2      (n, …)
    x[0]         (…)             jnp.sum(x)          ()

Needs: expressions over variables whose shapes are not known.  Gives: a `Form` in terms of one of these variables, or
None. Two forms of the same variable that differ are two shapes, unless the variable has no axes or fits by chance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import libcst as cst

from jaxlint.facts.model.values import Const
from jaxlint.rewrite.control.forecast import Forecast
from jaxlint.rewrite.control.model import NOTHING, Names
from jaxlint.rewrite.control.scalars import REDUCTIONS
from jaxlint.rewrite.elementwise import is_elementwise

Length = tuple[int, int]
"""Of a part of an axis: a multiple of the whole length, and a number."""
Axis = Length | None
"""None where an index takes the axis away."""
_REDUCED = ("reduced",)
_LIKE = ("zeros_like", "ones_like", "full_like", "empty_like")
_JOINING = ("concatenate", "append", "hstack", "vstack", "stack", "column_stack", "dstack", "insert")


@dataclass(frozen=True, slots=True)
class Form:
    """The shape of an expression: that of a variable but for its first axes."""

    base: str
    axes: tuple[Axis | str, ...] = ()


@dataclass(frozen=True, slots=True)
class Forms:
    """``stale``: variables that may have another shape by the time that they are read. ``now``: what variables have
    at the moment."""

    ctx: Forecast
    stale: Names = NOTHING
    now: dict[str, Form | None] = field(default_factory=dict)

    def of(self, node: cst.BaseExpression) -> Form | None:
        """The form of an expression."""
        match node:
            case cst.Name(value=name) if name in self.now:
                return self.now[name]
            case cst.Name(value=name):
                bound = self.ctx.binding(name)
                return (self.of(bound) if bound is not None else None) or self._variable(name)
            case cst.Subscript(value=array, slice=indices):
                whole = self.of(array)
                return _part(self.ctx, whole, indices) if whole is not None and not whole.axes else None
            case cst.UnaryOperation(operator=cst.Minus() | cst.Plus(), expression=inner):
                return self.of(inner)
            case cst.BinaryOperation(operator=operator, left=left, right=right):
                return None if isinstance(operator, cst.MatrixMultiply) else self._common((left, right))
            case cst.Call(func=cst.Attribute(value=array, attr=attr), args=[]) if self.ctx.jax_array(array):
                return _reduced(self.of(array)) if attr.value in REDUCTIONS else None
            case cst.Call(func=function, args=args):
                return self._called(function, [arg.value for arg in args if arg.keyword is None and not arg.star], args)
        return None

    def _variable(self, name: str) -> Form | None:
        return Form(name) if name not in self.stale else None

    def _called(
        self, function: cst.BaseExpression, values: list[cst.BaseExpression], args: Iterable[cst.Arg]
    ) -> Form | None:
        short = (self.ctx.name(function) or "").removeprefix("jax.numpy.")
        if short in _LIKE and values:
            return self.of(values[0])
        if len(values) != len(list(args)) or not values:
            return None
        if short in REDUCTIONS and len(values) == 1:
            return _reduced(self.of(values[0]))
        return self._common(values) if is_elementwise(self.ctx, function) else None

    def _common(self, nodes: Iterable[cst.BaseExpression]) -> Form | None:
        """That of operands: those that are no numbers must agree."""
        forms = {self.of(node) for node in nodes if not isinstance(self.ctx.value(node), Const)}
        return forms.pop() if len(forms) == 1 else None


def differ(first: Form | None, second: Form | None) -> bool:
    """True for two shapes that do not fit each other."""
    return first is not None and second is not None and first.base == second.base and first.axes != second.axes


def grows(ctx: Forecast, name: str, value: cst.BaseExpression) -> bool:
    """True for ``jnp.concatenate([x, …])`` and the like, which makes `x` longer."""
    match value:
        case cst.Call(func=function, args=[first, *more]) if (ctx.name(function) or "").startswith("jax.numpy."):
            short = (ctx.name(function) or "").rpartition(".")[2]
            parts = [first.value, *(arg.value for arg in more if arg.keyword is None)]
            if isinstance(first.value, cst.Tuple | cst.List):
                parts = [element.value for element in first.value.elements]
            whole = any(isinstance(part, cst.Name) and part.value == name for part in parts)
            return short in _JOINING and whole and len(parts) > 1
    return False


def _reduced(form: Form | None) -> Form | None:
    return Form(form.base, _REDUCED) if form is not None else None


def _part(ctx: Forecast, whole: Form, indices: Iterable[cst.SubscriptElement]) -> Form | None:
    axes: list[Axis | str] = []
    for element in indices:
        match element.slice:
            case cst.Slice(lower=lower, upper=upper, step=None):
                length = _length(ctx, lower, upper)
                if length is None:
                    return None
                axes.append(length)
            case cst.Index(value=index) if isinstance(index, cst.Integer | cst.UnaryOperation):
                axes.append(None)
            case _:
                return None
    while axes and axes[-1] == (1, 0):
        axes.pop()
    return Form(whole.base, tuple(axes))


def _length(
    ctx: Forecast, lower: cst.BaseExpression | None, upper: cst.BaseExpression | None
) -> tuple[int, int] | None:
    """How long the slice of a long axis is: ``[1:-1]`` -> n - 2, ``[:3]`` -> 3."""
    ends: list[Length] = []
    for bound, missing in ((lower, (0, 0)), (upper, (1, 0))):
        value = ctx.value(bound) if bound is not None else None
        if bound is None:
            ends.append(missing)
        elif isinstance(value, Const) and isinstance(value.value, int):
            ends.append((int(value.value < 0), value.value))
        else:
            return None
    (first, start), (last, stop) = ends
    return last - first, stop - start
