"""Methods of arrays, lists, dicts, strings and of objects that are not followed."""

from __future__ import annotations

from typing import Any

import libcst as cst

from jaxlint.facts.model.arguments import Arguments
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.history import CONTENTS
from jaxlint.facts.model.state import REST, summary
from jaxlint.facts.model.values import (
    NONE,
    Array,
    AtIndex,
    Const,
    Either,
    Function,
    HostArray,
    Kind,
    Many,
    Member,
    Ref,
    Static,
    Transformed,
    Tree,
    Tuple,
    Unknown,
    Value,
    any_tracing,
    identity,
)
from jaxlint.facts.model.why import strongest
from jaxlint.facts.notes import captures, cuts, host, keys
from jaxlint.facts.trace import access, assign, classes, contents, dtypes, extents, python
from jaxlint.jaxapi import array_attribute

MUTATORS = frozenset(
    {"append", "extend", "insert", "remove", "pop", "clear", "update", "setdefault", "add", "discard", "popitem",
     "sort", "reverse", "appendleft", "popleft"}
)  # fmt: skip


def call_method(frame: Frame, base: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """The value of ``base.name(...)`` where the attribute itself is no project function."""
    if isinstance(base, Array | HostArray):
        host.note_method(frame, base, name, args, node)
    match base:
        case Array():
            return _array_method(frame, base, name, args, node)
        case AtIndex(base=array):
            return _update(frame, array, base.index, name, args)
        case HostArray():
            return _host_method(base, name, args)
        case Ref(kind="list" | "dict" | "set"):
            return _container_method(frame, base, name, args, node)
        case Ref(kind="object") if name in classes.COPIERS:
            return python.replaced(frame, base, args.keywords)
        case Ref(kind="object") if name == "apply":
            keys.consume_streams(frame, args.keywords.get("rngs"), node)
            return Unknown("apply")
        case Ref() if name.startswith("super:"):
            return Unknown("super()")
        case Member(base=Ref(cls=cls) as receiver, name=inner) if inner.startswith("super:") and cls is not None:
            return _super_method(frame, receiver, inner.removeprefix("super:"), name, args, node)
        case Transformed():
            return _transformed_method(frame, base, name, args)
        case Tree() | Unknown():
            return _unknown_method(frame, base, name, args, node)
        case Either(options=options):
            return summary([call_method(frame, option, name, args, node) for option in options if option != NONE])
        case Const(value=str()) | Static(kind="str"):
            return Static("str") if name not in ("split", "splitlines", "rsplit") else Many(Static("str"))
        case Static(kind="int" | "float"):
            return Static()
        case Tuple():
            return Static("int") if name in ("index", "count") else Unknown()
        case Many(item=item):
            return item if name in ("pop", "get") else Unknown()
    frame.tracer.havoc(frame, args)
    return Unknown()


_RESULTS: dict[str, Kind] = {"method": None, "bool method": "bool", "int method": "int"}


def _array_method(frame: Frame, base: Array, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    kind = array_attribute(name)
    traced = strongest(base.traced, any_tracing(args.values), frame.staged)
    match kind:
        case "method" | "bool method" | "int method":
            dtype = dtypes.of_method(base, name, args.positional, args.keywords)
            found = Array(
                traced,
                _RESULTS[kind] or (dtype.kind if dtype is not None else _kept_kind(base, name)),
                *extents.of_method(base, name, args),
                dtype,
                contents.fitting(frame, node, contents.of_method(frame, base, name, args), dtype),
            )
            return found.with_trace(cuts.cut(frame, node, traced)) if cuts.flat_method(name, found) else found
        case "self method":
            return base
        case "arrays method":
            return Many(Array(traced, "int" if name == "nonzero" else base.kind))
        case "static method":
            return Static()
    return Static() if kind == "host method" else Unknown()


def _kept_kind(base: Array, name: str) -> Kind:
    keeps = name in ("reshape", "ravel", "flatten", "transpose", "swapaxes", "squeeze", "copy", "sort", "max", "min",
                     "take", "repeat", "diagonal", "clip", "round", "cumsum", "cumprod")  # fmt: skip
    return base.kind if keeps or (name in ("sum", "prod") and base.kind != "bool") else None


def _update(frame: Frame, array: Value, index: Value, method: str, args: Arguments) -> Value:
    traced = strongest(any_tracing([array, index, *args.values]), frame.staged)
    if not isinstance(array, Array):
        return Array(traced)
    get = method == "get"
    return Array(traced, array.kind, *((None, None) if get else (array.ndim, array.dims)), array.dtype)


def _host_method(base: HostArray, name: str, args: Arguments) -> Value:
    if name in ("item", "tolist"):
        return Static()
    if any_tracing(args.values):
        return Unknown()
    kind = array_attribute(name)
    if kind in _RESULTS:
        keeps_view = name in ("reshape", "ravel", "transpose", "view", "squeeze", "swapaxes")
        dtype = dtypes.of_method(base, name, args.positional, args.keywords)
        dims = base.dims if name in ("astype", "copy") else None
        return HostArray(_RESULTS[kind], base.view_of if keeps_view else None, dtype=dtype, dims=dims)
    return NONE if kind == "absent" else Unknown()


_HASHING = {"dict": ("get", "pop", "setdefault"), "set": ("add", "discard", "remove")}


def _container_method(frame: Frame, base: Ref, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    contents = frame.state.contents(base)
    values = list(contents.values())
    if args.positional and name in _HASHING.get(base.kind, ()):
        host.note_hash(frame, args.positional[0], "key" if base.kind == "dict" else "item", node, base)
    if name in MUTATORS:
        target = node.func if isinstance(node, cst.Call) else node
        captures.changed(frame, base, CONTENTS, target)
        assign.note_mutation(frame, target, base, args.values, "method")  # type: ignore[arg-type]
        return _mutate(frame, base, name, args, contents)
    match name:
        case "copy":
            ref = Ref(base.kind, frame, base.cls)
            frame.state.replace(ref, dict(contents))
            return ref
        case "get":
            key = access.slot(args.positional[0]) if args.positional else None
            default = args.get(1, "default") or NONE
            return contents[key] if key in contents else summary([*values, default])
        case "keys":
            exact = access.exact_items(frame, base)
            return Tuple(tuple(exact)) if exact is not None else Many(Unknown("dict key"))
        case "values":
            return Tuple(tuple(values)) if REST not in contents else Many(summary(values))
        case "items":
            exact = access.exact_items(frame, base)
            if exact is not None:
                return Tuple(tuple(Tuple(pair) for pair in zip(exact, values, strict=True)))
            return Many(Tuple((Unknown("dict key"), summary(values))))
        case "index" | "count":
            return Static("int")
    return Unknown()


def _mutate(frame: Frame, base: Ref, name: str, args: Arguments, contents: dict[Any, Value]) -> Value:
    match name, args.positional:
        case "append" | "add" | "appendleft", (value, *_):
            if base.kind == "list" and REST not in contents and name == "append":
                frame.state.store(base, len(contents), value)
            else:
                frame.state.replace(base, {REST: summary([*contents.values(), value])})
        case "extend", (source, *_):
            extend(frame, base, source)
        case "update", (Ref(kind="dict") as other, *_):
            frame.state.replace(base, {**contents, **frame.state.contents(other), **args.keywords})
        case "setdefault", (key, value, *_):
            if access.slot(key) not in contents:
                frame.state.store(base, access.slot(key), value)
            return contents.get(access.slot(key), value)
        case "pop" | "popitem" | "popleft", _:
            result = summary(list(contents.values())) if contents else Unknown()
            if base.kind == "list":
                frame.state.replace(base, {REST: result})
            return access.another(frame, result, ("popped", object()))
        case "clear", _:
            frame.state.replace(base, {})
        case "sort" | "reverse", _:
            if contents:
                frame.state.replace(base, {REST: summary(list(contents.values()))})
        case _:
            frame.state.replace(base, {REST: summary([*contents.values(), Unknown()])})
    return NONE


def extend(frame: Frame, base: Ref, source: Value) -> None:
    """``base += source`` and ``base.extend(source)`` of a list."""
    old, new = access.exact_items(frame, base), access.exact_items(frame, source)
    if old is not None and new is not None and base.kind == "list":
        frame.state.replace(base, dict(enumerate([*old, *new])))
    else:
        items = list(frame.state.contents(base).values())
        frame.state.replace(base, {REST: summary([*items, access.any_item(frame, source)])})


def _super_method(frame: Frame, receiver: Ref, owner: str, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    assert receiver.cls is not None
    order = classes.lineage(frame, receiver.cls)
    after = next((i for i, cls in enumerate(order) if cls.qualname == owner), len(order)) + 1
    for cls in order[after:]:
        body = frame.tracer.class_frame(cls)
        found = frame.state.contents(body).get(name) if body is not None else None
        if isinstance(found, Function):
            return frame.tracer.call(frame, found.bound_to(receiver), args, node)
    if name == "__init__" and order[after:]:
        classes.fill_fields(frame, receiver, order[after], args)
    return Unknown("super() method")


def _transformed_method(frame: Frame, base: Transformed, name: str, args: Arguments) -> Value:
    if name in ("defvjp", "defjvp", "defjvps", "def_vmap"):
        for value in args.values:
            frame.tracer.mark_rule(value)
        return NONE
    return Unknown(name)


def _unknown_method(frame: Frame, base: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if name in MUTATORS:
        target = node.func if isinstance(node, cst.Call) else node
        assign.note_mutation(frame, target, base, args.values, "method")  # type: ignore[arg-type]
    if isinstance(base, Tree) and name in ("items", "values", "keys"):
        each = Tree(base.traced, frame.state.part(identity(base), ("item", "each"), Unknown))
        key: Value = Unknown("dict key")
        items: dict[str, Value] = {"items": Tuple((key, each)), "values": each}
        return Many(items.get(name, key))
    if isinstance(base, Tree) and name in ("copy", "replace", "_replace", "get"):
        return base if name != "get" else Tree(base.traced)
    if isinstance(base, Tree) and name == "update":
        return NONE
    frame.tracer.havoc(frame, args)
    owner = identity(base)
    for whole, tag in [key for key in frame.state.derived if key[0] is owner]:
        if isinstance(tag, tuple) and tag[0] == "attribute":
            frame.state.derived[whole, tag] = Unknown()
    return Unknown(f".{name}()")
