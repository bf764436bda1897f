"""Notes reads of variables whose buffers a jitted function was given to reuse.

A donation takes the buffers of one object; what is known here by value may be several objects, so that donations are
kept by variable, from the call on until it is bound again.
"""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.arguments import Arguments, constant_ints, constant_strings
from jaxlint.facts.model.compiled import on_host
from jaxlint.facts.model.events import DonatedRead
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.values import Array, Ref, Transformed, Tuple, Unknown, Value, leaves
from jaxlint.facts.trace import access
from jaxlint.facts.trace.boundary import parameter_name


def note_donation(frame: Frame, callee: Transformed, args: Arguments, result: Value, node: cst.CSTNode) -> None:
    """A jitted function was called on the host: the arguments that it takes over."""
    if not isinstance(node, cst.Call) or node is callee.place.node or frame.tracer.state is None or not on_host(frame):
        return
    row, options = callee.transform, callee.options
    numbers = constant_ints(*_option(frame, options.get(row.donate_argnums or ""))) or set()
    names = constant_strings(*_option(frame, options.get(row.donate_argnames or ""))) or set()
    if not numbers and not names:
        return
    written = [argument for argument in node.args if argument.keyword is None]
    bound = len(args.positional) - len(written)
    for position, argument in enumerate(written if bound >= 0 else ()):
        name = parameter_name(callee.function, position + bound)
        if argument.star == "" and (position + bound in numbers or name in names):
            _donate(frame, argument.value, result, node)
    for argument in node.args:
        if argument.keyword is not None and argument.keyword.value in names:
            _donate(frame, argument.value, result, node)


def _option(frame: Frame, value: Value | None) -> tuple[Value | None, list[Value] | None]:
    return value, access.exact_items(frame, value) if value is not None else None


def _donate(frame: Frame, argument: cst.BaseExpression, result: Value, node: cst.Call) -> None:
    cell = _cell(frame, argument)
    value = frame.values.get(argument)
    if cell is not None and isinstance(value, Array | Unknown | Ref | Tuple) and _is_usable(value, result):
        frame.state.donated[cell] = frame.place(node)


def _is_usable(value: Value, result: Value) -> bool:
    """False where no result has the shape of the donated array, which JAX then leaves alone."""
    if not isinstance(value, Array) or value.dims is None or None in value.dims:
        return True
    shapes = [leaf.dims for leaf in leaves(result) if isinstance(leaf, Array)]
    others = [leaf for leaf in leaves(result) if not isinstance(leaf, Array)]
    return bool(others) or any(dims is None or None in dims or dims == value.dims for dims in shapes)


def _cell(frame: Frame, node: cst.BaseExpression) -> tuple[object, str] | None:
    """The variable or attribute that an expression names."""
    match node:
        case cst.Name(value=name):
            scope: Frame | None = frame
            while scope is not None and name not in frame.state.contents(scope):
                scope = scope.closure
            return (scope, name) if scope is not None else None
        case cst.Attribute(value=cst.Name() as base, attr=cst.Name(value=name)):
            owner = frame.values.get(base)
            return (owner, name) if isinstance(owner, Ref) else None
    return None


def note_read(frame: Frame, node: cst.Name | cst.Attribute) -> None:
    """A variable or attribute is read."""
    cell = _cell(frame, node)
    if cell is not None and (place := frame.state.donated.get(cell)) is not None:
        frame.tracer.record(frame, node, DonatedRead(place))
