"""What a variable holds before a statement, as far as that is known."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.definitions import scope_of
from jaxlint.facts.model.values import Array, Const, Either, HostArray, Static, Tree, Unknown, Value
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control.bound import earlier, leaves, surely
from jaxlint.rewrite.control.forecast import Forecast
from jaxlint.rewrite.uses import origins


def values_before(ctx: Forecast, statement: cst.CSTNode, name: str) -> list[Value | None]:
    """The values that a variable may have at a statement, None for one that is not known."""
    if carried_around(ctx, statement, name):
        return [Array()]
    since, bound = origins(ctx, name, statement)
    found: list[Value | None] = [_then(ctx, source) if direct else None for _, source, direct in bound]
    if since == 0 and name in ctx.frame.arguments:
        found.append(ctx.frame.arguments[name])
        if isinstance(found[-1], Unknown) and (default := _default(ctx, name)) is not None:
            found += [default] if default != Const(None) or not _excludes_none(ctx, statement, name) else []
    return found


def is_surely_python_number(value: Value | None) -> bool:
    """True for a number of Python's, and nothing else."""
    return not isinstance(value, Either) and is_python_number(value)


def _default(ctx: Forecast, name: str) -> Value | None:
    """What a parameter holds where no caller passes it."""
    assert ctx.function is not None
    node = next((parameter.default for parameter in ctx.function.parameters if parameter.name == name), None)
    match node:
        case cst.Name(value="None"):
            return Const(None)
        case cst.Integer() | cst.Float():
            return Const(node.evaluated_value)
    return None


def _excludes_none(ctx: Forecast, statement: cst.CSTNode, name: str) -> bool:
    """True where ``if y is None`` has seen to it that a variable holds something else."""
    inner = statement
    for above in ctx.ancestors(statement):
        match above:
            case cst.If(test=test, body=body) if inner is body and _says(test, name, cst.IsNot()):
                return True
            case cst.If(test=test, orelse=orelse) if inner is orelse and _says(test, name, cst.Is()):
                return True
            case cst.IndentedBlock() if any(_rules_out(item, name) for item in earlier(above.body, inner)):
                return True
            case cst.FunctionDef() | cst.Lambda():
                break
        inner = above
    return False


def _rules_out(statement: cst.CSTNode, name: str) -> bool:
    """True for ``if y is None: return``, or one that binds `y`, and ``assert y is not None``."""
    match statement:
        case cst.If(test=test, body=body) if _says(test, name, cst.Is()):
            return name in surely(body) or leaves(body)
        case cst.SimpleStatementLine(body=[cst.Assert(test=test)]):
            return _says(test, name, cst.IsNot())
    return False


def _says(test: cst.BaseExpression, name: str, operator: cst.BaseCompOp) -> bool:
    """True for a test that tells None: ``y is None``, or ``y is not None and …``; `y` itself is not None if true."""
    match test:
        case cst.Comparison(left=cst.Name(value=left), comparisons=[cst.ComparisonTarget(comparator=cst.Name("None"))]):
            return left == name and type(test.comparisons[0].operator) is type(operator)
        case cst.BooleanOperation(operator=cst.And(), left=left, right=right):
            return isinstance(operator, cst.IsNot) and (_says(left, name, operator) or _says(right, name, operator))
        case cst.BooleanOperation(operator=cst.Or(), left=left, right=right):
            return isinstance(operator, cst.Is) and (_says(left, name, operator) or _says(right, name, operator))
    return False


def carried_around(ctx: Forecast, statement: cst.CSTNode, name: str) -> bool:
    """True for a variable that a loop of lax around a statement binds."""
    return any(above in ctx.lowered and name in scope_of(above).bound for above in ctx.ancestors(statement))


def _then(ctx: Forecast, source: cst.BaseExpression) -> Value:
    """What an expression gave: before what lax will run, perhaps a number that only becomes a tracer there."""
    now, later = View.value(ctx, source), ctx.value(source)
    return now if now is later else Either((now, later))


def is_number(value: Value | None) -> bool:
    """True for an array, or what may stand for one."""
    match value:
        case Array() | HostArray() | Tree():
            return True
        case Either(options=options):
            return all(map(is_number, options))
    return is_python_number(value)


def is_python_number(value: Value | None) -> bool:
    """True for what is perhaps a number of Python's, whose dtype gives way to another."""
    match value:
        case Const(value=bool() | int() | float() | complex()) | Static(kind="bool" | "int" | "float"):
            return True
        case Either(options=options):
            return any(map(is_python_number, options))
    return False
