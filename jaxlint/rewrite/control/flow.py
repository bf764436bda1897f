"""What blocks read and bind.

Needs: a block whose exits are settled (a ``return`` only at its tail).  Gives: names read before they are bound, names
bound on some path, names bound on every path; liveness backwards.

::

    live(s) = (out(s) - binds(s)) + reads(s)        a loop's head joins what is live after it and at its own start
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.facts.model.definitions import bound_names, own_nodes
from jaxlint.facts.queries import liveness
from jaxlint.rewrite.control.model import (
    NOTHING,
    Append,
    Bind,
    Block,
    Branch,
    Define,
    Equal,
    Exit,
    Flag,
    Loop,
    Names,
    Plain,
    Resume,
    Statement,
    Test,
    Truth,
    While,
)
from jaxlint.source import children


def statements(block: Block) -> Iterator[Statement]:
    """The statements of a block and of those in them, in order."""
    for statement in block:
        yield statement
        match statement:
            case Branch(then=then, orelse=orelse):
                yield from statements(then)
                yield from statements(orelse)
            case Loop(body=body, orelse=orelse) | While(body=body, orelse=orelse):
                yield from statements(body)
                yield from statements(orelse)


def made(block: Block) -> dict[str, tuple[str | cst.BaseExpression | Truth, ...]]:
    """What normalisation has bound, by name."""
    found: dict[str, tuple[str | cst.BaseExpression | Truth, ...]] = {}
    for statement in statements(block):
        match statement:
            case Bind(name=name, value=value):
                found[name] = (*found.get(name, ()), value)
            case Define(body=body):
                found.update(made(body))
    return found


def live_before(block: Block, out: Names) -> Names:
    """The names that are read on some path from the start of a block, given those that are read after it."""
    for statement in reversed(block):
        out = live_at(statement, out)
    return out


def live_at(statement: Statement, out: Names) -> Names:
    """The names that are read on some path from the start of a statement."""
    match statement:
        case Exit(value=value):
            return _of(value)
        case Branch(test=test, then=then, orelse=orelse):
            return reads(test) | live_before(then, out) | live_before(orelse, out)
        case Loop():
            end = live_before(statement.orelse, out) | _stop(statement)
            inside = _repeated(statement.body, end, target(statement)) - _flags(statement)
            return inside | reads(statement.node.iter)
        case While():
            end = live_before(statement.orelse, out) | _stop(statement) | reads(statement.node.test)
            return _repeated(statement.body, end, NOTHING) - _flags(statement)
        case Plain(node=None):
            return out
        case Plain(node=node) if node is not None:
            return (out - binds(statement)) | reads(node)
        case Define(name=name, parameters=parameters, body=body):
            return (out - {name}) | (live_before(body, NOTHING) - frozenset(parameters))
        case Bind(name=name, value=value):
            return (out - {name}) | _of(value)
        case Append(name=name, value=value):
            return out | reads(value) | {name}
    raise AssertionError(statement)


def live_in_body(loop: Loop | While, out: Names) -> Names:
    """The names that are read at the end of a loop's turn: by the next one, by the test, or after the loop."""
    end = live_before(loop.orelse, out) | _stop(loop)
    if isinstance(loop, While):
        return _repeated(loop.body, end | reads(loop.node.test), NOTHING)
    return _repeated(loop.body, end, target(loop))


def _repeated(body: Block, end: Names, fresh: Names) -> Names:
    head = end
    while True:
        grown = head | (live_before(body, head) - fresh)
        if grown == head:
            return head
        head = grown


def _stop(loop: Loop | While) -> Names:
    return frozenset({loop.stop}) if loop.stop is not None else NOTHING


def _flags(loop: Loop | While) -> Names:
    return frozenset(name for name, _ in loop.flags)


def target(loop: Loop) -> Names:
    """The names that a ``for`` binds in each turn."""
    return frozenset(bound_names(loop.node.target))


def writes(block: Block) -> dict[str, None]:
    """The names that a block binds, or stores into, on some path; in the order of the text."""
    found: dict[str, None] = {}
    for statement in statements(block):
        match statement:
            case Bind(name=name) | Append(name=name) | Define(name=name):
                found[name] = None
            case Plain(node=node) if node is not None:
                found.update(dict.fromkeys(_written(node)))
            case Loop():
                found.update(dict.fromkeys(bound_names(statement.node.target)))
            case Branch(test=cst.BaseExpression() as test):
                found.update(dict.fromkeys(_named(test)))
    return found


def surely_bound(block: Block) -> Names:
    """The names that every path through a block binds."""
    found: Names = NOTHING
    for statement in block:
        match statement:
            case Branch(test=test, then=then, orelse=orelse):
                found |= (surely_bound(then) & surely_bound(orelse)) | frozenset(_names(walruses(test)))
            case Bind() | Plain() | Define():
                found |= binds(statement)
            case Loop() | While():
                found |= _flags(statement)
    return found


def binds(statement: Statement) -> Names:
    """The names that a plain statement certainly binds."""
    match statement:
        case Bind(name=name) | Define(name=name):
            return frozenset({name})
        case Plain(node=cst.FunctionDef(name=name)):
            return frozenset({name.value})
        case Plain(node=cst.AugAssign(target=cst.Name(value=name))):
            return frozenset({name})
        case Plain(node=node) if node is not None:
            return liveness.binds(node)
    return NOTHING


def reads(node: cst.CSTNode | Flag | Equal) -> Names:
    """The names that an expression or small statement may read, those that a nested function closes over included."""
    if isinstance(node, Flag):
        return frozenset({node.name})
    if isinstance(node, Equal):
        return reads(node.subject) | (reads(node.guard) if node.guard is not None else NOTHING)
    parts = own_nodes(node) if not isinstance(node, cst.FunctionDef) else (node,)
    inner = [liveness.closed_over(part) for part in parts if isinstance(part, cst.Lambda | cst.FunctionDef)]
    return liveness.reads(node).union(*inner)


def walruses(test: Test) -> list[cst.NamedExpr]:
    """The ``:=`` that a test evaluates in any case."""
    found: list[cst.NamedExpr] = []
    queue: list[cst.CSTNode] = [test] if isinstance(test, cst.CSTNode) else []
    while queue:
        node = queue.pop()
        match node:
            case cst.NamedExpr():
                found.append(node)
            case cst.BooleanOperation(left=left):
                queue.append(left)
            case cst.IfExp(test=inner):
                queue.append(inner)
            case cst.Comparison(left=left, comparisons=[first, *_]):
                queue += [left, first.comparator]
            case cst.UnaryOperation() | cst.BinaryOperation() | cst.Call() | cst.Arg():
                queue += [child for child in children(node) if isinstance(child, cst.BaseExpression | cst.Arg)]
    return found


def _names(walrus: list[cst.NamedExpr]) -> Iterator[str]:
    return (node.target.value for node in walrus if isinstance(node.target, cst.Name))


def _of(value: str | cst.BaseExpression | Truth | Resume | None) -> Names:
    if isinstance(value, Resume):
        return live_before(value.definition.body, NOTHING) | frozenset(value.definition.parameters)
    if isinstance(value, Truth):
        return reads(value.test)
    if isinstance(value, str):
        return frozenset({value}) if value.isidentifier() and value not in ("True", "False", "None") else NOTHING
    return reads(value) if value is not None else NOTHING


def _written(node: cst.CSTNode) -> Iterator[str]:
    match node:
        case cst.FunctionDef(name=name):
            yield name.value
            return
        case cst.Assign(targets=targets):
            for item in targets:
                yield from _stored(item.target)
        case cst.AugAssign(target=target) | cst.AnnAssign(target=target):
            yield from _stored(target)
    yield from _named(node)


def _stored(node: cst.CSTNode) -> Iterator[str]:
    """The names in a target, and the bases of its subscripts and attributes."""
    match node:
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                yield from _stored(element.value)
        case cst.StarredElement(value=value) | cst.Subscript(value=value) | cst.Attribute(value=value):
            yield from _stored(value)
        case cst.Name(value=name):
            yield name


def _named(node: cst.CSTNode) -> Iterator[str]:
    """What ``:=`` binds."""
    for part in own_nodes(node):
        if isinstance(part, cst.NamedExpr) and isinstance(part.target, cst.Name):
            yield part.target.value
