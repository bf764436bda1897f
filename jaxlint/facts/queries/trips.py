"""How often a loop turns: a known number of times, or once for each item along an axis of an array."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from jaxlint.facts.model.definitions import bound_names, own_nodes
from jaxlint.facts.model.values import Array, Const, Many, Static, any_tracing
from jaxlint.facts.queries.view import View


@dataclass(frozen=True, slots=True)
class Trips:
    """``count`` turns, if known; ``each`` says what there is a turn for: "row of `x`".

    ``rows``: each turn takes a row of an array, which is an operation by itself.
    """

    count: int | None
    each: str = ""
    rows: bool = False

    @property
    def words(self) -> str:
        return f"{self.count} times" if self.count is not None else f"once for each {self.each}"


def trips(ctx: View, source: cst.BaseExpression) -> Trips | None:
    """How often a loop over an expression turns; None where that is not known to depend on a size."""
    if isinstance(source, cst.Call):
        match ctx.name(source.func):
            case "builtins.range":
                return _of_range(ctx, [argument.value for argument in source.args])
            case "builtins.enumerate" | "builtins.reversed" | "builtins.list" | "builtins.tuple" | "builtins.iter":
                return trips(ctx, source.args[0].value) if source.args else None
            case "builtins.zip":
                return _shortest([trips(ctx, argument.value) for argument in source.args])
    value = ctx.value(source)
    if isinstance(value, Many) and value.count is not None:
        return Trips(value.count)
    if isinstance(value, Array) or ctx.jax_array(source):
        return Trips(getattr(value, "length", None), f"row of `{ctx.code(source)}`", rows=True)
    return None


def _of_range(ctx: View, bounds: Sequence[cst.BaseExpression]) -> Trips | None:
    values = [ctx.value(bound) for bound in bounds]
    numbers = [value.value for value in values if isinstance(value, Const) and type(value.value) is int]
    if len(numbers) == len(values) and 0 < len(values) <= 3 and (len(numbers) < 3 or numbers[2]):
        return Trips(len(range(*numbers)))
    for bound, value in zip(bounds, values, strict=True):
        if isinstance(value, Static) and value.extent:
            return Trips(None, f"step of `{ctx.code(bound)}`")
    return None


def _shortest(found: Sequence[Trips | None]) -> Trips | None:
    """`zip` ends with its shortest argument, which is an unknown one for all that is known."""
    known = [one for one in found if one is not None]
    if not known or len(known) < len(found):
        return None
    return min(known, key=lambda one: float("inf") if one.count is None else one.count)


def of_while(ctx: View, node: cst.While) -> Trips | None:
    """``t = 0; while t < 500: ...; t += 1`` with Python numbers; None if the count is not certain."""
    return _counted(ctx, node, node.test)


def at_most(ctx: View, node: cst.While) -> int | None:
    """The number of turns after which a ``while`` has certainly ended: 500 for ``while t < 500 and error > tol``."""
    if any(isinstance(part, cst.Continue) for part in own_nodes(node.body)):
        return None
    found = [turns.count for test in _conjuncts(node.test) if (turns := _counted(ctx, node, test, always=True))]
    return min((count for count in found if count is not None), default=None)


def _conjuncts(test: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And):
        yield from _conjuncts(test.left)
        yield from _conjuncts(test.right)
    else:
        yield test


def _counted(ctx: View, node: cst.While, test: cst.BaseExpression, *, always: bool = False) -> Trips | None:
    """The turns after which a test fails. ``always``: the counter moves in every turn, whatever way that goes."""
    match test:
        case cst.Comparison(
            left=cst.Name(value=name),
            comparisons=[cst.ComparisonTarget(operator=cst.LessThan() | cst.LessThanEqual(), comparator=limit)],
        ):
            start, step, stop = _counter(ctx, node, name), _step(ctx, node, name), _number(ctx, limit)
            if always and not any(name in _moved(line) for line in node.body.body):
                return None
            if start is None or not step or step < 0:
                return None
            if isinstance(ctx.value(limit), Static):
                return _of_range(ctx, [limit])
            return Trips(max(0, math.ceil((stop - start) / step))) if stop is not None else None
    return None


def _counter(ctx: View, node: cst.While, name: str) -> float | None:
    """What the one assignment to a counter before the loop gives it."""
    inside = set(own_nodes(node.body))
    before = [part for part in ctx.nodes() if isinstance(part, cst.Assign | cst.AugAssign) and name in _targets(part)]
    before = [part for part in before if part not in inside]
    values = [value for target in before for bound, value in _bound(target) if bound == name]
    return _number(ctx, values[0]) if len(before) == len(values) == 1 else None


def _bound(node: cst.Assign | cst.AugAssign) -> Iterator[tuple[str, cst.BaseExpression]]:
    """The names that an assignment binds, each with the expression that it gets."""
    for target in node.targets if isinstance(node, cst.Assign) else ():
        match target.target, node.value:
            case cst.Name(value=name), whole:
                yield name, whole
            case cst.Tuple(elements=names), cst.Tuple(elements=values) if len(names) == len(values):
                for part, item in zip(names, values, strict=True):
                    if isinstance(part.value, cst.Name):
                        yield part.value.value, item.value


def _step(ctx: View, node: cst.While, name: str) -> float | None:
    """By how much each turn moves a counter that nothing else binds."""
    steps = [
        part for part in own_nodes(node.body) if isinstance(part, cst.Assign | cst.AugAssign) and name in _targets(part)
    ]
    match steps:
        case [cst.AugAssign(operator=cst.AddAssign(), value=value)]:
            return _number(ctx, value)
    return None


def _moved(line: cst.CSTNode) -> set[str]:
    """The counters that a line of the loop's body moves, not those that an `if` in it does."""
    parts = line.body if isinstance(line, cst.SimpleStatementLine) else ()
    return {name for part in parts if isinstance(part, cst.AugAssign) for name in _targets(part)}


def _targets(node: cst.Assign | cst.AugAssign) -> set[str]:
    targets = [node.target] if isinstance(node, cst.AugAssign) else [target.target for target in node.targets]
    return {name for target in targets for name in bound_names(target)}


def _number(ctx: View, node: cst.BaseExpression) -> float | None:
    value = ctx.value(node)
    number = value.value if isinstance(value, Const) else None
    return number if isinstance(number, int | float) and not isinstance(number, bool) else None


_OPERATIONS = (cst.Call, cst.BinaryOperation, cst.UnaryOperation, cst.Comparison, cst.AugAssign, cst.Subscript)


def works(ctx: View, *bodies: cst.CSTNode) -> bool:
    """True if code runs jax operations: work that a trace records, and the host dispatches, in every turn."""
    return any(_is_work(ctx, node) for body in bodies for node in own_nodes(body) if isinstance(node, _OPERATIONS))


def _is_work(ctx: View, node: cst.CSTNode) -> bool:
    if isinstance(node, cst.AugAssign):
        return isinstance(ctx.value(node.target), Array)
    if isinstance(node, cst.Subscript):
        return isinstance(ctx.value(node.value), Array) and isinstance(ctx.value(node), Array)
    value = ctx.value(node)
    if isinstance(node, cst.Call) and (ctx.name(node.func) or "").startswith("builtins."):
        return False
    return isinstance(value, Array) or any_tracing([value]) is not None
