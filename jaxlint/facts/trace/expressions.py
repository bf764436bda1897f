"""Evaluates expressions to abstract values."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import libcst as cst

from jaxlint.facts.model.definitions import FunctionDefinition
from jaxlint.facts.model.frames import Frame, Loop
from jaxlint.facts.model.state import REST, join_states, summary
from jaxlint.facts.model.values import (
    NONE,
    Array,
    Const,
    Function,
    HostArray,
    Library,
    Many,
    Ref,
    Static,
    Tree,
    Tuple,
    Unknown,
    Value,
    join,
    tracing,
    without_contents,
)
from jaxlint.facts.notes import donated, evidence, host
from jaxlint.facts.trace import access, assign
from jaxlint.facts.trace.arithmetic import arithmetic, compare
from jaxlint.facts.trace.guards import guarded
from jaxlint.facts.trace.iterate import count, turns
from jaxlint.jaxapi import signature


def evaluate(frame: Frame, node: cst.BaseExpression) -> Value:
    """The value of an expression here, remembered in ``frame.values``."""
    if frame.tracer.state is None:
        return Unknown("unreachable")
    handler = EXPRESSIONS.get(type(node))
    value = handler(frame, node) if handler is not None else Unknown()
    seen = frame.values.get(node)
    if seen is None or tracing(value) is not None or (tracing(seen) is None and not isinstance(seen, Array)):
        frame.values[node] = value
    return value


def truth(value: Value) -> bool | None:
    """How a value tests, where it is known."""
    match value:
        case Const(value=constant):
            return bool(constant)
        case Library(name="typing.TYPE_CHECKING" | "typing_extensions.TYPE_CHECKING"):
            return False
        case Library(name=name) if signature(name) is None and not name.startswith("builtins."):
            return None  # it may be a flag: `jax.config.jax_enable_x64`
        case Function() | Library():
            return True
        case Tuple(items=items):
            return bool(items)
    return None


def _constant(frame: Frame, node: cst.Integer | cst.Float | cst.Imaginary) -> Value:
    return frame.tracer.once(_evaluated, node)


def _evaluated(node: cst.Integer | cst.Float | cst.Imaginary | cst.SimpleString | cst.ConcatenatedString) -> Value:
    value = node.evaluated_value
    return Const(value) if value is not None else Static("str")


def _string(frame: Frame, node: cst.SimpleString | cst.ConcatenatedString) -> Value:
    return frame.tracer.once(_evaluated, node)


def _formatted(frame: Frame, node: cst.FormattedString) -> Value:
    for part in node.parts:
        if isinstance(part, cst.FormattedStringExpression):
            evaluate(frame, part.expression)
            if part.format_spec:
                for spec in part.format_spec:
                    if isinstance(spec, cst.FormattedStringExpression):
                        evaluate(frame, spec.expression)
    return Static("str")


def _name(frame: Frame, node: cst.Name) -> Value:
    if frame.state.donated:
        donated.note_read(frame, node)
    return access.lookup(frame, node)


def _attribute(frame: Frame, node: cst.Attribute) -> Value:
    base = evaluate(frame, node.value)
    if frame.state.donated:
        donated.note_read(frame, node)
    return access.attribute(frame, base, node.attr.value, node)


def _subscript(frame: Frame, node: cst.Subscript) -> Value:
    base, where = evaluate(frame, node.value), index(frame, node)
    host.note_lookup(frame, base, where, node)
    return access.item(frame, base, where, node)


def index(frame: Frame, node: cst.Subscript) -> Value:
    """The value of a subscript's index; a slice is a Tuple of its three parts' values, marked by `Static("slice")`."""
    parts = [_element_of_index(frame, element.slice) for element in node.slice]
    return parts[0] if len(parts) == 1 and not _has_comma(node) else Tuple(tuple(parts))


def _has_comma(node: cst.Subscript) -> bool:
    return isinstance(node.slice[0].comma, cst.Comma)


def _element_of_index(frame: Frame, node: cst.BaseSlice) -> Value:
    if isinstance(node, cst.Index):
        return evaluate(frame, node.value)
    if isinstance(node, cst.Slice):
        bounds = [
            evaluate(frame, part) if part is not None else Const(None) for part in (node.lower, node.upper, node.step)
        ]
        if all(isinstance(bound, Const) for bound in bounds):
            return Const(slice(*(bound.value for bound in bounds if isinstance(bound, Const))))
        moving = [bound.turn for bound in bounds if isinstance(bound, Static) and bound.turn is not None]
        return Static(turn=moving[0] if len(moving) == 1 else None)
    return Static()


def _unary(frame: Frame, node: cst.UnaryOperation) -> Value:
    value = evaluate(frame, node.expression)
    if isinstance(node.operator, cst.Not):
        known = truth(value)
        if known is None and isinstance(value, Array):
            return Array(value.traced or frame.staged, "bool")
        return Static("bool") if known is None else Const(not known)
    match value:
        case Const(value=int() | float() | complex() as number):
            fold: dict[type, Callable[[Any], Any]] = {cst.Minus: operator.neg, cst.Plus: operator.pos}
            return Const(fold[type(node.operator)](number)) if type(node.operator) in fold else Static("int")
        case Array(traced=traced):
            return without_contents(value.with_trace(traced or frame.staged))
        case Tree(traced=traced):
            evidence.settle(frame, value)
            return Array(traced)
        case Static() | HostArray():
            return value
    return Unknown()


def _ellipsis(frame: Frame, node: cst.Ellipsis) -> Value:
    return Const(...)


def _binary(frame: Frame, node: cst.BinaryOperation) -> Value:
    return arithmetic(frame, node.operator, evaluate(frame, node.left), evaluate(frame, node.right), node)


def _comparison(frame: Frame, node: cst.Comparison) -> Value:
    left = evaluate(frame, node.left)
    results: list[Value] = []
    for item in node.comparisons:
        right = evaluate(frame, item.comparator)
        if isinstance(item.operator, cst.In | cst.NotIn) and isinstance(right, Ref) and right.kind in ("dict", "set"):
            host.note_hash(frame, left, "key" if right.kind == "dict" else "item", node, right)
        results.append(compare(frame, item.operator, left, right, node))
        frame.values[item] = results[-1]
        left = right
    if len(results) == 1:
        return results[0]
    if all(isinstance(result, Const) for result in results):
        return Const(all(result.value for result in results if isinstance(result, Const)))
    return results[-1] if isinstance(results[-1], Array) else Static("bool")


def _boolean(frame: Frame, node: cst.BooleanOperation) -> Value:
    left = evaluate(frame, node.left)
    known = truth(left)
    stops = known is (not isinstance(node.operator, cst.And))
    if known is not None and stops:
        return left
    with guarded(frame, node.left, isinstance(node.operator, cst.And)):
        right = evaluate(frame, node.right)
    return right if known is not None else join(left, right)


def _conditional(frame: Frame, node: cst.IfExp) -> Value:
    outcome = truth(evaluate(frame, node.test))
    if outcome is not None:
        return evaluate(frame, node.body if outcome else node.orelse)
    other = frame.state.fork()
    with guarded(frame, node.test, True):
        body = evaluate(frame, node.body)
    after, frame.tracer.state = frame.tracer.state, other
    with guarded(frame, node.test, False):
        orelse = evaluate(frame, node.orelse)
    frame.tracer.state = join_states(after, frame.tracer.state)
    return join(body, orelse)


def _lambda(frame: Frame, node: cst.Lambda) -> Value:
    definition: FunctionDefinition = frame.tracer.function(frame, node)
    value = Function(definition, frame.tracer.closure_of(frame), defaults=defaults(frame, definition))
    frame.tracer.defined(frame, value)
    return value


def defaults(frame: Frame, definition: FunctionDefinition) -> dict[str, Value]:
    """The values of a function's defaults, as they are when it is defined."""
    return {
        parameter.name: evaluate(frame, parameter.default)
        for parameter in definition.parameters
        if parameter.default is not None
    }


def _tuple(frame: Frame, node: cst.Tuple) -> Value:
    items = _elements(frame, node.elements)
    return Tuple(tuple(items)) if items is not None else Many(Unknown())


def _list(frame: Frame, node: cst.List) -> Value:
    items = _elements(frame, node.elements)
    if items is None:
        return access.new_list(frame, [Unknown()], open=True, node=node)
    return access.new_list(frame, items, node=node)


def _elements(frame: Frame, elements: Any) -> list[Value] | None:
    items: list[Value] = []
    exact = True
    for element in elements:
        value = evaluate(frame, element.value)
        if isinstance(element, cst.StarredElement):
            known = access.exact_items(frame, value)
            exact = exact and known is not None
            items += known or []
        else:
            items.append(value)
    return items if exact else None


def _set(frame: Frame, node: cst.Set) -> Value:
    items = _elements(frame, node.elements) or [Unknown()]
    for element, item in zip(node.elements, items, strict=False):
        host.note_hash(frame, item, "item", element.value)
    ref = Ref("set", frame, place=frame.place(node))
    frame.state.replace(ref, {REST: summary(items)})
    return ref


def _dict(frame: Frame, node: cst.Dict) -> Value:
    ref = Ref("dict", frame, place=frame.place(node))
    contents: dict[Any, Value] = {}
    for element in node.elements:
        value = evaluate(frame, element.value)
        if isinstance(element, cst.DictElement):
            key = evaluate(frame, element.key)
            host.note_hash(frame, key, "key", element.key)
            contents[access.slot(key)] = value
        else:
            contents.update(frame.state.contents(value) if isinstance(value, Ref) else {REST: Unknown()})
    frame.state.replace(ref, contents)
    return ref


def _comprehension(frame: Frame, node: cst.ListComp | cst.SetComp | cst.GeneratorExp | cst.DictComp) -> Value:
    results: list[Value] = []
    keys: list[Value] = []

    def emit() -> None:
        if isinstance(node, cst.DictComp):
            keys.append(evaluate(frame, node.key))
            host.note_hash(frame, keys[-1], "key", node.key)
            results.append(evaluate(frame, node.value))
        else:
            results.append(evaluate(frame, node.elt))

    exact = _comp_for(frame, node.for_in, emit)
    if isinstance(node, cst.GeneratorExp):
        return Tuple(tuple(results)) if exact else Many(summary(results))
    if isinstance(node, cst.ListComp):
        return access.new_list(frame, results, open=not exact, node=node)
    ref = Ref("set" if isinstance(node, cst.SetComp) else "dict", frame, place=frame.place(node))
    slots = {access.slot(key): value for key, value in zip(keys, results, strict=True)} if exact and keys else {}
    frame.state.replace(ref, slots or {REST: summary(results)})
    return ref


def _comp_for(frame: Frame, clause: cst.CompFor, emit: Callable[[], None]) -> bool:
    """Run the clause's turns; True if these are exactly all the turns that there are."""
    source = evaluate(frame, clause.iter)
    items = access.exact_items(frame, source)
    exact = items is not None and len(items) <= 4 and not clause.ifs
    hidden = dict(frame.state.contents(frame))
    frame.turn += 1
    loop = Loop(node=clause, guards=len(frame.state.guards), count=count(frame, source))
    frame.loops.append(loop)
    for item in items if exact and items is not None else turns(frame, source):
        frame.tracer.turns += 1
        loop.turn += 1
        assign.assign(frame, clause.target, item, clause)
        for condition in clause.ifs:
            evaluate(frame, condition.test)
        if clause.inner_for_in is not None:
            exact = _comp_for(frame, clause.inner_for_in, emit) and exact
        else:
            emit()
    frame.loops.pop()
    frame.turn -= 1
    if frame.tracer.state is not None:
        for name in {**frame.state.contents(frame)}:
            if name not in hidden:
                frame.state.forget(frame, name)
            elif frame.state.contents(frame)[name] is not hidden[name]:
                frame.state.store(frame, name, hidden[name])
    return exact


def _walrus(frame: Frame, node: cst.NamedExpr) -> Value:
    value = evaluate(frame, node.value)
    assign.assign(frame, node.target, value, node)
    return value


def _starred(frame: Frame, node: cst.StarredElement) -> Value:
    return evaluate(frame, node.value)


def _await(frame: Frame, node: cst.Await) -> Value:
    evaluate(frame, node.expression)
    return Unknown()


def _yield(frame: Frame, node: cst.Yield) -> Value:
    if isinstance(node.value, cst.From):
        frame.yielded.append(access.any_item(frame, evaluate(frame, node.value.item)))
    else:
        frame.yielded.append(evaluate(frame, node.value) if node.value is not None else NONE)
    return Unknown()


# `calls` adds the entry for cst.Call, which needs all of this.
EXPRESSIONS: dict[type[cst.CSTNode], Callable[[Frame, Any], Value]] = {
    cst.Integer: _constant,
    cst.Float: _constant,
    cst.Imaginary: _constant,
    cst.SimpleString: _string,
    cst.ConcatenatedString: _string,
    cst.FormattedString: _formatted,
    cst.Ellipsis: _ellipsis,
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.Subscript: _subscript,
    cst.UnaryOperation: _unary,
    cst.BinaryOperation: _binary,
    cst.Comparison: _comparison,
    cst.BooleanOperation: _boolean,
    cst.IfExp: _conditional,
    cst.Lambda: _lambda,
    cst.Tuple: _tuple,
    cst.List: _list,
    cst.Set: _set,
    cst.Dict: _dict,
    cst.ListComp: _comprehension,
    cst.SetComp: _comprehension,
    cst.GeneratorExp: _comprehension,
    cst.DictComp: _comprehension,
    cst.NamedExpr: _walrus,
    cst.StarredElement: _starred,
    cst.Await: _await,
    cst.Yield: _yield,
}
