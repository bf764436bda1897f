"""How many axes the arrays of a NumPy function have, as far as its text shows.

Needs: a `Unit`, the roles of its parameters.  Gives: `Ranks.of(expression)`, None where it is not certain. An
item of an array that is a number is no view of it; one that is a row is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import libcst as cst

from jaxlint.facts.model.definitions import bound_names
from jaxlint.rewrite.port.indices import consistent, contracted
from jaxlint.rewrite.port.reading import Reading, Unit
from jaxlint.rewrite.port.roles import Role
from jaxlint.source import walk

_MADE = ("zeros", "ones", "empty", "full")
_LIKE = (
    "zeros_like",
    "ones_like",
    "empty_like",
    "full_like",
    "copy",
    "ascontiguousarray",
    "sort",
    "cumsum",
    "flip",
    "roll",
)
_REDUCTIONS = (
    "sum",
    "mean",
    "max",
    "min",
    "amax",
    "amin",
    "prod",
    "std",
    "var",
    "median",
    "any",
    "all",
    "argmax",
    "argmin",
    "ptp",
)
_ELEMENTWISE = (
    "exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "abs", "absolute", "maximum", "minimum", "power", "arctan2",
    "floor", "ceil",
    "where", "clip", "sign", "square", "hypot", "log10", "log2", "log1p", "expm1", "isnan", "isfinite", "add",
    "subtract", "multiply",
    "divide", "mod", "arctan", "fabs", "round", "rint",
)  # fmt: skip
_KEEPING = ("copy", "astype", "cumsum", "conj", "clip", "round")


class Ranks:
    """Ranks of the variables and expressions of one function."""

    def __init__(self, reading: Reading, unit: Unit, roles: Mapping[str, Role]) -> None:
        self.reading, self.unit = reading, unit
        self._known: dict[str, int | None] = {}
        for name in unit.names:
            self._known[name] = 0 if roles.get(name) in ("number", "size") else _measured(unit, name)
        self._settle()
        self._spread()
        self._settle()
        self.assumed: dict[str, int] = {}
        for name, rank in contracted(reading, unit):
            if name in unit.names and self._known.get(name) is None:
                self._known[name] = rank
        for name in unit.names:
            if self._known.get(name) is None and (likely := consistent(unit, name)) is not None:
                self._known[name] = self.assumed[name] = likely
        self._settle()

    def of(self, node: cst.BaseExpression) -> int | None:
        """The number of axes of an expression; 0 for a number."""
        match node:
            case cst.Name(value=name):
                return self._known.get(name)
            case cst.Integer() | cst.Float() | cst.Imaginary():
                return 0
            case cst.UnaryOperation(expression=inner):
                return self.of(inner)
            case cst.BinaryOperation(operator=cst.MatrixMultiply(), left=left, right=right):
                return _product(self.of(left), self.of(right))
            case cst.BinaryOperation(left=left, right=right):
                return _widest([self.of(left), self.of(right)])
            case cst.Comparison(left=left, comparisons=comparisons):
                return _widest([self.of(left), *(self.of(each.comparator) for each in comparisons)])
            case cst.IfExp(body=body, orelse=orelse):
                return self.of(body) if self.of(body) == self.of(orelse) else None
            case cst.Subscript(value=base):
                return self._item(base, node.slice)
            case cst.Attribute(value=base, attr=cst.Name(value=attribute)):
                return self._attribute(base, attribute)
            case cst.Call():
                return self._call(node)
        return None

    def _attribute(self, base: cst.BaseExpression, attribute: str) -> int | None:
        if attribute in ("size", "ndim"):
            return 0
        return self.of(base) if attribute in ("T", "real", "imag") else None

    def _item(self, base: cst.BaseExpression, slices: Sequence[cst.SubscriptElement]) -> int | None:
        if isinstance(base, cst.Attribute) and base.attr.value == "shape":
            return 0
        known = self.of(base)
        if known is None:
            return None
        rank = known
        for element in slices:
            change = self._index(element.slice)
            if change is None:
                return None
            rank += change
        return rank if rank >= 0 else None

    def _index(self, index: cst.BaseSlice) -> int | None:
        """By how many axes an index changes the rank."""
        if isinstance(index, cst.Slice):
            return 0
        assert isinstance(index, cst.Index)
        match index.value:
            case cst.Ellipsis():
                return 0
            case cst.Name(value="None"):
                return 1
            case cst.Attribute(attr=cst.Name(value="newaxis")):
                return 1
            case cst.Comparison() | cst.Tuple() | cst.List():
                return None
        return -1 if self.of(index.value) == 0 else None

    def _call(self, node: cst.Call) -> int | None:
        match node.func:
            case cst.Name(value="len" | "int" | "float" | "abs" | "bool" | "round" | "complex"):
                return 0
            case cst.Name(value="min" | "max"):
                return 0 if len(node.args) > 1 else None
        name = self.reading.name(self.unit, node.func) or ""
        package, _, last = name.rpartition(".")
        first = node.args[0].value if node.args else None
        axis = any(arg.keyword is not None and arg.keyword.value in ("axis", "keepdims") for arg in node.args)
        if package == "math":
            return 0
        if package == "numpy" and first is not None:
            return self._numpy(last, first, [arg.value for arg in node.args if arg.keyword is None], axis)
        if isinstance(node.func, cst.Attribute) and not name:
            method, base = node.func.attr.value, self.of(node.func.value)
            if method in _REDUCTIONS and not axis and not node.args:
                return 0
            return base if method in _KEEPING else None
        return None

    def _numpy(self, last: str, first: cst.BaseExpression, args: list[cst.BaseExpression], axis: bool) -> int | None:
        if last in _MADE:
            return (
                len(first.elements) if isinstance(first, cst.Tuple | cst.List) else 1 if self.of(first) == 0 else None
            )
        if last in _LIKE:
            return self.of(first)
        if last in _REDUCTIONS:
            return 0 if not axis and len(args) == 1 else None
        if last in _ELEMENTWISE:
            return _widest([self.of(arg) for arg in args])
        if last in ("arange", "linspace"):
            return 1
        if last in ("eye", "identity", "outer"):
            return 2
        if last in ("dot", "matmul") and len(args) == 2:
            return _product(self.of(args[0]), self.of(args[1]))
        if last in ("array", "asarray") and isinstance(first, cst.Name | cst.Subscript):
            return self.of(first)
        return None

    def _spread(self) -> None:
        """What is stored into an item that is a number is one, and so is all that it is computed from."""
        assigned = list(_assigned(self.unit))
        pending = [part for target, value in _stores(self.unit) for part in self._numbers(target, value)]
        for node in self.unit.nodes:
            match node:
                case cst.If(test=test) | cst.While(test=test) | cst.IfExp(test=test):
                    pending += _operands(test)
        seen: set[str] = set()
        while pending:
            value = pending.pop()
            self._item_of(value)
            for name in _elementwise_names(self.reading, self.unit, value):
                if name in seen:
                    continue
                seen.add(name)
                if self._known.get(name) is None and name in self.unit.names:
                    self._known[name] = 0
                pending += [value for other, value in assigned if other == name and value is not None]

    def _numbers(self, target: cst.Subscript, value: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
        """What is certainly a number in ``x[i] = v`` and in ``x[i] = a, b`` of a matrix."""
        if self.of(target) == 0:
            yield value
        elif self.of(target) == 1 and isinstance(value, cst.Tuple | cst.List):
            yield from (element.value for element in value.elements)

    def _item_of(self, value: cst.BaseExpression) -> None:
        """An item that is a number has one index for each axis."""
        match value:
            case cst.Subscript(value=cst.Name(value=name), slice=slices) if self._known.get(name) is None:
                plain = all(isinstance(each.slice, cst.Index) and self.of(each.slice.value) == 0 for each in slices)
                if plain and name in self.unit.names:
                    self._known[name] = len(slices)
            case cst.BinaryOperation(left=left, right=right):
                self._item_of(left)
                self._item_of(right)
            case cst.UnaryOperation(expression=inner):
                self._item_of(inner)
            case cst.Call(func=func, args=args) if _is_elementwise(self.reading, self.unit, func):
                for arg in args:
                    self._item_of(arg.value)

    def _settle(self) -> None:
        """Find the ranks of local variables: all that is assigned to one must agree."""
        assigned = list(_assigned(self.unit))
        for _ in range(4):
            fresh: dict[str, set[int | None]] = {}
            for name, value in assigned:
                rank = 0 if value is None else self.of(value)
                fresh.setdefault(name, set()).add(rank)
            for name, ranks in fresh.items():
                if name in self.unit.names:
                    continue
                if len(ranks - {None}) == 1 and None not in ranks:
                    (self._known[name],) = ranks
                elif len(ranks - {None}) == 1 and _accumulates(assigned, name):
                    self._known[name] = next(iter(ranks - {None}))
                else:
                    self._known.pop(name, None)


def _accumulates(assigned: Sequence[tuple[str, cst.BaseExpression | None]], name: str) -> bool:
    """True for a variable that is first a number and then computed from itself: the ranks are found in turn."""
    return any(
        value is not None and any(isinstance(part, cst.Name) and part.value == name for part in walk(value))
        for other, value in assigned
        if other == name
    )


def _assigned(unit: Unit) -> Iterator[tuple[str, cst.BaseExpression | None]]:
    """What each variable is assigned; None: a number."""
    for node in unit.nodes:
        match node:
            case cst.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _unpacked(target.target, value)
            case cst.AnnAssign(target=cst.Name(value=name), value=cst.BaseExpression() as value):
                yield name, value
            case cst.AugAssign(target=cst.Name(value=name), value=value):
                yield name, cst.BinaryOperation(cst.Name(name), cst.Add(), value)
            case cst.For(target=target, iter=source):
                yield from _looped(target, source)


_NOTHING = cst.Name("__nothing_is_known__")


def _unpacked(target: cst.BaseExpression, value: cst.BaseExpression) -> Iterator[tuple[str, cst.BaseExpression | None]]:
    match target, value:
        case cst.Name(value=name), _:
            yield name, value
        case cst.Tuple(elements=left), cst.Tuple(elements=right) if len(left) == len(right):
            for one, other in zip(left, right, strict=True):
                yield from _unpacked(one.value, other.value)
        case _, cst.Attribute(attr=cst.Name(value="shape")):
            yield from ((name, None) for name in bound_names(target))
        case _:
            yield from ((name, _NOTHING) for name in bound_names(target))


def _looped(target: cst.BaseExpression, source: cst.BaseExpression) -> Iterator[tuple[str, cst.BaseExpression | None]]:
    match target, source:
        case _, cst.Call(func=cst.Name(value="reversed"), args=[cst.Arg(value=inner)]):
            yield from _looped(target, inner)
        case cst.Name(value=name), cst.Call(func=cst.Name(value="range")):
            yield name, None
        case cst.Tuple(elements=[first, second]), cst.Call(func=cst.Name(value="enumerate"), args=[arg, *_]):
            yield from ((name, None) for name in bound_names(first.value))
            yield from _looped(second.value, arg.value)
        case cst.Name(value=name), cst.Name() | cst.Subscript():
            yield name, cst.Subscript(source, [cst.SubscriptElement(cst.Index(cst.Integer("0")))])
        case _:
            yield from ((name, _NOTHING) for name in bound_names(target))


def _measured(unit: Unit, name: str) -> int | None:
    """The rank of a parameter, if the text settles it: its shape is unpacked, or an item of it is used as a number."""
    for node in unit.nodes:
        match node:
            case cst.Assign(
                targets=[cst.AssignTarget(target=cst.Tuple(elements=elements))],
                value=cst.Attribute(value=cst.Name(value=of), attr=cst.Name(value="shape")),
            ) if of == name:
                return len(elements)
    for node in unit.nodes:
        match node:
            case cst.If(test=test) | cst.While(test=test) | cst.IfExp(test=test):
                found = _scalar_item(test, name)
            case cst.Call(func=cst.Name(value="float" | "int" | "range"), args=args):
                found = next(filter(None, (_scalar_item(arg.value, name) for arg in args)), None)
            case _:
                found = None
        if found is not None:
            return found
    return None


def _scalar_item(node: cst.BaseExpression, name: str) -> int | None:
    """The number of indices of ``x[i, j]`` where that is an operand of a test."""
    match node:
        case cst.BooleanOperation(left=left, right=right) | cst.BinaryOperation(left=left, right=right):
            return _scalar_item(left, name) or _scalar_item(right, name)
        case cst.UnaryOperation(expression=inner):
            return _scalar_item(inner, name)
        case cst.Comparison(left=left, comparisons=comparisons):
            found = (_scalar_item(each, name) for each in (left, *(one.comparator for one in comparisons)))
            return next(filter(None, found), None)
        case cst.Subscript(value=cst.Name(value=base), slice=slices) if base == name:
            plain = all(
                isinstance(each.slice, cst.Index) and not isinstance(each.slice.value, cst.Ellipsis) for each in slices
            )
            return len(slices) if plain else None
    return None


def _stores(unit: Unit) -> Iterator[tuple[cst.Subscript, cst.BaseExpression]]:
    for node in unit.nodes:
        match node:
            case cst.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target.target, cst.Subscript):
                        yield target.target, value
            case cst.AugAssign(target=cst.Subscript() as target, value=value):
                yield target, value


def _operands(test: cst.BaseExpression) -> list[cst.BaseExpression]:
    """What a test compares: numbers, for NumPy has no truth for an array."""
    match test:
        case cst.BooleanOperation(left=left, right=right):
            return [*_operands(left), *_operands(right)]
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return _operands(inner)
        case cst.Comparison(left=left, comparisons=comparisons) if not any(
            isinstance(each.operator, cst.Is | cst.IsNot | cst.In | cst.NotIn) for each in comparisons
        ):
            return [left, *(each.comparator for each in comparisons)]
    return []


def _elementwise_names(reading: Reading, unit: Unit, node: cst.BaseExpression) -> Iterator[str]:
    """The variables from which an expression is computed without losing an axis."""
    match node:
        case cst.Name(value=name):
            yield name
        case cst.UnaryOperation(expression=inner):
            yield from _elementwise_names(reading, unit, inner)
        case cst.BinaryOperation(operator=operator, left=left, right=right) if not isinstance(
            operator, cst.MatrixMultiply
        ):
            yield from _elementwise_names(reading, unit, left)
            yield from _elementwise_names(reading, unit, right)
        case cst.Call(func=func, args=args) if _is_elementwise(reading, unit, func):
            for arg in args:
                yield from _elementwise_names(reading, unit, arg.value)


def _is_elementwise(reading: Reading, unit: Unit, func: cst.BaseExpression) -> bool:
    name = reading.name(unit, func) or ""
    builtin = isinstance(func, cst.Name) and func.value in ("abs", "float", "int", "min", "max", "round")
    return builtin or name.startswith("math.") or name.removeprefix("numpy.") in _ELEMENTWISE


def _widest(ranks: Sequence[int | None]) -> int | None:
    return None if None in ranks or not ranks else max(rank for rank in ranks if rank is not None)


def _product(left: int | None, right: int | None) -> int | None:
    if left is None or right is None or max(left, right) > 2:
        return None
    return left + right - 2 if left and right else max(left, right)
