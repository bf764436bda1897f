"""How long the axes of arrays are, in terms of parameters and shapes: `n` and `len(x)` are both `x.shape[0]`.

Needs: where a function binds its names.  Gives: polynomials of atoms that never change while the function runs, so
that two lengths can be compared whatever the arguments are; None for what is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from jaxlint.facts.model.values import Array, Const, Static, Value
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace import dtypes
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rewrite.polynomial import Polynomial, plus, product
from jaxlint.rewrite.uses import bindings

_FILLED = frozenset(("jax.numpy.zeros", "jax.numpy.ones", "jax.numpy.empty", "jax.numpy.full"))
_LIKE = frozenset(
    ("jax.numpy.zeros_like", "jax.numpy.ones_like", "jax.numpy.empty_like", "jax.numpy.full_like",
     "jax.numpy.asarray", "jax.numpy.array", "jax.numpy.copy")
)  # fmt: skip
_KEEPING = ("copy", "astype")
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lengths and ranks in one function. ``positive``: lengths of arrays that exist. ``in_place``: ``x *= y`` keeps the
    shape of ``x``, as it does in NumPy."""

    ctx: View
    positive: tuple[Polynomial, ...] = ()
    in_place: bool = False

    def of(self, node: cst.BaseExpression, depth: int = 0) -> Polynomial | None:
        """A whole number in terms of what does not change."""
        if depth > _DEPTH:
            return None
        match node:
            case cst.Integer():
                return plus({}, {(): node.evaluated_value})
            case cst.Name(value=name):
                return self._number(node, name, depth)
            case cst.Subscript(
                value=cst.Attribute(value=cst.Name(value=array), attr=cst.Name(value="shape")),
                slice=[cst.SubscriptElement(slice=cst.Index(value=cst.Integer() as axis))],
            ):
                return self.axis(array, axis.evaluated_value, depth + 1)
            case cst.Call(func=function, args=[cst.Arg(value=cst.Name(value=array))]):
                return self.axis(array, 0, depth + 1) if self.ctx.name(function) == "builtins.len" else None
            case cst.UnaryOperation(operator=cst.Minus(), expression=inner):
                found = self.of(inner, depth)
                return None if found is None else plus({}, found, -1)
            case cst.BinaryOperation(operator=operator, left=left, right=right):
                a, b = self.of(left, depth), self.of(right, depth)
                if a is None or b is None:
                    return None
                match operator:
                    case cst.Add():
                        return plus(a, b)
                    case cst.Subtract():
                        return plus(a, b, -1)
                    case cst.Multiply():
                        return product(a, b)
        return None

    def axis(self, name: str, number: int, depth: int = 0) -> Polynomial | None:
        """The length of an axis of the array that a variable holds."""
        if depth > _DEPTH or number < 0:
            return None
        known, origin = self._origin(name)
        if not known:
            return None
        found = self._axis_of(origin, number, depth + 1) if origin is not None else None
        return found if found is not None else {(f"{name}.shape[{number}]",): 1}

    def rank(self, name: str, depth: int = 0) -> int | None:
        """The number of axes of the array that a variable holds."""
        known, origin = self._origin(name)
        if not known or depth > _DEPTH:
            return None
        found = self._rank_of(origin, depth + 1) if origin is not None else None
        if found is None and isinstance(argument := self.ctx.frame.arguments.get(name), Array):
            found = argument.ndim
        return found if found is not None else self._unpacked(name)

    def root(self, name: str, depth: int = 0) -> str:
        """The first of the variables from which an array has its shape."""
        found = self.origin(name)
        source = self._same_shape(found) if found is not None else None
        return name if source is None or depth > _DEPTH else self.root(source, depth + 1)

    def like(self, name: str, depth: int = 0) -> str:
        """The first of the variables from which an array has its shape and dtype."""
        match self.origin(name):
            case cst.Call(func=function, args=[cst.Arg(value=cst.Name(value=source), keyword=None)]) if depth <= _DEPTH:
                if self.ctx.name(function) in _LIKE:
                    return self.like(source, depth + 1)
        return name

    def has_shape(self, name: str) -> bool:
        """True for what somebody asks for its shape: no list."""
        return any(
            isinstance(node, cst.Attribute)
            and isinstance(node.value, cst.Name)
            and node.value.value == name
            and node.attr.value in ("shape", "ndim", "dtype")
            for node in self.ctx.nodes()
        )

    def kind(self, name: str) -> str | None:
        """Whether a variable's array holds floats, integers or bools; stores do not change that."""
        origin = self.origin(name)
        return kind(self.ctx, origin) if origin is not None else None

    def origin(self, name: str) -> cst.BaseExpression | None:
        """What a variable's array is bound to at first, if only stores and copies follow."""
        known, found = self._origin(name)
        return found if known else None

    # --- names -------------------------------------------------------------------------------------------------------

    def _number(self, node: cst.Name, name: str, depth: int) -> Polynomial | None:
        ctx = self.ctx
        bound = bindings(ctx, name)
        if not bound or ctx.function is None:
            return {(name,): 1} if ctx.static(node) and self._is_fixed(name) else None
        if len(bound) > 1 or name in _parameters(ctx):
            return None
        (place, value) = bound[0]
        return self.of(value, depth + 1) if value is not None else self._shape_item(place, depth)

    def _is_fixed(self, name: str) -> bool:
        """True for a parameter, and for what a module or function around binds."""
        assert self.ctx.function is not None
        return name in _parameters(self.ctx) or name not in self.ctx.function.scope.bound

    def _shape_item(self, place: cst.Name, depth: int) -> Polynomial | None:
        """``m`` of ``n, m = x.shape``."""
        element = self.ctx.parent(place)
        names = self.ctx.parent(element) if element is not None else None
        target = self.ctx.parent(names) if names is not None else None
        assign = self.ctx.parent(target) if target is not None else None
        match names, assign:
            case cst.Tuple(elements=elements), cst.Assign(
                value=cst.Attribute(value=cst.Name(value=array), attr=cst.Name(value="shape"))
            ):
                number = next((k for k, item in enumerate(elements) if item is element), -1)
                return self.axis(array, number, depth + 1)
        return None

    def _unpacked(self, name: str) -> int | None:
        """The rank of an array whose shape somebody takes apart."""
        for node in self.ctx.nodes():
            match node:
                case cst.Assign(
                    targets=[cst.AssignTarget(target=cst.Tuple(elements=elements))],
                    value=cst.Attribute(value=cst.Name(value=array), attr=cst.Name(value="shape")),
                ) if array == name and not any(isinstance(item, cst.StarredElement) for item in elements):
                    return len(elements)
        return None

    def _origin(self, name: str) -> tuple[bool, cst.BaseExpression | None]:
        """Whether a variable keeps its shape all the time, and what it is bound to at first (None: not here)."""
        others = [
            value
            for place, value in bindings(self.ctx, name)
            if value is None or not (self._keeps(value, name) or self._scales(place, value))
        ]
        if name in _parameters(self.ctx) or not others:
            return not others, None
        return len(others) == 1 and others[0] is not None, others[0]

    def _scales(self, place: cst.Name, value: cst.BaseExpression) -> bool:
        """``x *= number``"""
        return isinstance(self.ctx.parent(place), cst.AugAssign) and (self.in_place or self._is_scalar(value))

    def _is_scalar(self, node: cst.BaseExpression) -> bool:
        number = self.ctx.value(node)
        return isinstance(number, Const | Static) or getattr(number, "ndim", None) == 0

    def _keeps(self, value: cst.BaseExpression, name: str, seen: tuple[str, ...] = ()) -> bool:
        """True for a binding that changes neither the shape nor, if it was an array, that it is one: an update of
        itself, or of a variable that only ever holds such."""
        match value:
            case cst.Call(func=function, args=[cst.Arg(value=cst.Name(value=given), keyword=None), *rest]):
                if self.ctx.name(function) in ("jax.numpy.asarray", "jax.numpy.array"):
                    return given == name and not _reshapes(rest)
        source = updated(value) or self._same_shape(value)
        if source is None or source in (name, *seen):
            return source is not None
        inner = bindings(self.ctx, source)
        if not inner or source in _parameters(self.ctx) or len(seen) > _DEPTH:
            return False
        return all(other is not None and self._keeps(other, source, (name, *seen)) for _, other in inner)

    # --- expressions -------------------------------------------------------------------------------------------------

    def _axis_of(self, node: cst.BaseExpression, number: int, depth: int) -> Polynomial | None:
        if (padded := self._padded(node)) is not None:
            inner, width = self.axis(padded[0], number, depth), self.of(padded[1], depth)
            return plus(inner, product({(): 2}, width)) if inner is not None and width is not None else None
        if (source := self._same_shape(node)) is not None:
            return self.axis(source, number, depth)
        match self._stated(node):
            case cst.Tuple(elements=elements) if number < len(elements):
                return self.of(elements[number].value, depth)
            case cst.BaseExpression() as size if number == 0 and self._is_number(size):
                return self.of(size, depth)
        return None

    def _rank_of(self, node: cst.BaseExpression, depth: int) -> int | None:
        if (padded := self._padded(node)) is not None:
            return self.rank(padded[0], depth)
        if (source := self._same_shape(node)) is not None:
            return self.rank(source, depth)
        match self._stated(node):
            case cst.Tuple(elements=elements) if not any(isinstance(e, cst.StarredElement) for e in elements):
                return len(elements)
            case cst.BaseExpression() as size if self._is_number(size):
                return 1
        return None

    def _padded(self, node: cst.BaseExpression) -> tuple[str, cst.BaseExpression] | None:
        """``x`` and ``2`` of ``jnp.pad(x, 2, …)``: so many at each end of each axis."""
        match node:
            case cst.Call(func=function, args=[cst.Arg(value=cst.Name(value=name)), cst.Arg(value=width), *_]):
                if self.ctx.name(function) == "jax.numpy.pad" and self._is_number(width):
                    return name, width
        return None

    def _is_number(self, size: cst.BaseExpression) -> bool:
        match self.ctx.value(size):
            case Const(value=int()) | Static(kind="int"):
                return True
        return False

    def _same_shape(self, node: cst.BaseExpression) -> str | None:
        """The variable whose array has the same shape."""
        match node:
            case cst.Name(value=name):
                return name
            case cst.BinaryOperation(left=cst.Name(value=name) as left, right=right) if (
                not isinstance(node.operator, cst.MatrixMultiply)
                and self.ctx.jax_array(left)
                and self._is_scalar(right)
            ):
                return name
            case cst.Call(func=cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value=method))) if (
                method in _KEEPING and self.ctx.jax_array(node.func.value)  # type: ignore[attr-defined]
            ):
                return name
            case cst.Call(func=function, args=[cst.Arg(value=cst.Name(value=name), keyword=None), *rest]) if (
                self.ctx.name(function) in _LIKE and not _reshapes(rest) and self.ctx.jax_array(node.args[0].value)
            ):
                return name
            case cst.Call(
                func=function, args=[cst.Arg(value=cst.Attribute(value=cst.Name(value=name), attr=attr)), *_]
            ) if self.ctx.name(function) in _FILLED and attr.value == "shape":
                return name
        return None

    def _stated(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """The shape that a call states."""
        match node:
            case cst.Call(func=function, args=[cst.Arg(value=value, keyword=None | cst.Name(value="shape")), *_]):
                if self.ctx.name(function) in _FILLED:
                    return value
                if self.ctx.name(function) == "jax.numpy.arange" and len(node.args) == 1:
                    return value
        return None


def _reshapes(arguments: list[cst.Arg] | tuple[cst.Arg, ...]) -> bool:
    return any(argument.keyword is not None and argument.keyword.value in ("shape", "ndmin") for argument in arguments)


def _parameters(ctx: View) -> frozenset[str]:
    return (
        frozenset(parameter.name for parameter in ctx.function.parameters) if ctx.function is not None else frozenset()
    )


def updated(value: cst.BaseExpression) -> str | None:
    """The variable of ``x.at[…].set(…)``: the same shape and dtype."""
    match value:
        case cst.Call(
            func=cst.Attribute(
                value=cst.Subscript(value=cst.Attribute(value=cst.Name(value=base), attr=cst.Name(value="at")))
            )
        ):
            return base
    return None


def at_least(a: Polynomial, b: Polynomial, known: Sequence[Polynomial] = ()) -> bool:
    """True if ``a >= b`` for all lengths: what is left of the difference has no negative term, or has none beyond one
    of those that are ``known`` not to be negative."""
    rest = plus(a, b, -1)
    return _is_positive(rest) or any(_is_positive(plus(rest, other, -1)) for other in known)


def _is_positive(found: Polynomial) -> bool:
    return all(size >= 0 and all(_is_length(atom) for atom in term) for term, size in found.items())


def constant(found: Polynomial) -> int | None:
    """The number, if it is one."""
    return found.get((), 0) if not found.keys() - {()} else None


def is_stated_by_shapes(found: Polynomial) -> bool:
    """True if a number comes from shapes alone, which Python knows even in a trace."""
    return all(_is_length(atom) for term in found for atom in term)


def _is_length(atom: str) -> bool:
    return atom.endswith("]")


def kind(ctx: View, node: cst.BaseExpression) -> str | None:
    """Whether an expression gives floats, integers or bools, the same in every call that is known."""
    if isinstance(node, cst.Comparison):
        return "bool"
    kinds = {_kind(view.value(node)) for view in every_call(ctx)}
    return kinds.pop() if len(kinds) == 1 else None


def every_call(ctx: View) -> Iterator[View]:
    """The function in all calls that are known: in traces only, if it runs in no other way."""
    yield ctx
    yield from ctx.contexts() if ctx.always_traced else ctx.others()


def _kind(value: Value) -> str | None:
    dtype = dtypes.of(value)
    return kind_of(value) or (dtype.kind if dtype is not None else None)
