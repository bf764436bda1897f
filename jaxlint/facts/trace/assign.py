"""Binds targets: names, tuples, items and attributes; notes what a trace changes outside of itself."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from jaxlint.facts.model.events import Mutation
from jaxlint.facts.model.frames import Boundary, Frame
from jaxlint.facts.model.history import CONTENTS, is_container
from jaxlint.facts.model.state import REST, summary
from jaxlint.facts.model.values import (
    Array,
    Class,
    Const,
    Either,
    HostArray,
    Key,
    Keys,
    Library,
    Many,
    ProjectModule,
    Ref,
    Tree,
    Tuple,
    Unknown,
    Value,
    identity,
    without_contents,
)
from jaxlint.facts.model.why import Traced, Why
from jaxlint.facts.notes import captures, host
from jaxlint.facts.notes.leaks import escaping, leaves_trace
from jaxlint.facts.trace import access


def assign(frame: Frame, target: cst.CSTNode, value: Value, node: cst.CSTNode, *, augmented: bool = False) -> None:
    """Bind a target of any form; ``node`` is the statement or clause that does it."""
    if frame.turn:
        value = without_contents(value)
    match target:
        case cst.Name(value=name):
            bind(frame, name, _explained(frame, name, value, node), target)
            frame.values[target] = value
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            targets = [e if isinstance(e, cst.StarredElement) else e.value for e in elements]
            for inner, part in zip(targets, unpack(frame, value, targets), strict=True):
                assign(frame, inner, part, node)
        case cst.StarredElement(value=inner):
            assign(frame, inner, value, node)
        case cst.Subscript():
            _store_item(frame, target, value)
        case cst.Attribute():
            _store_attribute(frame, target, value)


def bind(frame: Frame, name: str, value: Value, node: cst.CSTNode | None = None) -> None:
    """Bind a name in the scope that it belongs to."""
    owner, kind = frame, None
    if name in frame.scope.globals:
        owner, kind = frame.tracer.module_frame(frame.module), "global"
    elif name in frame.scope.nonlocals:
        kind = "nonlocal"
        scope = frame.closure
        while scope is not None and name not in scope.scope.bound:
            scope = scope.closure
        owner = scope or frame
    if kind is not None and node is not None and frame.boundary is not None and owner.boundary is not frame.boundary:
        leaked = _leaked(frame, [value], owner.boundary)
        frame.tracer.record(
            frame,
            node,
            Mutation(name, f"{kind} {name}", frame.boundary, leaked, kind, owner=owner),  # type: ignore[arg-type]
        )
    if node is not None:
        captures.changed(frame, owner, name, node)
    frame.state.store(owner, name, value)


def _explained(frame: Frame, name: str, value: Value, node: cst.CSTNode) -> Value:
    """A freshly computed tracer gets a step in its proof: that the name holds it."""
    if not isinstance(value, Array) or value.traced is None or value.traced.why.subject == name:
        return value
    if not isinstance(node, cst.Assign | cst.AugAssign | cst.AnnAssign | cst.NamedExpr):
        return value
    parent = value.traced.why
    why = Why(name, f"`{name}` is computed from `{parent.subject}`", frame.place(node), parent)
    return value.with_trace(replace(value.traced, why=why))


def unpack(frame: Frame, value: Value, targets: list[cst.BaseExpression]) -> list[Value]:
    """The values that each of several targets gets from one value."""
    starred = next((i for i, target in enumerate(targets) if isinstance(target, cst.StarredElement)), None)
    exact = access.exact_items(frame, value)
    if exact is not None and not isinstance(value, Ref | Tuple):
        exact = None
    if exact is not None and (len(exact) == len(targets) if starred is None else len(exact) >= len(targets) - 1):
        if starred is None:
            return exact
        tail = len(targets) - 1 - starred
        middle = exact[starred : len(exact) - tail]
        rest = Tuple(tuple(middle))
        return [*exact[:starred], rest, *exact[len(exact) - tail :]]
    return [_nth(frame, value, position, starred) for position in range(len(targets))]


def _nth(frame: Frame, value: Value, position: int, starred: int | None) -> Value:
    match value:
        case Keys(base=base, offset=offset, traced=traced):
            if starred is not None and position == starred:
                return Keys(base, offset + position, traced)
            if starred is not None and position > starred:
                return Key(traced)
            return access.key_item(frame, value, Const(position))
        case Array():
            return value.row(frame.staged)
        case Tree(traced=traced) if starred is None:
            part = frame.state.part(identity(value), ("item", position), Unknown)
            return part if isinstance(part, Key | Keys) else Tree(traced, part)
        case Unknown() if starred is None:
            return frame.state.part(value, ("item", position), lambda: Unknown("item"))
        case Either(options=options):
            usable = [option for option in options if option != Const(None)]
            return summary([_nth(frame, option, position, starred) for option in usable])
    each = access.any_item(frame, value)
    return access.another(frame, each, ("item", position)) if position != starred else Many(each)


def _store_item(frame: Frame, target: cst.Subscript, value: Value) -> None:
    from jaxlint.facts.trace.expressions import evaluate, index

    base = evaluate(frame, target.value)
    where = index(frame, target)
    frame.tracer.stored(frame, target, base, where, value)
    host.note_store(frame, target, base, where, value)
    if is_container(base):
        captures.changed(frame, base, CONTENTS, target)
    match base:
        case HostArray():
            frame.tracer.written.add(base)
        case Library(name="os.environ") if isinstance(where, Const):
            frame.tracer.environment.add(str(where.value))
        case Ref():
            if base.kind == "dict":
                host.note_hash(frame, where, "key", target, base)
            note_mutation(frame, target, base, [value], "item")
            known = isinstance(where, Const)
            frame.state.store(base, access.slot(where) if known or base.kind == "dict" else REST, value)
        case Tree() if not access.is_array_index(target, where):
            note_mutation(frame, target, base, [value], "item")
            frame.state.derived[identity(base), ("item", access.slot(where))] = value
        case Unknown():
            note_mutation(frame, target, base, [value], "item")
            frame.state.derived[base, ("item", access.slot(where))] = value


def _store_attribute(frame: Frame, target: cst.Attribute, value: Value) -> None:
    from jaxlint.facts.trace.expressions import evaluate

    base = evaluate(frame, target.value)
    name = target.attr.value
    match base:
        case Ref(kind="object"):
            note_mutation(frame, target, base, [value], "attribute")
            captures.changed(frame, base, name, target)
            frame.state.store(base, name, value)
        case ProjectModule() | Class():
            note_mutation(frame, target, base, [value], "attribute")
            owner = _namespace(frame, base)
            if owner is not None:
                captures.changed(frame, owner, name, target)
                frame.state.store(owner, name, value)
        case Unknown() | Tree():
            captures.changed(frame, base, name, target)
            note_mutation(frame, target, base, [value], "attribute")
            frame.state.derived[identity(base), ("attribute", name)] = value


def _namespace(frame: Frame, base: ProjectModule | Class) -> Frame | None:
    """The frame that holds a module's or class's attributes."""
    if isinstance(base, ProjectModule):
        return frame.tracer.module_frame(base.module)
    return frame.tracer.class_frame(base.definition)


def note_mutation(frame: Frame, target: cst.BaseExpression, base: Value, values: list[Value], kind: str) -> None:
    """Record that a trace changes an object which was not made in that trace."""
    boundary = frame.boundary
    if boundary is None:
        return
    argument = frame.tracer.is_argument(base, boundary)
    if not argument and not captures.made_outside(frame, target, base):
        return
    expression = target if kind == "method" else getattr(target, "value", target)
    text = cst.Module(()).code_for_node(expression)
    leaked = _leaked(frame, values, base.born.boundary if isinstance(base, Ref) else None)
    frame.tracer.record(
        frame,
        target,
        Mutation(text, kind, boundary, leaked, kind, argument=argument, owner=base),  # type: ignore[arg-type]
    )


def _leaked(frame: Frame, values: list[Value], owner: Boundary | None) -> Traced | None:
    """The tracer among the values that does not live as long as the trace ``owner`` does."""
    proof = escaping(frame, values)
    assert frame.boundary is not None
    return proof if proof is not None and leaves_trace(proof, frame.boundary, owner) else None
