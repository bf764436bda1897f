"""What needs a number that Python knows, and will be given a tracer after the rewrite.

Needs: a ``Forecast``.  Gives: a reason not to rewrite. Code that a tracer reaches already fails by itself; a rewrite
must not make more of it.
"""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Const, HostArray, Many, Ref, Static, Tuple, Unknown, tracing
from jaxlint.facts.queries.passed import passed
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import on_tracer
from jaxlint.rewrite.control.effects import callee
from jaxlint.rewrite.control.forecast import Forecast
from jaxlint.rewrite.control.model import Declined, Names

_CONCRETE = (
    "int", "float", "bool", "complex", "str", "repr", "format", "range", "bin", "hex", "chr", "max", "min", "sorted",
    "any", "all", "set", "frozenset", "dict", "hash", "slice", "divmod",
)  # fmt: skip
_KNOWN = ("jax", "numpy", "math", "builtins", "operator")
_DEPTH = 3


def check(view: Forecast, node: cst.CSTNode, depth: int = _DEPTH) -> None:
    """Raise ``Declined`` if something in a statement will need the value of what becomes a tracer."""
    for part in own_nodes(node):
        match part:
            case cst.Call():
                _call(view, part, depth)
            case cst.Subscript():
                _subscript(view, part)
            case cst.FormattedStringExpression(expression=inner) if becomes(view, inner):
                raise Declined(f"the text of `{view.code(inner)}` is wanted, which will be a tracer")
            case cst.DictElement(key=key) if becomes(view, key):
                raise Declined(f"`{view.code(key)}` is the key of a dict, and will be a tracer")


def becomes(view: Forecast, node: cst.CSTNode) -> bool:
    """True for what is known while tracing now, and will be a tracer."""
    return view.depends(node) and tracing(View.value(view, node)) is None


def _call(view: Forecast, call: cst.Call, depth: int) -> None:
    changed = [argument.value for argument in call.args if becomes(view, argument.value)]
    known = passed(view, call)
    if known is not None:
        for parameter in known.function.static:
            for argument in known.arguments.get(parameter, ()):
                if becomes(view, argument):
                    raise Declined(
                        f"`{view.code(argument)}` is `{parameter}` of `{known.short}`, which must be static, "
                        "and will be a tracer"
                    )
    name = view.name(call.func)
    if not changed:
        return
    if name is not None and (name.removeprefix("builtins.") in _CONCRETE or on_tracer(name) in ("fails", "wrong")):
        raise Declined(f"`{view.code(call)}` needs a concrete number, and `{view.code(changed[0])}` will be a tracer")
    if name is None and callee(view.value(call.func)) is not None:
        if depth == 0:
            raise Declined(f"`{view.code(call.func)}` may need `{view.code(changed[0])}` as a Python number")
        _callee(view, call, depth)
    elif isinstance(view.value(call.func), Unknown) or (name or "jax").partition(".")[0] not in _KNOWN:
        raise Declined(f"`{view.code(call.func)}` is not known, and may need `{view.code(changed[0])}` as a number")


def _callee(view: Forecast, call: cst.Call, depth: int) -> None:
    """The same question for the function that is called."""
    definition = callee(view.value(call.func))
    assert definition is not None
    frames = view.tracer.activations.get(definition, ())
    mine = [frame for frame in frames if frame.call is not None and frame.call.node is call] or list(frames)
    names = [parameter.name for parameter in definition.parameters]
    if not mine or any(argument.star for argument in call.args):
        raise Declined(f"`{view.code(call.func)}` may need `{view.code(call.args[0].value)}` as a Python number")
    offset = 1 if definition.cls is not None and names[:1] in (["self"], ["cls"]) else 0
    moved: set[str] = set()
    for position, argument in enumerate(call.args):
        if becomes(view, argument.value):
            keyword = argument.keyword.value if argument.keyword is not None else None
            place = position + offset
            moved.add(keyword or (names[place] if place < len(names) else names[-1]))
    inner = _within(view, mine[-1], definition.node.body, frozenset(moved))
    for node in own_nodes(definition.node.body):
        match node:
            case cst.If(test=test) | cst.While(test=test) | cst.IfExp(test=test) | cst.Assert(test=test):
                if becomes(inner, test):
                    raise Declined(f"`{view.code(call.func)}` decides on `{inner.code(test)}`, which will be a tracer")
    check(inner, definition.node.body, depth - 1)


def _within(view: Forecast, frame: object, body: cst.CSTNode, moved: Names) -> Forecast:
    """The forecast of a function that gets some parameters as tracers."""
    from jaxlint.facts.model.frames import Frame

    assert isinstance(frame, Frame)
    while True:
        inner = Forecast(view.tracer, frame, frame.chunk, body, moved)
        grown = moved | inner.computed(body)
        if grown == moved:
            return inner
        moved = grown


def _subscript(view: Forecast, node: cst.Subscript) -> None:
    for element in node.slice:
        if isinstance(element.slice, cst.Slice):
            for bound in (element.slice.lower, element.slice.upper, element.slice.step):
                if bound is not None and becomes(view, bound):
                    raise Declined(f"the length of `{view.code(node)}` would depend on `{view.code(bound)}`, a tracer")
        elif isinstance(element.slice, cst.Index) and becomes(view, element.slice.value):
            base = view.value(node.value)
            if isinstance(base, Tuple | Ref | Many | HostArray | Const | Static):
                what = "a NumPy array" if isinstance(base, HostArray) else "a Python container"
                raise Declined(
                    f"`{view.code(node.value)}` is {what}, which no tracer indexes, as "
                    f"`{view.code(element.slice.value)}` will be"
                )
