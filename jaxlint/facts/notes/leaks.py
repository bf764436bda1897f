"""Which tracers a value carries along: in its items, and in the closures of functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from jaxlint.facts.model.values import Function, Many, Partial, Ref, Transformed, Tuple, Value, tracing
from jaxlint.facts.model.why import Traced, strongest
from jaxlint.source import walk

if TYPE_CHECKING:
    from jaxlint.facts.model.frames import Boundary, Frame


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


def escaping(frame: Frame, values: list[Value]) -> Traced | None:
    """As `deep_tracing`, for what functions hold as well."""
    return strongest(deep_tracing(frame, values), *(_held(frame, value) for value in values))


def _held(frame: Frame, value: Value) -> Traced | None:
    """A tracer in the closure of a function, or bound to its arguments."""
    match value:
        case Partial(function=function, args=args, kwargs=kwargs):
            return escaping(frame, [function, *args, *dict(kwargs).values()])
        case Transformed(function=function):
            return _held(frame, function)
        case Function(definition=definition, closure=closure) if closure.boundary is not None:
            names = {node.value for node in walk(definition.node.body) if isinstance(node, cst.Name)}
            free = names - definition.scope.bound
            outer = frame.state.contents(closure)
            return strongest(*(tracing(outer[name]) for name in free if name in outer))
    return None


def leaves_trace(proof: Traced, boundary: Boundary, owner: Boundary | None) -> bool:
    """True for a tracer of a trace that ends before ``owner``, the trace around what keeps the tracer, does."""
    ending = []
    for trace in boundary.chain():
        if trace is owner:
            break
        ending.append(trace.why.place.node)
    return (owner is None and bool(ending)) or proof.why.root.place.node in ending
