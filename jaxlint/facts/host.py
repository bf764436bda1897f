"""Notes where Python or NumPy asks a jax array for what only a concrete one has: a value, an index, a hash.

Nothing is noted where a caller catches the failure; a `try` in the function itself is for the rules to see (`ctx.caught`).
"""

from __future__ import annotations

from typing import Literal

import libcst as cst

from jaxlint.facts.arguments import Arguments
from jaxlint.facts.events import BufferStore, Hash, HostCall, Lookup
from jaxlint.facts.frames import Frame
from jaxlint.facts.state import REST
from jaxlint.facts.values import (
    Array,
    Const,
    HostArray,
    Many,
    Ref,
    Static,
    Tuple,
    Value,
    any_tracing,
    tracing,
)
from jaxlint.facts.why import Traced, strongest
from jaxlint.jaxapi import on_tracer

KNOWN_PRIMAL = frozenset(
    {"builtins.int", "builtins.bool", "builtins.bin", "builtins.hex", "builtins.oct", "builtins.chr", "builtins.any",
     "builtins.all", "builtins.max", "builtins.min", "builtins.sorted", "builtins.range", "operator.index",
     "operator.truth", "operator.not_", "operator.contains", "jax.Array.item", "jax.Array.__int__", "jax.Array.__bool__",
     "jax.Array.__index__"}
)  # fmt: skip
"""What works where only the primal's value is needed, under eager `jax.grad`: it cuts the gradient, if anything."""
_CONVERSIONS = frozenset({"__array__", "__float__", "__int__", "__complex__", "__bool__", "__index__"})


def note_call(frame: Frame, name: str, args: Arguments, node: cst.CSTNode) -> None:
    """Note a library function that cannot do what it should with one of its arguments."""
    outcome = on_tracer(name)
    if outcome is None or outcome in ("static", "unrolls") or frame.caught:
        return
    if (held := _held_argument(frame, args)) is None:
        return
    traced, argument = held
    if outcome == "works":
        # NumPy hands over to a method of its first argument, and that must be the tracer itself.
        sequence = isinstance(args.positional[0], Tuple | Ref) if args.positional else False
        if not name.startswith("numpy.") or not sequence or argument is not args.positional[0]:
            return
        outcome = "fails"
    frame.tracer.record(frame, node, HostCall(name, traced, outcome, argument))


def note_opaque(frame: Frame, name: str, args: Arguments, node: cst.CSTNode) -> None:
    """Note a call of a function that ``name`` (numba's compilers, `numpy.vectorize`) made for the host alone."""
    if not frame.caught and (held := _held_argument(frame, args)) is not None:
        frame.tracer.record(frame, node, HostCall(name, held[0], "fails", held[1]))


def _held_argument(frame: Frame, args: Arguments) -> tuple[Traced, Value] | None:
    """The first argument that is or holds a tracer, one without a value if there is any."""
    found = [(proof, value) for value in args.values if (proof := held_tracer(frame, value)) is not None]
    return next((pair for pair in found if pair[0].level == "full"), found[0] if found else None)


def note_method(frame: Frame, base: Value, name: str, args: Arguments, node: cst.CSTNode) -> None:
    """Note a method that needs the value of the jax array it belongs to, or of an argument of the NumPy array's."""
    if frame.caught:
        return
    if isinstance(base, HostArray):
        proof = any_tracing(args.values)
        if proof is not None and name not in ("item", "tolist"):
            argument = next(value for value in args.values if any_tracing([value]))
            frame.tracer.record(frame, node, HostCall(f"numpy.ndarray.{name}", proof, "fails", argument))
    elif (proof := tracing(base)) is not None and (name in _CONVERSIONS or name in ("item", "tolist")):
        frame.tracer.record(frame, node, HostCall(f"jax.Array.{name}", proof, "fails", base))


def held_tracer(frame: Frame, value: Value, depth: int = 3) -> Traced | None:
    """The strongest proof that a value is a tracer or a list or tuple that holds one. Other objects are not opened."""
    match value:
        case Tuple(items=items) if depth:
            return strongest(*(held_tracer(frame, item, depth - 1) for item in items))
        case Ref(kind="list") if depth:
            contents = frame.state.contents(value).values()
            return strongest(*(held_tracer(frame, item, depth - 1) for item in contents))
    return tracing(value)


def note_lookup(frame: Frame, base: Value, index: Value, node: cst.Subscript) -> None:
    """Note ``base[index]`` where the base is no jax array and the index has no value."""
    if frame.caught:
        return
    if isinstance(base, Ref) and base.kind == "dict":
        note_hash(frame, index, "key", node, base)
        return
    traced = _index_tracer(frame, index, node)
    if traced is None or traced.level != "full":
        return
    match base:
        case Tuple(items=items):
            frame.tracer.record(frame, node, Lookup(base, traced, items))
        case Ref(kind="list"):
            contents = frame.state.contents(base)
            items = None if REST in contents else tuple(contents[key] for key in sorted(contents))
            frame.tracer.record(frame, node, Lookup(base, traced, items))
        case HostArray() | Many(item=Static()) | Const(value=str()):
            frame.tracer.record(frame, node, Lookup(base, traced))


def _index_tracer(frame: Frame, index: Value, node: cst.Subscript) -> Traced | None:
    """The proof that an index, a part of it or a bound of a slice in it is a tracer."""
    bounds = [
        frame.values[bound]
        for element in node.slice
        if isinstance(element.slice, cst.Slice)
        for bound in (element.slice.lower, element.slice.upper, element.slice.step)
        if bound is not None and bound in frame.values
    ]
    return any_tracing([index, *bounds])


def note_hash(
    frame: Frame, value: Value, how: Literal["key", "item", "hash"], node: cst.CSTNode, base: Ref | None = None
) -> None:
    """Note that a value is hashed, if it is a jax array."""
    traced = any_tracing([value])
    if frame.caught or not (isinstance(value, Array) or traced is not None):
        return
    items = None
    if base is not None and base.kind == "dict" and REST not in (contents := frame.state.contents(base)):
        items = tuple(contents.items())
    frame.tracer.record(frame, node, Hash(value, traced, how, base, items))


def note_store(frame: Frame, target: cst.Subscript, base: Value, index: Value, value: Value) -> None:
    """Note a store into a NumPy array that needs the value of a tracer."""
    if not isinstance(base, HostArray) or frame.caught:
        return
    if (traced := held_tracer(frame, value)) is not None:
        frame.tracer.record(frame, target, BufferStore(traced, "value"))
    elif (traced := _index_tracer(frame, index, target)) is not None and traced.level == "full":
        frame.tracer.record(frame, target, BufferStore(traced, "index"))


__all__ = ["KNOWN_PRIMAL", "held_tracer", "note_call", "note_hash", "note_lookup", "note_method", "note_opaque", "note_store"]
