"""The conditions under which a path runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import libcst as cst

from jaxlint.facts.definitions import own_nodes
from jaxlint.facts.frames import Frame
from jaxlint.facts.state import Guard


def guard(frame: Frame, test: cst.BaseExpression, outcome: bool) -> None:
    """The current path goes on where a test came out so."""
    text, names, negated = _condition(test)
    varies = any(names & changed for changed in frame.varying)
    state = frame.state
    state.guards = (*state.guards, Guard(id(frame), text, outcome is not negated, varies))


@contextmanager
def guarded(frame: Frame, test: cst.BaseExpression, outcome: bool) -> Iterator[None]:
    """For the part of an expression that is evaluated only where a test came out so."""
    before = frame.state.guards
    guard(frame, test, outcome)
    yield
    if frame.tracer.state is not None:
        frame.state.guards = before


@cache
def _condition(test: cst.BaseExpression) -> tuple[str, frozenset[str], bool]:
    """A test without its outer `not`s: its text, the names in it, and whether the `not`s negate it."""
    negated = False
    while isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        test, negated = test.expression, not negated
    names = frozenset(node.value for node in own_nodes(test) if isinstance(node, cst.Name))
    return cst.Module(()).code_for_node(test), names, negated
