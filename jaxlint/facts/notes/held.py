"""What a function object, or another object, holds: a closure's variables, bound arguments, contents.

Needs: two objects that the same code made.  Gives: the numbers and arrays in which they differ, None if it is more.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.facts.model.compiled import Held
from jaxlint.facts.model.events import Difference
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
from jaxlint.source import walk


def held(frame: Frame, value: Value, depth: int = 4) -> Held:
    """What an object holds now."""
    return Held(value, tuple((label, _part(frame, part, depth - 1)) for label, part in _parts(frame, value)))


def _part(frame: Frame, value: Value, depth: int) -> Value | Held:
    whole = isinstance(value, Function | Partial | Transformed | Cached | Ref | Tuple)
    return held(frame, value, depth) if whole and depth else value


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


def differing(first: Held, second: Held) -> list[Difference] | None:
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
            inner = differing(mine, theirs)
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
