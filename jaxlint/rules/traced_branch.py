"""A Python `if`, `while`, conditional or `match` that a tracer would have to decide.  Page: rules/traced_branch.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.queries.truth import undecidable
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.checks import as_check, only_raises
from jaxlint.rewrite.control import conditional, rewrite
from jaxlint.rules import rule


@rule("JAX401", since="0.1", fix="safe")
def traced_branch(ctx: View, node: cst.If | cst.While | cst.IfExp | cst.CompIf | cst.Match) -> Iterator[Finding]:
    if isinstance(node, cst.Match):
        yield from _match(ctx, node)
    elif why := undecidable(ctx, node.test):
        yield Finding(node.test, f"`{_word(node)}` needs a concrete bool, but {why}", _fix(ctx, node), why)


def _word(node: cst.CSTNode) -> str:
    return {cst.While: "while", cst.IfExp: "if … else"}.get(type(node), "if")


def _fix(ctx: View, node: cst.CSTNode) -> Fix | Decline:
    match node:
        case cst.If() if only_raises(node):
            return as_check(ctx, node)
        case cst.If() | cst.While():
            return rewrite(ctx, node)
        case cst.IfExp():
            return conditional(ctx, node)
    return Decline("the number of items would depend on values; `jnp.where` keeps the shape")


def _match(ctx: View, node: cst.Match) -> Iterator[Finding]:
    """A value pattern compares with ``==`` and asks for the truth of it; a guard is a test."""
    patterns = [part for case in node.cases for part in own_nodes(case.pattern)]
    why = ctx.traced(node.subject) if not ctx.caught(node) else None
    if why and any(isinstance(part, cst.MatchValue) for part in patterns):
        yield Finding(node.subject, f"`match` compares with each case, but {why}", rewrite(ctx, node), why)
    for case in node.cases:
        if case.guard is not None and (why := undecidable(ctx, case.guard)):
            yield Finding(case.guard, f"`if` needs a concrete bool, but {why}", rewrite(ctx, node), why)
