"""Reads names, attributes and items."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import libcst as cst

from jaxlint.facts.model.events import HostEffect
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.state import REST, summary
from jaxlint.facts.model.values import (
    EXTENT,
    ITEM,
    STATIC_INT,
    Array,
    AtIndex,
    Class,
    Const,
    Either,
    Function,
    HostArray,
    Key,
    Keys,
    Library,
    Many,
    Member,
    Partial,
    ProjectModule,
    Ref,
    Static,
    Tree,
    Tuple,
    Unknown,
    Value,
    any_tracing,
    identity,
    perhaps_key,
)
from jaxlint.facts.model.why import strongest
from jaxlint.facts.notes import captures, evidence
from jaxlint.facts.trace import classes, indexing
from jaxlint.jaxapi import array_attribute, canonical

_CONSTANTS = {"None": Const(None), "True": Const(True), "False": Const(False), "Ellipsis": Const(...)}
NUMPY_CONSTANTS = frozenset({"pi", "e", "inf", "nan", "euler_gamma", "newaxis"})


def lookup(frame: Frame, node: cst.Name) -> Value:
    """The value of a name here."""
    name = node.value
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    scope: Frame | None = frame
    if name in frame.scope.globals:
        scope = frame.tracer.module_frame(frame.module)
    while scope is not None:
        found = frame.state.contents(scope).get(name)
        if found is not None:
            captures.read_variable(frame, scope, node, name, found)
            return evidence.refined(frame, found)
        if scope is frame and name in frame.scope.bound and frame.definition is not None:
            return Unknown("unbound")
        scope = scope.closure
    found = frame.tracer.global_(frame.module, name)
    if found is not None:
        captures.read_variable(frame, frame.tracer.module_frame(frame.module), node, name, found)
        return found
    return Library(f"builtins.{name}") if name in frame.tracer.builtins else Unknown(name)


def attribute(frame: Frame, base: Value, name: str, node: cst.CSTNode) -> Value:
    """The value of ``base.name``."""
    match base:
        case Library(name=library):
            return _library_attribute(library, name)
        case ProjectModule(module=module):
            found = frame.tracer.global_(module, name)
            if found is not None:
                captures.read_variable(frame, frame.tracer.module_frame(module), node, name, found)
            return found if found is not None else frame.tracer.submodule(module, name) or Unknown(name)
        case Ref(kind="object"):
            return _object_attribute(frame, base, name, node)
        case Class(definition=definition):
            found = classes.class_attribute(frame, definition, name)
            body = frame.tracer.class_frame(definition)
            if found is not None and body is not None:
                captures.read_variable(frame, body, node, name, found)
            if isinstance(found, Function) and "class" in classes.method_kinds(frame, found):
                return found.bound_to(base)
            return found if found is not None else _part(frame, base, ("attribute", name))
        case Array():
            return _array_attribute(frame, base, name)
        case HostArray():
            return _host_attribute(base, name)
        case Tree():
            return _tree_attribute(frame, base, name)
        case Either(options=options):
            return summary([attribute(frame, option, name, node) for option in options if option != Const(None)])
        case Unknown():
            part = _part(frame, base, ("attribute", name))
            if frame.boundary is not None and captures.from_outside(frame, node):
                captures.read_attribute(frame, base, node, name, part)
            return part
        case Partial(function=function) if name == "func":
            return function
    return Member(base, name)


def _library_attribute(library: str, name: str) -> Value:
    if name in NUMPY_CONSTANTS and library in ("numpy", "jax.numpy", "math"):
        return Const(None) if name == "newaxis" else Static("float")
    if name == "__name__":
        return Const(library) if library in ("numpy", "jax.numpy") else Static("str")
    return Library(canonical(f"{library}.{name}"))


def _part(frame: Frame, whole: Value, tag: Hashable) -> Value:
    return frame.state.part(whole, tag, Unknown)


def _object_attribute(frame: Frame, base: Ref, name: str, node: cst.CSTNode) -> Value:
    contents = frame.state.contents(base)
    if name in contents:
        captures.read_attribute(frame, base, node, name, contents[name])
        return contents[name]
    found = classes.class_attribute(frame, base.cls, name) if base.cls is not None else None
    if found is None and base.cls is not None and classes.has_method(frame, base.cls, name):
        return Member(base, name)
    if found is None:
        return _part(frame, base, ("attribute", name))
    return classes.bind_method(frame, base, name, found, node)


def _array_attribute(frame: Frame, base: Array, name: str) -> Value:
    match array_attribute(name):
        case "static":
            return _static_attribute(base, name)
        case "array":
            return Array(base.traced or frame.staged, base.kind)
    return Member(base, name)


def _static_attribute(base: Array | HostArray, name: str) -> Value:
    match name:
        case "shape":
            return shape(base)
        case "ndim" if isinstance(base, Array) and base.ndim is not None:
            return Const(base.ndim)
        case "ndim":
            return STATIC_INT
        case "size":
            return EXTENT
    return Static()


def shape(array: Array | HostArray) -> Value:
    """The value of an array's ``shape``."""
    if isinstance(array, HostArray) or array.ndim is None:
        return Many(EXTENT)
    dims = array.dims if array.dims is not None else (None,) * array.ndim
    return Tuple(tuple(EXTENT if length is None else Const(length) for length in dims))


def _host_attribute(base: HostArray, name: str) -> Value:
    match array_attribute(name):
        case "static":
            return _static_attribute(base, name)
        case "array":
            return HostArray(base.kind, base.view_of)
    return Member(base, name)


def _tree_attribute(frame: Frame, base: Tree, name: str) -> Value:
    kind = array_attribute(name)
    evidence.settle_attribute(frame, base, name)
    if kind in ("static", "array"):
        return attribute(frame, Array(base.traced), name, cst.Name(name))
    if kind is not None and kind != "absent" and name not in ("copy", "get", "update", "replace", "count", "index"):
        return Member(Array(base.traced), name)
    return _part(frame, identity(base), ("attribute", name))


def item(frame: Frame, base: Value, index: Value, node: cst.Subscript) -> Value:
    """The value of ``base[index]``."""
    match base:
        case Tuple(items=items):
            return _sequence_item(items, index)
        case Ref(kind="object") if (fields := classes.items(frame, base)) is not None:
            return _sequence_item(tuple(fields), index)
        case Ref():
            part = _container_item(frame, base, index)
            captures.read_item(frame, base, node, part)
            return part
        case Array(traced=traced, kind=kind):
            if isinstance(index, Const) and isinstance(index.value, int) and base.ndim:
                known = base.contents.row(index.value) if base.contents is not None else None
                return replace(base.row(frame.staged), contents=known)
            proof = strongest(traced, any_tracing([index]), frame.staged)
            return Array(proof, kind, *indexing.of_item(base, index, node), base.dtype, turn=_cut(node, index))
        case HostArray(kind=kind):
            if any_tracing([index]):
                return Unknown()
            view = base.view_of if _is_basic(index) else None
            scalar = isinstance(index, Const | Static) and not _is_slice(node)
            return HostArray(kind, view, scalar=scalar, dtype=base.dtype, turn=_cut(node, index))
        case Tree(traced=traced):
            if is_array_index(node, index):
                return Array(strongest(traced, any_tracing([index])))
            part = _part(frame, identity(base), ("item", slot(index)))
            if isinstance(part, Key | Keys):
                return part
            if identity(base) in frame.tracer.settled:
                frame.tracer.settled.add(part)  # an item of an array is an array
            return Tree(traced, part)
        case Keys():
            return key_item(frame, base, index, node)
        case Many(item=each):
            return each if not _is_slice(node) else base
        case Member(base=array, name="at"):
            return AtIndex(array, index)
        case Static(kind=kind):
            return Static("int" if kind == "int" else None)
        case Either(options=options):
            return summary([item(frame, option, index, node) for option in options if option != Const(None)])
        case Unknown() if not _is_slice(node):
            return _part(frame, base, ("item", slot(index)))
        case Library(name="os.environ"):
            if frame.boundary is not None:
                frame.tracer.record(frame, node, HostEffect("os.environ", "environment", frame.boundary))
            return Static("str")
        case Library() | Class():
            return base
        case Const(value=str()):
            return Static("str")
    return Unknown()


def _is_slice(node: cst.Subscript) -> bool:
    return any(isinstance(element.slice, cst.Slice) for element in node.slice)


def _cut(node: cst.Subscript, index: Value) -> object:
    """The number of turns on which the length of a slice depends."""
    parts = index.items if isinstance(index, Tuple) else (index,)
    found = [
        part.turn
        for element, part in zip(node.slice, parts, strict=False)
        if isinstance(element.slice, cst.Slice) and isinstance(part, Static) and part.turn is not None
    ]
    return found[0] if found else None


def _is_basic(index: Value) -> bool:
    """True for an index of integers, slices, ``...`` and ``None``: indexing with it gives a view."""
    parts = index.items if isinstance(index, Tuple) else (index,)
    return all(isinstance(part, Const | Static) for part in parts)


def is_array_index(node: cst.Subscript, index: Value) -> bool:
    """True for an index that no list, tuple or dict of a pytree takes: several axes, ``...``, ``None``, an array."""
    if len(node.slice) > 1:
        return any(isinstance(element.slice, cst.Slice) for element in node.slice)
    match index:
        case Array(traced=traced, kind=kind):
            return kind == "bool" or (traced is not None and traced.level == "full")
        case HostArray(kind=kind):
            return kind == "bool"
    return index in (Const(None), Const(...))


def _sequence_item(items: tuple[Value, ...], index: Value) -> Value:
    if isinstance(index, Const) and isinstance(index.value, int | slice):
        try:
            found = items[index.value]
        except (IndexError, TypeError, ValueError):
            return Unknown()
        return Tuple(found) if isinstance(found, tuple) else found
    return summary(list(items)) if items else Unknown()


def _container_item(frame: Frame, base: Ref, index: Value) -> Value:
    contents = frame.state.contents(base)
    key = slot(index)
    if base.kind == "list" and isinstance(key, int) and key < 0 and REST not in contents:
        key += len(contents)
    if key in contents:
        return contents[key]
    if isinstance(index, Const) and REST in contents:
        return another(frame, contents[REST], ("item", key))
    others = [value for name, value in contents.items() if not isinstance(index, Const) or _unknown_slot(name)]
    if others:
        return another(frame, summary(others), ("item", key))
    return _part(frame, base, ("item", key))


def _unknown_slot(name: Hashable) -> bool:
    """True for an entry filed under a value that was not known."""
    return not isinstance(name, str | int | float | bool | tuple | None)


def another(frame: Frame, value: Value, tag: Hashable) -> Value:
    """The item filed under ``tag`` of a container whose items are like ``value``: the same sort, an object of its
    own."""
    match value:
        case Key() | Keys():
            return frame.state.part(value, tag, type(value))
        case Unknown():
            return frame.state.part(value, tag, lambda: Unknown("item"))
        case Tree(traced=traced):
            sort = ITEM if perhaps_key(value) else "item"
            part = frame.state.part(identity(value), tag, lambda: Unknown(sort))
            return Tree(traced, part) if isinstance(part, Unknown) else part
        case Either(options=options) if all(isinstance(option, Key | Keys | Unknown | Tree) for option in options):
            return Unknown("item")
        case Static(kind=kind):
            return Static(kind, value.extent, object() if value.turn is not None else None)
        case Tuple(items=items):
            return Tuple(tuple(another(frame, item, tag) for item in items))
    return value


def renewed(frame: Frame, value: Value, depth: int = 3) -> Value:
    """Another value of the same sort of which no part is known to be the same object."""
    match value:
        case Tuple(items=items):
            return Tuple(tuple(renewed(frame, item, depth) for item in items))
        case Ref() if depth:
            ref = Ref(value.kind, frame, value.cls, value.place)
            contents = frame.state.contents(value)
            frame.state.replace(ref, {name: renewed(frame, item, depth - 1) for name, item in contents.items()})
            return ref
    return another(frame, value, ("renewed", object()))


def slot(index: Value) -> Hashable:
    """What an index is filed under in a container: the constant, or the value itself."""
    if isinstance(index, Const) and not isinstance(index.value, slice | list | dict):
        constant: Hashable = index.value
        return constant
    if isinstance(index, Tuple):
        return tuple(slot(part) for part in index.items)
    return str(index.value) if isinstance(index, Const) else index


def key_item(frame: Frame, keys: Keys, index: Value, node: cst.CSTNode | None = None) -> Value:
    """One key, or some keys, of an array of keys."""
    if isinstance(index, Const) and isinstance(index.value, slice):
        start, stop = index.value.start or 0, index.value.stop
        long = stop is None or (isinstance(stop, int) and (stop < 0 or stop - start > 1))
        if index.value.step in (None, 1) and isinstance(start, int) and start >= 0 and long:
            count = len(range(*index.value.indices(keys.count))) if keys.count is not None else None
            return Keys(keys.base, keys.offset + start, keys.traced, count)
        return Keys(traced=keys.traced)
    number = index.value if isinstance(index, Const) and isinstance(index.value, int) else None
    if number is not None and number < 0 and keys.count is not None:
        number += keys.count
    if number is not None and number >= 0:
        tag: Hashable = number + keys.offset
    elif isinstance(index, Static) and node is not None and isinstance(node, cst.Subscript) and _is_slice(node):
        return Keys(traced=keys.traced)
    else:
        tag = ("item", slot(index))
    return frame.state.part(keys.base, tag, lambda: Key(keys.traced))


def new_list(frame: Frame, items: list[Value], *, open: bool = False, node: cst.CSTNode | None = None) -> Ref:
    """A fresh list; ``open`` when its length is not known."""
    ref = Ref("list", frame, place=frame.place(node) if node is not None else None)
    contents: dict[Any, Value] = {REST: summary(items)} if open else dict(enumerate(items))
    frame.state.replace(ref, contents if items or not open else {})
    return ref


def exact_items(frame: Frame, value: Value) -> list[Value] | None:
    """All items of a sequence if they are known."""
    match value:
        case Tuple(items=items):
            return list(items)
        case Ref(kind="list"):
            contents = frame.state.contents(value)
            known = all(isinstance(key, int) for key in contents)
            return [contents[key] for key in sorted(contents)] if known else None
        case Ref(kind="dict"):
            keys = list(frame.state.contents(value))
            known = all(isinstance(key, str | int | float | bool | tuple) and key != REST for key in keys)
            return [Const(key) for key in keys] if known else None
        case Ref(kind="object"):
            return classes.items(frame, value)
    return None


def any_item(frame: Frame, value: Value) -> Value:
    """One value for any item of a container."""
    match value:
        case Tuple(items=items):
            return summary(list(items))
        case Many(item=each):
            return each
        case Ref():
            return summary(list(frame.state.contents(value).values()))
        case Array(traced=traced, kind=kind):
            return Array(traced or frame.staged, kind)
        case Tree(traced=traced):
            return Tree(traced, Unknown(ITEM))
        case HostArray(kind=kind):
            return HostArray(kind)
    return Unknown()
