"""Which variable has the dtype of a result: `x` for `jnp.log(x)` and `jnp.sum(x * x)`.

Needs: which arrays are certainly without axes.  Gives: a `Like`, or None. What it takes for granted (that `x` is of
floats where `jnp.log(x)` is), `lax.cond` checks when it is traced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

import libcst as cst

from jaxlint.facts.model.definitions import scope_of
from jaxlint.facts.model.values import Const, Key, Keys, Library, Static
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rewrite.control.forecast import Forecast
from jaxlint.rewrite.control.held import is_python_number, values_before
from jaxlint.rewrite.control.model import Names
from jaxlint.rewrite.control.scalars import REDUCTIONS, Scalars

_FLOATING = frozenset(
    ("exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "sqrt", "cbrt", "sin", "cos", "tan", "sinh", "cosh",
     "tanh", "arctan", "arcsinh", "reciprocal")
)  # fmt: skip
_KEEPING = frozenset(
    ("abs", "absolute", "negative", "square", "maximum", "minimum", "clip", "sort", "cumsum", "cumprod", "flip", "sign")
)
_REDUCING = REDUCTIONS - {"any", "all"}
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Like:
    """A variable whose dtype a result has. ``scalar``: the result has no axes; ``same``: nor has the variable.
    ``floating``: the dtype is that of floats. ``promoted``: it is what a float of Python's makes of the variable's."""

    name: str
    scalar: bool
    same: bool
    floating: bool
    promoted: bool = False


@dataclass(frozen=True, slots=True)
class Likeness:
    """``inside``: names that cannot be spelled elsewhere. ``at``: the statement in question."""

    ctx: Forecast
    inside: Names
    scalars: Scalars
    at: cst.CSTNode | None = None

    def is_number(self, node: cst.BaseExpression) -> bool:
        """True for what is perhaps a number of Python's, a bool aside: its dtype is the same everywhere."""
        match node:
            case cst.Name(value=name) if self.at is not None and not self._is_rebound(node):
                if any(map(is_python_number, values_before(self.ctx, self.at, name))):
                    return True
            case cst.BinaryOperation(left=left, right=right):
                return self.is_number(left) and self.is_number(right)
            case cst.UnaryOperation(expression=inner):
                return self.is_number(inner)
        value = self.ctx.value(node)
        return is_python_number(value) and kind_of(value) != "bool"

    def _is_rebound(self, name: cst.Name) -> bool:
        """True if the block that a name is read in binds it before."""
        statement = self.ctx.statement(name)
        block = getattr(self.ctx.parent(statement), "body", ()) if statement is not self.at else ()
        earlier = takewhile(lambda other: other is not statement, block)
        return any(name.value in scope_of(other).bound for other in earlier)

    def of(self, node: cst.BaseExpression, depth: int = 0) -> Like | None:
        """The variable that an expression is like."""
        match node:
            case cst.Name(value=name) if name in self.inside:
                bound = self.ctx.binding(name)
                return self.of(bound, depth + 1) if bound is not None and depth < _DEPTH else None
            case cst.Name() | cst.Attribute() | cst.Subscript():
                return self._variable(node)
            case cst.UnaryOperation(operator=cst.Minus() | cst.Plus(), expression=inner):
                return self.of(inner, depth)
            case cst.BinaryOperation(operator=cst.MatrixMultiply()):
                return None
            case cst.BinaryOperation(operator=operator, left=left, right=right):
                like = self._joined([left, right], depth)
                return replace(like, floating=like.floating or isinstance(operator, cst.Divide)) if like else None
            case cst.Call(func=cst.Attribute(value=array, attr=attr), args=[]) if attr.value in _REDUCING:
                return _reduced(self.of(array, depth), attr.value) if self.ctx.jax_array(array) else None
            case cst.Call(func=function, args=args):
                return self._called(self.ctx.name(function) or "", args, depth)
        return None

    def _variable(self, node: cst.BaseExpression) -> Like | None:
        value, text = self.ctx.value(node), self.ctx.code(node)
        if isinstance(value, Const | Static | Library | Key | Keys) or not self._can_be_spelled(node):
            return None
        scalar = self.scalars.is_scalar(node)
        return Like(text, scalar, scalar, kind_of(value) == "float")

    def _can_be_spelled(self, node: cst.CSTNode) -> bool:
        base = node
        while isinstance(base, cst.Attribute | cst.Subscript):
            base = base.value
        return isinstance(base, cst.Name) and base.value not in self.inside

    def _called(self, name: str, args: Sequence[cst.Arg], depth: int) -> Like | None:
        short = name.removeprefix("jax.numpy.").removeprefix("jax.nn.")
        values = [arg.value for arg in args if arg.keyword is None and not arg.star]
        if len(values) != len(args) or short == name or not values:
            return None
        if short in _REDUCING and len(values) == (2 if "dot" in short else 1):
            return _reduced(self._joined(values, depth), short)
        if short in _FLOATING and len(values) == 1:
            like = self.of(values[0], depth)
            return replace(like, floating=True) if like is not None else None
        if short in _KEEPING or (short == "where" and len(values) == 3):
            return self._joined(values[1:] if short == "where" else values, depth)
        return None

    def _joined(self, nodes: Sequence[cst.BaseExpression], depth: int) -> Like | None:
        """What operands have in common: numbers do not count, and all others must be one variable, or without axes."""
        likes = [self.of(node, depth) for node in nodes if not self.is_number(node)]
        known = [like for like in likes if like is not None]
        if not known or len(known) != len(likes):
            return None
        if not known[0].floating and any(kind_of(self.ctx.value(node)) == "float" for node in nodes):
            known[0] = replace(known[0], promoted=True)
        if all(like.scalar for like in known):
            return replace(known[0], floating=all(like.floating for like in known))
        if len({(like.name, like.scalar) for like in known}) == 1:
            return replace(known[0], floating=any(like.floating for like in known))
        return None


def _reduced(like: Like | None, reduction: str) -> Like | None:
    if like is None:
        return None
    return replace(like, scalar=True, floating=like.floating or reduction in ("mean", "std", "var", "median"))
