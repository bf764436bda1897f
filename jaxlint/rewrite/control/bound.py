"""Which local variables certainly have a value before a statement runs."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from jaxlint.facts.model.definitions import bound_names
from jaxlint.facts.queries.liveness import binds
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control.model import NOTHING, Names


def bound_before(ctx: View, statement: cst.CSTNode) -> Names:
    """Parameters, and what the statements above bind on every path."""
    assert ctx.function is not None
    found: Names = frozenset(parameter.name for parameter in ctx.function.parameters)
    inner = statement
    for above in ctx.ancestors(statement):
        if isinstance(above, cst.IndentedBlock | cst.Module):
            found |= _all(earlier(above.body, inner))
        elif isinstance(above, cst.For) and inner is above.body:
            found |= frozenset(bound_names(above.target))
        elif isinstance(above, cst.With):
            found |= frozenset(n for item in above.items if item.asname for n in bound_names(item.asname.name))
        elif isinstance(above, cst.FunctionDef):
            break
        inner = above
    return found


def earlier(body: Iterable[cst.CSTNode], statement: cst.CSTNode) -> Iterable[cst.CSTNode]:
    """The items of a block before one of them."""
    for item in body:
        if item is statement:
            return
        yield item


def _all(statements: Iterable[cst.CSTNode]) -> Names:
    return NOTHING.union(*(surely(statement) for statement in statements))


def surely(node: cst.CSTNode) -> Names:
    """What a statement binds whichever way it goes."""
    match node:
        case cst.SimpleStatementLine(body=body) | cst.SimpleStatementSuite(body=body):
            return NOTHING.union(*(binds(small) for small in body), *(_imported(small) for small in body))
        case cst.IndentedBlock(body=body):
            return _all(body)
        case cst.If(body=body, orelse=orelse):
            if orelse is None:
                return NOTHING
            arms = [part for part in (body, orelse) if not leaves(part)]
            found = [surely(part) for part in arms]
            return frozenset.intersection(*found) if found else NOTHING
        case cst.Else(body=body) | cst.With(body=body):
            return surely(body)
        case cst.FunctionDef(name=name) | cst.ClassDef(name=name):
            return frozenset({name.value})
    return NOTHING


def _imported(node: cst.CSTNode) -> Names:
    if isinstance(node, cst.Import | cst.ImportFrom) and not isinstance(node.names, cst.ImportStar):
        return frozenset(alias.evaluated_alias or alias.evaluated_name.split(".")[0] for alias in node.names)
    return NOTHING


def leaves(block: cst.CSTNode) -> bool:
    """True for an arm that ends the function: what it does not bind does not matter afterwards."""
    body = block.body.body if isinstance(block, cst.Else) else getattr(block, "body", ())
    match body[-1] if isinstance(body, tuple | list) and body else None:
        case cst.SimpleStatementLine(body=[*_, cst.Return() | cst.Raise()]):
            return True
    return False
