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
from jaxlint.facts.model.values import Tree, Unknown, identity

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
    _learn_none(frame, test, outcome)


def _learn_none(frame: Frame, test: cst.BaseExpression, outcome: bool) -> None:
    """``x is None`` came out so: the value has it by whatever name it is asked again."""
    match test:
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            _learn_none(frame, inner, not outcome)
        case cst.BooleanOperation(left=left, operator=cst.And() | cst.Or() as word, right=right):
            if outcome is isinstance(word, cst.And):
                _learn_none(frame, left, outcome)
                _learn_none(frame, right, outcome)
        case cst.Comparison(
            left=left, comparisons=[cst.ComparisonTarget(cst.Is() | cst.IsNot() as word, cst.Name("None"))]
        ):
            value = frame.values.get(left)
            if isinstance(value, Unknown | Tree):
                frame.state.nones[identity(value)] = outcome is isinstance(word, cst.Is)


def perhaps(frame: Frame, part: cst.ExceptHandler | cst.ExceptStarHandler | cst.MatchCase) -> None:
    """The current path goes on in a handler or a case."""
    state = frame.state
    state.guards = (*state.guards, Guard(id(frame), f"{type(part).__name__} {id(part)}", True, True))


@contextmanager
def guarded(frame: Frame, test: cst.BaseExpression, outcome: bool) -> Iterator[None]:
    """For the part of an expression that is evaluated only where a test came out so."""
    guards, nones = frame.state.guards, dict(frame.state.nones)
    guard(frame, test, outcome)
    yield
    if frame.tracer.state is not None:
        frame.state.guards, frame.state.nones = guards, nones


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
