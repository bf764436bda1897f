"""Transforms: what they make of a function, and what the function then sees."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.arguments import Arguments, constant_ints, constant_strings
from jaxlint.facts.model.compiled import now
from jaxlint.facts.model.frames import Boundary, Frame
from jaxlint.facts.model.state import join_states, summary
from jaxlint.facts.model.values import (
    NONE,
    Array,
    Class,
    Const,
    Either,
    HostArray,
    Library,
    Many,
    Partial,
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
from jaxlint.facts.notes import compiled, cuts, donated, gradients, host, mapped, structure, unfit
from jaxlint.facts.trace import access, boundary, library, trees
from jaxlint.facts.trace.boundary import detach, element, enter, trace_argument, undifferentiated
from jaxlint.jaxapi import Feed, Transform
from jaxlint.jaxapi import Traced as TracedFunction


def call_transform(frame: Frame, row: Transform, args: Arguments, node: cst.CSTNode) -> Value:
    """The value of calling a transform: a transformed function, or the result of applying it now."""
    if row.form == "context":
        return Library(row.name)
    bound = library.bind(row.signature, args)
    if row.form == "applies":
        return _apply(frame, row, args, bound, node)
    function = bound.pop(row.functions[0].param, None) if row.functions else None
    if function is None:
        return Partial(Library(row.name), (), tuple(args.keywords.items()), frame.place(node))
    if isinstance(function, Class) and row.name.startswith("flax."):
        return function  # a lifted module class: making an instance of it traces nothing
    if row.kind == "opaque":
        return Transformed(row, row.name, function, bound, frame.place(node))
    if row.kind == "neutral" and row.level == "none":
        return function
    value = Transformed(row, row.name, function, bound, frame.place(node))
    frame.tracer.wrapped(frame, value)
    compiled.note_made(frame, value)
    unfit.note_options(frame, value)
    return value


def call_transformed(frame: Frame, callee: Transformed, args: Arguments, node: cst.CSTNode) -> Value:
    """The value of calling a function that a transform returned."""
    row = callee.transform
    frame.tracer.called.add(callee)
    if row.kind == "opaque":
        host.note_opaque(frame, row.name, args, node)
        return Unknown(row.name)
    if row.kind == "kernel":
        return _kernel(frame, callee, args, node)
    if row.level == "none":
        if row.kind == "rule":
            args = Arguments(
                tuple(map(undifferentiated, args.positional)),
                {name: undifferentiated(value) for name, value in args.keywords.items()},
                args.exact,
            )
        result = frame.tracer.call(frame, callee.function, args, node)
        if row.result == ("first",):
            return result.items[0] if isinstance(result, Tuple) and result.items else Unknown(row.name)
        return result
    refused = gradients.note_inputs(frame, callee, args, node)
    trace = enter(frame, row, callee.function, callee.place)
    inner = frame.within(trace, frame.place(node))
    traced = Arguments(
        tuple(_positional(inner, callee, trace, number, value) for number, value in enumerate(args.positional)),
        {name: _keyword(inner, callee, trace, name, value) for name, value in args.keywords.items()},
        args.exact,
    )
    unfit.note_arguments(frame, callee, args, node)
    mapped.note_axes(frame, callee, args, node)
    moment = now(frame)
    result = inner.tracer.call(inner, callee.function, traced, node)
    if row.kind == "grad" and not refused:
        gradients.note_output(frame, callee, result)
        cuts.note_result(frame, trace, result, callee.options.get(row.has_aux or ""))
    compiled.note_run(frame, callee, args, moment, node)
    value = _result(frame, callee, detach(frame, trace, result, args), args)
    donated.note_donation(frame, callee, args, value, node)
    return value


def _result(frame: Frame, callee: Transformed, result: Value, args: Arguments) -> Value:
    row = callee.transform
    if row.kind == "inspect":
        return Unknown(row.name)
    if row.kind == "map" and row.result == ("stack",):
        axes = callee.options.get("out_axes", Const(0))
        return _stacked(frame, result, everywhere=isinstance(axes, Const) and axes != NONE)
    if row.kind != "grad" or row.result == ("same",):
        return result
    return trees.gradient(frame, callee, result, args)


def _stacked(frame: Frame, value: Value, *, everywhere: bool = True) -> Value:
    """What a function returns for all rows: arrays with one more axis; how many if that is so of all results."""
    match value:
        case Array(traced=traced, kind=kind, ndim=ndim):
            return Array(traced, kind, ndim + 1 if ndim is not None and everywhere else None)
        case Const(value=int() | float()) | Static():
            return Array(frame.staged)
        case Tuple(items=items):
            return Tuple(tuple(_stacked(frame, item, everywhere=everywhere) for item in items))
        case Many(item=item):
            return Many(_stacked(frame, item, everywhere=everywhere))
        case Either(options=options):
            return summary([_stacked(frame, option, everywhere=everywhere) for option in options])
        case Ref():
            static = boundary.static_fields(frame, value) or set()
            return boundary.rebuilt(frame, value, static, lambda item: _stacked(frame, item, everywhere=everywhere))
    return value


def _option(frame: Frame, callee: Transformed, role: str | None) -> tuple[Value | None, list[Value] | None]:
    value = callee.options.get(role) if role is not None else None
    return value, access.exact_items(frame, value) if value is not None else None


def _positional(frame: Frame, callee: Transformed, trace: Boundary, number: int, value: Value) -> Value:
    """What the function sees as its positional argument ``number``."""
    name = boundary.parameter_name(callee.function, number)
    row = callee.transform
    if _is_static(frame, callee, number, name):
        return value
    if row.argnums is not None:
        wanted = constant_ints(*_option(frame, callee, row.argnums)) if row.argnums in callee.options else {0}
        if wanted is None or number not in wanted:
            return value
    if row.kind == "map" and row.in_axes is not None:
        return _mapped(frame, callee, trace, number, name, value)
    return trace_argument(frame, trace, value, name)


def _is_static(frame: Frame, callee: Transformed, number: int, name: str) -> bool:
    row = callee.transform
    numbers = constant_ints(*_option(frame, callee, row.static_argnums))
    names = constant_strings(*_option(frame, callee, row.static_argnames))
    if numbers is None or names is None:
        return True
    excluded, items = _option(frame, callee, "excluded")  # of `jnp.vectorize`
    if excluded is not None:
        return items is None or any(item in (Const(number), Const(name)) for item in items)
    return unfit.is_static(callee, {*numbers, *names}, number, name)


def _keyword(frame: Frame, callee: Transformed, trace: Boundary, name: str, value: Value) -> Value:
    names = boundary.parameter_names(callee.function)
    number = names.index(name) if name in names else 1000
    if _is_static(frame, callee, number, name) or callee.transform.argnums is not None:
        return value
    if callee.transform.kind == "map":
        return trace_argument(frame, trace, element(frame, value, 0), name)
    return trace_argument(frame, trace, value, name)


def _mapped(frame: Frame, callee: Transformed, trace: Boundary, number: int, name: str, value: Value) -> Value:
    axes, items = _option(frame, callee, callee.transform.in_axes)
    axis: Value | None = axes
    if items is not None:
        axis = items[number] if number < len(items) else Unknown()
    if axis == NONE:
        return value
    if isinstance(axis, Const | None):
        return trace_argument(frame, trace, _along(frame, value, axis.value if axis is not None else 0), name)
    return Unknown("mapped argument")


def _along(frame: Frame, value: Value, axis: object) -> Value:
    """One slice of a value along an axis."""
    if isinstance(value, Array) and isinstance(axis, int) and axis:
        whole = value.dims is not None and len(value.dims) == value.ndim and -len(value.dims) <= axis < len(value.dims)
        dims = tuple(length for n, length in enumerate(value.dims or ()) if n != axis % len(value.dims or (0,)))
        return Array(value.traced, value.kind, value.ndim - 1 if value.ndim else None, dims if whole else None)
    if isinstance(value, Tuple) and axis:
        return Tuple(tuple(_along(frame, item, axis) for item in value.items))
    return element(frame, value, 0)


def _kernel(frame: Frame, callee: Transformed, args: Arguments, node: cst.CSTNode) -> Value:
    names = boundary.parameter_names(callee.function)
    frame.tracer.call(frame, callee.function, Arguments(tuple(Unknown("ref") for _ in names)), node)
    return Array(any_tracing(args.values) or frame.staged)


def _apply(frame: Frame, row: Transform, args: Arguments, bound: dict[str, Value], node: cst.CSTNode) -> Value:
    """A transform that runs its functions now: scan, cond, tree.map, callbacks."""
    results = []
    before = frame.state
    end = None
    for function in row.functions:
        value = bound.get(function.param)
        if value is None:
            continue
        many = access.exact_items(frame, value) if function.many else [value]
        for option in [access.any_item(frame, value)] if many is None else many:
            if row.kind == "branch":
                frame.tracer.state = before.fork()
            results.append(_run(frame, row, function, option, args, bound, node))
            if row.kind == "branch":
                end = join_states(end, frame.tracer.state)
    if row.kind == "branch":
        frame.tracer.state = end or before
        structure.note_branches(frame, row.name, results, node)
    return _applied(frame, row, results, args)


def _run(
    frame: Frame, row: Transform, wanted: TracedFunction, function: Value, args: Arguments, bound: dict[str, Value],
    node: cst.CSTNode,
) -> Value:  # fmt: skip
    """Call one function of an applied transform, loop bodies for two turns; what it returns in the end."""
    compiled.note_applied(frame, row, function, args, node)
    trace = None if row.on_host or row.level == "none" else enter(frame, row, function, frame.place(node))
    around = trace if not row.on_host else None
    inner = frame.within(around if trace or row.on_host else frame.boundary, frame.place(node))
    rounds = 2 if row.kind in ("loop", "tree") else 1
    result: Value = Unknown()
    carry: Value | None = None
    leaves: list[Value] = []
    for number in range(rounds):
        frame.tracer.turns += rounds > 1
        fed: list[Value] = []
        for feed in wanted.feeds:
            for value in _sources(frame, row, feed, args, bound):
                source = value
                if feed.how == "carry" and number:
                    source = carry if carry is not None else access.renewed(frame, value)
                source = undifferentiated(source) if row.kind == "rule" else source
                fed.append(_fed(inner, trace, feed, source, number, boundary.parameter_name(function, len(fed))))
        result = inner.tracer.call(inner, function, Arguments(tuple(fed)), node)
        leaves.append(result)
        if number == 0 and "carry" in row.result and wanted is row.functions[-1] and frame.tracer.state is not None:
            starts = [
                value
                for feed in wanted.feeds
                if feed.how == "carry"
                for value in _sources(frame, row, feed, args, bound)
            ]
            if len(starts) == 1:
                structure.note_carry(frame, row.name, starts[0], result, node)
        if frame.tracer.state is None:
            break
        if wanted is row.functions[-1]:  # what a condition returns is no carry
            carry = _next_carry(row, result)
    if row.kind == "tree":
        result = summary(leaves)
    return detach(frame, trace, result, args) if trace is not None else result


def _next_carry(row: Transform, result: Value) -> Value | None:
    if row.result[0] != "carry":
        return None
    if len(row.result) == 1 or isinstance(result, Unknown):
        return result
    return result.items[0] if isinstance(result, Tuple) and result.items else None


def _sources(frame: Frame, row: Transform, feed: Feed, args: Arguments, bound: dict[str, Value]) -> list[Value]:
    """The values that a feed draws on: one, or all of a variadic or a sequence."""
    if feed.how == "index":
        return [Static("int")]
    if feed.spread == "*":
        start = len(row.signature.positional)
        return list(args.positional[start:])
    if feed.spread == "**":
        return []
    value = bound.get(feed.source, NONE if feed.how == "element" else Unknown())
    if feed.spread == "[]":
        return access.exact_items(frame, value) or [Unknown()]
    return [value]


def _fed(frame: Frame, trace: Boundary | None, feed: Feed, value: Value, number: int, name: str) -> Value:
    """What a traced function receives for one parameter."""
    match feed.how:
        case "host":
            return HostArray()
        case "leaf":
            return trees.leaf(frame, value, number)
        case "element":
            value = element(frame, value, number)
        case "function" | "static" | "ref" | "path":
            return Unknown(feed.how)
    return trace_argument(frame, trace, value, name) if trace is not None else value


def _applied(frame: Frame, row: Transform, results: list[Value], args: Arguments) -> Value:
    """The value of the whole call, by the words of ``row.result``."""
    last = results[-1] if results else Unknown(row.name)
    match row.result:
        case ("carry", "stack"):
            carry, stacked = last.items if isinstance(last, Tuple) and len(last.items) == 2 else (Unknown(), Unknown())
            return Tuple((carry, _stacked(frame, stacked)))
        case ("stack",):
            return _stacked(frame, last)
        case ("branch",):
            either = summary(results)
            known = (value for value in results if not isinstance(value, Unknown | Tree | Either))
            if isinstance(either, Unknown | Tree) and any(value != NONE for value in known):
                # They have one structure, so that none is None if one of them is not.
                frame.state.nones[identity(either)] = False
            return either
        case ("carry",) | ("same",):
            return last
        case ("leaves",) if isinstance(last, Array) and (tree := _mapped_tree(frame, args, last)) is not None:
            return tree
        case ("leaves",):
            return Tree(last.traced) if isinstance(last, Array) and last.traced is not None else Unknown("tree")
        case ("declared",):
            return _declared(frame, args.get(1, "result_shape_dtypes"))
        case ("none",):
            return NONE
        case ("value", _):
            return Tuple((last, Unknown()))
    return Unknown(row.name)


def _declared(frame: Frame, shapes: Value | None) -> Value:
    """What a callback returns, by the shapes that it promises."""
    match shapes:
        case Const(value=None):
            return NONE
        case Tuple() | Many() | Ref():
            return Unknown("declared")
    return Array(frame.staged)


def _mapped_tree(frame: Frame, args: Arguments, leaf: Array) -> Value | None:
    """What ``jax.tree.map`` makes of a tree of which the structure is known."""
    if "is_leaf" in args.keywords or len(args.positional) < 2:
        return None
    return trees.mapped(frame, args.positional[1], leaf)
