"""Where a second use of a key is the user's doing, how it came about, and what the key is called there.

Needs: two `Use`s of one key.  Gives: a `KeyReuse` event at the place that can be mended.

A function that consumes its own argument does nothing wrong: the call that passes the key counts, out to the function
in which the key is a variable, a field or an item, but no further than the activation that both uses share.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from jaxlint.facts.events import KeyReuse, ReuseKind
from jaxlint.facts.frames import Frame
from jaxlint.facts.state import Use
from jaxlint.facts.values import Key, Value, identity
from jaxlint.facts.why import Place


@dataclass(frozen=True, slots=True)
class _Step:
    """An activation around a use, and the place in it where the use happens."""

    frame: Frame
    place: Place


def report(frame: Frame, key: Value, first: Use, second: Use) -> None:
    """Record the reuse at the place of the second use, or where the key was frozen."""
    before, again = list(_steps(first)), list(_steps(second))
    here, shared = _owner(again, {step.frame for step in before}, key)
    there, _ = _owner(before, {step.frame for step in again}, key)
    if _same_function_and_its_gradient(before, again):
        return
    kind = _kind(here, there, again[: again.index(shared) + 1], key)
    place, expression = here.place, _expression(here, key)
    if frozen := frame.tracer.frozen_in(key) or _default(again, key):
        place, kind, expression = frozen, "frozen", None
    name = cst.Module(()).code_for_node(expression) if expression is not None else ""
    event = KeyReuse(name, expression, key, kind, place, second.verb, there.place, first.verb)
    frame.tracer.record_at(place, event)


def _steps(use: Use) -> Iterator[_Step]:
    """The activations around a use, innermost first."""
    scope: Frame | None = use.frame
    place: Place | None = use.place
    while scope is not None and place is not None:
        yield _Step(scope, place)
        place, scope = scope.call, scope.caller


def _owner(steps: list[_Step], others: set[Frame], key: Value) -> tuple[_Step, _Step]:
    """The innermost step at which the key is no mere argument, and the innermost step that the other use shares."""
    shared = next((step for step in steps if step.frame in others), steps[-1])
    for step in steps:
        if step is shared or (_has_name(step.frame) and (not _passed(step.frame, key) or _is_body(step.frame))):
            return step, shared
    return steps[-1], shared


def _has_name(frame: Frame) -> bool:
    return frame.definition is not None


def _passed(frame: Frame, key: Value) -> str | None:
    return next((name for name, value in frame.arguments.items() if identity(value) is key), None)


def _is_body(frame: Frame) -> bool:
    """True for the activation of a loop body itself, whose caller is the loop."""
    caller = frame.caller
    return caller is not None and caller.definition is None and caller.boundary is not None and caller.boundary.repeats


def _kind(here: _Step, there: _Step, path: list[_Step], key: Value) -> ReuseKind:
    if here.place.node is not there.place.node:
        return "again"
    if any(_is_body(step.frame) for step in path):
        return "body"
    return "loop" if here.frame is there.frame else "call"


def _same_function_and_its_gradient(first: list[_Step], second: list[_Step]) -> bool:
    """``f(x, key)`` beside ``grad(f)(x, key)``: the same draw is meant."""
    shared = {step.frame for step in first} & {step.frame for step in second}
    mine = {step.frame.definition: step.frame for step in first if step.frame not in shared and step.frame.definition}
    for step in second:
        if step.frame in shared or step.frame.definition is None:
            continue
        other = mine.get(step.frame.definition)
        if other is not None and (_differentiated(other) or _differentiated(step.frame)):
            return True
    return False


def _differentiated(frame: Frame) -> bool:
    boundary = frame.boundary
    while boundary is not None:
        if boundary.kind == "grad":
            return True
        boundary = boundary.parent
    return False


def _expression(step: _Step, key: Value) -> cst.BaseExpression | None:
    """The argument of the call that is the key."""
    node, values = step.place.node, step.frame.values
    if isinstance(node, cst.Call):
        for arg in node.args:
            value = values.get(arg.value)
            if value is not None and identity(value) is key:
                return arg.value
    return None


def _default(steps: list[_Step], key: Value) -> Place | None:
    """Where the key was made, if that is the default value of a parameter through which it came."""
    if not isinstance(key, Key) or key.place is None:
        return None
    parameters = (p for step in steps if step.frame.definition is not None for p in step.frame.definition.parameters)
    return key.place if any(parameter.default is key.place.node for parameter in parameters) else None
