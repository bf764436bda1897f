"""Variables that a function of the user closes over, and that would become another function's own by the rewrite.

::

    def g(): return y
    if t:                   def true_branch():
        y = 2 * x     ->        y = 2 * x          # no longer the variable that `g` reads
        z = g()                 z = g()
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.facts.model.definitions import scope_of
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.model import Block, Declined, Names, Statement
from jaxlint.source import walk


def check(ctx: View, block: Block) -> None:
    """Raise ``Declined`` if statements bind what a function defined outside of them reads."""
    written = frozenset(flow.writes(block))
    inside = {id(part) for statement in flow.statements(block) for part in _nodes(statement)}
    start = min((ctx.span(node)[0] for statement in flow.statements(block) for node in _roots(statement)), default=0)
    read = frozenset().union(*(flow.reads(root) for statement in flow.statements(block) for root in _roots(statement)))
    for function in _functions(ctx):
        called = _name(ctx, function)
        if id(function) in inside or ctx.span(function)[0] > start or called not in read:
            continue
        for name in sorted(written & _free(function)):
            raise Declined(f"a nested function reads `{name}`, and would not see what is bound in a function of lax")


def closures(ctx: View) -> Iterator[tuple[str, Names]]:
    """The functions within this one: the variable that holds each, or nothing, and what it reads of those around."""
    return ((_name(ctx, function), _free(function)) for function in _functions(ctx))


def _functions(ctx: View) -> Iterator[cst.FunctionDef | cst.Lambda]:
    body = ctx.function.node.body if ctx.function is not None else ctx.chunk.tree
    return (node for node in walk(body) if isinstance(node, cst.FunctionDef | cst.Lambda))


def _name(ctx: View, function: cst.FunctionDef | cst.Lambda) -> str:
    """The variable that holds a function; of one that is given to a call at once, there is none."""
    if isinstance(function, cst.FunctionDef):
        return function.name.value
    match ctx.parent(function):
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return name
    return ""


def _free(function: cst.FunctionDef | cst.Lambda) -> frozenset[str]:
    """The variables of the functions around that a function may read."""
    own = {param.name.value for param in walk(function.params) if isinstance(param, cst.Param)}
    names = {name.value for name in walk(function.body) if isinstance(name, cst.Name)}
    return frozenset(names - own - scope_of(function.body).bound)


def _nodes(statement: Statement) -> Iterator[cst.CSTNode]:
    for root in _roots(statement):
        yield from walk(root)


def _roots(statement: Statement) -> Iterator[cst.CSTNode]:
    """The syntax that a statement was made of."""
    for name in ("node", "value", "test"):
        root = getattr(statement, name, None)
        if isinstance(root, cst.CSTNode):
            yield root
