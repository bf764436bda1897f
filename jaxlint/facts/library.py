"""What functions outside the project return, and what they do to keys and to the outside world."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts import access, host, keys, python, transforms
from jaxlint.facts.arguments import Arguments
from jaxlint.facts.events import CachedTracer, HostEffect
from jaxlint.facts.frames import Frame
from jaxlint.facts.state import REST
from jaxlint.facts.values import (
    NONE,
    Array,
    Cached,
    Const,
    Either,
    HostArray,
    Key,
    Keys,
    Kind,
    Library,
    Many,
    Ref,
    Static,
    Tree,
    Tuple,
    Unknown,
    Value,
    tracing,
)
from jaxlint.facts.why import Traced, strongest
from jaxlint.jaxapi import Function, Signature, function, host_effect, on_tracer, transform

HOST_OBJECTS = {
    "numpy.random.default_rng": "numpy.random.Generator",
    "numpy.random.Generator": "numpy.random.Generator",
    "numpy.random.RandomState": "numpy.random.RandomState",
    "random.Random": "random.Random",
}
"""Library classes whose instances have host effects: the instance stands as its class."""

_ARRAY_MODULES = tuple(f"jax.{name}." for name in ("numpy", "lax", "nn", "scipy", "random", "ops", "image"))
"""Where a function that the tables do not describe gives an array."""
_KINDS: dict[str, Kind] = {"bool": "bool", "int": "int", "float": "float", "complex": "complex"}


def call_library(frame: Frame, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """The value of calling a function outside the project by its canonical name."""
    if (row := transform(name)) is not None and name not in python.SPECIAL:
        return transforms.call_transform(frame, row, args, node)
    if frame.boundary is not None and host_effect(name) is None:
        host.note_call(frame, name, args, node)
    if (handler := python.SPECIAL.get(name)) is not None:
        return handler(frame, args, node)
    if (category := host_effect(name)) is not None:
        if frame.boundary is not None:
            frame.tracer.record(frame, node, HostEffect(name, category, frame.boundary))
        if name in HOST_OBJECTS:
            return Library(HOST_OBJECTS[name])
        return NONE if category in ("print", "log") else HostArray() if name.startswith("numpy") else Static()
    if (known := function(name)) is not None:
        return _result(frame, known, args, node)
    if name.startswith(("numpy.", "math.", "scipy.")):
        return Unknown() if deep_tracing(frame, args.values) else HostArray() if name[0] != "m" else Static()
    frame.tracer.havoc(frame, args)
    return Unknown(name)


def bind(signature: Signature | None, args: Arguments) -> dict[str, Value]:
    """Parameter name -> argument of a library call."""
    bound = dict(args.keywords)
    if signature is not None:
        for number, value in enumerate(args.positional):
            if (name := signature.parameter(number)) is not None and name != signature.variadic:
                bound.setdefault(name, value)
    return bound


def deep_tracing(frame: Frame, values: list[Value], depth: int = 3) -> Traced | None:
    """The strongest proof that a leaf of some value is a tracer, lists and dicts opened."""
    found = None
    for value in values:
        match value:
            case Tuple(items=items) if depth:
                proof = deep_tracing(frame, list(items), depth - 1)
            case Many(item=item) if depth:
                proof = deep_tracing(frame, [item], depth - 1)
            case Ref() if depth:
                proof = deep_tracing(frame, list(frame.state.contents(value).values()), depth - 1)
            case _:
                proof = tracing(value)
        found = strongest(found, proof)
        if found is not None and found.level == "full":
            return found
    return found


def _result(frame: Frame, row: Function, args: Arguments, node: cst.CSTNode) -> Value:
    bound = bind(row.signature, args)
    if row.key is not None and (key := bound.get(row.key)) is not None and row.consumes:
        keys.consume(frame, key, node, row.name)
    if row.name.startswith("jax."):
        return _jax_result(frame, row, args, bound, node)
    if row.name.startswith(("numpy.", "math.")):
        return _host_result(frame, row, args, bound)
    return NONE if row.returns == "none" else Static(_KINDS.get(row.returns))


def _jax_result(frame: Frame, row: Function, args: Arguments, bound: dict[str, Value], node: cst.CSTNode) -> Value:
    if row.returns in ("array", "arrays") and not row.name.startswith(_ARRAY_MODULES):
        return Unknown(row.name)
    traced = strongest(deep_tracing(frame, args.values), frame.staged)
    match row.returns:
        case "array" | "bool" | "int" | "float" | "complex":
            return Array(traced, _KINDS.get(row.returns) or _dtype(bound.get("dtype")) or _literal(args), _ndim(row, bound))
        case "same":
            first = args.positional[0] if args.positional else Unknown()
            if isinstance(first, Array | Tree | HostArray | Const | Static):
                return Array(traced, first.kind if isinstance(first, Array | HostArray) else None)
            return first
        case "arrays":
            return Many(Array(traced))
        case "key" if row.name == "jax.random.fold_in":
            return keys.fold(frame, bound.get("key", Unknown()), bound.get("data"))
        case "key" if row.key is None:
            return keys.make(frame, bound.get("seed"), node)
        case "key":
            return Key()
        case "keys":
            return Keys()
        case "static":
            return Static()
        case "host":
            return HostArray() if isinstance(next(iter(args.positional), None), Array) else Unknown()
        case "none":
            return NONE
    return Unknown(row.name)


def _dtype(value: Value | None) -> Kind:
    name = value.name.rpartition(".")[2] if isinstance(value, Library) else value.value if isinstance(value, Const) else ""
    for prefix, kind in (("bool", "bool"), ("float", "float"), ("bfloat", "float"), ("int", "int"), ("uint", "int"),
                         ("complex", "complex")):  # fmt: skip
        if isinstance(name, str) and name.startswith(prefix):
            return kind  # type: ignore[return-value]
    return None


def _literal(args: Arguments) -> Kind:
    first = args.positional[0] if len(args.positional) == 1 else None
    return first.kind if isinstance(first, Array | HostArray) else None


def _ndim(row: Function, bound: dict[str, Value]) -> int | None:
    shape = bound.get("shape")
    if isinstance(shape, Tuple):
        return len(shape.items)
    return 1 if isinstance(shape, Const) and isinstance(shape.value, int) else None


def _host_result(frame: Frame, row: Function, args: Arguments, bound: dict[str, Value]) -> Value:
    if traced := deep_tracing(frame, args.values):
        match on_tracer(row.name):
            case "works" | "unrolls":
                return Array(traced, _KINDS.get(row.returns))
            case "static":
                return Static()
        return Unknown()
    if row.returns == "static" or row.name.startswith("math."):
        return Static(_KINDS.get(row.returns))
    first = args.positional[0] if args.positional else None
    if isinstance(first, Unknown | Either) and on_tracer(row.name) == "works":
        return Unknown()
    view = first if isinstance(first, Array) and row.name in ("numpy.asarray", "numpy.asanyarray") else None
    return HostArray(_KINDS.get(row.returns) or _dtype(bound.get("dtype")), view)


def note_cached(frame: Frame, cached: Cached, result: Value) -> None:
    """A cached function that gives a tracer keeps it for the next trace."""
    traced = deep_tracing(frame, [result])
    if frame.boundary is not None and traced is not None:
        frame.tracer.record_at(cached.place, CachedTracer(traced, frame.boundary))


__all__ = ["REST", "access", "bind", "call_library", "deep_tracing"]
