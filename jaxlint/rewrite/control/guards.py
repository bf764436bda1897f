"""Tests of which a part is known while tracing: that part stays an ``if`` around the rest, since it may protect it.

::

    if mask is not None and x > 0: a            if mask is not None:
    else: b                              ->         if x > 0: a
                                                    else: b
                                                else: b
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.forecast import Forecast
from jaxlint.rewrite.control.model import Block, Branch, Comments, Loop, Statement, While

_SHORT = 3
"""An arm of more statements is not written twice."""


def split(view: Forecast, block: Block) -> Block:
    """The block, its branches taken apart where their tests mix what is known with what is traced."""
    found: list[Statement] = []
    for statement in block:
        match statement:
            case Branch(then=then, orelse=orelse):
                inner = replace(statement, then=split(view, then), orelse=split(view, orelse))
                found.append(_guarded(view, inner))
            case Loop() | While():
                body, orelse = split(view, statement.body), split(view, statement.orelse)
                found.append(replace(statement, body=body, orelse=orelse))
            case _:
                found.append(statement)
    return tuple(found)


def _guarded(view: Forecast, branch: Branch) -> Branch:
    test = branch.test
    if not isinstance(test, cst.BooleanOperation):
        return branch
    operands = list(_operands(test, type(test.operator)))
    known = [operand for operand in operands if not view.dynamic(operand)]
    if not known or len(known) == len(operands):
        return branch
    conjunction = isinstance(test.operator, cst.And)
    twice = flow.statements(branch.orelse if conjunction else branch.then)
    if sum(not isinstance(statement, Branch) for statement in twice) > _SHORT:
        return branch
    ordered = [*known, *(operand for operand in operands if operand not in known)]
    return replace(_nested(ordered, branch, conjunction), comments=branch.comments)


def _nested(operands: list[cst.BaseExpression], branch: Branch, conjunction: bool) -> Branch:
    first, *rest = operands
    if not rest:
        return replace(branch, test=first, comments=Comments())
    inner: Block = (_nested(rest, branch, conjunction),)
    if conjunction:
        return Branch(first, inner, branch.orelse, branch.node)
    return Branch(first, branch.then, inner, branch.node)


def _operands(node: cst.BaseExpression, operator: type[cst.CSTNode]) -> Iterator[cst.BaseExpression]:
    """``a and b and c``, flat."""
    if isinstance(node, cst.BooleanOperation) and isinstance(node.operator, operator):
        yield from _operands(node.left, operator)
        yield from _operands(node.right, operator)
    else:
        yield node
