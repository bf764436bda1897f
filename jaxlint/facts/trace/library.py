"""What functions outside the project return, and what they do to keys and to the outside world."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.arguments import Arguments
from jaxlint.facts.model.dtypes import BOOL
from jaxlint.facts.model.events import CachedTracer, HostEffect
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.values import (
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
    Tuple,
    Unknown,
    Value,
)
from jaxlint.facts.model.why import strongest
from jaxlint.facts.notes import cuts, evidence, host, keys, transferred
from jaxlint.facts.notes.leaks import deep_tracing
from jaxlint.facts.trace import access, contents, dtypes, extents, python, transforms
from jaxlint.jaxapi import (
    Function,
    Signature,
    draws_when_called,
    function,
    host_effect,
    key_consumer,
    on_tracer,
    transform,
)

HOST_OBJECTS = {
    "numpy.random.default_rng": "numpy.random.Generator",
    "numpy.random.Generator": "numpy.random.Generator",
    "numpy.random.RandomState": "numpy.random.RandomState",
    "random.Random": "random.Random",
    "logging.getLogger": "logging.Logger",
}
"""Library classes whose instances have host effects: the instance stands as its class."""

_KIND_DTYPES = {"bool": BOOL}
_KINDS: dict[str, Kind] = {"bool": "bool", "int": "int", "float": "float", "complex": "complex"}


def call_library(frame: Frame, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """The value of calling a function outside the project by its canonical name."""
    if name == keys.INITIALIZER:
        return keys.initialize(frame, args, node)
    if (row := transform(name)) is not None and name not in python.SPECIAL:
        return transforms.call_transform(frame, row, args, node)
    if frame.boundary is not None and host_effect(name) is None:
        host.note_call(frame, name, args, node)
    transferred.note_transfer(frame, name, args, node)
    if (handler := python.SPECIAL.get(name)) is not None:
        return handler(frame, args, node)
    if (category := host_effect(name)) is not None and frame.boundary is not None:
        traced = deep_tracing(frame, args.values)
        frame.tracer.record(frame, node, HostEffect(name, category, frame.boundary, traced))
    if name in HOST_OBJECTS:
        return Library(HOST_OBJECTS[name])
    if category is not None:
        if category in ("print", "log"):
            return NONE
        return HostArray(dims=extents.of_sample(name, args)) if name.startswith("numpy") else Static()
    if (known := function(name)) is not None:
        return _result(frame, known, args, node)
    if name.startswith(("numpy.", "math.", "scipy.")):
        return Unknown() if deep_tracing(frame, args.values) else HostArray() if name[0] != "m" else Static()
    if draws_when_called(name):
        return Library(f"{name}()")
    if (consumer := key_consumer(name)) is not None:
        key = args.get(0, consumer.param) if consumer.first else args.keywords.get(consumer.param)
        if key is not None:
            keys.consume(frame, key, node, name)
    frame.tracer.havoc(frame, args)
    return Unknown(name)


def bind(signature: Signature | None, args: Arguments) -> dict[str, Value]:
    """Parameter name -> argument of a library call, the positional ones first."""
    bound: dict[str, Value] = {}
    if signature is not None:
        for number, value in enumerate(args.positional):
            if (name := signature.parameter(number)) is not None and name != signature.variadic:
                bound[name] = value
    return bound | args.keywords


def _result(frame: Frame, row: Function, args: Arguments, node: cst.CSTNode) -> Value:
    bound = bind(row.signature, args)
    if row.key is not None and (key := bound.get(row.key)) is not None and row.consumes:
        keys.consume(frame, key, node, row.name)
    if row.name.startswith("optax."):
        return Array(strongest(deep_tracing(frame, args.values), frame.staged))
    if row.name.startswith("jax."):
        return _jax_result(frame, row, args, bound, node)
    if row.name.startswith(("numpy.", "math.")):
        return _host_result(frame, row, args, bound)
    return NONE if row.returns == "none" else Static(_KINDS.get(row.returns))


def _jax_result(frame: Frame, row: Function, args: Arguments, bound: dict[str, Value], node: cst.CSTNode) -> Value:
    evidence.settle_passed(frame, row.name, bound)
    traced = strongest(deep_tracing(frame, args.values), frame.staged)
    if cuts.flat_function(row.name):
        traced = cuts.cut(frame, node, traced)
    match row.returns:
        case "array" if row.name == "jax.numpy.where" and "x" not in bound:
            return Many(Array(traced, "int"))
        case "array" | "bool" | "int" | "float" | "complex":
            kind = _KINDS.get(row.returns) or _dtype(bound.get("dtype")) or _literal(frame, row, args)
            ndim, dims = extents.of_call(frame, row, bound)
            operands = _operands(args, bound)
            contents.note_operands(frame, node, row.name, operands)
            dtype = _KIND_DTYPES.get(row.returns) or dtypes.of_call(frame, row.name, operands)
            known = contents.fitting(frame, node, contents.of_call(frame, row.name, operands, dims), dtype)
            return Array(traced, kind, ndim, dims, dtype, known, extents.turn_of(frame, row, bound))
        case "same":
            first = args.positional[0] if args.positional else Unknown()
            if isinstance(first, Array | HostArray) and row.name == "jax.device_put":
                shape = (first.ndim, first.dims) if isinstance(first, Array) else (None, None)
                return Array(traced, first.kind, *shape, first.dtype, contents.of(frame, first))
            if isinstance(first, Const | Static) and row.name in _OF_NUMBERS:
                return Static()
            if isinstance(first, Array | HostArray | Const | Static):
                return Array(traced, first.kind if isinstance(first, Array | HostArray) else None)
            return first
        case "arrays":
            return Many(Array(traced, "int" if row.name == "jax.numpy.nonzero" else None))
        case "key" if row.name == "jax.random.fold_in":
            return keys.fold(frame, bound.get("key", Unknown()), bound.get("data"), node)
        case "key" if row.key is None:
            return keys.make(frame, bound.get("seed"), node)
        case "key":
            return Key()
        case "keys":
            count = bound.get("num", Const(2))
            return Keys(count=count.value if isinstance(count, Const) and isinstance(count.value, int) else None)
        case "initializer":
            return Library(keys.INITIALIZER)
        case "static":
            return Static()
        case "host":
            given = next(iter(args.positional), None)
            return HostArray(given.kind, given) if isinstance(given, Array) else Unknown()
        case "none":
            return NONE
    return Unknown(row.name)


_OF_NUMBERS = ("jax.lax.psum", "jax.lax.pmean")
"""``psum(1, axis)`` is the length of the axis, a number of Python's."""


def _operands(args: Arguments, bound: dict[str, Value]) -> dict[str, Value]:
    """The arguments by parameter, or by number where the parameters are not known."""
    return bound or {str(number): value for number, value in enumerate(args.positional)}


def _dtype(value: Value | None) -> Kind:
    name = (
        value.name.rpartition(".")[2] if isinstance(value, Library) else value.value if isinstance(value, Const) else ""
    )
    for prefix, kind in (("bool", "bool"), ("float", "float"), ("bfloat", "float"), ("int", "int"), ("uint", "int"),
                         ("complex", "complex")):  # fmt: skip
        if isinstance(name, str) and name.startswith(prefix):
            return kind  # type: ignore[return-value]
    return None


_KEEPS_KIND = frozenset(
    """array asarray copy reshape ravel squeeze transpose swapaxes moveaxis expand_dims flip fliplr flipud roll rot90
    sort tile repeat broadcast_to atleast_1d atleast_2d atleast_3d concatenate stack negative positive abs absolute
    max min diag tril triu take delete pad clip maximum minimum""".split()  # noqa: SIM905
)


def _literal(frame: Frame, row: Function, args: Arguments) -> Kind:
    """The kind of the first argument, for functions that keep it."""
    first = args.positional[0] if args.positional else None
    short = row.name.removeprefix("jax.numpy.")
    keeps = short in _KEEPS_KIND and (
        len(args.positional) == 1 or row.params[:1] == ("a",) or short in ("tril", "triu")
    )
    return _leaf_kind(frame, first) if keeps and first is not None else None


def _leaf_kind(frame: Frame, value: Value) -> Kind:
    """The kind of an array, or of the numbers in a (nested) list if they are all of one kind."""
    items = access.exact_items(frame, value) if isinstance(value, Ref | Tuple) else None
    if items is None:
        return value.kind if isinstance(value, Array | HostArray | Static) else _constant_kind(value)
    kinds = {_leaf_kind(frame, item) for item in items}
    return kinds.pop() if len(kinds) == 1 else None


def _constant_kind(value: Value) -> Kind:
    constant = value.value if isinstance(value, Const) else None
    kinds: dict[type, Kind] = {bool: "bool", int: "int", float: "float", complex: "complex"}
    return kinds.get(type(constant))


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
    if bound.get("dtype") in _OBJECT:
        return Unknown("array of objects")
    operands = _operands(args, bound)
    dtype = dtypes.of_call(frame, row.name, operands)
    dims = extents.of_call(frame, row, operands)[1]
    return HostArray(
        _KINDS.get(row.returns) or _dtype(bound.get("dtype")) or (dtype.kind if dtype is not None else None),
        _viewed(row.name, first, bound),
        dtype=dtype.strong if dtype is not None else None,
        contents=contents.of_call(frame, row.name, operands, dims),
        dims=extents.lengths(dims),
    )


_OBJECT = (Library("builtins.object"), Library("numpy.object_"), Const("object"), Const("O"))
"""Element types that hold anything, tracers too."""
_VIEWS = frozenset(
    f"numpy.{name}" for name in ("asarray", "asanyarray", "ascontiguousarray", "atleast_1d", "ravel", "from_dlpack")
)
"""NumPy functions that do not copy: of a jax array they give a read-only view."""


def _viewed(name: str, operand: Value | None, bound: dict[str, Value]) -> Array | None:
    """The jax array that the result of a NumPy function shows, if it is certainly no copy."""
    shows = operand if isinstance(operand, Array) else operand.view_of if isinstance(operand, HostArray) else None
    return shows if name in _VIEWS and not bound.keys() & {"dtype", "copy", "order"} else None


def note_cached(frame: Frame, cached: Cached, result: Value) -> None:
    """A cached function that gives a tracer keeps it for the next trace."""
    traced = deep_tracing(frame, [result])
    if frame.boundary is not None and traced is not None:
        frame.tracer.record_at(cached.place, CachedTracer(traced, frame.boundary))
