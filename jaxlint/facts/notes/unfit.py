"""Notes arguments that `jax.jit` cannot take: no array where it traces, nothing with a hash where it does not.

Also positions and names of static or donated arguments that the function does not have.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.facts.model.arguments import Arguments, constant_ints, constant_strings
from jaxlint.facts.model.definitions import ClassDefinition
from jaxlint.facts.model.events import MissingParameter, UnfitArgument
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.state import REST
from jaxlint.facts.model.values import (
    Array,
    Cached,
    Class,
    Const,
    Either,
    Function,
    Library,
    Partial,
    ProjectModule,
    Ref,
    Static,
    Transformed,
    Tuple,
    Value,
)
from jaxlint.facts.trace import access, classes
from jaxlint.facts.trace.boundary import parameter_name, parameter_names
from jaxlint.jaxapi import function as library_function
from jaxlint.jaxapi import transform

_JIT = ("jax.jit", "jax.pmap")


def note_arguments(frame: Frame, callee: Transformed, args: Arguments, node: cst.CSTNode) -> None:
    """The arguments of a call of a jitted function."""
    known = statics(frame, callee)
    if callee.name not in _JIT or known is None:
        return
    for place_in_call, label, name, value in named(callee, args, node):
        static = is_static(callee, known, label, name)
        what = _unhashable(frame, value) if static else _untraceable(frame, value)
        receives = label == 0 and isinstance(value, Ref) and _is_method(callee)
        if what is not None and (receives or node is not callee.place.node):
            event = UnfitArgument(name, place_in_call, label, value, what, static, callee)
            place = callee.place if receives else frame.place(node)
            noted = (seen for _, seen in frame.tracer.events.get(place.node, ()) if isinstance(seen, UnfitArgument))
            if not any(seen.name == name for seen in noted):
                frame.tracer.record_at(place, event)


def is_static(callee: Transformed, known: set[int | str], position: int, name: str) -> bool:
    """True for a parameter that the static positions and names comprise."""
    if known & {position, name}:
        return True
    every = parameter_names(callee.function)
    if position < len(every):
        return position - len(every) in known
    # `functools.wraps` lends a wrapper the signature that JAX looks the names up in; here it is not known.
    return any(isinstance(label, str) and label not in every for label in known)


def statics(frame: Frame, callee: Transformed) -> set[int | str] | None:
    """The positions and names that are declared static, None if they are not known."""
    row, options = callee.transform, callee.options
    numbers = constant_ints(*_option(frame, options.get(row.static_argnums or "")))
    names = constant_strings(*_option(frame, options.get(row.static_argnames or "")))
    return None if numbers is None or names is None else {*numbers, *names}


def _option(frame: Frame, value: Value | None) -> tuple[Value | None, list[Value] | None]:
    return value, access.exact_items(frame, value) if value is not None else None


def _is_method(callee: Transformed) -> bool:
    return isinstance(callee.function, Function) and callee.function.definition.cls is not None


def _written(node: cst.CSTNode) -> int:
    return sum(argument.keyword is None for argument in node.args) if isinstance(node, cst.Call) else 0


def named(callee: Transformed, args: Arguments, node: cst.CSTNode) -> Iterator[tuple[int | str, int, str, Value]]:
    """Each argument: where the call at ``node`` has it, which parameter it is, its name and value."""
    bound = len(args.positional) - _written(node)
    for number, value in enumerate(args.positional):
        yield number - bound, number, parameter_name(callee.function, number), value
    names = parameter_names(callee.function)
    for name, value in args.keywords.items():
        yield name, names.index(name) if name in names else len(names), name, value


def _untraceable(frame: Frame, value: Value) -> str | None:
    """What a value is that is neither an array nor a pytree of arrays; None for what may be one."""
    match value:
        case Const(value=str()) | Static(kind="str"):
            return "a str"
        case Const(value=bytes() | slice()):
            return f"a {type(value.value).__name__}"
        case Function(definition=definition):
            return "a function" if definition not in frame.tracer.doubtful else None
        case Transformed() | Cached():
            return "a function"
        case Library(name=name) if library_function(name) is not None or transform(name) is not None:
            return "a function"
        case Class():
            return "a class"
        case ProjectModule():
            return "a module"
        case Ref(kind="set"):
            return "a set"
        case Ref(kind="object", cls=cls) if cls is not None and is_plain(frame, cls):
            return f"an instance of `{cls.name}`, which is no pytree"
        case Either(options=options):
            return _of_all([_untraceable(frame, option) for option in options])
    return next(
        (f"{_sort(value)} with {found}" for part in _parts(frame, value) if (found := _untraceable(frame, part))), None
    )


def _unhashable(frame: Frame, value: Value) -> str | None:
    """What a value is that cannot be hashed; None for what may be hashable."""
    match value:
        case Ref(kind="list" | "dict" | "set" as kind):
            return f"a {kind}"
        case Array():
            return "a jax array"
        case Ref(kind="object", cls=cls) if cls is not None and _has_no_hash(frame, cls):
            return f"an instance of `{cls.name}`, which has `__eq__` but no `__hash__`"
        case Tuple(items=items):
            return next((f"a tuple with {found}" for item in items if (found := _unhashable(frame, item))), None)
        case Either(options=options):
            return _of_all([_unhashable(frame, option) for option in options])
    return None


def _of_all(found: list[str | None]) -> str | None:
    return found[0] if all(found) else None


def _sort(value: Value) -> str:
    return "a tuple" if isinstance(value, Tuple) else f"a {value.kind}" if isinstance(value, Ref) else "a value"


def _parts(frame: Frame, value: Value) -> Iterator[Value]:
    match value:
        case Tuple(items=items):
            yield from items
        case Ref(kind="list" | "dict"):
            yield from (item for name, item in frame.state.contents(value).items() if name != REST)


def is_plain(frame: Frame, definition: ClassDefinition) -> bool:
    """True for a class of which it is certain that no pytree, nor an array in disguise, is made."""
    if classes.sort_of(frame, definition) not in ("plain", "dataclass"):
        return False
    family = [*classes.lineage(frame, definition), *_derived(frame, definition)]
    return not any(_may_register(frame, cls) for cls in family)


def _derived(frame: Frame, definition: ClassDefinition) -> list[ClassDefinition]:
    return [cls for cls in frame.tracer.classes() if definition in classes.lineage(frame, cls)]


def _may_register(frame: Frame, cls: ClassDefinition) -> bool:
    """True where a metaclass, a hook, a decorator or code that is not known may make a pytree of a class."""
    if cls in frame.tracer.handed or cls.node.keywords:
        return True
    if {"__init_subclass__", "__jax_array__", "tree_flatten"} & cls.methods.keys():
        return True
    makers = [maker.function if isinstance(maker, Partial) else maker for maker in frame.tracer.decorators(cls)]
    known = ("dataclasses.", "typing.", "abc.", "functools.")
    return not all(isinstance(maker, Library) and maker.name.startswith(known) for maker in makers)


def is_hashed_by_identity(frame: Frame, cls: ClassDefinition) -> bool:
    """True for a class each instance of which is another static value."""
    if not is_plain(frame, cls) or classes.sort_of(frame, cls) != "plain":
        return False
    return not any({"__eq__", "__hash__"} & base.methods.keys() for base in classes.lineage(frame, cls))


def _has_no_hash(frame: Frame, cls: ClassDefinition) -> bool:
    """True for a class that compares by value and states no hash: its own `__eq__`, or that of a dataclass."""
    if "__hash__" in cls.methods or not is_plain(frame, cls):
        return False
    if "__eq__" in cls.methods:
        return True
    for maker in frame.tracer.decorators(cls):
        options = dict(maker.kwargs) if isinstance(maker, Partial) else {}
        plain = maker.function if isinstance(maker, Partial) else maker
        if plain == Library("dataclasses.dataclass"):
            return not any(options.get(name, Const(False)) != Const(False) for name in ("frozen", "unsafe_hash")) and (
                options.get("eq", Const(True)) == Const(True)
            )
    return False


# --- options that do not fit the function ----------------------------------------------------------------------------


def note_options(frame: Frame, value: Transformed) -> None:
    """A function is put under `jax.jit`, which looks at its signature."""
    function = value.function
    if value.name != "jax.jit" or not isinstance(function, Function):
        return
    kinds = [parameter.kind for parameter in function.definition.parameters]
    names = parameter_names(function)
    count = len(names) - kinds.count("keyword")
    row = value.transform
    if "args" not in kinds:
        for option in filter(None, (row.static_argnums, row.donate_argnums)):
            for number in constant_ints(*_option(frame, value.options.get(option))) or ():
                if not -count <= number < count:
                    _missing(frame, value, option, number, count)
    if "kwargs" not in kinds:
        for option in filter(None, (row.static_argnames, row.donate_argnames)):
            for name in sorted(constant_strings(*_option(frame, value.options.get(option))) or ()):
                if name not in names:
                    _missing(frame, value, option, name, count)


def _missing(frame: Frame, value: Transformed, option: str, wanted: int | str, count: int) -> None:
    frame.tracer.record_at(value.place, MissingParameter(option, wanted, count, value))
