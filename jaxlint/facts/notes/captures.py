"""Notes what a trace reads from outside, and what is changed: the tracer's side of `history`."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.events import Capture, StaleCapture
from jaxlint.facts.model.frames import Boundary, Frame
from jaxlint.facts.model.history import CONTENTS, Cell, is_container
from jaxlint.facts.model.values import Library, ProjectModule, Ref, Value


def read_variable(frame: Frame, owner: Frame, node: cst.CSTNode, name: str, value: Value) -> None:
    """A name, or a module's or class's attribute, is read: the variable, and the contents of what it holds."""
    if frame.boundary is None or isinstance(value, Library | ProjectModule):
        return
    if owner.boundary is not frame.boundary:
        if frame.boundary.stages:
            frame.tracer.record(frame, node, Capture(name, owner, value, frame.boundary))
        _read(frame, node, name, (owner, name), owner.boundary)
    _read_contents(frame, node, name, value, owner.boundary)


def read_attribute(frame: Frame, owner: Value, node: cst.CSTNode, name: str, value: Value) -> None:
    """An attribute of an object that was not made in this trace is read."""
    if frame.boundary is None:
        return
    outside = owner.born.boundary if isinstance(owner, Ref) else None
    if outside is not frame.boundary and not _is_argument(frame, owner):
        if frame.boundary.stages:
            frame.tracer.record(frame, node, Capture(name, owner, value, frame.boundary))
        _read(frame, node, name, (owner, name), outside)
        _read_contents(frame, node, name, value, outside)


def read_item(frame: Frame, owner: Ref, node: cst.CSTNode, value: Value) -> None:
    """An item of a container is read, which may be a container itself."""
    if frame.boundary is not None and isinstance(value, Ref):
        _read_contents(frame, node, "an item", value, owner.born.boundary)


def _read_contents(frame: Frame, node: cst.CSTNode, name: str, value: Value, outside: Boundary | None) -> None:
    if is_container(value) and not _is_argument(frame, value):
        _read(frame, node, name, (value, CONTENTS), value.born.boundary if isinstance(value, Ref) else outside)


def _is_argument(frame: Frame, value: Value) -> bool:
    """True for (a part of) an argument of a trace around."""
    traces = frame.boundary.chain() if frame.boundary is not None else ()
    return any(frame.tracer.is_argument(value, trace) for trace in traces)


def _read(frame: Frame, node: cst.CSTNode, name: str, cell: Cell, outside: Boundary | None) -> None:
    """Tell the history, for each trace between the reader and what it reads."""
    assert frame.boundary is not None
    for trace in frame.boundary.chain():
        if trace is outside or trace.looks:
            return
        if trace.stages and (change := frame.state.history.read(frame.place(node), cell, trace)):
            frame.tracer.record(frame, node, StaleCapture(name, change.place, trace))
            return


def changed(frame: Frame, owner: object, name: object, node: cst.CSTNode) -> None:
    """A variable, attribute or the contents of a container change."""
    frame.state.history.change((owner, name), frame.place(node), frame.boundary)


def made_outside(frame: Frame, target: cst.BaseExpression, base: Value) -> bool:
    """True for an object that was made before the current trace began, as far as is known."""
    if isinstance(base, Ref):
        born = base.born.boundary
        return born is not frame.boundary and _encloses(frame, born)
    root: cst.BaseExpression = target
    while isinstance(root, cst.Subscript | cst.Attribute):
        root = root.value
    return isinstance(root, cst.Name) and owned_outside(frame, root.value)


def from_outside(frame: Frame, node: cst.CSTNode) -> bool:
    """True for a name of an outer variable, or what hangs on an object that was made outside of the current trace."""
    while isinstance(node, cst.Attribute | cst.Subscript):
        node = node.value
    if not isinstance(node, cst.Name):
        return False
    value = frame.values.get(node)
    return owned_outside(frame, node.value) or (isinstance(value, Ref) and made_outside(frame, node, value))


def _encloses(frame: Frame, born: object) -> bool:
    """True if a boundary is around the current one, so that objects made there outlive the current trace."""
    outer = frame.boundary.parent if frame.boundary is not None else None
    while outer is not None:
        if outer is born:
            return True
        outer = outer.parent
    return born is None


def owned_outside(frame: Frame, name: str) -> bool:
    """True for a variable that belongs to a frame outside of the current trace."""
    scope: Frame | None = frame
    while scope is not None:
        if name in scope.scope.bound or name in frame.state.contents(scope):
            return scope.boundary is not frame.boundary
        scope = scope.closure
    return frame.tracer.global_(frame.module, name) is not None
