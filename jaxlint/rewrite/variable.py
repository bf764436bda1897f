"""Where a variable, or a field of ``self``, is bound and read in the text of a function."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import libcst as cst

from jaxlint.facts.queries.view import View
from jaxlint.source import walk


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable by its text (``key``, ``self.key``), within the function that the view is on."""

    ctx: View
    text: str
    kind: type[cst.CSTNode]

    @property
    def body(self) -> cst.CSTNode:
        return self.ctx.function.node if self.ctx.function is not None else self.ctx.chunk.tree

    @property
    def may_be_bound(self) -> bool:
        """False for the variable of a function around, or of the module."""
        function = self.ctx.function
        return function is None or self.kind is not cst.Name or self.text in function.scope.bound

    def is_bound_in(self, node: cst.CSTNode) -> bool:
        return bool(self._bindings(node))

    def is_made_in(self, node: cst.CSTNode) -> bool:
        """True if it is bound to something that does not come from its old value."""
        return any(not self._reads(binding) for binding in self._bindings(node))

    def _reads(self, binding: cst.CSTNode) -> bool:
        value = getattr(binding, "value", None)
        return value is not None and any(self.ctx.code(n) == self.text for n in walk(value) if type(n) is self.kind)

    def is_bound_between(self, first: cst.CSTNode, last: cst.CSTNode) -> bool:
        """True if it is bound anew after the start of one node and before the end of another."""
        start, end = self.ctx.span(first)[0], self.ctx.span(last)[0]
        spans = (self.ctx.span(node) for node in self._bindings(self.body))
        return any(start < there[1] and there[0] < end for there in spans)

    def is_read_from(self, statement: cst.CSTNode, but: Collection[cst.CSTNode]) -> bool:
        """True if something reads it in a statement or after it, other than some places."""
        start = self.ctx.span(statement)[0]
        nodes = list(walk(self.body))
        named = [node for node in nodes if type(node) is self.kind and self.ctx.code(node) == self.text]
        later = [node for node in named if node not in but and self.ctx.span(node)[0] > start]
        skipped = {name for node in nodes for name in (*targets(node), *_labels(node))} if later else set()
        return any(node not in skipped for node in later)

    def _bindings(self, within: cst.CSTNode) -> list[cst.CSTNode]:
        return [node for node in walk(within) if any(self.ctx.code(target) == self.text for target in targets(node))]


# LibCST's classes are abstract and patterns slow on them: most nodes are turned away by their type.
_LABELLED = frozenset({cst.Arg, cst.Attribute, cst.Param})
_BINDING = frozenset({cst.Assign, cst.AnnAssign, cst.AugAssign, cst.For, cst.NamedExpr, cst.CompFor})


def targets(node: cst.CSTNode) -> list[cst.BaseExpression]:
    """What a statement or clause binds, tuples opened."""
    found: list[cst.BaseExpression]
    if type(node) not in _BINDING:
        return []
    match node:
        case cst.Assign(targets=several):
            found = [target.target for target in several]
        case cst.AnnAssign(target=target) | cst.AugAssign(target=target) | cst.For(target=target):
            found = [target]
        case cst.NamedExpr(target=target) | cst.CompFor(target=target):
            found = [target]
        case _:
            return []
    opened: list[cst.BaseExpression] = []
    while found:
        target = found.pop()
        if isinstance(target, cst.Tuple | cst.List):
            found += [element.value for element in target.elements]
        else:
            opened.append(target.value if isinstance(target, cst.StarredElement) else target)
    return opened


def _labels(node: cst.CSTNode) -> list[cst.CSTNode]:
    """Names that are no variables: of keyword arguments, attributes, parameters."""
    if type(node) not in _LABELLED:
        return []
    match node:
        case cst.Arg(keyword=cst.Name() as name) | cst.Attribute(attr=name) | cst.Param(name=name):
            return [name]
    return []
