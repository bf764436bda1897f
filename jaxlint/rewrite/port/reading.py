"""The functions of a NumPy module as the porter sees them: their syntax, what they call, what their names mean.

Needs: the modules of a project.  Gives: `Reading`, one `Unit` for each function and method, calls resolved to units.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

import libcst as cst

from jaxlint.edits import Edit
from jaxlint.facts.model.definitions import own_nodes, scope_of
from jaxlint.facts.model.project import Project
from jaxlint.facts.queries.references import meanings
from jaxlint.facts.queries.view import parents
from jaxlint.jaxapi import canonical
from jaxlint.source import Chunk, Module, SourceError

Key = tuple[str, str]
"""A function by the path of its module and its name, ``Grid.step`` for a method."""


@dataclass(frozen=True, eq=False)
class Unit:
    """A function of a module, or a method of one of its classes."""

    module: Module
    chunk: Chunk
    node: cst.FunctionDef
    cls: cst.ClassDef | None = None

    @property
    def name(self) -> str:
        own = self.node.name.value
        return f"{self.cls.name.value}.{own}" if self.cls is not None else own

    @property
    def key(self) -> Key:
        return self.module.path, self.name

    @cached_property
    def parameters(self) -> tuple[cst.Param, ...]:
        """All parameters but ``*args`` and ``**kwargs``, in the order of the signature."""
        params = self.node.params
        return (*params.posonly_params, *params.params, *params.kwonly_params)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(parameter.name.value for parameter in self.parameters)

    @cached_property
    def is_method(self) -> bool:
        """True for a method that takes its instance."""
        return self.cls is not None and not any(
            isinstance(each.decorator, cst.Name) and each.decorator.value in ("staticmethod", "classmethod")
            for each in self.node.decorators
        )

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names that the function binds."""
        return frozenset(scope_of(self.node.body).bound | set(self.names))

    @cached_property
    def nodes(self) -> tuple[cst.CSTNode, ...]:
        """The nodes of the body, not those of nested functions."""
        return tuple(own_nodes(self.node.body))

    def code(self, node: cst.CSTNode) -> str:
        start, end = self.chunk.span(node)
        return self.chunk.source.text[start:end]

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        return self.chunk.span(node)

    def line(self, node: cst.CSTNode) -> int:
        return self.chunk.line(node)

    def edit(self, node: cst.CSTNode, text: str) -> Edit:
        """Put a text in place of a node."""
        return Edit(*self.chunk.span(node), text)

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        return parents(self.chunk).get(node)

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        above = self.parent(node)
        while above is not None and above is not self.node:
            yield above
            above = self.parent(above)

    def statement(self, node: cst.CSTNode) -> cst.CSTNode:
        """The statement that a node is in."""
        for above in (node, *self.ancestors(node)):
            if isinstance(above, cst.SimpleStatementLine | cst.BaseCompoundStatement):
                return above
        return node

    def indent(self, node: cst.CSTNode) -> str:
        """The white space before the line that a node begins on."""
        source = self.chunk.source
        start = source.line_starts[self.line(node) - 1]
        text = source.text[start : self.span(node)[0]]
        return text[: len(text) - len(text.lstrip())]


class Reading:
    """The functions of a project's modules, by their keys."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.units: dict[Key, Unit] = {}
        for module in project.modules:
            for unit in _units(module):
                self.units[unit.key] = unit

    def host(self, ported: Collection[Key]) -> Iterator[Unit]:
        """The code that runs on the host: the other functions, and each run of top-level statements."""
        yield from (unit for key, unit in self.units.items() if key not in ported)
        for module in self.project.modules:
            for chunk in module.chunks:
                if chunk.name is None and _readable(chunk):
                    yield Unit(module, chunk, cst.FunctionDef(cst.Name("__main__"), cst.Parameters(), _block(chunk)))

    def name(self, unit: Unit, node: cst.CSTNode) -> str | None:
        """The canonical name of what an expression refers to by an import: ``numpy.zeros``."""
        found = meanings(self.project, unit.module, unit.chunk).get(node)
        return canonical(found) if found is not None else None

    def callee(self, unit: Unit, call: cst.Call) -> Unit | None:
        """The function of the project that a call certainly enters."""
        match call.func:
            case cst.Name(value=name) if name not in unit.bound:
                found = self.units.get((unit.module.path, name))
                return found or self._imported(unit, call.func)
            case cst.Attribute(value=cst.Name(value=receiver), attr=cst.Name(value=method)):
                if unit.cls is not None and unit.names[:1] == (receiver,):
                    return self.units.get((unit.module.path, f"{unit.cls.name.value}.{method}"))
                return self._imported(unit, call.func)
        return None

    def _imported(self, unit: Unit, node: cst.BaseExpression) -> Unit | None:
        dotted = self.name(unit, node)
        module = self.project.get(dotted.rpartition(".")[0]) if dotted is not None else None
        return self.units.get((module.path, dotted.rpartition(".")[2])) if module is not None and dotted else None

    def calls(self, unit: Unit) -> Iterator[tuple[cst.Call, Unit]]:
        """The calls of project functions in a function."""
        for node in unit.nodes:
            if isinstance(node, cst.Call) and (callee := self.callee(unit, node)) is not None:
                yield node, callee


def arguments(callee: Unit, call: cst.Call) -> dict[str, cst.Arg] | None:
    """Parameter name -> argument of a call; None where arguments are unpacked or do not fit."""
    names = list(callee.names[1:] if callee.is_method else callee.names)
    found: dict[str, cst.Arg] = {}
    for position, arg in enumerate(call.args):
        if arg.star:
            return None
        name = arg.keyword.value if arg.keyword is not None else names[position] if position < len(names) else None
        if name not in names or name in found:
            return None
        found[name] = arg
    return found


def _readable(chunk: Chunk) -> bool:
    try:
        return bool(chunk.tree.body)
    except SourceError:
        return False


def _block(chunk: Chunk) -> cst.IndentedBlock:
    return cst.IndentedBlock([item for item in chunk.tree.body if not isinstance(item, cst.FunctionDef | cst.ClassDef)])


def _units(module: Module) -> Iterator[Unit]:
    for chunk in module.chunks:
        try:
            body = chunk.tree.body
        except SourceError:
            continue
        for item in body:
            if isinstance(item, cst.FunctionDef):
                yield Unit(module, chunk, item)
            elif isinstance(item, cst.ClassDef):
                for method in item.body.body:
                    if isinstance(method, cst.FunctionDef):
                        yield Unit(module, chunk, method, item)
