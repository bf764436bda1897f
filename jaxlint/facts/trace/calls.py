"""Calls: project functions are entered, transforms are applied, library functions are looked up."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.arguments import Arguments, match
from jaxlint.facts.model.frames import Boundary, Frame
from jaxlint.facts.model.state import OPTION, REST, Guard, join_states, summary
from jaxlint.facts.model.values import (
    NONE,
    Array,
    AtIndex,
    Cached,
    Class,
    Const,
    Either,
    Function,
    HostArray,
    Library,
    Many,
    Member,
    Partial,
    Ref,
    Transformed,
    Tuple,
    Unknown,
    Value,
)
from jaxlint.facts.notes import evidence
from jaxlint.facts.trace import access, classes, library, methods, transforms
from jaxlint.facts.trace.expressions import EXPRESSIONS, evaluate
from jaxlint.facts.trace.statements import execute

MAX_DEPTH = 24
MAX_STEPS = 2500
"""Statements that are followed for one root, inlined calls included."""


def evaluate_call(frame: Frame, node: cst.Call) -> Value:
    """The value of a call expression."""
    callee = evaluate(frame, node.func)
    args = arguments(frame, node)
    if frame.tracer.state is None:
        return Unknown("unreachable")
    if callee == Library("builtins.super"):
        return _super(frame, node)
    if isinstance(callee, Unknown) and isinstance(node.func, cst.Attribute):
        _forget_attributes(frame, node.func)
    return call(frame, callee, args, node)


_PURE = frozenset({"replace", "_replace", "apply", "apply_fn", "init", "copy", "get"})


def _forget_attributes(frame: Frame, method: cst.Attribute) -> None:
    """A method that is not known may change the attributes of its object."""
    base = frame.values.get(method.value)
    if isinstance(base, Unknown) and method.attr.value not in _PURE:
        havoc(frame, Arguments((base,)))


EXPRESSIONS[cst.Call] = evaluate_call


def arguments(frame: Frame, node: cst.Call) -> Arguments:
    """Evaluate the arguments of a call."""
    positional: list[Value] = []
    keywords: dict[str, Value] = {}
    exact = True
    for arg in node.args:
        value = evaluate(frame, arg.value)
        if arg.star == "*":
            items = access.exact_items(frame, value)
            exact = exact and items is not None
            positional += items or []
        elif arg.star == "**":
            contents = frame.state.contents(value) if isinstance(value, Ref) else {REST: Unknown()}
            exact = exact and REST not in contents
            keywords.update({key: item for key, item in contents.items() if isinstance(key, str) and key != REST})
        elif arg.keyword is not None:
            keywords[arg.keyword.value] = value
        else:
            positional.append(value)
    return Arguments(tuple(positional), keywords, exact)


def call(frame: Frame, callee: Value, args: Arguments, node: cst.CSTNode) -> Value:
    """The value of calling ``callee``; ``node`` is where."""
    match callee:
        case Function():
            return invoke(frame, callee, args, node)
        case Partial(function=function, args=bound, kwargs=kwargs):
            inner = Arguments((*bound, *args.positional), {**dict(kwargs), **args.keywords}, args.exact)
            with frame.tracer.through(callee):
                return call(frame, function, inner, node)
        case Transformed():
            return transforms.call_transformed(frame, callee, args, node)
        case Cached(function=function):
            keeper = frame.within(frame.boundary, frame.place(node))
            keeper.kept = True
            result = call(keeper, function, args, node)
            library.note_cached(frame, callee, result)
            return result
        case Class(definition=definition):
            return classes.instantiate(frame, definition, args, node)
        case Library(name=name):
            return library.call_library(frame, name, args, node)
        case Member(base=base, name=name):
            return methods.call_method(frame, base, name, args, node)
        case Ref(kind="object", cls=cls) if cls is not None:
            method = classes.class_attribute(frame, cls, "__call__")
            if method is not None:
                bound_method = classes.bind_method(frame, callee, "__call__", method, node)
                return call(frame, bound_method, args, node)
        case Either(options=options):
            return _call_options(frame, options, args, node)
        case Array() | AtIndex() | Const():
            return Unknown()
    havoc(frame, args)
    return Unknown("result of an unknown call")


def _call_options(frame: Frame, options: tuple[Value, ...], args: Arguments, node: cst.CSTNode) -> Value:
    results, ends = [], None
    before = frame.state
    for number, option in enumerate(options):
        frame.tracer.state = before.fork()
        frame.state.guards = (*before.guards, Guard(id(options), f"{OPTION} {number}", True, False))
        results.append(call(frame, option, args, node))
        ends = join_states(ends, frame.tracer.state)
    frame.tracer.state = ends
    return summary(results)


def havoc(frame: Frame, args: Arguments) -> None:
    """Forget what an unknown callee may have changed: the contents of mutable arguments. It may register a class."""
    for value in args.values:
        match value:
            case HostArray():
                frame.tracer.written.add(value)
            case Class(definition=definition):
                frame.tracer.handed.add(definition)
            case Ref(kind="list" | "dict" | "set"):
                frame.state.replace(value, {REST: Unknown()})
            case Unknown():
                for whole, tag in [key for key in frame.state.derived if key[0] is value]:
                    if isinstance(tag, tuple) and tag[0] == "attribute":
                        frame.state.derived[whole, tag] = Unknown()


def _super(frame: Frame, node: cst.Call) -> Value:
    definition = frame.definition
    while definition is None and frame.closure is not None:
        frame = frame.closure
        definition = frame.definition
    receiver = next(iter(frame.arguments.values()), None)
    if definition is None or definition.cls is None or not isinstance(receiver, Ref):
        return Unknown("super()")
    return Member(receiver, f"super:{definition.cls.qualname}")


def invoke(
    frame: Frame, function: Function, args: Arguments, node: cst.CSTNode, boundary: Boundary | None = None
) -> Value:
    """Enter a project function."""
    tracer, definition = frame.tracer, function.definition
    if function.receiver is not None:
        args = args.prepend(function.receiver)
    if frame.depth >= MAX_DEPTH or tracer.root_steps() > MAX_STEPS or tracer.running(frame, definition):
        havoc(frame, args)
        return Unknown("not followed")
    matched = match(definition.parameters, args)
    if matched is None:
        return Unknown("wrong arguments")
    inner = Frame(
        tracer,
        definition.module,
        definition.chunk,
        definition.scope,
        definition,
        closure=function.closure,
        caller=frame,
        call=frame.place(node),
        boundary=boundary or frame.boundary,
        depth=frame.depth + 1,
        caught=frame.caught,
        guarded=len(frame.state.guards),
        kept=definition in tracer.doubtful,
    )
    _bind_parameters(inner, function, args, matched)
    if tracer.exhausted(inner):
        frame.state.drop(inner)
        havoc(frame, args)
        return Unknown("not followed")
    known = tracer.replay(inner)
    return known if known is not None else run(inner)


def run(frame: Frame) -> Value:
    """Execute a prepared frame; the value that it returns."""
    assert frame.definition is not None
    node = frame.definition.node
    frame.tracer.enter(frame)
    if isinstance(node, cst.Lambda):
        value = evaluate(frame, node.body)
    else:
        execute(frame, [node.body])
        value = _returned(frame)
        if frame.definition.is_generator or node.asynchronous is not None:
            value = Many(summary(frame.yielded)) if node.asynchronous is None else Unknown("coroutine")
    frame.tracer.leave(frame, value)
    return value


def _returned(frame: Frame) -> Value:
    """Join all ways out of the function."""
    if frame.tracer.state is not None:
        frame.returns.append((NONE, frame.tracer.state))
    if not frame.returns:
        frame.tracer.end_of_path()
        return Unknown("never returns")
    value, joined = frame.returns[0]
    for other, state in frame.returns[1:]:
        value = summary([value, other])
        joined = join_states(joined, state)  # type: ignore[assignment]
    frame.tracer.state = joined
    return value


def _bind_parameters(frame: Frame, function: Function, args: Arguments, matched: dict[str, Value | None]) -> None:
    names = {parameter.name for parameter in function.definition.parameters}
    contents: dict[str, Value] = {}
    stated = frame.tracer.stated(function)
    for parameter in function.definition.parameters:
        match parameter.kind:
            case "args":
                taken = sum(p.kind in ("positional", "both") for p in function.definition.parameters)
                rest = args.positional[taken:]
                contents[parameter.name] = Tuple(tuple(rest)) if args.exact else Many(summary([*rest, Unknown()]))
            case "kwargs":
                extra = {name: value for name, value in args.keywords.items() if name not in names}
                ref = Ref("dict", frame)
                frame.state.replace(ref, extra if args.exact else {**extra, REST: Unknown()})
                contents[parameter.name] = ref
            case _:
                value = matched.get(parameter.name)
                if value is None and args.exact:
                    value = frame.tracer.defaults(function).get(parameter.name)
                value = value if value is not None else Unknown(f"parameter {parameter.name}")
                evidence.settle_annotated(frame, parameter, value)
                contents[parameter.name] = evidence.as_stated(value, stated.get(parameter.name))
    frame.arguments = contents
    frame.state.replace(frame, dict(contents))
