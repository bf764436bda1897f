"""``match`` on values as branches: each case asks whether the subject equals its pattern.

::

    match k:
        case 0 | 1: a                     if k == 0 or k == 1: a
        case n if n > 5: b        ->      else: n = k; if n > 5: b
        case _: c                               else: c
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import libcst as cst

from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control.model import Bind, Block, Branch, Comments, Declined, Equal, Plain, Statement

Body = Callable[[cst.BaseSuite], Block]


def as_branches(ctx: View, node: cst.Match, body: Body) -> Block:
    """The branches of a ``match``; ``body`` reads a case's statements. Raises Declined."""
    if not isinstance(node.subject, cst.Name | cst.Attribute):
        raise Declined(f"`match` asks for `{ctx.code(node.subject)}` in each case: give it a name first")
    chosen: Block = ()
    for case in reversed(node.cases):
        head = case.body.header.comment if isinstance(case.body, cst.IndentedBlock) else None
        inner = (*_notes(case.leading_lines, head), *body(case.body))
        chosen = tuple(_case(ctx, node, case, inner, chosen))
    head = node.whitespace_after_colon.comment
    above = tuple(line.comment.value for line in node.leading_lines if line.comment is not None)
    footer = _notes(node.footer)
    first = next(index for index, statement in enumerate(chosen) if isinstance(statement, Branch))
    branch = chosen[first]
    assert isinstance(branch, Branch)
    headed = Branch(
        branch.test, branch.then, branch.orelse, node, Comments(above, head.value if head is not None else "")
    )
    return (*chosen[:first], headed, *chosen[first + 1 :], *footer)


def _case(ctx: View, node: cst.Match, case: cst.MatchCase, inner: Block, orelse: Block) -> Iterator[Statement]:
    assert isinstance(node.subject, cst.Name | cst.Attribute)
    match case.pattern:
        case cst.MatchAs(pattern=None, name=name):
            if name is not None:
                yield Bind(name.value, node.subject)
            if case.guard is not None:
                yield Branch(case.guard, inner, orelse, node)
            else:
                yield from inner
        case pattern:
            values = tuple(_values(ctx, pattern))
            yield Branch(Equal(node.subject, values, case.guard), inner, orelse, node)


def _values(ctx: View, pattern: cst.MatchPattern) -> Iterator[cst.BaseExpression]:
    match pattern:
        case cst.MatchValue(value=value) if _is_number(value):
            yield value
        case cst.MatchOr(patterns=several):
            for element in several:
                yield from _values(ctx, element.pattern)
        case _:
            raise Declined(f"the pattern `{ctx.code(pattern)}` is no number that an array could equal")


def _is_number(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.UnaryOperation):
        return _is_number(node.expression)
    return isinstance(node, cst.Integer | cst.Float)


def _notes(lines: Iterable[cst.EmptyLine], head: cst.Comment | None = None) -> tuple[Plain, ...]:
    """Comments as a statement that does nothing."""
    comments = [*(line.comment for line in lines), head]
    found = tuple(comment.value for comment in comments if comment is not None)
    return (Plain(None, Comments(found)),) if found else ()
