"""The facts as they will be after the rewrite: which loops lax runs, and what is a tracer there.

Needs: a block as it was read.  Gives: the loops that must be lowered, and a ``View`` in which their variables and
carries, and what is computed from them, are tracers: a number that Python counted is one no longer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import libcst as cst

from jaxlint.edits import Edit
from jaxlint.facts.model.definitions import bound_names, own_nodes
from jaxlint.facts.model.values import Array, Const, Either, HostArray, Kind, Static, Value
from jaxlint.facts.model.why import Traced
from jaxlint.facts.queries.trips import of_while, trips
from jaxlint.facts.queries.truth import undecidable
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.jaxapi import array_attribute
from jaxlint.rewrite.control import exits, flow
from jaxlint.rewrite.control.model import Block, Branch, Equal, Flag, Loop, Names, Plain, Test, Truth, While
from jaxlint.source import children

SHORT = 8
"""A loop within a lowered one may stay Python, and be unrolled, for so many turns."""


@dataclass(eq=False)
class Forecast(View):
    """Queries about a function as it will be. ``moved``: variables that become tracers. ``lowered``: loops in
    lax. ``edits``: what changes within the statements' own texts."""

    moved: Names = frozenset()
    lowered: frozenset[cst.CSTNode] = frozenset()
    edits: tuple[Edit, ...] = ()
    made: Mapping[str, tuple[cst.BaseExpression | str | Truth, ...]] = field(default_factory=dict)
    """What normalisation binds, by name."""
    _kept: dict[cst.CSTNode, bool] = field(default_factory=dict)

    def value(self, node: cst.CSTNode) -> Value:
        value = View.value(self, node)
        if self.moved and _is_number(value, node) and self.depends(node) and (proof := self._proof()) is not None:
            return Array(proof, "bool" if isinstance(node, cst.ComparisonTarget) else _kind(value), 0)
        return value

    def code(self, node: cst.CSTNode) -> str:
        try:
            start, end = self.span(node)
        except KeyError:  # made by normalisation
            return cst.Module(()).code_for_node(node)
        text = self.chunk.source.text[start:end]
        for edit in sorted(self.edits, key=lambda edit: edit.start, reverse=True):
            if start <= edit.start and edit.end <= end:
                text = text[: edit.start - start] + edit.text + text[edit.end - start :]
        return text

    def _proof(self) -> Traced | None:
        if self.frame.staged is not None:
            return self.frame.staged
        return Traced("full", self.boundary.why) if self.boundary is not None else None

    def depends(self, node: cst.CSTNode) -> bool:
        """True for an expression whose value (not only its shape) comes from a variable that becomes a tracer."""
        found = self._kept.get(node)
        if found is None:
            found = self._kept[node] = self._depends(node)
        return found

    def _depends(self, node: cst.CSTNode) -> bool:
        match node:
            case cst.Name(value=name):
                return name in self.moved
            case cst.Attribute(value=value, attr=attr):
                return array_attribute(attr.value) != "static" and self.depends(value)
            case cst.Call(func=function) if self.name(function) in _STRUCTURAL:
                return False
            case cst.Comparison(comparisons=[cst.ComparisonTarget(operator=cst.Is() | cst.IsNot())]):
                return False
            case cst.Arg(value=value):
                return self.depends(value)
        return any(self.depends(child) for child in children(node))

    def dynamic(self, test: Test) -> bool:
        """True for a test that a tracer will decide."""
        if isinstance(test, Flag):
            return True
        if isinstance(test, Equal):
            guarded = test.guard is not None and self.dynamic(test.guard)
            return guarded or self.traced(test.subject) is not None or self.depends(test.subject)
        return undecidable(self, test) is not None or self.depends(test)

    def computed(self, body: cst.CSTNode) -> Names:
        """The variables that a function computes from those that become tracers."""
        found: set[str] = set()
        for node in own_nodes(body):
            match node:
                case cst.Assign(targets=targets, value=value) if self.depends(value):
                    found |= {name for target in targets for name in bound_names(target.target)}
                case cst.AugAssign(target=cst.Name(value=name), value=value) if self.depends(value):
                    found.add(name)
                case cst.AnnAssign(target=cst.Name(value=name), value=value) if value and self.depends(value):
                    found.add(name)
                case cst.NamedExpr(target=cst.Name(value=name), value=value) if self.depends(value):
                    found.add(name)
        return frozenset(found)

    def static_turns(self, loop: Loop | While) -> bool:
        """True for a loop that Python may unroll: known to be short, or over a container of Python's."""
        if isinstance(loop, While):
            turns = of_while(self, loop.node)
            return turns is not None and turns.count is not None and turns.count <= SHORT
        source = loop.node.iter
        turns = trips(self, source)
        if turns is None:
            return not self.depends(source)
        return turns.count is not None and turns.count <= SHORT


_STRUCTURAL = ("builtins.len", "builtins.isinstance", "builtins.type", "builtins.hasattr", "builtins.callable")


def _is_number(value: Value, node: cst.CSTNode) -> bool:
    match value:
        case Const(value=bool() | int() | float() | complex()) | Static(kind="bool" | "int" | "float" | None):
            return True
        case HostArray():
            return True
        case Either(options=options):
            return all(_is_number(option, node) or isinstance(option, Array) for option in options)
    return isinstance(node, cst.ComparisonTarget)


def _kind(value: Value) -> Kind:
    match value:
        case Either(options=options):
            kinds = {kind_of(option) for option in options}
            return kinds.pop() if len(kinds) == 1 else "float" if kinds == {"int", "float"} else None
        case _:
            return kind_of(value)


def forecast(ctx: View, block: Block, roots: Collection[cst.CSTNode], around: bool = False) -> Forecast:
    """The view after ``roots`` and what that entails are lowered. ``around``: all of it is within a lowered body."""
    view = Forecast(ctx.tracer, ctx.frame, ctx.chunk, ctx.node, frozenset(), frozenset(roots))
    while True:
        lowered = view.lowered | _must(view, block, inside=around)
        moved = view.moved | _moves(view, block, lowered)
        if lowered == view.lowered and moved == view.moved:
            return view
        view = Forecast(ctx.tracer, ctx.frame, ctx.chunk, ctx.node, moved, frozenset(lowered))


def _must(view: Forecast, block: Block, *, inside: bool) -> set[cst.CSTNode]:
    """The loops that Python cannot run, or had better not unroll within a loop that lax runs."""
    found: set[cst.CSTNode] = set()
    for statement in block:
        match statement:
            case Branch(then=then, orelse=orelse):
                found |= _must(view, then, inside=inside) | _must(view, orelse, inside=inside)
            case Loop() | While():
                chosen = statement.node in view.lowered or _cannot_stay(view, statement)
                chosen = chosen or (inside and not view.static_turns(statement))
                if chosen:
                    found.add(statement.node)
                found |= _must(view, (*statement.body, *statement.orelse), inside=inside or chosen)
    return found


def _cannot_stay(view: Forecast, loop: Loop | While) -> bool:
    if isinstance(loop, While) and view.dynamic(loop.node.test):
        return True
    if isinstance(loop, Loop) and _is_range(view, loop.node.iter) and view.depends(loop.node.iter):
        return True
    if isinstance(loop, Loop) and _is_range(view, loop.node.iter):
        assert isinstance(loop.node.iter, cst.Call)
        if any(view.traced(argument.value) for argument in loop.node.iter.args):
            return True
    return _leaves_on_a_tracer(view, loop.body)


def _is_range(view: View, node: cst.BaseExpression) -> bool:
    if not isinstance(node, cst.Call):
        return False
    name = view.name(node.func)
    return name == "builtins.range" or (name == "builtins.reversed" and _is_range(view, node.args[0].value))


def _leaves_on_a_tracer(view: Forecast, block: Block) -> bool:
    """True if a tracer decides whether a loop is left."""
    for statement in block:
        match statement:
            case Branch(test=test, then=then, orelse=orelse):
                inner = (*then, *orelse)
                if view.dynamic(test) and exits.own_exits(inner):
                    return True
                if _leaves_on_a_tracer(view, inner):
                    return True
            case Loop(body=body) | While(body=body):
                lowered = statement.node in view.lowered
                if lowered and any(exit.kind == "return" for exit in exits.own_exits(body)):
                    return True
                if _leaves_on_a_tracer(view, tuple(s for s in body if isinstance(s, Branch))) and any(
                    exit.kind == "return" for exit in exits.own_exits(body)
                ):
                    return True
    return False


def _moves(view: Forecast, block: Block, lowered: Collection[cst.CSTNode]) -> Names:
    """The variables that are tracers: targets and carries of lowered loops, choices of tracers, and what follows."""
    found: set[str] = set()
    for statement in flow.statements(block):
        match statement:
            case Loop() | While() if statement.node in lowered:
                live = view.live_after(_last(statement.node.body)) or frozenset()
                after = view.live_after(statement.node) or frozenset()
                found |= {name for name in flow.writes(statement.body) if name in live | after}
                if isinstance(statement, Loop):
                    found |= flow.target(statement)
            case Branch(test=test) if view.dynamic(test) and statement.node is not None:
                live = view.live_after(statement.node) or frozenset()
                found |= {name for name in flow.writes((*statement.then, *statement.orelse)) if name in live}
            case Loop() if view.depends(statement.node.iter):
                found |= flow.target(statement)
            case Plain(node=node) if node is not None:
                found |= view.computed(node)
    return frozenset(found)


def _last(body: cst.BaseSuite) -> cst.CSTNode:
    return body.body[-1]
