"""Notes what JAX compiles on the host, and what makes it compile again in the next turn of a loop.

`jax.jit` and, outside of it, `scan`, `while_loop`, `cond` and their like keep what they compiled by the function
object: a lambda, a nested function, a partial, a bound method or another transform's result that is made anew is
compiled anew, though it says the same.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.facts.model.arguments import Arguments
from jaxlint.facts.model.compiled import Held, Making, Moment, Run, now, on_host
from jaxlint.facts.model.events import CalledAgain, Difference, Recompiled
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.values import (
    Array,
    Cached,
    Const,
    Either,
    Function,
    HostArray,
    Key,
    Keys,
    Partial,
    Ref,
    Static,
    Transformed,
    Tuple,
    Value,
)
from jaxlint.facts.trace.boundary import parameter_name
from jaxlint.jaxapi import Transform
from jaxlint.source import walk

MIN_TURNS = 4
"""Fewer turns than this may well be meant to be compiled one by one."""
_WRAPS_ITS_FUNCTION = ("jax.lax.map",)
"""Compiled anew by each call, whatever the function."""


def note_made(frame: Frame, value: Transformed) -> None:
    """A function is put under `jax.jit` on the host."""
    if value.transform.kind == "jit" and on_host(frame):
        frame.tracer.makings[value] = Making(now(frame), _held(frame, value.function), value.place)
        frame.tracer.follow_always()


def note_applied(frame: Frame, row: Transform, function: Value, args: Arguments, node: cst.CSTNode) -> None:
    """A loop or branch primitive is called outside of a trace: it is compiled by itself."""
    if row.kind not in ("loop", "branch") or not isinstance(function, Function) or not on_host(frame):
        return
    moment = now(frame)
    making = Making(moment, _held(frame, function), frame.place(node))
    _note(frame, row.name, Run(function, args, making, moment, frame.place(node)))
    frame.tracer.follow_always()


def note_run(frame: Frame, callee: Transformed, args: Arguments, moment: Moment, node: cst.CSTNode) -> None:
    """A function under `jax.jit` was called on the host."""
    making = frame.tracer.makings.get(callee)
    if making is not None and (frame.boundary is None or frame.boundary.staging is None):
        _note(frame, callee.name, Run(callee, args, making, moment, frame.place(node)))


def _note(frame: Frame, name: str, run: Run) -> None:
    known = frame.tracer.compiled[run.making.place.node]
    for earlier in known:
        again = _is_same_program(name, earlier, run)
        if again and earlier.place.node is run.place.node:
            _note_again(frame, earlier, run)
        elif not again:
            _note_anew(frame, name, earlier, run)
    frame.tracer.compiled[run.making.place.node] = [*known[-3:], run]


def _is_same_program(name: str, first: Run, second: Run) -> bool:
    """True if JAX finds the program of an earlier run by the function that is called now."""
    if name in _WRAPS_ITS_FUNCTION:
        return False
    if first.callee is second.callee:
        return True
    if isinstance(first.callee, Transformed) and isinstance(second.callee, Transformed):
        return first.callee.function is second.callee.function
    return False


def _note_again(frame: Frame, first: Run, second: Run) -> None:
    loop = second.moment.loop_since(first.moment)
    if loop is not None and second.moment.is_certain_in(loop):
        frame.tracer.record_at(second.place, CalledAgain(first, second, loop))


def _note_anew(frame: Frame, name: str, first: Run, second: Run) -> None:
    """The same code made another function, in the next turn of a loop around it, and runs it in that turn only."""
    loop = second.making.moment.loop_since(first.making.moment)
    if loop is None or (loop.count is not None and loop.count < MIN_TURNS):
        return
    if not all(moment.is_certain_in(loop) for moment in (second.making.moment, second.moment)):
        return
    if not _in_one_turn(second.making.moment, second.moment):
        return
    differing = _differing(first.making.held, second.making.held)
    if differing is not None:
        frame.tracer.record_at(second.making.place, Recompiled(name, second, loop, tuple(differing)))


def _in_one_turn(made: Moment, ran: Moment) -> bool:
    """True if what is made runs where it is made: a loop within would use it several times."""
    return len(made.turns) == len(ran.turns) and ran.loop_since(made) is None


# --- what a function object holds ------------------------------------------------------------------------------------


def _held(frame: Frame, value: Value, depth: int = 4) -> Held:
    return Held(value, tuple((label, _part(frame, part, depth - 1)) for label, part in _parts(frame, value)))


def _part(frame: Frame, value: Value, depth: int) -> Value | Held:
    whole = isinstance(value, Function | Partial | Transformed | Cached | Ref | Tuple)
    return _held(frame, value, depth) if whole and depth else value


def _parts(frame: Frame, value: Value) -> Iterator[tuple[str, Value]]:
    match value:
        case Function(definition=definition, receiver=receiver):
            if receiver is not None:
                yield "self", receiver
            mentioned = frame.tracer.once(_mentioned, definition.node)
            yield from _captured(frame, value.closure, mentioned - definition.scope.bound - {definition.name})
        case Partial(function=function, args=args, kwargs=kwargs):
            yield "", function
            for number, item in enumerate(args):
                yield parameter_name(function, number), item
            yield from kwargs
        case Transformed(function=function, options=options):
            yield "", function
            yield from options.items()
        case Cached(function=function):
            yield "", function
        case Ref():
            yield from ((str(name), item) for name, item in frame.state.contents(value).items())
        case Tuple(items=items):
            yield from ((str(number), item) for number, item in enumerate(items))


def _captured(frame: Frame, closure: Frame | None, names: frozenset[str]) -> Iterator[tuple[str, Value]]:
    """The variables of functions around that a function reads."""
    while closure is not None and closure.definition is not None:
        contents = frame.state.contents(closure)
        for name in sorted(names & contents.keys()):
            yield name, contents[name]
        names -= contents.keys()
        closure = closure.closure


def _mentioned(node: cst.CSTNode) -> frozenset[str]:
    return frozenset(inner.value for inner in walk(node) if isinstance(inner, cst.Name))


def _differing(first: Held, second: Held) -> list[Difference] | None:
    """The numbers and arrays in which two functions of one code differ; None if they differ in anything else."""
    if first.function is second.function and isinstance(first.function, Ref):
        return []
    if not _is_one_code(first.function, second.function) or len(first.parts) != len(second.parts):
        return None
    found: list[Difference] = []
    for (label, mine), (other, theirs) in zip(first.parts, second.parts, strict=True):
        if label != other:
            return None
        if isinstance(mine, Held) and isinstance(theirs, Held):
            inner = _differing(mine, theirs)
            if inner is None:
                return None
            found += inner
        elif isinstance(mine, Held) or isinstance(theirs, Held):
            return None
        elif mine is not theirs and mine != theirs:
            if not (is_data(mine) and is_data(theirs)):
                return None
            found.append(Difference(label, _owner(second.function), theirs))
    return found


def _is_one_code(first: Value, second: Value) -> bool:
    match first, second:
        case Function(), Function():
            return first.definition is second.definition
        case Transformed(), Transformed():
            return first.name == second.name
        case Ref(), Ref():
            return (first.kind, first.cls) == (second.kind, second.cls)
    return type(first) is type(second)


def _owner(value: Value) -> Value:
    return value.function if isinstance(value, Partial) else value


def is_data(value: Value) -> bool:
    """True for what a compiled function could get as an argument instead."""
    match value:
        case Const(value=bool()):
            return False
        case Const(value=int() | float() | complex()) | Static(kind="int" | "float" | "complex"):
            return True
        case Array() | HostArray() | Key() | Keys():
            return True
        case Either(options=options):
            return all(map(is_data, options))
    return False
