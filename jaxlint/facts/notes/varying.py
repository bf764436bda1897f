"""Notes arguments that make a compiled function compile again in the next turn of a loop.

A program is kept for the values of the static arguments, and for the structure, shapes and dtypes of the others.
"""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.facts.model.compiled import Run
from jaxlint.facts.model.events import ChangedStructure, VaryingArgument
from jaxlint.facts.model.frames import Frame, Loop
from jaxlint.facts.model.values import (
    Array,
    Const,
    Function,
    HostArray,
    Partial,
    Ref,
    Static,
    Transformed,
    Tuple,
    Value,
)
from jaxlint.facts.notes import unfit
from jaxlint.facts.notes.held import differing, held
from jaxlint.facts.trace.arithmetic import kind_of

Keys = frozenset[object] | None
MIN_TURNS = 4
"""Fewer turns than this may well be meant to be compiled one by one."""


def note_again(frame: Frame, first: Run, second: Run) -> None:
    """The same code called a compiled function again."""
    loop = second.moment.loop_since(first.moment)
    if (
        loop is None
        or second.moment.turns[-1][0] is not loop
        or not second.moment.is_certain_in(loop)
        or (loop.count is not None and loop.count < MIN_TURNS)
    ):
        return
    for event in _varying(frame, first, second, loop):
        frame.tracer.record_at(second.place, event)


def _varying(frame: Frame, first: Run, second: Run, loop: Loop) -> Iterator[ChangedStructure | VaryingArgument]:
    callee = second.callee
    statics = unfit.statics(frame, callee) if isinstance(callee, Transformed) else None
    if statics is None or not isinstance(callee, Transformed) or len(first.args.values) != len(second.args.values):
        return
    before = unfit.named(callee, first.args, first.place.node)
    after = unfit.named(callee, second.args, second.place.node)
    pairs = zip(first.keys, second.keys, strict=True)
    for (_, _, _, old), (argument, position, name, new), keys in zip(before, after, pairs, strict=True):
        static = unfit.is_static(callee, statics, position, name)
        how = _static_change(frame, old, new) if static else _shape_change(old, new, keys)
        if how is not None:
            yield VaryingArgument(argument, name, how, static, new, second, loop)
        elif not static and (how := _first_type(old, new)) is not None:
            yield VaryingArgument(argument, name, how, False, old, second, loop, once=True, later=new)
        elif not static and (added := _added(old, new, keys)) is not None:
            yield ChangedStructure(argument, name, added, second, loop)


def _static_change(frame: Frame, old: Value, new: Value) -> str | None:
    """What is new about a static value, for certain."""
    match old, new:
        case Const(value=int() | float() as a), Const(value=int() | float() as b) if type(a) is type(b):
            return "another number" if a != b and not isinstance(a, bool) else None
        case Static(turn=a), Static(turn=b) if a is not None and b is not None and a != b:
            return "another number"
        case (Function(), Function()) | (Partial(), Partial()) if old is not new:
            return "a new function" if differing(held(frame, old), held(frame, new)) is not None else None
        case Ref(kind="object", cls=cls), Ref(kind="object") if old is not new and cls is not None and cls is new.cls:
            alike = differing(held(frame, old), held(frame, new)) is not None
            return f"a new `{cls.name}`" if alike and unfit.is_hashed_by_identity(frame, cls) else None
    return None


def _shape_change(old: Value, new: Value, keys: tuple[Keys, Keys] = (None, None)) -> str | None:
    """How the shapes or the structure of an argument change, for certain."""
    match old, new:
        case Array(dims=before), Array(dims=after):
            if before is not None and after is not None and _unlike(before, after):
                return f"an array of another shape, {_shape(before)} and then {_shape(after)}"
    match old, new:
        case (Array(turn=a), Array(turn=b)) | (HostArray(turn=a), HostArray(turn=b)):
            return "an array of another length" if a is not None and b is not None and a != b else None
        case Ref(kind="list"), Ref(kind="list"):
            if keys[0] is not None and keys[1] is not None and len(keys[0]) != len(keys[1]):
                return "a list of another length"
        case (Tuple(items=a), Tuple(items=b)):
            if len(a) != len(b):
                return "a tuple of another length"
            return next(
                (f"a tuple with {how}" for x, y in zip(a, b, strict=True) if (how := _shape_change(x, y))), None
            )
    return None


def _added(old: Value, new: Value, keys: tuple[Keys, Keys]) -> frozenset[object] | None:
    """The keys that a dict has got; none if there was no tree at all before."""
    match old, new:
        case Const(value=None), Array() | HostArray() | Tuple() | Ref(kind="list" | "dict"):
            return frozenset()
        case Ref(kind="dict"), Ref(kind="dict") if keys[0] is not None and keys[1] is not None:
            return (keys[1] - keys[0]) or None
    return None


def _unlike(before: tuple[int | None, ...], after: tuple[int | None, ...]) -> bool:
    pairs = zip(before, after, strict=False)
    return any(a is not None and b is not None and a != b for a, b in pairs)


def _shape(dims: tuple[int | None, ...]) -> str:
    listed = ", ".join("?" if length is None else str(length) for length in dims)
    return f"({listed},)" if len(dims) == 1 else f"({listed})"


def _first_type(old: Value, new: Value) -> str | None:
    """How a number that starts a loop's state differs from the array that goes on with it."""
    if not isinstance(old, Const) or not isinstance(new, Array) or isinstance(old.value, str | None):
        return None
    if new.ndim:
        return f"an array with {new.ndim} {'axis' if new.ndim == 1 else 'axes'}"
    kind = kind_of(old)
    if new.kind is not None and kind is not None and kind != new.kind:
        return f"an array of type {new.kind}"
    strong = kind == "float" and new.dtype is not None and not new.dtype.weak and new.ndim == 0
    return f"an array of type {new.dtype.name}" if strong and new.dtype is not None else None
