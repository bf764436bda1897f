"""Keys that a mapped function shares between its rows: every row draws the same numbers.

Needs: a use of a key inside of ``vmap`` or ``pmap``.  Gives: a `SharedKey` event if the key is a variable of a function
outside. An argument whose axis is None is shared on purpose.
"""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.events import SharedKey
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.state import Step, Use
from jaxlint.facts.model.values import Value, identity
from jaxlint.facts.notes.reuse import passed


def note_shared(frame: Frame, key: Value, use: Use) -> None:
    """Record that all rows of the innermost map around a use draw from one key."""
    inner: list[Step] = []
    for step in use.steps:
        caller = step.frame.caller
        trace = step.frame.boundary
        if trace is not None and trace.kind == "map" and caller is not None and caller.boundary is not trace:
            if not step.is_function and inner and _outside(inner, key):
                _record(frame, key, use, inner)
            return
        inner.append(step)


def _record(frame: Frame, key: Value, use: Use, inner: list[Step]) -> None:
    step = next((step for step in inner if step.is_function and not passed(step.frame, key)), inner[-1])
    name = cst.Module(()).code_for_node(step.expression) if step.expression is not None else ""
    assert inner[-1].frame.boundary is not None
    frame.tracer.record_at(step.place, SharedKey(name, use.verb, inner[-1].frame.boundary))


def _outside(inner: list[Step], key: Value) -> bool:
    """True if the key is a variable of a function around the map."""
    if passed(inner[-1].frame, key):
        return False
    inside = {step.frame for step in inner}
    for step in inner:
        scope = step.frame.closure
        while scope is not None:
            if scope not in inside and any(identity(value) is key for value in scope.state.contents(scope).values()):
                return True
            scope = scope.closure
    return False
