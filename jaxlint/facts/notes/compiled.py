"""Notes what JAX compiles on the host, and what makes it compile again in the next turn of a loop.

`jax.jit` and, outside of it, `scan`, `while_loop`, `cond` and their like keep what they compiled by the function
object: a lambda, a nested function, a partial, a bound method or another transform's result that is made anew is
compiled anew, though it says the same.
"""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.arguments import Arguments
from jaxlint.facts.model.compiled import Making, Moment, Run, now, on_host, starts_on_host
from jaxlint.facts.model.events import Compiled, Recompiled
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.state import REST
from jaxlint.facts.model.values import Function, Ref, Transformed, Value
from jaxlint.facts.notes import varying
from jaxlint.facts.notes.held import differing, held
from jaxlint.jaxapi import Transform

MIN_TURNS = 4
"""Fewer turns than this may well be meant to be compiled one by one."""
_WRAPS_ITS_FUNCTION = ("jax.lax.map",)
"""Compiled anew by each call, whatever the function."""


def note_made(frame: Frame, value: Transformed) -> None:
    """A function is put under `jax.jit` on the host."""
    if value.transform.kind == "jit" and on_host(frame):
        frame.tracer.makings[value] = Making(now(frame), held(frame, value.function), value.place)
        frame.tracer.follow_always()


def note_applied(frame: Frame, row: Transform, function: Value, args: Arguments, node: cst.CSTNode) -> None:
    """A loop or branch primitive is called outside of a trace: it is compiled by itself."""
    if row.kind not in ("loop", "branch") or not isinstance(function, Function):
        return
    if not (on_host(frame) and starts_on_host(frame)):
        return
    moment = now(frame)
    making = Making(moment, held(frame, function), frame.place(node))
    _note(frame, row.name, Run(function, args, making, moment, frame.place(node)))
    frame.tracer.follow_always()


def note_run(frame: Frame, callee: Transformed, args: Arguments, moment: Moment, node: cst.CSTNode) -> None:
    """A function under `jax.jit` was called on the host."""
    making = frame.tracer.makings.get(callee)
    if making is not None and (frame.boundary is None or frame.boundary.staging is None):
        keys = tuple(_keys(frame, value) for value in args.values)
        run = Run(callee, args, making, moment, frame.place(node), keys)
        if not making.moment.kept and _in_one_turn(making.moment, moment):
            frame.tracer.record_at(making.place, Compiled(callee.name, run))
        _note(frame, callee.name, run)


def _keys(frame: Frame, value: Value) -> frozenset[object] | None:
    """The positions or keys of a list or dict, which may change before the next run."""
    contents = frame.state.contents(value) if isinstance(value, Ref) and value.kind in ("list", "dict") else None
    return frozenset(contents) if contents is not None and REST not in contents else None


def _note(frame: Frame, name: str, run: Run) -> None:
    site = run.making.place.node, run.place.node
    known = frame.tracer.compiled[site]
    for earlier in known:
        if _is_same_program(name, earlier, run):
            varying.note_again(frame, earlier, run)
        else:
            _note_anew(frame, name, earlier, run)
    frame.tracer.compiled[site] = [*known[-3:], run]


def _is_same_program(name: str, first: Run, second: Run) -> bool:
    """True if JAX finds the program of an earlier run by the function that is called now."""
    if name in _WRAPS_ITS_FUNCTION:
        return False
    if first.callee is second.callee:
        return True
    if isinstance(first.callee, Transformed) and isinstance(second.callee, Transformed):
        return first.callee.function is second.callee.function
    return False


def _note_anew(frame: Frame, name: str, first: Run, second: Run) -> None:
    """The same code made another function, in the next turn of a loop around it, and runs it in that turn only."""
    loop = second.making.moment.loop_since(first.making.moment)
    if loop is None or (loop.count is not None and loop.count < MIN_TURNS):
        return
    if not all(moment.is_certain_in(loop) for moment in (second.making.moment, second.moment)):
        return
    if not _in_one_turn(second.making.moment, second.moment):
        return
    parts = differing(first.making.held, second.making.held)
    if parts is not None:
        frame.tracer.record_at(second.making.place, Recompiled(name, second, loop, tuple(parts)))


def _in_one_turn(made: Moment, ran: Moment) -> bool:
    """True if what is made runs where it is made: a loop within would use it several times."""
    return len(made.turns) == len(ran.turns) and ran.loop_since(made) is None
