"""Builtins and the standard library, where the tracer needs more than a result type."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import libcst as cst

from jaxlint.facts.model.arguments import Arguments
from jaxlint.facts.model.events import Asked, HostEffect
from jaxlint.facts.model.flattened import structure_fields
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.state import REST, summary
from jaxlint.facts.model.values import (
    EXTENT,
    NONE,
    STATIC_INT,
    Array,
    Cached,
    Class,
    Const,
    Either,
    Function,
    HostArray,
    Keys,
    Kind,
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
from jaxlint.facts.model.why import Traced, strongest
from jaxlint.facts.notes import captures, evidence
from jaxlint.facts.trace import access, classes, trees
from jaxlint.facts.trace.boundary import undifferentiated
from jaxlint.facts.trace.classes import FIELD
from jaxlint.facts.trace.expressions import truth
from jaxlint.facts.trace.iterate import turns
from jaxlint.jaxapi import array_attribute

Handler = Callable[[Frame, Arguments, cst.CSTNode], Value]


def _partial(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    if not args.positional:
        return Unknown()
    return Partial(args.positional[0], args.positional[1:], tuple(args.keywords.items()), frame.place(node))


def _wraps(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    return Library("jaxlint.identity")


def _identity(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    return args.positional[0] if args.positional else Unknown()


def _cache(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    first = args.positional[0] if args.positional else None
    if isinstance(first, Function | Partial | Transformed):
        return Cached(first, frame.place(node))
    return Library("functools.cache")


def _len(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    items = access.exact_items(frame, args.positional[0]) if args.positional else None
    if items is not None:
        return Const(len(items))
    match args.positional:
        case (Array(length=int() as length),):
            return Const(length)
        case (Array() | HostArray(),):
            return EXTENT
        case (Tree() as tree,) if frame.boundary is not None and identity(tree) in frame.tracer.settled:
            return EXTENT
    return STATIC_INT


def _static(kind: Kind) -> Handler:
    return lambda frame, args, node: Static(kind)


_NOT_OF_JAX = frozenset(
    {"numpy.ndarray", "numpy.generic", "numpy.number", "numpy.bool_", "numpy.integer", "numpy.floating",
    "numbers.Number",
     "numbers.Integral", "numbers.Real", "builtins.int", "builtins.float", "builtins.complex", "builtins.bool",
     "builtins.str", "builtins.list", "builtins.tuple", "builtins.dict", "builtins.set"}
)  # fmt: skip
"""Types which no jax array is an instance of."""
_CONTAINERS = frozenset({"builtins.list", "builtins.tuple", "builtins.dict", "builtins.set"})
_OF_JAX = frozenset({"jax.Array", "jax.numpy.ndarray", "jaxtyping.Array"})
_TRACERS = frozenset({"jax.core.Tracer", "jax.extend.core.Tracer"})


def _isinstance(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    if len(args.positional) != 2:
        return Static("bool")
    value, wanted = args.positional
    types = access.exact_items(frame, wanted) or [wanted]
    verdicts = [_is_instance(value, kind) for kind in types]
    if any(verdicts):
        return Const(True)
    return Const(False) if all(verdict is False for verdict in verdicts) else Static("bool")


def _is_instance(value: Value, kind: Value) -> bool | None:
    """Whether a value is an instance of one type; None if that is not known."""
    if not isinstance(kind, Library):
        return None
    match value:
        case Array(traced=traced):
            if kind.name in _TRACERS:
                return traced is not None or None
            return True if kind.name in _OF_JAX else False if kind.name in _NOT_OF_JAX else None
        case Tree() if kind.name in _NOT_OF_JAX and kind.name not in _CONTAINERS:
            return False
        case Tree(traced=Traced()) if kind.name in _TRACERS:
            return True  # who asks this has an array in hand
        case HostArray(scalar=False) if kind.name in _OF_JAX | _TRACERS | _CONTAINERS:
            return False
        case Either(options=options):
            verdicts = {_is_instance(option, kind) for option in options}
            return verdicts.pop() if len(verdicts) == 1 else None
        case Const(value=constant) if kind.name.startswith("builtins."):
            cls = getattr(builtins, kind.name.removeprefix("builtins."), None)
            return isinstance(constant, cls) if isinstance(cls, type) else None
    return None


def _hasattr(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    match args.positional:
        case (Array(), Const(value=str() as name)) if name == "__setitem__" or array_attribute(name) is not None:
            return Const(name != "__setitem__" and array_attribute(name) != "absent")
        case (HostArray(scalar=False), Const(value="at")):
            return Const(False)
    return Static("bool")


def _range(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    numbers = [value.value for value in args.positional if isinstance(value, Const) and isinstance(value.value, int)]
    count = None
    if len(numbers) == len(args.positional) and numbers and (len(numbers) < 3 or numbers[2]):
        count = len(range(*numbers[:3]))
    if traced := any_tracing(args.values):
        return Many(Array(traced, "int"), count)
    return Many(Static("int", turn=object()), count)


def _enumerate(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    source = args.positional[0] if args.positional else Unknown()
    exact = access.exact_items(frame, source)
    if exact is not None and "start" not in args.keywords and len(args.positional) == 1:
        return Tuple(tuple(Tuple((Const(number), item)) for number, item in enumerate(exact)))
    return Many(Tuple((Static("int", turn=object()), Many(Unknown(), source=source))))


def _zip(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    exact = [access.exact_items(frame, value) for value in args.positional]
    if exact and args.exact and all(items is not None for items in exact):
        return Tuple(tuple(Tuple(group) for group in zip(*[items or [] for items in exact], strict=False)))
    return Many(Tuple(tuple(Many(Unknown(), source=value) for value in args.positional)))


def _reversed(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    source = args.positional[0] if args.positional else Unknown()
    exact = access.exact_items(frame, source)
    if exact is not None:
        return Tuple(tuple(reversed(exact)))
    return source if isinstance(source, Many) else Many(Unknown(), source=source)


def _map(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    if len(args.positional) < 2:
        return Unknown()
    function, *sources = args.positional
    results: list[Value] = []
    for group in zip(*(turns(frame, source) for source in sources), strict=False):
        frame.tracer.turns += 1
        results.append(frame.tracer.call(frame, function, Arguments(tuple(group)), node))
    return Many(summary(results))


def _list(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    return _collect(frame, args, node, "list")


def _sorted(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    """Tracers cannot be ordered: what is sorted of an unknown pytree are a dict's keys."""
    if args.positional and isinstance(args.positional[0], Tree):
        return access.new_list(frame, [Unknown("dict key")], open=True, node=node)
    return _list(frame, args, node)


def _collect(frame: Frame, args: Arguments, node: cst.CSTNode, kind: str) -> Value:
    if not args.positional:
        return access.new_list(frame, [], node=node) if kind == "list" else Tuple(())
    source = args.positional[0]
    if isinstance(source, Keys):
        return source
    exact = access.exact_items(frame, source)
    if exact is not None:
        return access.new_list(frame, exact, node=node) if kind == "list" else Tuple(tuple(exact))
    item = turns(frame, source)[0]
    return access.new_list(frame, [item], open=True, node=node) if kind == "list" else Many(item, source=source)


def _tuple(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    return _collect(frame, args, node, "tuple")


def _dict(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    ref = Ref("dict", frame, place=frame.place(node))
    contents: dict[Any, Value] = {}
    match args.positional:
        case (Ref() as other, *_):
            contents = dict(frame.state.contents(other))
        case (Tree() as tree, *_):
            contents = {REST: Tree(tree.traced)}
        case (_, *_):
            contents = {REST: Unknown()}
    frame.state.replace(ref, {**contents, **args.keywords})
    return ref


def _set(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    ref = Ref("set", frame, place=frame.place(node))
    item = access.any_item(frame, args.positional[0]) if args.positional else None
    frame.state.replace(ref, {REST: item} if item is not None else {})
    return ref


def _next(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    source = args.positional[0] if args.positional else Unknown()
    if frame.boundary is not None and isinstance(node, cst.Call) and node.args:
        known = isinstance(source, Many) or (isinstance(source, Ref) and source.kind == "list")
        if known and captures.from_outside(frame, node.args[0].value):
            frame.tracer.record(frame, node, HostEffect("next", "iterator", frame.boundary))
    if isinstance(source, Ref) and source.kind == "object":
        return access_call(frame, source, "__next__", node)
    if isinstance(source, Many):
        return access.another(frame, turns(frame, source)[0], ("next", object()))
    return Unknown("next()")


def access_call(frame: Frame, base: Value, name: str, node: cst.CSTNode) -> Value:
    """Call a method by name."""
    return frame.tracer.call(frame, access.attribute(frame, base, name, node), Arguments(), node)


def _getattr(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    match args.positional:
        case (base, Const(value=str() as name), *_):
            return access.attribute(frame, base, name, node)
    return Unknown()


def _number(kind: Kind) -> Handler:
    def handler(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
        match args.positional:
            case (Const(value=int() | float() | str() as constant),):
                try:
                    return Const({"int": int, "float": float, "bool": bool}[kind or "int"](constant))
                except (ValueError, OverflowError, KeyError):
                    return Static(kind)
            case (value,) if kind == "bool" and (known := truth(value)) is not None:
                return Const(known)
        return Static(kind)

    return handler


def _array_or_number(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    """``abs``, ``round``, ``min``, ``max``, ``sum``, ``pow``: arrays give arrays."""
    items = [access.any_item(frame, v) if isinstance(v, Tuple | Many | Ref) else v for v in args.positional]
    arrays = [item for item in items if isinstance(item, Array | Tree)]
    if arrays:
        kinds = {item.kind for item in arrays if isinstance(item, Array)}
        return Array(strongest(any_tracing(items), frame.staged), kinds.pop() if len(kinds) == 1 else None)
    if any(isinstance(item, HostArray) for item in items):
        return HostArray(scalar=True)
    return Static("int" if all(_is_int(item) for item in items) and items else None) if _numbers(items) else Unknown()


def _asking(name: str, handler: Handler) -> Handler:
    """A builtin that tests its items, or compares them with each other."""

    def run(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
        if frame.boundary is not None and args.exact and "key" not in args.keywords:
            if name in ("min", "max") and len(args.positional) > 1:
                evidence.settle_ordered(frame, args.positional)
            asked = _asked(frame, args, compares=name not in ("any", "all"))
            if any(any_tracing([item]) for item in asked):
                frame.tracer.record(frame, node, Asked(name, tuple(asked)))
        return handler(frame, args, node)

    return run


def _settled_by(outcome: bool) -> Handler:
    """``any`` by one item that is certainly true, ``all`` by one that is not; as loops, they have an item at least."""

    def handler(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
        match args.positional:
            case (Many(item=item, source=None),):
                items = [item]
            case (source,):
                items = access.exact_items(frame, source) or []
            case _:
                items = []
        return Const(outcome) if any(truth(item) is outcome for item in items) else Static("bool")

    return handler


def _asked(frame: Frame, args: Arguments, *, compares: bool) -> list[Value]:
    """What a builtin asks for its truth; a single item is compared with nothing."""
    if len(args.positional) != 1:
        return list(args.positional) if compares else []
    (source,) = args.positional
    if isinstance(source, Tree) and identity(source) in frame.tracer.settled:
        source = Array(source.traced)
    items = access.exact_items(frame, source)
    if items is None and isinstance(source, Array) and source.length is not None:
        items = [access.any_item(frame, source)] * min(source.length, 2)
    if items is not None:
        return items if len(items) > compares else []
    return [turns(frame, source)[0]] if isinstance(source, Array | Tree | Many | Ref) else []


def _is_int(value: Value) -> bool:
    return (isinstance(value, Static) and value.kind == "int") or (
        isinstance(value, Const) and isinstance(value.value, int)
    )


def _numbers(items: list[Value]) -> bool:
    return all(isinstance(item, Const | Static) for item in items)


def _dataclass_replace(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    first = args.positional[0] if args.positional else Unknown()
    if not isinstance(first, Ref):
        return Unknown("replace()")
    return replaced(frame, first, args.keywords)


def replaced(frame: Frame, base: Ref, fields: dict[str, Value]) -> Ref:
    """A copy of an object with some fields changed."""
    ref = Ref(base.kind, frame, base.cls)
    frame.state.replace(ref, {**frame.state.contents(base), **fields})
    return ref


def _field(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    """``dataclasses.field(...)`` stays as it is until an instance takes its default from it."""
    return Partial(Library(FIELD), (), tuple(args.keywords.items()), frame.place(node))


def _dataclass(name: str) -> Handler:
    """``@dataclass(frozen=True)``, which says what sort of class it decorates; or ``dataclass(C)``."""

    def handle(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
        if args.positional:
            return args.positional[0]
        return Partial(Library(name), (), tuple(args.keywords.items()), frame.place(node))

    return handle


_DATACLASSES = (
    "dataclasses.dataclass",
    "flax.struct.dataclass",
    "chex.dataclass",
    "attr.s",
    "attrs.define",
    "attr.define",
)


def _default_dict(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    return _dict(frame, Arguments(args.positional[1:], args.keywords), node)


def _copy(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    first = args.positional[0] if args.positional else Unknown()
    return (
        replaced(frame, first, {}) if isinstance(first, Ref) else first if not isinstance(first, Unknown) else Unknown()
    )


def _namedtuple(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    match args.positional:
        case (Const(value=str() as name), Const(value=str() as joined), *_):
            fields = joined.replace(",", " ").split()
        case (Const(value=str() as name), listed, *_) if (items := access.exact_items(frame, listed)) is not None:
            fields = [item.value for item in items if isinstance(item, Const) and isinstance(item.value, str)]
        case _:
            return Unknown("namedtuple")
    defaults = access.exact_items(frame, args.keywords.get("defaults", Tuple(())))
    if not all(map(str.isidentifier, (name, *fields))) or defaults is None:
        return Unknown("namedtuple")
    return classes.named_tuple(frame, name, fields, len(defaults))


def _deque(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    item = access.any_item(frame, args.positional[0]) if args.positional else None
    return access.new_list(frame, [item] if item is not None else [], open=True, node=node)


def _count(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    return Many(Static("int"))


def _type(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    first = args.positional[0] if len(args.positional) == 1 else None
    return Class(first.cls) if isinstance(first, Ref) and first.cls is not None else Unknown("type")


def _register(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    """``register_pytree_node(cls, flatten, unflatten)``."""
    flatten = args.get(1, "flatten_func")
    return _registered(
        frame, args, structure_fields(flatten.definition.node) if isinstance(flatten, Function) else None
    )


def _register_dataclass(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    meta = args.get(2, "meta_fields")
    items = access.exact_items(frame, meta) if meta is not None else []
    names = {item.value for item in items or () if isinstance(item, Const) and isinstance(item.value, str)}
    return _registered(frame, args, names if items is not None else None)


def _registered(frame: Frame, args: Arguments, static: set[str] | None) -> Value:
    cls = args.positional[0] if args.positional else NONE
    if isinstance(cls, Class):
        frame.tracer.registered[cls.definition] = static
    return cls


def _leaves(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    return Many(trees.leaf(frame, args.positional[0], 0)) if args.positional else Unknown()


def _flatten(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    return Tuple((_leaves(frame, args, node), Unknown("treedef")))


def _stop_gradient(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    """What has no tangent is no tracer under eager ``grad``."""
    match args.positional:
        case (Array(traced=Traced() as traced) as array,):
            kept = frame.staged if traced.level == "grad" else replace(traced, reverse=False)
            return array.with_trace(kept)
        case (value, *_):
            return undifferentiated(value)
    return Unknown()


def _none(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    return NONE


SPECIAL: dict[str, Handler] = {
    "functools.partial": _partial,
    "functools.wraps": _wraps,
    "jaxlint.identity": _identity,
    "functools.lru_cache": _cache,
    "functools.cache": _cache,
    "builtins.len": _len,
    "builtins.isinstance": _isinstance,
    "builtins.issubclass": _static("bool"),
    "builtins.hasattr": _hasattr,
    "builtins.callable": _static("bool"),
    "builtins.id": _static("int"),
    "builtins.hash": _static("int"),
    "builtins.str": _static("str"),
    "builtins.repr": _static("str"),
    "builtins.format": _static("str"),
    "builtins.any": _asking("any", _settled_by(True)),
    "builtins.all": _asking("all", _settled_by(False)),
    "builtins.range": _range,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.reversed": _reversed,
    "builtins.map": _map,
    "builtins.list": _list,
    "builtins.sorted": _asking("sorted", _sorted),
    "builtins.tuple": _tuple,
    "builtins.dict": _dict,
    "builtins.set": _set,
    "builtins.frozenset": _set,
    "builtins.next": _next,
    "builtins.iter": _identity,
    "builtins.getattr": _getattr,
    "builtins.int": _number("int"),
    "operator.index": _number("int"),
    "builtins.float": _number("float"),
    "builtins.bool": _number("bool"),
    "builtins.complex": _number("complex"),
    "builtins.abs": _array_or_number,
    "builtins.round": _array_or_number,
    "builtins.min": _asking("min", _array_or_number),
    "builtins.max": _asking("max", _array_or_number),
    "builtins.sum": _array_or_number,
    "builtins.pow": _array_or_number,
    "builtins.type": _type,
    **{name: _dataclass(name) for name in _DATACLASSES},
    "dataclasses.replace": _dataclass_replace,
    "copy.copy": _copy,
    "copy.deepcopy": _copy,
    "copy.replace": _dataclass_replace,
    "dataclasses.field": _field,
    "equinox.field": _field,
    "flax.struct.field": _field,
    "attrs.field": _field,
    "attr.ib": _field,
    "collections.OrderedDict": _dict,
    "collections.defaultdict": _default_dict,
    "itertools.count": _count,
    "collections.deque": _deque,
    "collections.namedtuple": _namedtuple,
    "jax.tree_util.register_pytree_node": _register,
    "jax.tree_util.register_pytree_with_keys": _register,
    "jax.tree_util.register_dataclass": _register_dataclass,
    "jax.tree_util.register_static": _identity,
    "jax.tree.leaves": _leaves,
    "jax.tree_util.tree_leaves": _leaves,
    "jax.tree.flatten": _flatten,
    "jax.tree_util.tree_flatten": _flatten,
    "jax.block_until_ready": _identity,
    "jax.lax.stop_gradient": _stop_gradient,
    "builtins.setattr": _none,
}
