"""What the names of a module refer to by its imports alone, wherever they stand: no code needs to be entered for it.

Needs: the chunks of a module, its project.  Gives: every name or chain of attributes that an import gives a meaning,
and every imported name. A name that a scope binds in two ways has no meaning here.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import libcst as cst

from jaxlint.facts.model.definitions import COMPREHENSIONS, bound_names, own_nodes, scope_of
from jaxlint.facts.model.project import Project
from jaxlint.facts.trace.imports import dotted_name, resolve
from jaxlint.source import Chunk, Module, SourceError, children


@dataclass(frozen=True, slots=True)
class Imported:
    """One name of an import statement. ``name``: what it loads, dotted; ``target``: what ``local`` then refers to."""

    chunk: Chunk
    statement: cst.Import | cst.ImportFrom
    alias: cst.ImportAlias | None
    name: str
    local: str
    target: str


@dataclass(frozen=True, slots=True)
class Reference:
    """``node``, a name or a chain of attributes on one, refers to ``name``. ``origin``: what its first part stands
    for, ``by`` the import that says so. ``stored``: it is assigned to."""

    chunk: Chunk
    node: cst.Name | cst.Attribute
    name: str
    origin: str
    by: Imported
    stored: bool = False

    def at(self, name: str) -> cst.Name | cst.Attribute:
        """The part of the chain that refers to a prefix of ``name``."""
        node: cst.CSTNode = self.node
        for _ in range(self.name.count(".") - name.count(".")):
            assert isinstance(node, cst.Attribute)
            node = node.value
        assert isinstance(node, cst.Name | cst.Attribute)
        return node


@dataclass(slots=True)
class Names:
    """The names that one scope binds: by imports, and in other ways. ``starred``: libraries of star imports."""

    imports: dict[str, list[Imported]] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    starred: list[Imported] = field(default_factory=list)

    def meaning(self, name: str) -> Imported | None:
        """The import that a name comes from, if all that bind it agree."""
        found = self.imports.get(name, [])
        agree = len({each.target for each in found}) == 1
        return found[0] if agree and name not in self.others else None

    def binds(self, name: str) -> bool:
        return name in self.imports or name in self.others


def imports(project: Project, module: Module) -> Iterator[Imported]:
    """Every name that a module imports, in its functions too."""
    for chunk in _readable(module):
        stack: list[cst.CSTNode] = [chunk.tree]
        while stack:
            node = stack.pop()
            if isinstance(node, cst.Import | cst.ImportFrom):
                yield from _imported(project, module, chunk, node)
            elif not isinstance(node, cst.BaseExpression):
                stack.extend(reversed(children(node)))


def references(project: Project, module: Module, chunk: Chunk) -> tuple[Reference, ...]:
    """Every name and chain of attributes of a chunk that refers to what was imported, gathered when first asked for and
    kept with the chunk."""
    found: tuple[Reference, ...] | None = chunk.__dict__.get("_references")
    if found is None:
        reader = _Reader(project, module, chunk)
        found = chunk.__dict__["_references"] = tuple(reader.read(chunk.tree, [module_names(project, module)]))
    return found


def meanings(project: Project, module: Module, chunk: Chunk) -> dict[cst.CSTNode, str]:
    """What the names and chains of a chunk refer to, kept in the same way."""
    found: dict[cst.CSTNode, str] | None = chunk.__dict__.get("_meanings")
    if found is None:
        found = chunk.__dict__["_meanings"] = {use.node: use.name for use in references(project, module, chunk)}
    return found


def mentioned(module: Module) -> Iterator[str]:
    """What a module may refer to by its imports, from its index alone: at least all that `references` gives."""
    meanings: dict[str, list[str]] = {}
    starred = [each.module for each in module.index.imports if each.star]
    for each in module.index.imports:
        yield f"{each.module}.{each.attribute}" if each.attribute else each.module
        meanings.setdefault(each.local, []).append(each.target)
    for name in {name for definition in module.index.every() for name in definition.names}:
        first, dot, rest = name.partition(".")
        yield from (f"{target}{dot}{rest}" for target in meanings.get(first, ()))
        yield from (f"{origin}.{name}" for origin in starred)


def module_names(project: Project, module: Module) -> Names:
    """The names of a module's own scope, gathered when first asked for and kept with the module."""
    found: Names | None = module.__dict__.get("_names")
    if found is None:
        found = module.__dict__["_names"] = Names()
        for chunk in _readable(module):
            _gather(found, project, module, chunk, chunk.tree)
    return found


def _readable(module: Module) -> Iterator[Chunk]:
    for chunk in module.chunks:
        try:
            _ = chunk.tree
        except SourceError:
            continue
        yield chunk


def _gather(names: Names, project: Project, module: Module, chunk: Chunk, body: cst.CSTNode) -> None:
    """Add what a body binds. ``name = None``, where an import failed, does not change what the name means."""
    for node in own_nodes(body):
        match node:
            case cst.Import() | cst.ImportFrom():
                for each in _imported(project, module, chunk, node):
                    if each.alias is None:
                        names.starred.append(each)
                    else:
                        names.imports.setdefault(each.local, []).append(each)
            case cst.Assign(value=cst.Name(value="None")):
                pass
            case cst.Assign(targets=targets):
                names.others.update(name for target in targets for name in bound_names(target.target))
            case cst.AnnAssign(target=target) | cst.AugAssign(target=target) | cst.NamedExpr(target=target):
                names.others.update(bound_names(target))
            case cst.For(target=target):
                names.others.update(bound_names(target))
            case cst.FunctionDef(name=name) | cst.ClassDef(name=name):
                names.others.add(name.value)
            case cst.WithItem(asname=cst.AsName(name=target)) | cst.ExceptHandler(name=cst.AsName(name=target)):
                names.others.update(bound_names(target))


def _imported(project: Project, module: Module, chunk: Chunk, node: cst.Import | cst.ImportFrom) -> Iterator[Imported]:
    if isinstance(node, cst.Import):
        for alias in node.names:
            name = dotted_name(alias.name)
            local = dotted_name(alias.asname.name) if alias.asname is not None else name.partition(".")[0]
            yield Imported(chunk, node, alias, name, local, name if alias.asname is not None else local)
        return
    origin = resolve(module.name, node, is_package=module.path.endswith("__init__.py"))
    if isinstance(node.names, cst.ImportStar):
        yield Imported(chunk, node, None, origin, "*", origin)
        return
    for alias in node.names:
        last = dotted_name(alias.name)
        local = dotted_name(alias.asname.name) if alias.asname is not None else last
        name = f"{origin}.{last}"
        yield Imported(chunk, node, alias, name, local, _through(project, origin, last) or name)


def _through(project: Project, origin: str, name: str, depth: int = 4) -> str | None:
    """What a name of a module of the project refers to, if that module got it by an import."""
    module = project.get(origin)
    if module is None or not depth:
        return None
    own = next((each for each in module.index.imports if each.local == name and not each.scope), None)
    if own is None or own.level or own.star or name in module.index.assigned:
        return None
    again = _through(project, own.module, own.attribute, depth - 1) if own.attribute else None
    return again or own.target


@dataclass(frozen=True, slots=True)
class _Reader:
    """Walks a chunk with the scopes around each node, outermost first."""

    project: Project
    module: Module
    chunk: Chunk

    def read(self, node: cst.CSTNode, scopes: list[Names]) -> Iterator[Reference]:
        match node:
            case cst.Import() | cst.ImportFrom() | cst.Global() | cst.Nonlocal():
                return
            case cst.Name() | cst.Attribute():
                yield from self._chain(node, scopes)
            case cst.AssignTarget(target=cst.Attribute() as target):
                yield from (replace(each, stored=True) for each in self.read(target, scopes))
            case cst.Arg() | cst.NamedExpr():
                yield from self.read(node.value, scopes)
            case cst.FunctionDef():
                outer = [*node.decorators, *([node.returns] if node.returns else []), *_parameters(node.params)]
                yield from self._all(outer, scopes)
                yield from self.read(node.body, [*scopes, self._function(node)])
            case cst.Lambda():
                yield from self._all(_parameters(node.params), scopes)
                yield from self.read(node.body, [*scopes, self._function(node)])
            case cst.ClassDef():
                yield from self._all([*node.decorators, *node.bases, *node.keywords], scopes)
                yield from self._class(node, scopes)
            case _ if isinstance(node, COMPREHENSIONS):
                inner = Names(others={name for target in _targets(node.for_in) for name in bound_names(target)})
                yield from self._all(children(node), [*scopes, inner])
            case _:
                yield from self._all(children(node), scopes)

    def _all(self, nodes: object, scopes: list[Names]) -> Iterator[Reference]:
        for node in nodes:  # type: ignore[attr-defined]
            yield from self.read(node, scopes)

    def _function(self, node: cst.FunctionDef | cst.Lambda) -> Names:
        names = Names()
        _gather(names, self.project, self.module, self.chunk, node.body)
        scope = scope_of(node.body)
        names.others |= scope.bound - set(names.imports)
        names.others |= {parameter.name.value for parameter in _every(node.params)}
        return names

    def _class(self, node: cst.ClassDef, scopes: list[Names]) -> Iterator[Reference]:
        """The body of a class sees its own names, its methods do not."""
        own = Names()
        _gather(own, self.project, self.module, self.chunk, node.body)
        for item in node.body.body:
            inner = scopes if isinstance(item, cst.FunctionDef | cst.ClassDef) else [*scopes, own]
            yield from self.read(item, inner)

    def _chain(self, node: cst.Name | cst.Attribute, scopes: list[Names]) -> Iterator[Reference]:
        root: cst.BaseExpression = node
        parts: list[str] = []
        while isinstance(root, cst.Attribute):
            parts.append(root.attr.value)
            root = root.value
        if not isinstance(root, cst.Name):
            yield from self.read(root, scopes)
            return
        for by in self._meanings(root.value, scopes):
            origin = by.target if by.alias is not None else f"{by.target}.{root.value}"
            yield Reference(self.chunk, node, ".".join([origin, *reversed(parts)]), origin, by)

    def _meanings(self, name: str, scopes: list[Names]) -> Iterator[Imported]:
        for scope in reversed(scopes):
            if scope.binds(name):
                if (found := scope.meaning(name)) is not None:
                    yield found
                return
        if not hasattr(builtins, name):
            yield from (each for scope in scopes for each in scope.starred)


def _parameters(params: cst.Parameters) -> Iterator[cst.CSTNode]:
    """The annotations and defaults of a function's parameters: they are read in the scope around it."""
    for parameter in _every(params):
        if parameter.annotation is not None:
            yield parameter.annotation
        if parameter.default is not None:
            yield parameter.default


def _every(params: cst.Parameters) -> Iterator[cst.Param]:
    yield from params.posonly_params
    yield from params.params
    yield from params.kwonly_params
    for extra in (params.star_arg, params.star_kwarg):
        if isinstance(extra, cst.Param):
            yield extra


def _targets(clause: cst.CompFor | None) -> Iterator[cst.CSTNode]:
    while clause is not None:
        yield clause.target
        clause = clause.inner_for_in
