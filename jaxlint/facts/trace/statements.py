"""Follows statements path by path: branches fork the state, loops run for two turns, `return` ends a path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import libcst as cst

from jaxlint.facts.model.definitions import (
    bound_names,
    catches_tracer_errors,
    expects_errors,
    own_nodes,
    scope_of,
)
from jaxlint.facts.model.frames import Frame, Loop
from jaxlint.facts.model.history import CONTENTS
from jaxlint.facts.model.state import State, join_states
from jaxlint.facts.model.values import NONE, Array, Class, Function, Library, Ref, Unknown, Value
from jaxlint.facts.notes import captures
from jaxlint.facts.trace import assign, classes, imports, methods
from jaxlint.facts.trace.arithmetic import arithmetic
from jaxlint.facts.trace.expressions import defaults, evaluate, truth
from jaxlint.facts.trace.guards import guard, perhaps
from jaxlint.facts.trace.iterate import count, turns


def execute(frame: Frame, body: Iterable[cst.CSTNode]) -> None:
    """Run statements until the path ends; then ``frame.tracer.state`` is None."""
    for statement in body:
        if frame.tracer.state is None:
            return
        frame.tracer.steps += 1
        handler = STATEMENTS.get(type(statement))
        if handler is not None:
            handler(frame, statement)
        if frame.tracer.unreachable:
            frame.tracer.unreachable, frame.tracer.state = False, None


def _line(frame: Frame, node: cst.SimpleStatementLine | cst.IndentedBlock | cst.SimpleStatementSuite) -> None:
    execute(frame, node.body)


def _expression(frame: Frame, node: cst.Expr) -> None:
    evaluate(frame, node.value)


def _assign(frame: Frame, node: cst.Assign) -> None:
    value = evaluate(frame, node.value)
    for target in node.targets:
        assign.assign(frame, target.target, value, node)


def _annotated(frame: Frame, node: cst.AnnAssign) -> None:
    if node.value is not None:
        assign.assign(frame, node.target, evaluate(frame, node.value), node)


def _augmented(frame: Frame, node: cst.AugAssign) -> None:
    old = evaluate(frame, node.target)
    if isinstance(node.target, cst.Name):
        frame.stores.setdefault(node.target, []).append(old)
    value = evaluate(frame, node.value)
    if isinstance(old, Ref) and old.kind == "list" and isinstance(node.operator, cst.AddAssign):
        captures.changed(frame, old, CONTENTS, node.target)
        if isinstance(node.target, cst.Name) and node.target.value in frame.scope.bound:
            assign.note_mutation(frame, node.target, old, [value], "item")
        methods.extend(frame, old, value)
        assign.assign(frame, node.target, old, node, augmented=True)
    else:
        new = arithmetic(frame, node.operator, old, value, node)
        assign.assign(frame, node.target, new, node, augmented=True)


def _delete(frame: Frame, node: cst.Del) -> None:
    targets = (
        [element.value for element in node.target.elements] if isinstance(node.target, cst.Tuple) else [node.target]
    )
    for target in targets:
        if isinstance(target, cst.Subscript | cst.Attribute):
            part = target.attr.value if isinstance(target, cst.Attribute) else CONTENTS
            captures.changed(frame, evaluate(frame, target.value), part, target)
    for name in bound_names(node.target):
        frame.state.forget(frame, name)


def _return(frame: Frame, node: cst.Return) -> None:
    value = evaluate(frame, node.value) if node.value is not None else NONE
    frame.returns.append((value, frame.state))
    frame.tracer.state = None


def _raise(frame: Frame, node: cst.Raise) -> None:
    if node.exc is not None:
        evaluate(frame, node.exc)
    frame.tracer.state = None


def _assert(frame: Frame, node: cst.Assert) -> None:
    evaluate(frame, node.test)
    if node.msg is not None:
        evaluate(frame, node.msg)


def _if(frame: Frame, node: cst.If) -> None:
    outcome = truth(evaluate(frame, node.test))
    before = frame.state
    # Whoever is about to bind what an import gives holds on to the state: it stays the same one where it can.
    otherwise = None if outcome is True else before if outcome is False else before.fork()
    if outcome is False:
        frame.tracer.state = None
    else:
        guard(frame, node.test, True)
        execute(frame, [node.body])
    after, frame.tracer.state = frame.tracer.state, otherwise
    if otherwise is not None:
        guard(frame, node.test, False)
        if node.orelse is not None:
            execute(frame, [node.orelse])
    frame.tracer.state = join_states(after, frame.tracer.state)


def _else(frame: Frame, node: cst.Else | cst.Finally) -> None:
    execute(frame, [node.body])


def _changed(loop: cst.For | cst.While) -> frozenset[str]:
    """The names that a loop binds."""
    targets = set(bound_names(loop.target)) if isinstance(loop, cst.For) else set()
    return frozenset(scope_of(loop.body).bound | targets)


def _for(frame: Frame, node: cst.For) -> None:
    source = evaluate(frame, node.iter)
    changed = frame.tracer.once(_changed, node)

    def turn(item: Value) -> Callable[[], None]:
        def run() -> None:
            assign.assign(frame, node.target, item, node)
            execute(frame, [node.body])

        return run

    loop = Loop(node=node, count=count(frame, source))
    _loop(frame, loop, [turn(item) for item in turns(frame, source)], changed, node.orelse)


def _while(frame: Frame, node: cst.While) -> None:
    changed = frame.tracer.once(_changed, node)

    def run() -> None:
        if truth(evaluate(frame, node.test)) is False:
            frame.loops[-1].broken.append(frame.state)
            frame.tracer.state = None
            return
        execute(frame, [node.body])

    _loop(frame, Loop(node=node), [run, run], changed, node.orelse)
    if frame.tracer.state is not None:
        evaluate(frame, node.test)


def _loop(
    frame: Frame, loop: Loop, bodies: Sequence[Callable[[], None]], changed: frozenset[str], orelse: cst.Else | None
) -> None:
    """Run the turns one after the other. The loop is taken to run at least once."""
    frame.loops.append(loop)
    frame.varying.append(changed)
    guards, turn = frame.state.guards, frame.turn
    loop.guards = len(guards)
    shapes = [_shapes(frame, changed)]
    for body in bodies:
        if frame.tracer.state is None:
            break
        frame.turn += 1
        frame.tracer.turns += 1
        loop.turn += 1
        frame.state.guards = guards
        body()
        frame.tracer.state = _join_all([frame.tracer.state, *loop.continued])
        loop.continued.clear()
        shapes.append(_shapes(frame, changed))
    frame.loops.pop()
    frame.varying.pop()
    frame.turn = turn
    if frame.tracer.state is not None:
        frame.state.guards = guards
        if orelse is not None:
            execute(frame, [orelse])
    frame.tracer.state = _join_all([frame.tracer.state, *loop.broken])
    if frame.tracer.state is not None:
        frame.state.guards = guards
        _forget_shapes(frame, shapes)


def _shapes(frame: Frame, names: frozenset[str]) -> dict[str, Array]:
    """The arrays among the variables that a loop binds."""
    contents = frame.state.contents(frame) if frame.tracer.state is not None else {}
    return {name: value for name in names if isinstance(value := contents.get(name), Array)}


def _forget_shapes(frame: Frame, turns: list[dict[str, Array]]) -> None:
    """After a loop, a shape that changed from turn to turn is not known."""
    for name, value in _shapes(frame, frozenset(turns[-1])).items():
        found = [turn[name] for turn in turns if name in turn]
        if any(array.dims != value.dims for array in found):
            ndim = value.ndim if all(array.ndim == value.ndim for array in found) else None
            frame.state.store(frame, name, replace(value, ndim=ndim, dims=None, contents=None))


def _join_all(states: Iterable[State | None]) -> State | None:
    joined: State | None = None
    for state in states:
        joined = join_states(joined, state)
    return joined


def _break(frame: Frame, node: cst.Break) -> None:
    if frame.loops:
        frame.loops[-1].broken.append(frame.state)
    frame.tracer.state = None


def _continue(frame: Frame, node: cst.Continue) -> None:
    if frame.loops:
        frame.loops[-1].continued.append(frame.state)
    frame.tracer.state = None


def _try(frame: Frame, node: cst.Try | cst.TryStar) -> None:
    before, caught, refused = frame.state.fork(), frame.caught, frame.tracer.refused
    catches = catches_tracer_errors(node)
    frame.caught, frame.tracer.refused = caught or catches, None
    execute(frame, [node.body])
    if catches and frame.tracer.refused is not None and frame.tracer.refused <= len(before.guards):
        frame.tracer.state = None
    frame.caught, frame.tracer.refused = caught, refused
    if frame.tracer.state is not None and node.orelse is not None:
        execute(frame, [node.orelse])
    after = frame.tracer.state
    ends = [after]
    for handler in node.handlers:
        frame.tracer.state = before.fork()
        perhaps(frame, handler)
        if handler.name is not None:
            assign.assign(frame, handler.name.name, Unknown("exception"), handler)
        execute(frame, [handler.body])
        ends.append(frame.tracer.state)
    frame.tracer.state = _join_all(ends)
    if node.finalbody is not None:
        alive = frame.tracer.state is not None
        if not alive:
            frame.tracer.state = before
        execute(frame, [node.finalbody])
        if not alive:
            frame.tracer.state = None


def _with(frame: Frame, node: cst.With) -> None:
    boundary, caught = frame.boundary, frame.caught
    for item in node.items:
        value = evaluate(frame, item.item)
        if isinstance(value, Library) and value.name in ("jax.disable_jit", "jax.ensure_compile_time_eval"):
            frame.boundary = None
            frame.eager.add(node)
        if item.asname is not None:
            assign.assign(frame, item.asname.name, value, node)
    frame.caught = caught or expects_errors(node)
    execute(frame, [node.body])
    frame.boundary, frame.caught = boundary, caught


def _function(frame: Frame, node: cst.FunctionDef) -> None:
    definition = frame.tracer.function(frame, node)
    function = Function(definition, frame.tracer.closure_of(frame), defaults=defaults(frame, definition))
    frame.tracer.defined(frame, function)
    value: Value = function
    for decorator in reversed(node.decorators):
        value = frame.tracer.decorate(frame, evaluate(frame, decorator.decorator), value, decorator)
    assign.bind(frame, node.name.value, value)


def _class(frame: Frame, node: cst.ClassDef) -> None:
    definition = frame.tracer.class_(frame, node)
    classes.define(frame, definition)
    value: Value = Class(definition)
    assign.bind(frame, node.name.value, value)


def _match(frame: Frame, node: cst.Match) -> None:
    subject = evaluate(frame, node.subject)
    before, ends = frame.state, []
    for case in node.cases:
        frame.tracer.state = before.fork()
        perhaps(frame, case)
        for part in own_nodes(case.pattern):
            if isinstance(part, cst.MatchAs | cst.MatchStar) and part.name is not None:
                whole = part is case.pattern
                assign.bind(frame, part.name.value, subject if whole else Unknown("matched"))
        if case.guard is not None:
            evaluate(frame, case.guard)
        execute(frame, [case.body])
        ends.append(frame.tracer.state)
    frame.tracer.state = _join_all([*ends, before])


STATEMENTS: dict[type[cst.CSTNode], Callable[[Frame, Any], None]] = {
    cst.SimpleStatementLine: _line,
    cst.SimpleStatementSuite: _line,
    cst.IndentedBlock: _line,
    cst.Expr: _expression,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.Del: _delete,
    cst.Return: _return,
    cst.Raise: _raise,
    cst.Assert: _assert,
    cst.If: _if,
    cst.Else: _else,
    cst.Finally: _else,
    cst.For: _for,
    cst.While: _while,
    cst.Break: _break,
    cst.Continue: _continue,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.With: _with,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
    cst.Match: _match,
    cst.Import: imports.import_modules,
    cst.ImportFrom: imports.import_names,
}
