"""What a variable holds before a statement, as far as that is known."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.definitions import scope_of
from jaxlint.facts.model.values import Array, Const, Either, HostArray, Static, Tree, Value
from jaxlint.rewrite.control.forecast import Forecast
from jaxlint.rewrite.uses import origins


def values_before(ctx: Forecast, statement: cst.CSTNode, name: str) -> list[Value | None]:
    """The values that a variable may have at a statement, None for one that is not known."""
    if any(above in ctx.lowered and name in scope_of(above).bound for above in ctx.ancestors(statement)):
        return [Array()]
    since, bound = origins(ctx, name, statement)
    found: list[Value | None] = [ctx.value(source) if direct else None for _, source, direct in bound]
    if since == 0 and name in ctx.frame.arguments:
        found.append(ctx.frame.arguments[name])
    return found


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
