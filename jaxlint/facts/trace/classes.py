"""Classes of the project: their attributes along the bases, what kind they are, their instances."""

from __future__ import annotations

from typing import Literal

import libcst as cst

from jaxlint.facts.model.arguments import Arguments
from jaxlint.facts.model.definitions import ClassDefinition, scope_of
from jaxlint.facts.model.events import CachedTracer
from jaxlint.facts.model.flattened import structure_fields
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.values import (
    Class,
    Const,
    Either,
    Function,
    Library,
    Member,
    Partial,
    Ref,
    Transformed,
    Unknown,
    Value,
)
from jaxlint.facts.model.why import Place
from jaxlint.facts.notes.leaks import deep_tracing, leaves_trace

Sort = Literal["plain", "dataclass", "namedtuple", "pytree", "module", "enum", "mutable", "open"]
"""pytree: registered, its fields are leaves. module: flax.linen, haiku (set up by a framework). mutable: flax.nnx,
whose state may change in a trace. open: has bases that are not known."""

Mutability = Literal["mutable", "frozen", "replace", "_replace"]

_BASES: dict[str, Sort] = {
    "equinox.Module": "pytree", "equinox.nn.StatefulLayer": "pytree", "flax.linen.Module": "module",
    "haiku.Module": "module", "flax.nnx.Module": "mutable", "flax.nnx.Object": "mutable", "flax.nnx.Pytree": "mutable",
    "typing.NamedTuple": "namedtuple", "enum.Enum": "enum", "enum.IntEnum": "enum", "flax.struct.PyTreeNode": "pytree",
    "builtins.object": "plain", "abc.ABC": "plain", "typing.Generic": "plain", "typing.Protocol": "plain",
    "typing_extensions.NamedTuple": "namedtuple", "builtins.Exception": "plain", "simple_pytree.Pytree": "pytree",
}  # fmt: skip
_DECORATORS: dict[str, Sort] = {
    "dataclasses.dataclass": "dataclass",
    "flax.struct.dataclass": "pytree",
    "chex.dataclass": "pytree",
    "jax.tree_util.register_dataclass": "pytree",
    "jax.tree_util.register_pytree_node_class": "pytree",
    "jax.tree_util.register_pytree_with_keys_class": "pytree",
    "jax.tree_util.register_static": "dataclass",
    "attr.s": "dataclass",
    "attrs.define": "dataclass",
    "attr.define": "dataclass",
}
_PROPERTIES = ("builtins.property", "functools.cached_property")


def define(frame: Frame, definition: ClassDefinition) -> None:
    """Evaluate a class statement: decorators, bases and body, the latter in a frame of its own."""
    from jaxlint.facts.trace.expressions import evaluate
    from jaxlint.facts.trace.statements import execute

    tracer = frame.tracer
    bases = [evaluate(frame, base.value) for base in definition.node.bases]
    decorators = [evaluate(frame, decorator.decorator) for decorator in definition.node.decorators]
    body = Frame(
        tracer, frame.module, frame.chunk, scope_of(definition.node.body), closure=frame, boundary=frame.boundary
    )
    tracer.declare(definition, body, bases, decorators)
    execute(body, [definition.node.body])
    if tracer.state is None:
        tracer.revive()


def named_tuple(frame: Frame, name: str, fields: list[str], defaults: int) -> Class:
    """``collections.namedtuple(name, fields)``: the class as `typing.NamedTuple` would spell it."""
    lines = [f"class {name}(NamedTuple):", *(f"    {field}: object" for field in fields), "    pass", ""]
    node = cst.parse_module("\n".join(lines)).body[0]
    assert isinstance(node, cst.ClassDef)
    definition = ClassDefinition(frame.module, frame.chunk, node, name)
    body = Frame(frame.tracer, frame.module, frame.chunk, scope_of(node.body), closure=frame)
    frame.tracer.declare(definition, body, [Library("typing.NamedTuple")], [])
    frame.state.replace(body, {field: Unknown("default") for field in fields[len(fields) - defaults :]})
    return Class(definition)


def class_attribute(frame: Frame, definition: ClassDefinition, name: str) -> Value | None:
    """An attribute of a class or of its known bases."""
    for cls in lineage(frame, definition):
        body = frame.tracer.class_frame(cls)
        if body is not None:
            found = frame.state.contents(body).get(name)
            if found is not None:
                return found
    return None


def lineage(frame: Frame, definition: ClassDefinition) -> list[ClassDefinition]:
    """The class and its bases in the project, nearest first."""
    found, queue = [], [definition]
    while queue:
        cls = queue.pop(0)
        if cls not in found:
            found.append(cls)
            queue += [base.definition for base in frame.tracer.bases(cls) if isinstance(base, Class)]
    return found


def sort_of(frame: Frame, definition: ClassDefinition) -> Sort:
    """What kind of class this is, from its decorators and bases."""
    verdict: Sort = "plain"
    for cls in lineage(frame, definition):
        for decorator in frame.tracer.decorators(cls):
            function = decorator.function if isinstance(decorator, Partial) else decorator
            if isinstance(function, Library) and (sort := _DECORATORS.get(function.name)):
                verdict = sort if verdict in ("plain", "dataclass", "open") else verdict
        for base in frame.tracer.bases(cls):
            match base:
                case Class() | Const():
                    continue
                case Library(name=name):
                    sort = _BASES.get(name, "open")
                    verdict = sort if verdict in ("plain", "open") else verdict
                case _:
                    verdict = "open" if verdict == "plain" else verdict
    if verdict in ("plain", "dataclass", "open") and definition in frame.tracer.registered:
        return "pytree"
    return verdict


_FROZEN: dict[str, Mutability] = {
    "equinox.Module": "frozen", "equinox.nn.StatefulLayer": "frozen", "flax.linen.Module": "frozen",
    "flax.struct.PyTreeNode": "replace", "flax.struct.dataclass": "replace", "typing.NamedTuple": "_replace",
    "typing_extensions.NamedTuple": "_replace",
}  # fmt: skip


COPIERS = ("replace", "_replace")
"""Methods that make a copy of an instance with other fields."""


def has_method(frame: Frame, definition: ClassDefinition, name: str) -> bool:
    """True for the methods that a framework gives its classes, as far as they are followed."""
    if name in COPIERS:
        return mutability(frame, definition) == name or (name == "replace" and sort_of(frame, definition) == "pytree")
    return name == "apply" and sort_of(frame, definition) == "module"


def mutability(frame: Frame, definition: ClassDefinition) -> Mutability:
    """Whether attributes of an instance can be assigned, or else the method that makes a changed copy."""
    verdict: Mutability = "mutable"
    for cls in lineage(frame, definition):
        for maker in (*frame.tracer.bases(cls), *frame.tracer.decorators(cls)):
            plain = maker.function if isinstance(maker, Partial) else maker
            options = dict(maker.kwargs) if isinstance(maker, Partial) else {}
            if isinstance(plain, Library):
                verdict = _FROZEN.get(plain.name, verdict)
            if options.get("frozen", Const(False)) != Const(False):
                verdict = "frozen"
    return verdict


def bind_method(frame: Frame, receiver: Ref, name: str, found: Value, node: cst.CSTNode) -> Value:
    """What ``receiver.name`` gives for a class attribute: a bound method, a property's value, or the attribute."""
    match found:
        case Function():
            kinds = method_kinds(frame, found)
            if "property" in kinds:
                asking = frame.within(frame.boundary, frame.place(node))
                asking.kept = "cached" in kinds
                value = frame.tracer.call(asking, found.bound_to(receiver), Arguments(), node)
                _note_cached(frame, receiver, found, value)
                return value
            if "static" in kinds:
                return found
            return found.bound_to(Class(receiver.cls) if "class" in kinds and receiver.cls is not None else receiver)
        case Transformed():
            return found if is_static(frame, found) else Partial(found, (receiver,), (), frame.place(node))
        case Member(base=Function() as method, name="setter"):
            return frame.tracer.call(frame, method.bound_to(receiver), Arguments(), node)
        case Either(options=options):
            return Either(tuple(bind_method(frame, receiver, name, option, node) for option in options))
    return found


def _note_cached(frame: Frame, receiver: Ref, method: Function, value: Value) -> None:
    """A ``cached_property`` of an object from outside keeps what a trace computes for it."""
    node, traced = method.definition.node, deep_tracing(frame, [value])
    if frame.boundary is None or traced is None or not isinstance(node, cst.FunctionDef):
        return
    for decorator in node.decorators:
        text = frame.tracer.once(_text, decorator.decorator)
        if text.endswith("cached_property") and leaves_trace(traced, frame.boundary, receiver.born.boundary):
            place = Place(method.definition.chunk, decorator)
            frame.tracer.record_at(place, CachedTracer(traced, frame.boundary))


def method_kinds(frame: Frame, method: Function) -> set[str]:
    """Which of property, cached, static, class a method's decorators make it."""
    kinds = set()
    if isinstance(method.definition.node, cst.FunctionDef):
        for decorator in method.definition.node.decorators:
            text = frame.tracer.once(_text, decorator.decorator)
            if text in ("property", "cached_property", "functools.cached_property") or text.endswith(".setter"):
                kinds.add("property")
                if text.endswith("cached_property"):
                    kinds.add("cached")
            elif text == "staticmethod":
                kinds.add("static")
            elif text == "classmethod":
                kinds.add("class")
    return kinds


def is_static(frame: Frame, method: Transformed) -> bool:
    """True for a ``@staticmethod`` under a transform."""
    inner: Value = method
    while isinstance(inner, Transformed):
        inner = inner.function
    return isinstance(inner, Function) and "static" in method_kinds(frame, inner)


def instantiate(frame: Frame, definition: ClassDefinition, args: Arguments, node: cst.CSTNode) -> Value:
    """``C(...)``: run the known ``__init__``, or fill the fields of a dataclass-like class."""
    ref = Ref("object", frame, definition, frame.place(node))
    frame.state.replace(ref, {})
    sort = sort_of(frame, definition)
    if sort == "enum":
        return Unknown("enum member")
    init = class_attribute(frame, definition, "__init__")
    if isinstance(init, Function):
        frame.tracer.call(frame, init.bound_to(ref), args, node)
        return ref
    fill_fields(frame, ref, definition, args)
    post = class_attribute(frame, definition, "__post_init__")
    if isinstance(post, Function):
        frame.tracer.call(frame, post.bound_to(ref), Arguments(), node)
    return ref


def field_names(frame: Frame, definition: ClassDefinition) -> list[str]:
    """The fields of a dataclass-like class, the bases' first."""
    names: list[str] = []
    for cls in reversed(lineage(frame, definition)):
        names += [name for name, item in cls.fields if name not in names and not frame.tracer.once(_is_classvar, item)]
    return names


def _is_classvar(item: cst.AnnAssign) -> bool:
    return "ClassVar" in _text(item.annotation.annotation)


def _text(node: cst.CSTNode) -> str:
    return cst.Module(()).code_for_node(node)


def fill_fields(frame: Frame, ref: Ref, definition: ClassDefinition, args: Arguments) -> None:
    """Bind constructor arguments to fields in order, and defaults to those that are not given."""
    names = field_names(frame, definition)
    given = [*zip(names, args.positional, strict=False), *args.keywords.items()]
    for name in names:
        frame.state.store(ref, name, Unknown(f"field {name}"))
    for name, value in given:
        frame.state.store(ref, name, value)
    for name in set(names) - {name for name, _ in given} if args.exact else ():
        frame.state.store(ref, name, _default(frame, definition, name))


FIELD = "dataclasses.field"
"""Stands for ``field(...)`` of every library of dataclasses."""


def _default(frame: Frame, definition: ClassDefinition, name: str) -> Value:
    """What an instance gets for a field that is not given."""
    default = class_attribute(frame, definition, name)
    match default:
        case Partial(function=Library(name="dataclasses.field"), kwargs=kwargs, place=place):
            options = dict(kwargs)
            factory = options.get("default_factory") or options.get("factory")
            if factory is not None:
                return frame.tracer.call(frame, factory, Arguments(), place.node)
            default = options.get("default")
    return default if default is not None else Unknown(f"field {name}")


def items(frame: Frame, ref: Ref) -> list[Value] | None:
    """The fields of a NamedTuple's instance in order; None for other objects."""
    if ref.cls is None or sort_of(frame, ref.cls) != "namedtuple":
        return None
    contents = frame.state.contents(ref)
    names = field_names(frame, ref.cls)
    return [contents[name] for name in names] if all(name in contents for name in names) else None


def static_fields(frame: Frame, definition: ClassDefinition) -> set[str] | None:
    """Fields that are not leaves: ``eqx.field(static=True)``, ``struct.field(pytree_node=False)``, meta fields, the
    second part of what ``tree_flatten`` returns. None if that is not seen."""
    flatten = next((m["tree_flatten"] for m in _methods(frame, definition) if "tree_flatten" in m), None)
    stated = frame.tracer.registered.get(definition, set())
    found = stated if flatten is None else frame.tracer.once(structure_fields, flatten)
    if found is None:
        return None
    found = set(found)
    for cls in lineage(frame, definition):
        for name, item in cls.fields:
            text = frame.tracer.once(_text, item.value) if item.value is not None else ""
            compact = text.replace(" ", "")
            if "static=True" in compact or "pytree_node=False" in compact:
                found.add(name)
        for decorator in frame.tracer.decorators(cls):
            if isinstance(decorator, Partial):
                for key, value in decorator.kwargs:
                    if key in ("meta_fields", "static_fields", "mappable_dataclass"):
                        found.update(_strings(frame, value))
    return found


def _methods(frame: Frame, definition: ClassDefinition) -> list[dict[str, cst.FunctionDef]]:
    return [cls.methods for cls in lineage(frame, definition)]


def _strings(frame: Frame, value: Value) -> set[str]:
    from jaxlint.facts.trace.access import exact_items

    items = exact_items(frame, value) or []
    return {item.value for item in items if isinstance(item, Const) and isinstance(item.value, str)}


def prototype(frame: Frame, definition: ClassDefinition) -> Ref:
    """An instance as a method meets it: made by ``__init__`` from unknown arguments, fields that methods rebind
    unknown."""
    ref = Ref("object", frame, definition, frame.place(definition.node))
    frame.state.replace(ref, {})
    init = class_attribute(frame, definition, "__init__")
    if isinstance(init, Function):
        method = init.bound_to(ref)
        frame.tracer.call(frame, method, frame.tracer.unknown_arguments(frame, method), definition.node)
    elif sort_of(frame, definition) in ("dataclass", "namedtuple", "pytree"):
        fill_fields(frame, ref, definition, Arguments(exact=False))
    for cls in lineage(frame, definition):
        for name in cls.rebound:
            frame.state.store(ref, name, Unknown(f"self.{name}"))
    return ref
