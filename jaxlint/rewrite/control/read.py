"""Statements of the syntax tree as a block. Raises ``Declined`` at what has no counterpart in lax."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import libcst as cst

from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control.matches import as_branches
from jaxlint.rewrite.control.model import (
    Append,
    Block,
    Branch,
    Comments,
    Declined,
    Exit,
    Loop,
    Plain,
    Statement,
    While,
)

_WORDS = {
    cst.Try: "try", cst.TryStar: "try", cst.With: "with", cst.ClassDef: "class", cst.Del: "del", cst.Global: "global",
    cst.Nonlocal: "nonlocal", cst.Raise: "raise", cst.Import: "import", cst.ImportFrom: "import",
}  # fmt: skip


def read(ctx: View, statements: Sequence[cst.CSTNode]) -> Block:
    """The block of some statements."""
    return tuple(made for statement in statements for made in _statement(ctx, statement))


def _statement(ctx: View, node: cst.CSTNode) -> Iterator[Statement]:
    match node:
        case cst.SimpleStatementLine(body=body):
            beside = node.trailing_whitespace.comment
            yield from _line(ctx, body, _above(node.leading_lines), beside.value if beside is not None else "")
        case cst.SimpleStatementSuite(body=body):
            beside = node.trailing_whitespace.comment
            yield from _line(ctx, body, (), beside.value if beside is not None else "")
        case cst.If(test=test, body=body, orelse=orelse):
            comments = Comments(_above(node.leading_lines), _header(body))
            yield Branch(test, _body(ctx, body), _orelse(ctx, orelse), node, comments)
        case cst.For(body=body, orelse=orelse):
            if node.asynchronous is not None:
                raise Declined("an `async for` has no counterpart in lax")
            comments = Comments(_above(node.leading_lines), _header(body))
            yield Loop(node, _body(ctx, body), _orelse(ctx, orelse), comments=comments)
        case cst.While(body=body, orelse=orelse):
            comments = Comments(_above(node.leading_lines), _header(body))
            yield While(node, _body(ctx, body), _orelse(ctx, orelse), comments=comments)
        case cst.Match():
            yield from as_branches(ctx, node, lambda body: _body(ctx, body))
        case cst.FunctionDef():
            yield Plain(node, Comments(_above(node.leading_lines)))
        case _:
            raise Declined(
                f"the `{_WORDS.get(type(node), type(node).__name__)}` at line {ctx.line(node)} cannot be traced"
            )


def _line(ctx: View, body: Sequence[cst.CSTNode], above: tuple[str, ...], beside: str) -> Iterator[Statement]:
    """The small statements of one line; the comments belong to the first and the last."""
    for index, node in enumerate(body):
        comments = Comments(above if index == 0 else (), beside if index == len(body) - 1 else "")
        yield _small(ctx, node, comments)


def _small(ctx: View, node: cst.CSTNode, comments: Comments) -> Statement:
    match node:
        case cst.Break():
            return Exit("break", None, comments)
        case cst.Continue():
            return Exit("continue", None, comments)
        case cst.Return(value=value):
            return Exit("return", value, comments)
        case cst.Pass():
            return Plain(None, comments)
        case cst.Expr(value=cst.Call(func=cst.Attribute(value=cst.Name(value=name), attr=attr), args=[arg]) as call):
            if attr.value == "append" and not ctx.jax_array(call.func.value):  # type: ignore[attr-defined]
                return Append(name, arg.value, call, comments)
        case cst.Assign() | cst.AugAssign() | cst.AnnAssign() | cst.Assert() | cst.Expr():
            return Plain(node, comments)
    if isinstance(node, cst.Expr):
        return Plain(node, comments)
    raise _foreign(ctx, node)


def _foreign(ctx: View, node: cst.CSTNode) -> Declined:
    word = _WORDS.get(type(node), type(node).__name__)
    return Declined(f"the `{word}` at line {ctx.line(node)} has no counterpart in lax")


def _body(ctx: View, body: cst.BaseSuite) -> Block:
    if isinstance(body, cst.SimpleStatementSuite):
        return read(ctx, [body])
    assert isinstance(body, cst.IndentedBlock)
    footer = _above(body.footer)
    return (*read(ctx, body.body), *((Plain(None, Comments(footer)),) if footer else ()))


def _orelse(ctx: View, orelse: cst.If | cst.Else | None) -> Block:
    match orelse:
        case cst.Else(body=body):
            notes = (*_above(orelse.leading_lines), *filter(None, [_header(body)]))
            return (*((Plain(None, Comments(notes)),) if notes else ()), *_body(ctx, body))
        case cst.If():
            return read(ctx, [orelse])
    return ()


def _above(lines: Iterable[cst.EmptyLine]) -> tuple[str, ...]:
    return tuple(line.comment.value for line in lines if line.comment is not None)


def _header(body: cst.BaseSuite) -> str:
    """The comment after a compound statement's colon."""
    if isinstance(body, cst.IndentedBlock) and body.header.comment is not None:
        return body.header.comment.value
    return ""
