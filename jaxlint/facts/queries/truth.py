"""Where Python asks a tracer for its truth: tests, `and`, `or`, `not`, chained comparisons, `in`."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Array, Const, HostArray, Many, Ref, Static, Tuple, Value, any_tracing
from jaxlint.facts.model.why import Why
from jaxlint.facts.queries.view import View


def undecidable(ctx: View, test: cst.BaseExpression) -> Why | None:
    """Why evaluating an expression and testing it for truth needs the value of a tracer; None if it may not."""
    return _tested(ctx, test) if not ctx.caught(test) and not _asked_before(ctx, test) else None


def asked(ctx: View, node: cst.BaseExpression) -> Why | None:
    """Why evaluating an expression, without testing the result, asks a tracer for its truth."""
    match node:
        case cst.BooleanOperation(left=left):
            return undecidable(ctx, left)
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return undecidable(ctx, inner)
        case cst.Comparison():
            return _links(ctx, node) if not ctx.caught(node) else None
    return None


def _tested(ctx: View, test: cst.BaseExpression) -> Why | None:
    match test:
        case cst.BooleanOperation(left=left, right=right):
            return _tested(ctx, left) or (_tested(ctx, right) if not _examines(ctx, left, right) else None)
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return _tested(ctx, inner)
        case cst.NamedExpr(value=value):
            return _tested(ctx, value)
        case cst.Comparison():
            return _links(ctx, test) or ctx.traced(test)
    return ctx.traced(test)


def _links(ctx: View, node: cst.Comparison) -> Why | None:
    """The links of a chain but the last are tested for truth, and so is each comparison that ``in`` makes."""
    for item in node.comparisons[:-1]:
        if why := ctx.traced(item):
            return why
    left = node.left
    for item in node.comparisons:
        if isinstance(item.operator, cst.In | cst.NotIn) and (why := _searched(ctx, left, item.comparator)):
            return why
        left = item.comparator
    return None


def _searched(ctx: View, left: cst.BaseExpression, right: cst.BaseExpression) -> Why | None:
    """``left in right`` compares item by item; a dict or a set hashes instead."""
    sought, container = ctx.value(left), ctx.value(right)
    if why := ctx.traced(right):
        return why if _is_number(sought) else None
    if isinstance(container, Tuple | Many | HostArray) or (isinstance(container, Ref) and container.kind == "list"):
        if why := ctx.traced(left):
            return why if not isinstance(container, Tuple) or container.items else None
        if isinstance(container, Tuple) and _is_number(sought):
            proof = any_tracing([item for item in container.items if isinstance(item, Array)])
            return proof.why if proof is not None and proof.level == "full" else None
    return None


def _is_number(value: Value) -> bool:
    return isinstance(value, Array) or (
        isinstance(value, Const | Static) and not isinstance(getattr(value, "value", 0), str | None)
    )


def _asked_before(ctx: View, test: cst.BaseExpression) -> bool:
    """True inside of a branch on what sort of thing a name in the test is: ``if is_concrete(x): if x > 0``."""
    inner: cst.CSTNode = test
    for above in ctx.ancestors(test):
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            return False
        branch = isinstance(above, cst.If | cst.IfExp | cst.While) and above.test is not inner
        if branch and _examines(ctx, above.test, test):  # type: ignore[attr-defined]
            return True
        inner = above
    return False


def _examines(ctx: View, guard: cst.BaseExpression, test: cst.BaseExpression) -> bool:
    """True if a guard passes a name of the test to a function whose answer is not known here."""
    calls = [node for node in own_nodes(guard) if isinstance(node, cst.Call) and not _is_computation(ctx, node)]
    given = {name for call in calls for argument in call.args for name in _names(argument.value)}
    return not given.isdisjoint(_names(test))


def _is_computation(ctx: View, node: cst.Call) -> bool:
    return isinstance(ctx.value(node), Array) or ctx.name(node.func) == "builtins.len"


def _names(node: cst.BaseExpression) -> set[str]:
    return {part.value for part in own_nodes(node) if isinstance(part, cst.Name)}
