"""Which variables a function may still read after a statement.

Needs: the syntax of one body.  Gives: for each statement the names that some path reads before binding them again.
What a nested function reads is live everywhere, since nobody knows when it is called.

::

    in(s) = (out(s) - binds(s)) + reads(s)        a loop's head joins what is live after it and at its own start
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import libcst as cst

from jaxlint.facts.model.definitions import bound_names, own_nodes, scope_of
from jaxlint.source import walk

Names = frozenset[str]
NOTHING: Names = frozenset()
_COMPREHENSIONS = frozenset({cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp})


@dataclass
class Liveness:
    """The names live after each statement of a body, compound statements and those in them alike."""

    after: dict[cst.CSTNode, Names] = field(default_factory=dict)
    captured: Names = NOTHING
    _breaks: list[Names] = field(default_factory=list)
    _continues: list[Names] = field(default_factory=list)
    _raises: list[Names] = field(default_factory=list)
    _exit: Names = NOTHING

    def block(self, body: Sequence[cst.CSTNode], out: Names) -> Names:
        """What is live before some statements, given what is live after them."""
        for statement in reversed(body):
            self.after[statement] = out | self.captured
            out = self.before(statement, out)
            if self._raises:
                out |= self._raises[-1]
        return out

    def before(self, node: cst.CSTNode, out: Names) -> Names:
        """What is live before one statement."""
        match node:
            case (
                cst.SimpleStatementLine(body=body) | cst.SimpleStatementSuite(body=body) | cst.IndentedBlock(body=body)
            ):
                return self.block(body, out)
            case cst.Return(value=value):
                return self._exit | (reads(value) if value is not None else NOTHING)
            case cst.Raise():
                return (self._raises[-1] if self._raises else NOTHING) | reads(node)
            case cst.Break():
                return self._breaks[-1] if self._breaks else out
            case cst.Continue():
                return self._continues[-1] if self._continues else out
            case cst.If(test=test, body=body, orelse=orelse):
                return reads(test) | self.before(body, out) | (self.before(orelse, out) if orelse else out)
            case cst.Else(body=body) | cst.Finally(body=body):
                return self.before(body, out)
            case cst.For() | cst.While():
                return self._loop(node, out)
            case cst.With(items=items, body=body):
                bound = [item.asname.name for item in items if item.asname is not None]
                return (self.before(body, out) - _bound(bound)) | _all(reads(item.item) for item in items)
            case cst.Try() | cst.TryStar():
                return self._try(node, out)
            case cst.Match(subject=subject, cases=cases):
                return reads(subject) | out | _all(self.before(case.body, out) | reads(case) for case in cases)
            case cst.FunctionDef(name=name) | cst.ClassDef(name=name):
                return (out - {name.value}) | (reads(node) - {name.value})
        return (out - binds(node)) | reads(node)

    def _loop(self, node: cst.For | cst.While, out: Names) -> Names:
        end = self.before(node.orelse, out) if node.orelse is not None else out
        target = _bound([node.target]) if isinstance(node, cst.For) else NOTHING
        test = reads(node.test) if isinstance(node, cst.While) else NOTHING
        head = end | test
        while True:
            self._breaks.append(out)
            self._continues.append(head)
            grown = head | (self.before(node.body, head) - target)
            self._breaks.pop()
            self._continues.pop()
            if grown == head:
                break
            head = grown
        return head | (reads(node.iter) if isinstance(node, cst.For) else NOTHING)

    def _try(self, node: cst.Try | cst.TryStar, out: Names) -> Names:
        if node.finalbody is not None:
            out = self.before(node.finalbody, out)
        handlers = _all(
            self.before(handler.body, out) | (reads(handler.type) if handler.type is not None else NOTHING)
            for handler in node.handlers
        )
        end = self.before(node.orelse, out) if node.orelse is not None else out
        self._raises.append(handlers | (out if node.finalbody is not None else NOTHING))
        start = self.before(node.body, end)
        self._raises.pop()
        return start


def liveness(body: cst.CSTNode, kept: Iterable[str] = ()) -> Liveness:
    """Liveness in a function's body. ``kept`` are read after it: globals and nonlocals that it binds."""
    nested = (node for node in own_nodes(body) if isinstance(node, cst.FunctionDef | cst.Lambda | cst.ClassDef))
    captured = _all(closed_over(inner) for inner in nested)
    found = Liveness(captured=captured | frozenset(kept), _exit=frozenset(kept))
    found.before(body, frozenset(kept))
    return found


def closed_over(inner: cst.FunctionDef | cst.Lambda | cst.ClassDef) -> Names:
    """What a nested function reads of the one around, and so does not bind itself."""
    found: Names = NOTHING
    for node in own_nodes(inner.body):
        if isinstance(node, cst.Name):
            found |= {node.value}
        elif isinstance(node, cst.FunctionDef | cst.Lambda | cst.ClassDef):
            found |= closed_over(node)
    if isinstance(inner, cst.ClassDef):
        return found
    parameters = (node.name.value for node in walk(inner.params) if isinstance(node, cst.Param))
    return found - scope_of(inner.body).bound - frozenset(parameters)


def reads(node: cst.CSTNode) -> Names:
    """The names that a statement or expression may read, targets' bases and indices included."""
    plain = _plain_targets(node)
    for part in own_nodes(node):
        if type(part) in _COMPREHENSIONS:
            plain |= _variables(part)  # type: ignore[arg-type]
    return frozenset(n.value for n in own_nodes(node) if type(n) is cst.Name and n not in plain)


def _variables(comprehension: cst.BaseComp) -> set[cst.CSTNode]:
    """The name nodes that mean a comprehension's own variables: those in it, except in its first iterable."""
    bound = _bound(clause.target for clause in own_nodes(comprehension) if isinstance(clause, cst.CompFor))
    outside = set(own_nodes(comprehension.for_in.iter))
    return {n for n in own_nodes(comprehension) if isinstance(n, cst.Name) and n.value in bound and n not in outside}


def binds(node: cst.CSTNode) -> Names:
    """The names that a simple statement certainly binds."""
    match node:
        case cst.Assign(targets=targets):
            return _bound([target.target for target in targets])
        case cst.AnnAssign(target=target, value=value):
            return _bound([target]) if value is not None else NOTHING
        case cst.Del(target=target):
            return _bound([target])
    return NOTHING


def _plain_targets(node: cst.CSTNode) -> set[cst.CSTNode]:
    """The name nodes that an assignment or import writes without reading them; keywords of calls, attribute names."""
    found: set[cst.CSTNode] = set()
    for inner in own_nodes(node):
        match inner:
            case cst.Assign(targets=targets):
                for target in targets:
                    found |= _name_nodes(target.target)
            case cst.AnnAssign(target=target, annotation=annotation):
                found |= _name_nodes(target) | set(walk(annotation))
            case cst.NamedExpr(target=target) | cst.CompFor(target=target) | cst.AsName(name=target):
                found |= _name_nodes(target)
            case cst.Attribute(attr=attr):
                found.add(attr)
            case cst.Arg(keyword=cst.Name() as keyword):
                found.add(keyword)
    return found


def _name_nodes(target: cst.CSTNode) -> set[cst.CSTNode]:
    match target:
        case cst.Name():
            return {target}
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            return set().union(*(_name_nodes(element.value) for element in elements))
        case cst.StarredElement(value=value):
            return _name_nodes(value)
    return set()


def _bound(targets: Iterable[cst.CSTNode]) -> Names:
    return frozenset(name for target in targets for name in bound_names(target))


def _all(sets: Iterable[Names]) -> Names:
    return NOTHING.union(*sets)
