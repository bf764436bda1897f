"""Notes where Python or NumPy asks a jax array for what only a concrete one has: a value, an index, a hash.

Nothing is noted where the failure would be caught, or where the function asked what it was given.
"""

from __future__ import annotations

import re
from typing import Literal

import libcst as cst

from jaxlint.facts.model.arguments import Arguments
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.events import BufferStore, Event, Hash, HostCall, Lookup
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.state import REST
from jaxlint.facts.model.values import (
    Const,
    HostArray,
    Many,
    Ref,
    Static,
    Tree,
    Tuple,
    Value,
    any_tracing,
    tracing,
)
from jaxlint.facts.model.why import Traced, strongest
from jaxlint.facts.trace import access
from jaxlint.jaxapi import on_tracer

_CONVERSIONS = frozenset({"__array__", "__float__", "__int__", "__complex__", "__bool__", "__index__"})


def _record(frame: Frame, node: cst.CSTNode, event: Event) -> None:
    if not _doubted(frame, node):
        frame.tracer.record(frame, node, event)


_QUESTIONS = ("isinstance(", "hasattr(", "Tracer", "is_concrete", "type(")


def _doubted(frame: Frame, node: cst.CSTNode) -> bool:
    """True where the function asked what sort of thing the values are, and went on accordingly."""
    if frame.caught:
        return True
    asked = [g.text for g in frame.state.guards if g.frame == id(frame) and any(q in g.text for q in _QUESTIONS)]
    if not asked:
        return False
    names = {inner.value for inner in own_nodes(node) if isinstance(inner, cst.Name)}
    return any(names & set(re.findall(r"\w+", text)) for text in asked)


def note_call(frame: Frame, name: str, args: Arguments, node: cst.CSTNode) -> None:
    """Note a library function that cannot do what it should with one of its arguments."""
    outcome = on_tracer(name)
    if outcome not in ("fails", "wrong", "works") or (held := _held_argument(frame, args)) is None:
        return
    traced, argument = held
    if outcome == "fails" and traced.level == "full" and frame.caught:
        guards, known = len(frame.state.guards), frame.tracer.refused
        frame.tracer.refused = guards if known is None else min(guards, known)
    if outcome != "works":
        _record(frame, node, HostCall(name, traced, outcome, argument))
    elif name.startswith("numpy.") and isinstance(argument, Tuple | Ref) and argument is args.get(0, ""):
        # NumPy hands over to the method of a tracer, but makes an array of a list.
        _record(frame, node, HostCall(name, traced, "fails", argument))


def note_opaque(frame: Frame, name: str, args: Arguments, node: cst.CSTNode) -> None:
    """Note a call of a function that ``name`` (numba's compilers, `numpy.vectorize`) made for the host alone."""
    if (held := _held_argument(frame, args)) is not None:
        _record(frame, node, HostCall(name, held[0], "fails", held[1]))


def _held_argument(frame: Frame, args: Arguments) -> tuple[Traced, Value] | None:
    """The first argument that is or holds a tracer, one without a value if there is any."""
    found = [(proof, value) for value in args.values if (proof := held_tracer(frame, value)) is not None]
    return next((pair for pair in found if pair[0].level == "full"), found[0] if found else None)


def note_method(frame: Frame, base: Value, name: str, args: Arguments, node: cst.CSTNode) -> None:
    """Note a method that needs the value of the jax array it belongs to, or of an argument of the NumPy array's."""
    if isinstance(base, HostArray):
        held = _held_argument(frame, args)
        if held is not None and name not in ("item", "tolist"):
            _record(frame, node, HostCall(f"numpy.ndarray.{name}", held[0], "fails", held[1]))
    elif (proof := tracing(base)) is not None and (name in _CONVERSIONS or name in ("item", "tolist")):
        _record(frame, node, HostCall(f"jax.Array.{name}", proof, "fails", base))


def held_tracer(frame: Frame, value: Value, depth: int = 3) -> Traced | None:
    """The strongest proof that a value is a tracer or a list or tuple that holds one. Other objects are not opened.

    For what only makes sense with numbers, so that no key of a dict is meant.
    """
    match value:
        case Tuple(items=items) if depth:
            return strongest(*(held_tracer(frame, item, depth - 1) for item in items))
        case Ref(kind="list") if depth:
            contents = frame.state.contents(value).values()
            return strongest(*(held_tracer(frame, item, depth - 1) for item in contents))
        case Tree(traced=traced):
            return traced
    return tracing(value)


def note_lookup(frame: Frame, base: Value, index: Value, node: cst.Subscript) -> None:
    """Note ``base[index]`` where the base is no jax array and the index has no value."""
    if isinstance(base, Ref) and base.kind == "dict":
        note_hash(frame, index, "key", node, base)
        return
    traced = held_tracer(frame, index)
    if traced is None or traced.level != "full":
        return
    match base:
        case Tuple(items=items):
            _record(frame, node, Lookup(base, traced, items))
        case Ref(kind="list"):
            exact = access.exact_items(frame, base)
            _record(frame, node, Lookup(base, traced, tuple(exact) if exact is not None else None))
        case HostArray() | Many(item=Static()) | Const(value=str()):
            _record(frame, node, Lookup(base, traced))


def note_hash(
    frame: Frame, value: Value, how: Literal["key", "item"], node: cst.CSTNode, base: Ref | None = None
) -> None:
    """Note that a value is hashed, if it is a tracer."""
    traced = any_tracing([value])
    if traced is None:
        return
    items = None
    if base is not None and base.kind == "dict" and REST not in (contents := frame.state.contents(base)):
        items = tuple(contents.items())
    _record(frame, node, Hash(traced, how, base, items))


def note_store(frame: Frame, target: cst.Subscript, base: Value, index: Value, value: Value) -> None:
    """Note a store into a NumPy array that needs the value of a tracer."""
    if not isinstance(base, HostArray):
        return
    if (traced := held_tracer(frame, value)) is not None:
        _record(frame, target, BufferStore(traced, "value"))
    elif (traced := held_tracer(frame, index)) is not None and traced.level == "full":
        _record(frame, target, BufferStore(traced, "index"))
