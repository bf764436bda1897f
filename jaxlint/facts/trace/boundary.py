"""Into a trace and out of it: arguments become tracers, results lose the trace that has ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from jaxlint.facts.model.arguments import Arguments
from jaxlint.facts.model.contents import scalar
from jaxlint.facts.model.dtypes import of_number
from jaxlint.facts.model.frames import Boundary, Frame
from jaxlint.facts.model.history import target_of
from jaxlint.facts.model.state import summary
from jaxlint.facts.model.values import (
    Array,
    Cached,
    Const,
    Either,
    Function,
    HostArray,
    Key,
    Keys,
    Kind,
    Library,
    Many,
    Partial,
    Ref,
    Static,
    Transformed,
    Tree,
    Tuple,
    Unknown,
    Value,
    any_tracing,
    identity,
    tracing,
    without_contents,
)
from jaxlint.facts.model.why import Level, Place, Traced, Why, strongest
from jaxlint.facts.trace import classes, dtypes
from jaxlint.jaxapi import Transform

_STAGING_MAPS = ("jax.pmap", "jax.shard_map", "jax.smap", "jax.checkpoint", "flax.nnx.pmap", "flax.nnx.shard_map")


REVERSE_MODE = ("grad", "value_and_grad", "jacrev", "hessian", "vjp")
"""Last parts of the names of transforms that differentiate backwards."""


def undifferentiated(value: Value) -> Value:
    """A value as a function with a derivative rule of its own sees it: what happens to it there is not
    differentiated."""
    match value:
        case Array(traced=Traced(reverse=True) as traced):
            return value.with_trace(replace(traced, reverse=False))
        case Tree(traced=Traced(reverse=True) as traced):
            return Tree(replace(traced, reverse=False), value.origin)
        case Tuple(items=items):
            return Tuple(tuple(map(undifferentiated, items)))
    return value


def enter(frame: Frame, row: Transform, function: Value, place: Place) -> Boundary:
    """The trace that a transform starts."""
    stages = row.level == "full" and (row.kind in ("jit", "loop", "branch", "inspect") or row.name in _STAGING_MAPS)
    name = function_name(function)
    what = f"`{name}` is traced by `{row.name}`" if name else f"it is traced by `{row.name}`"
    level: Level = "grad" if row.level == "grad" else "full"
    why = Why(name or row.name, what, place)
    return Boundary(
        row.name, level, stages, why, name or "the function", bool(parameter_names(function)),
        repeats=row.kind in ("loop", "tree"), kind=row.kind, parent=frame.boundary,
        target=target_of(function),
    )  # fmt: skip


def function_name(function: Value) -> str:
    """The user's name of a function value, "" if it has none."""
    match function:
        case Function(definition=definition):
            return definition.name if definition.name != "<lambda>" else "lambda"
        case Partial(function=inner) | Transformed(function=inner) | Cached(function=inner):
            return function_name(inner)
        case Library(name=name):
            return name.rpartition(".")[2]
    return ""


def parameter_names(function: Value) -> list[str]:
    """The names of a function value's remaining positional parameters, keyword-only ones last."""
    match function:
        case Function(definition=definition, receiver=receiver):
            names = [p.name for p in definition.parameters if p.kind in ("positional", "both", "keyword")]
            return names[1:] if receiver is not None else names
        case Partial(function=inner, args=args, kwargs=kwargs):
            bound = {name for name, _ in kwargs}
            return [name for name in parameter_names(inner)[len(args) :] if name not in bound]
        case Transformed(function=inner) | Cached(function=inner):
            return parameter_names(inner)
    return []


def bound_names(function: Value) -> set[str]:
    """The parameters that ``partial(f, n=3)`` binds by name: those after them must be passed by name as well."""
    match function:
        case Partial(function=inner, kwargs=kwargs):
            return {name for name, _ in kwargs} | bound_names(inner)
        case Transformed(function=inner) | Cached(function=inner):
            return bound_names(inner)
    return set()


def parameter_name(function: Value, position: int) -> str:
    """How a function calls its positional argument: ``x``, or ``rest[0]`` for the first that ``*rest`` takes."""
    match function:
        case Function(definition=definition, receiver=receiver):
            position += receiver is not None
            names = [p.name for p in definition.parameters if p.kind in ("positional", "both")]
            rest = next((p.name for p in definition.parameters if p.kind == "args"), "argument")
            return names[position] if position < len(names) else f"{rest}[{position - len(names)}]"
        case Partial(function=inner, args=args):
            return parameter_name(inner, position + len(args))
        case Transformed(function=inner) | Cached(function=inner):
            return parameter_name(inner, position)
    return f"argument {position}"


def trace_argument(frame: Frame, trace: Boundary, value: Value, name: str) -> Value:
    """The tracer, or container of tracers, that a traced function sees for an argument."""
    traced = tracing(value)
    if traced is None or traced.level != "full" or trace.level == "full":
        why = Why(name, f"`{name}` is an argument of `{trace.function}`, and {trace.why.message}", trace.why.place)
        traced = Traced(trace.level, why)
    if trace.name.rpartition(".")[2].removeprefix("filter_") in REVERSE_MODE:
        traced = replace(traced, reverse=True)
    return _trace(frame, trace, value, traced)


def _trace(frame: Frame, trace: Boundary, value: Value, traced: Traced) -> Value:
    if trace.repeats:
        value = without_contents(value)
    inherited = tracing(value)
    if inherited is not None and inherited.reverse and not traced.reverse:
        traced = replace(traced, reverse=True)
    filtered = trace.name.startswith(("equinox.", "flax.nnx."))
    match value:
        case Const(value=bool() | int() | float() | complex() as number):
            contents = scalar(number) if not trace.repeats and not isinstance(number, complex) else None
            return value if filtered else Array(traced, _kind(number), 0, (), of_number(number), contents)
        case Static(kind=kind):
            return value if filtered or kind == "str" else Array(traced, kind, 0, (), dtypes.of(value))
        case Array():
            return value.with_trace(traced)
        case HostArray(kind=kind, dtype=dtype):
            return Array(traced, kind, dtype=dtype)
        case Tree(origin=origin):
            return Tree(traced, origin if origin is not None else value)
        case Unknown():
            return value if filtered else Tree(traced, value)
        case Tuple(items=items):
            return Tuple(tuple(_trace(frame, trace, item, traced) for item in items))
        case Many(item=item):
            return Many(_trace(frame, trace, item, traced))
        case Either(options=options):
            return summary([_trace(frame, trace, option, traced) for option in options])
        case Ref():
            return _trace_object(frame, trace, value, traced)
    return value


def _trace_object(frame: Frame, trace: Boundary, value: Ref, traced: Traced) -> Value:
    """A container crosses as a rebuilt copy; an object that is no pytree crosses as it is."""
    static = static_fields(frame, value)
    if static is None:
        _note_argument(frame, trace, value)
        return value
    copy = rebuilt(frame, value, static, lambda item: _trace(frame, trace, item, traced))
    frame.tracer.note_argument(copy, trace)
    return copy


def static_fields(frame: Frame, value: Ref) -> set[str] | None:
    """The fields that are part of the structure, not leaves; None for what is no pytree."""
    if value.kind == "set":
        return None
    if value.kind != "object":
        return set()
    if value.cls is None or classes.sort_of(frame, value.cls) not in ("pytree", "namedtuple"):
        return None
    known = classes.static_fields(frame, value.cls)
    return set(frame.state.contents(value)) if known is None else known


def rebuilt(frame: Frame, value: Ref, static: set[str], change: Callable[[Value], Value]) -> Ref:
    """A copy of a container with its leaves changed."""
    copy = Ref(value.kind, frame, value.cls, value.place)
    contents = frame.state.contents(value)
    frame.state.replace(copy, {name: v if name in static else change(v) for name, v in contents.items()})
    return copy


def _note_argument(frame: Frame, trace: Boundary, value: Ref, depth: int = 3) -> None:
    """An object that the trace takes as an argument is a pytree in some way that is not known: its parts are
    arguments."""
    frame.tracer.note_argument(value, trace)
    for part in frame.state.contents(value).values():
        if isinstance(part, Ref) and depth:
            _note_argument(frame, trace, part, depth - 1)


def _kind(number: complex) -> Kind:
    kinds: dict[type, Kind] = {bool: "bool", int: "int", float: "float"}
    return kinds.get(type(number), "complex")


def element(frame: Frame, value: Value, number: int) -> Value:
    """One slice of a value along its leading axis."""
    match value:
        case Array():
            known = value.contents.common_row if value.contents is not None else None
            return replace(value.row(None), contents=known, batch=value)
        case HostArray(kind=kind):
            return HostArray(kind)
        case Keys(base=base, offset=offset, traced=traced):
            return frame.state.part(base, offset + number, lambda: Key(traced))
        case Key():
            return frame.state.part(value, ("element", number), Key)
        case Unknown() | Tree():
            owner = identity(value)
            part = frame.state.part(owner, ("element", number), Unknown)
            frame.tracer.rows.add(part)
            return Tree(value.traced, part) if isinstance(value, Tree) and isinstance(part, Unknown) else part
        case Tuple(items=items):
            return Tuple(tuple(element(frame, item, number) for item in items))
        case Many():
            return Array()
        case Either(options=options):
            return summary([element(frame, option, number) for option in options])
        case Ref() if (static := static_fields(frame, value)) is not None:
            return rebuilt(frame, value, static, lambda item: element(frame, item, number))
    return value


def detach(frame: Frame, trace: Boundary, result: Value, args: Arguments) -> Value:
    """A result as the caller of a traced function sees it: concrete, or a tracer of a trace around."""
    outer = strongest(frame.staged, any_tracing(args.values))
    return _detach(frame, trace, result, outer)


def _detach(frame: Frame, trace: Boundary, value: Value, outer: Traced | None) -> Value:
    match value:
        case Array(traced=traced):
            return value.with_trace(outer) if traced is not outer else value
        case Tree():
            return Tree(outer, value.origin) if outer is not None else value.origin or Unknown("result")
        case Const(value=bool() | int() | float() as number) if trace.stages:
            return Array(outer, _kind(number), 0, (), of_number(number))
        case Static(kind=kind) if trace.stages and kind != "str":
            return Array(outer, kind, 0, (), dtypes.of(value))
        case Tuple(items=items):
            return Tuple(tuple(_detach(frame, trace, item, outer) for item in items))
        case Many(item=item):
            return Many(_detach(frame, trace, item, outer))
        case Either(options=options):
            return summary([_detach(frame, trace, option, outer) for option in options])
        case Ref():
            static = static_fields(frame, value)
            if static is not None:
                return rebuilt(frame, value, static, lambda item: _detach(frame, trace, item, outer))
            return _untraced(frame, trace, value, outer, 3)
    return value


def _untraced(frame: Frame, trace: Boundary, value: Value, outer: Traced | None, depth: int) -> Value:
    """A part of a result that is a pytree in some way that is not known: its tracers stay behind all the same."""
    match value:
        case Array() | Tree():
            return _detach(frame, trace, value, outer)
        case Tuple(items=items):
            return Tuple(tuple(_untraced(frame, trace, item, outer, depth) for item in items))
        case Ref() if depth and any_tracing(list(frame.state.contents(value).values())) is not None:
            return rebuilt(frame, value, set(), lambda item: _untraced(frame, trace, item, outer, depth - 1))
    return value
