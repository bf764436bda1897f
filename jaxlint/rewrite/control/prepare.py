"""What must change, or stop the rewrite, within the statements that will run in lax.

Needs: the forecast of a block.  Gives: the forecast with the edits of those statements (stores become ``.at`` updates,
choices become ``jnp.where``); or ``Declined``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.queries.truth import undecidable
from jaxlint.rewrite import at_update
from jaxlint.rewrite.control import effects, hazards
from jaxlint.rewrite.control.forecast import Forecast
from jaxlint.rewrite.control.model import Append, Block, Branch, Declined, Define, Exit, Loop, Plain, Statement, While
from jaxlint.rewrite.control.ternary import conditional
from jaxlint.rewrite.store import stored_array


def prepared(view: Forecast, block: Block) -> tuple[Forecast, tuple[str, ...]]:
    """The view with the edits within statements, and the library names that these spell."""
    edits: list[Edit] = []
    uses: list[str] = []
    for statement in moved_statements(view, block):
        effects.check(view, (statement,))
        for node in _texts(statement):
            hazards.check(view, node)
            for fix in _fixes(view, node):
                start, end = view.span(node)
                if any(edit.start < start or end < edit.end for edit in fix.edits):
                    raise Declined(f"`{view.code(node)}` needs a change elsewhere: {fix.message}")
                edits += fix.edits
                uses += fix.uses
    ordered = sorted(edits, key=lambda edit: edit.start)
    if any(first.end > second.start for first, second in pairwise(ordered)):
        raise Declined("two changes would meet in one statement")
    return replace(view, edits=tuple(edits)), tuple(uses)


def moved_statements(view: Forecast, block: Block, *, inside: bool = False) -> Iterator[Statement]:
    """The statements that will run in a function of lax."""
    for statement in block:
        match statement:
            case Branch(test=test, then=then, orelse=orelse):
                yield from moved_statements(view, (*then, *orelse), inside=inside or view.dynamic(test))
            case Loop() | While():
                within = inside or statement.node in view.lowered
                if inside:
                    yield statement
                yield from moved_statements(view, (*statement.body, *statement.orelse), inside=within)
            case Define(body=body):
                yield from moved_statements(view, body, inside=True)
            case _ if inside:
                yield statement


def _texts(statement: Statement) -> Iterator[cst.CSTNode]:
    """The nodes whose text a statement keeps."""
    match statement:
        case Plain(node=node) if node is not None:
            yield node
        case Append(value=value) | Exit(value=cst.BaseExpression() as value):
            yield value


def _fixes(view: Forecast, node: cst.CSTNode) -> Iterator[Fix]:
    if isinstance(node, cst.Assign | cst.AugAssign):
        targets = [target.target for target in node.targets] if isinstance(node, cst.Assign) else [node.target]
        for target in targets:
            inner = _first_store(view, target)
            if inner is not None:
                yield _made(at_update.as_update(view, node, inner))
                return
    for part in own_nodes(node):
        if isinstance(part, cst.IfExp) and undecidable(view, part.test) is not None:
            yield _made(conditional(view, part))
            return


def _first_store(view: Forecast, target: cst.BaseExpression) -> cst.Subscript | None:
    match target:
        case cst.Subscript():
            return target if stored_array(view, target) is not None else None
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            stores = (_first_store(view, element.value) for element in elements)
            return next((store for store in stores if store is not None), None)
    return None


def _made(fix: Fix | Decline) -> Fix:
    if isinstance(fix, Decline):
        raise Declined(fix.reason)
    return fix
