"""Functions and classes of the project, with what can be read off their syntax: parameters, bindings, fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import libcst as cst

from jaxlint.source import Chunk, Module, children

SCOPES = (cst.FunctionDef, cst.Lambda, cst.ClassDef)
COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. ``kind``: how an argument can reach it."""

    name: str
    kind: Literal["positional", "both", "keyword", "args", "kwargs"]
    default: cst.BaseExpression | None
    annotation: cst.BaseExpression | None
    node: cst.Param


@dataclass(eq=False)
class FunctionDefinition:
    """A ``def`` or ``lambda`` of the project."""

    module: Module
    chunk: Chunk
    qualname: str
    cls: ClassDefinition | None = None
    _node: cst.FunctionDef | cst.Lambda | None = None

    @cached_property
    def node(self) -> cst.FunctionDef | cst.Lambda:
        """The syntax: given, or that of the chunk, which is read now. Raises SourceError."""
        if self._node is not None:
            return self._node
        return next(item for item in self.chunk.tree.body if isinstance(item, cst.FunctionDef))

    @property
    def name(self) -> str:
        return self.qualname.rpartition(".")[2]

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        return tuple(_parameters(self.node.params))

    @cached_property
    def scope(self) -> Scope:
        scope = scope_of(self.node.body)
        scope.bound.update(parameter.name for parameter in self.parameters)
        return scope

    @cached_property
    def is_generator(self) -> bool:
        return any(isinstance(node, cst.Yield) for node in own_nodes(self.node.body))


@dataclass(eq=False)
class ClassDefinition:
    """A ``class`` of the project."""

    module: Module
    chunk: Chunk
    node: cst.ClassDef
    qualname: str

    @property
    def name(self) -> str:
        return self.node.name.value

    @cached_property
    def methods(self) -> dict[str, cst.FunctionDef]:
        return {item.name.value: item for item in self.node.body.body if isinstance(item, cst.FunctionDef)}

    @cached_property
    def fields(self) -> tuple[tuple[str, cst.AnnAssign], ...]:
        """Annotated names of the class body, in order: the fields if this is a dataclass or a NamedTuple."""
        found = []
        for line in self.node.body.body:
            if isinstance(line, cst.SimpleStatementLine):
                found += [
                    (item.target.value, item)
                    for item in line.body
                    if isinstance(item, cst.AnnAssign) and isinstance(item.target, cst.Name)
                ]
        return tuple(found)

    @cached_property
    def rebound(self) -> frozenset[str]:
        """Attributes of ``self`` that a method other than ``__init__`` and its like stores."""
        return frozenset(
            name
            for method in self.methods.values()
            if method.name.value not in ("__init__", "__post_init__", "setup", "__new__", "__setstate__")
            for name in _self_stores(method)
        )


@dataclass(slots=True)
class Scope:
    """The names that a body binds itself, and those that it declares ``global`` or ``nonlocal``."""

    bound: set[str] = field(default_factory=set)
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)


def catches_tracer_errors(node: cst.Try | cst.TryStar) -> bool:
    """True for a ``try`` with a handler for what JAX raises on a tracer: all its errors are TypeErrors or
    IndexErrors."""
    for handler in node.handlers:
        if handler.type is None:
            return True
        text = cst.Module(()).code_for_node(handler.type)
        if any(word in text for word in ("Exception", "TypeError", "jax.errors", "Tracer", "Concretization", "JAX")):
            return True
    return False


def expects_errors(node: cst.With) -> bool:
    """True for ``with pytest.raises(…)``, ``self.assertRaises(…)``, ``contextlib.suppress(…)``: what is raised is
    wanted."""
    managers = (item.item.func if isinstance(item.item, cst.Call) else item.item for item in node.items)
    names = (manager.attr if isinstance(manager, cst.Attribute) else manager for manager in managers)
    last = [name.value for name in names if isinstance(name, cst.Name)]
    return any(
        name in ("raises", "suppress") or name.lower().startswith(("assertraises", "assert_raises")) for name in last
    )


def own_nodes(body: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes of a body, not those in nested functions and classes (whose decorators and defaults do count)."""
    stack = [body]
    pop, extend = stack.pop, stack.extend
    while stack:
        node = pop()
        yield node
        kind = type(node)  # LibCST's classes are abstract, `isinstance` is slow on them
        if kind is cst.Name:
            continue
        if kind is cst.FunctionDef:
            extend(reversed([*node.decorators, *_defaults(node.params)]))  # type: ignore[attr-defined]
        elif kind is cst.Lambda:
            extend(reversed(list(_defaults(node.params))))  # type: ignore[attr-defined]
        elif kind is cst.ClassDef:
            extend(reversed([*node.decorators, *node.bases]))  # type: ignore[attr-defined]
        else:
            extend(reversed(children(node)))


_BINDERS = frozenset(
    {cst.Assign, cst.AnnAssign, cst.AugAssign, cst.NamedExpr, cst.For, cst.FunctionDef, cst.ClassDef, cst.AsName,
     cst.ImportAlias, cst.MatchAs, cst.MatchStar, cst.Del, cst.Global, cst.Nonlocal}
)  # fmt: skip


def scope_of(body: cst.CSTNode) -> Scope:
    """The names bound in a function, class or module body."""
    scope = Scope()
    for node in own_nodes(body):
        if type(node) not in _BINDERS:
            continue
        match node:
            case cst.Assign(targets=targets):
                for target in targets:
                    scope.bound.update(bound_names(target.target))
            case cst.AnnAssign(target=target) | cst.AugAssign(target=target) | cst.NamedExpr(target=target):
                scope.bound.update(bound_names(target))
            case cst.For(target=target):
                scope.bound.update(bound_names(target))
            case cst.FunctionDef(name=name) | cst.ClassDef(name=name):
                scope.bound.add(name.value)
            case cst.AsName(name=target):
                scope.bound.update(bound_names(target))
            case cst.ImportAlias(asname=None, name=name):
                while isinstance(name, cst.Attribute):
                    name = name.value  # type: ignore[assignment]
                scope.bound.add(name.value)
            case cst.MatchAs(name=cst.Name(value=name)) | cst.MatchStar(name=cst.Name(value=name)):
                scope.bound.add(name)
            case cst.Del(target=target):
                scope.bound.update(bound_names(target))
            case cst.Global(names=names):
                scope.globals.update(item.name.value for item in names)
            case cst.Nonlocal(names=names):
                scope.nonlocals.update(item.name.value for item in names)
    scope.bound -= scope.globals | scope.nonlocals
    return scope


def bound_names(target: cst.CSTNode) -> Iterator[str]:
    """The plain names that an assignment target binds."""
    match target:
        case cst.Name(value=value):
            yield value
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                yield from bound_names(element.value)
        case cst.StarredElement(value=value):
            yield from bound_names(value)


def _parameters(params: cst.Parameters) -> Iterator[Parameter]:
    groups: tuple[tuple[tuple[cst.Param, ...], Literal["positional", "both", "keyword"]], ...] = (
        (tuple(params.posonly_params), "positional"),
        (tuple(params.params), "both"),
    )
    for group, kind in groups:
        for param in group:
            yield _parameter(param, kind)
    if isinstance(params.star_arg, cst.Param):
        yield _parameter(params.star_arg, "args")
    for param in params.kwonly_params:
        yield _parameter(param, "keyword")
    if params.star_kwarg is not None:
        yield _parameter(params.star_kwarg, "kwargs")


def _parameter(param: cst.Param, kind: Literal["positional", "both", "keyword", "args", "kwargs"]) -> Parameter:
    annotation = param.annotation.annotation if param.annotation is not None else None
    return Parameter(param.name.value, kind, param.default, annotation, param)


def _defaults(params: cst.Parameters) -> Iterator[cst.BaseExpression]:
    for parameter in _parameters(params):
        if parameter.default is not None:
            yield parameter.default


def _self_stores(method: cst.FunctionDef) -> Iterator[str]:
    if not method.params.params:
        return
    receiver = method.params.params[0].name.value
    for node in own_nodes(method.body):
        targets: list[cst.CSTNode] = []
        if isinstance(node, cst.Assign):
            targets = [target.target for target in node.targets]
        elif isinstance(node, cst.AugAssign | cst.AnnAssign):
            targets = [node.target]
        while targets:
            target = targets.pop()
            if isinstance(target, cst.Tuple | cst.List):
                targets += [element.value for element in target.elements]
            elif isinstance(target, cst.Attribute) and getattr(target.value, "value", None) == receiver:
                yield target.attr.value
