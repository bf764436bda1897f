"""Which expressions have no axes: what Python tests for truth, what comes from such values elementwise, reductions.

Needs: a function's tests.  Gives: True where an expression is certainly a scalar, for all that is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Array, Const, Either, HostArray, Static, Value
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rewrite.control.forecast import Forecast
from jaxlint.rewrite.control.model import Equal, Flag, Test, Truth
from jaxlint.rewrite.elementwise import is_elementwise, operands
from jaxlint.rewrite.uses import bindings

REDUCTIONS = frozenset(("sum", "prod", "max", "min", "mean", "std", "var", "median", "any", "all", "dot", "vdot"))
_DEPTH = 4
Source = cst.BaseExpression | str | Truth | None


@dataclass(eq=False)
class Scalars:
    """``tests``: those of the statement in question. Those of the whole function count where no name in them is bound
    twice. ``items``: an item ``x[i, j]`` is taken for a scalar, since broadcasting a number to it does no harm."""

    ctx: Forecast
    tests: tuple[Test, ...]
    items: bool = False
    _pending: set[str] = field(default_factory=set)
    _tested: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        own = {text for test in self.tests for text in _asked(self.ctx, test)}
        self._tested = self._sources(own | set(self._elsewhere()))

    def is_scalar(self, node: cst.BaseExpression, depth: int = 0) -> bool:
        """True for an expression without axes."""
        if _has_no_axes(self.ctx.value(node)) or self.ctx.code(node) in self._tested:
            return True
        match node:
            case cst.Name(value=name):
                return self.is_scalar_name(name, depth)
            case cst.Subscript(value=array, slice=indices) if self.items and self.ctx.jax_array(array):
                return all(isinstance(part.slice, cst.Index) and _is_integer(self.ctx, part.slice) for part in indices)
            case cst.UnaryOperation(expression=inner):
                return self.is_scalar(inner, depth)
            case cst.BinaryOperation(operator=operator, left=left, right=right):
                plain = not isinstance(operator, cst.MatrixMultiply)
                return plain and self.is_scalar(left, depth) and self.is_scalar(right, depth)
            case cst.IfExp(body=body, orelse=orelse):
                return self.is_scalar(body, depth) and self.is_scalar(orelse, depth)
            case cst.Call(func=function, args=args):
                return self._is_reduced(node) or (
                    is_elementwise(self.ctx, function) and all(self.is_scalar(arg.value, depth) for arg in args)
                )
        return False

    def is_scalar_name(self, name: str, depth: int = 0) -> bool:
        """True for a variable that is only bound to scalars."""
        if name in self._tested:
            return True
        if name in self.ctx.frame.arguments and not _has_no_axes(self.ctx.frame.arguments[name]):
            return False
        if name in self._pending:
            return True  # what a variable is computed from itself does not add axes that it has not got
        sources: list[Source] = list(self.ctx.made.get(name, ()))
        sources = sources or [
            source if source is not None else _first_carry(self.ctx, node)
            for node, source in bindings(self.ctx, name)
            if not self._turns(node)
        ]
        self._pending.add(name)
        found = bool(sources) and depth < _DEPTH and all(self._is_source(source, depth) for source in sources)
        self._pending.discard(name)
        return found

    def _is_source(self, source: Source, depth: int) -> bool:
        match source:
            case cst.BaseExpression():
                return self.is_scalar(source, depth + 1)
            case None:
                return False
        return True

    def _turns(self, node: cst.Name) -> bool:
        """True for what a loop of lax binds, turn by turn: it has the shape that the variable has before."""
        return any(above in self.ctx.lowered for above in self.ctx.ancestors(node))

    def _is_reduced(self, call: cst.Call) -> bool:
        name = self.ctx.name(call.func) or ""
        if name.startswith("jax.numpy."):
            short = name.removeprefix("jax.numpy.")
            return short in REDUCTIONS and len(call.args) == (2 if "dot" in short else 1) and not call.args[0].star
        method = call.func
        return (
            isinstance(method, cst.Attribute)
            and method.attr.value in REDUCTIONS
            and not call.args
            and self.ctx.jax_array(method.value)
        )

    def _elsewhere(self) -> Iterator[str]:
        """What other tests of the function ask for."""
        for node in self.ctx.nodes():
            if isinstance(node, cst.If | cst.While | cst.IfExp) and self.ctx.traced(node.test) is not None:
                names = {part.value for part in own_nodes(node.test) if isinstance(part, cst.Name)}
                if all(len(bindings(self.ctx, name)) + (name in self.ctx.frame.arguments) <= 1 for name in names):
                    yield from _asked(self.ctx, node.test)

    def _sources(self, tested: set[str]) -> frozenset[str]:
        """Texts, and those of what they are computed from elementwise."""
        found: set[str] = set()
        queue = list(tested)
        while queue:
            text = queue.pop()
            if text not in found:
                found.add(text)
                bound = self.ctx.binding(text)
                queue += _plain(operands(self.ctx, bound)) if bound is not None else ()
        return frozenset(found)


def _is_integer(ctx: View, index: cst.Index) -> bool:
    return kind_of(ctx.value(index.value)) == "int"


def _first_carry(ctx: View, name: cst.Name) -> cst.BaseExpression | None:
    """What ``name`` was in the first turn, where it is bound to the carry of a loop of lax."""
    match _assignment(ctx, name):
        case cst.Assign(targets=[cst.AssignTarget(target=target)], value=cst.Call(func=function, args=args)):
            match ctx.name(function), target, args:
                case "jax.lax.fori_loop" | "jax.lax.while_loop", _, [*_, first]:
                    return _matching(target, first.value, name)
                case "jax.lax.scan", cst.Tuple(elements=[carry, _]), [_, first, *_]:
                    return _matching(carry.value, first.value, name)
    return None


def _matching(target: cst.BaseExpression, value: cst.BaseExpression, name: cst.Name) -> cst.BaseExpression | None:
    if target is name:
        return value
    if isinstance(target, cst.Tuple) and isinstance(value, cst.Tuple):
        pairs = zip(target.elements, value.elements, strict=False)
        return next((first.value for mine, first in pairs if mine.value is name), None)
    return None


def _assignment(ctx: View, name: cst.CSTNode) -> cst.CSTNode | None:
    """The assignment that a name is a target of."""
    return next((above for above in ctx.ancestors(name) if isinstance(above, cst.BaseSmallStatement)), None)


def _has_no_axes(value: Value) -> bool:
    match value:
        case Const(value=bool() | int() | float() | complex()) | Static(kind="bool" | "int" | "float"):
            return True
        case Array(ndim=0) | HostArray(scalar=True):
            return True
        case Either(options=options):
            return all(map(_has_no_axes, options))
    return False


def _asked(ctx: View, test: Test) -> Iterator[str]:
    """The texts of the arrays that a test compares."""
    match test:
        case Flag(name=name):
            yield name
        case Equal(subject=subject):
            yield ctx.code(subject)
        case cst.BaseExpression():
            yield from _plain(operands(ctx, test))


def _plain(texts: Iterable[str]) -> Iterator[str]:
    """Texts without the parentheses around what is no name."""
    return (text[1:-1] if text.startswith("(") and text.endswith(")") else text for text in texts)
