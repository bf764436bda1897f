"""Blocks that do no more than bind names: what they bind, and their comments."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.model import Bind, Block, Comments, Plain, Statement

Bound = tuple[str, str | cst.CSTNode]
"""A name, and the expression (or ``+=`` statement) that it is bound to."""


def acting(block: Block) -> Iterator[Statement]:
    """The statements of a block but for comments."""
    return (statement for statement in block if not (isinstance(statement, Plain) and statement.node is None))


def bindings(statement: Statement) -> list[Bound] | None:
    """What a statement binds, all at once; None if it is not that simple."""
    match statement:
        case Bind(name=name, value=str() | cst.BaseExpression() as value):
            return [(name, value)]
        case Plain(node=cst.AugAssign(target=cst.Name(value=name)) as node):
            return [(name, node)]
        case Plain(node=cst.Assign(targets=[cst.AssignTarget(target=target)], value=value)):
            return _assigned(target, value)
        case Plain(node=cst.Assign(targets=targets, value=value)):
            names = [target.target.value for target in targets if isinstance(target.target, cst.Name)]
            return [(name, value) for name in names] if len(names) == len(targets) else None
        case Plain(node=cst.AnnAssign(target=cst.Name(value=name), value=cst.BaseExpression() as value)):
            return [(name, value)]
    return None


def _assigned(target: cst.BaseExpression, value: cst.BaseExpression) -> list[Bound] | None:
    match target, value:
        case cst.Name(value=name), _:
            return [(name, value)]
        case cst.Tuple(elements=targets), cst.Tuple(elements=values) if len(targets) == len(values):
            names = [element.value.value for element in targets if isinstance(element.value, cst.Name)]
            parts = [element.value for element in values if isinstance(element, cst.Element)]
            return list(zip(names, parts, strict=True)) if len(names) == len(parts) == len(targets) else None
    return None


def gathered(block: Block) -> list[str]:
    """All comments of a block, one below the other."""
    found: list[str] = []
    for statement in flow.statements(block):
        comments: Comments = statement.comments
        found += [*comments.above, *filter(None, [comments.beside])]
    return found
