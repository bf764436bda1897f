"""The conditions under which a path runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import libcst as cst

from jaxlint.facts.model.definitions import expects_errors, own_nodes
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.state import Guard

if TYPE_CHECKING:
    from jaxlint.facts.queries.view import View


def guard(frame: Frame, test: cst.BaseExpression, outcome: bool) -> None:
    """The current path goes on where a test came out so."""
    text, names, negated = frame.tracer.once(_condition, test)
    if "__name__" in names:
        return  # of the program that is run, it holds
    varies = any(names & changed for changed in frame.varying)
    state = frame.state
    state.guards = (*state.guards, Guard(id(frame), text, outcome is not negated, varies))


def perhaps(frame: Frame, part: cst.ExceptHandler | cst.ExceptStarHandler | cst.MatchCase) -> None:
    """The current path goes on in a handler or a case."""
    state = frame.state
    state.guards = (*state.guards, Guard(id(frame), f"{type(part).__name__} {id(part)}", True, True))


@contextmanager
def guarded(frame: Frame, test: cst.BaseExpression, outcome: bool) -> Iterator[None]:
    """For the part of an expression that is evaluated only where a test came out so."""
    before = frame.state.guards
    guard(frame, test, outcome)
    yield
    if frame.tracer.state is not None:
        frame.state.guards = before


def _condition(test: cst.BaseExpression) -> tuple[str, frozenset[str], bool]:
    """A test without its outer `not`s: its text, the names in it, and whether the `not`s negate it."""
    negated = False
    while isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        test, negated = test.expression, not negated
    names = frozenset(node.value for node in own_nodes(test) if isinstance(node, cst.Name))
    return cst.Module(()).code_for_node(test), names, negated


def expects_failure(ctx: View, node: cst.CSTNode) -> bool:
    """True for code whose exception is expected: in a ``try`` with handlers, or under ``pytest.raises``."""
    if ctx.frame.caught:
        return True
    child = node
    for above in ctx.ancestors(node):
        match above:
            case cst.Try() | cst.TryStar() if above.body is child and any(map(_may_handle, above.handlers)):
                return True
            case cst.With() if expects_errors(above):
                return True
        child = above
    return False


def _may_handle(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
    """False for a handler of exceptions that no write into a jax array raises."""
    text = cst.Module(()).code_for_node(handler.type) if handler.type is not None else "Exception"
    return not all(name in _UNRELATED for name in re.findall(r"[\w.]+", text))


_UNRELATED = (
    "IndexError", "KeyError", "LookupError", "ZeroDivisionError", "FloatingPointError", "ArithmeticError",
    "OverflowError", "ImportError", "ModuleNotFoundError", "OSError", "FileNotFoundError", "AssertionError",
    "StopIteration", "KeyboardInterrupt",
)  # fmt: skip
