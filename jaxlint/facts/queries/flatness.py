"""Whether a differentiated function follows its arguments through nothing but derivatives of zero.

That its result carries no other dependence is not enough, since the tracer loses sight of some values; so each use of
what is differentiated is looked at, in all that ran.
"""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.frames import Boundary, Frame
from jaxlint.facts.model.values import Array, Either, Function, Many, Member, Partial, Ref, Tree, Tuple, Value, leaves
from jaxlint.facts.queries.view import parents
from jaxlint.facts.trace.tracer import Tracer

_STATIC = frozenset({"shape", "ndim", "size", "dtype", "at", "weak_type"})


def only_flat(tracer: Tracer, boundary: Boundary) -> bool:
    """True if every use of a differentiated value is one more such value, or ends in a derivative of zero."""
    frames = [frame for kept in tracer.activations.values() for frame in kept if _within(frame, boundary)]
    if not any(frame.boundary is boundary for frame in frames):
        return False
    return all(_accounted(tracer, frame, node, value) for frame in frames for node, value in frame.values.items())


def _within(frame: Frame, boundary: Boundary) -> bool:
    return frame.boundary is not None and boundary in frame.boundary.chain()


def _accounted(tracer: Tracer, frame: Frame, node: cst.CSTNode, value: Value) -> bool:
    if not (_differentiated(value) or isinstance(value, Ref | Many)) or node in tracer.flat:
        return True
    around = parents(frame.chunk)
    above = around.get(node)
    match above:
        case cst.Arg() if isinstance(call := around.get(above), cst.Call):
            return _settled(tracer, frame, call) or _is_followed(frame.values.get(call.func))
        case cst.Attribute(attr=cst.Name(value=name)):
            call = around.get(above)
            if isinstance(call, cst.Call) and call.func is above:
                return isinstance(value, Ref | Many) or _settled(tracer, frame, call)
            return isinstance(value, Ref | Many) or name in _STATIC or _settled(tracer, frame, above)
        case cst.BaseExpression() if not isinstance(value, Ref | Many):
            return _settled(tracer, frame, above)
        case cst.Element() | cst.DictElement() | cst.StarredElement() | cst.StarredDictElement() | cst.Index():
            return False
    return True


def _settled(tracer: Tracer, frame: Frame, node: cst.CSTNode) -> bool:
    """True where the dependence goes on, or ends for a known reason."""
    return node in tracer.flat or _differentiated(frame.values.get(node))


def _differentiated(value: Value | None) -> bool:
    match value:
        case Array(traced=traced) | Tree(traced=traced):
            return traced is not None and traced.reverse
        case Either(options=options):
            return any(map(_differentiated, options))
        case Tuple() | Many():
            return any(_differentiated(leaf) for leaf in leaves(value) if leaf is not value)
        case Member(base=base):
            return _differentiated(base)
    return False


def _is_followed(callee: Value | None) -> bool:
    """True for a function of the project: what it does with its arguments is seen there."""
    while isinstance(callee, Partial):
        callee = callee.function
    return isinstance(callee, Function)
