"""Branches in a turn: what variables and places get is chosen by `jnp.where`, for all turns at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.lowering import Lines
from jaxlint.rewrite.control.model import Block, Branch, Declined, Plain, Statement
from jaxlint.rewrite.control.vector.actions import Action, Gain, Local, Store, actions, check_plan
from jaxlint.rewrite.control.vector.actions import action as action_of
from jaxlint.rewrite.control.vector.axes import Item
from jaxlint.rewrite.control.vector.lengths import Lengths, kind
from jaxlint.rewrite.text import Text

if TYPE_CHECKING:
    from jaxlint.rewrite.control.vector.nest import Nest

Key = tuple[str, str, str, str]
"""What an action changes: a variable, or a place of an array; and how."""


def branched(nest: Nest, branch: Branch) -> Lines:
    """An ``if`` whose arms choose what variables and places get."""
    lines = [line for part in flow.statements((branch,)) for line in comments(part)]
    chosen: dict[Key, Action] = {}
    own: list[str] = []
    sure = flow.surely_bound((branch,))
    for part in flow.statements((branch,)):
        if isinstance(part, Branch) or is_comment(part):
            continue
        action = action_of(nest.ctx, part)
        if action is None or not isinstance(part, Plain) or part.node is None:
            raise Declined("a branch does more than store and bind variables")
        if isinstance(action, Store):
            check_plan(nest.ctx, action, part.node)
        if isinstance(action, Local) and action.name not in nest.turns.items and action.name not in sure:
            if action.name in own:
                raise Declined(f"`{action.name}` is bound in several arms")
            own.append(action.name)
            lines.append(nest.local(action.name, nest.turns.value(action.value)))
            continue
        chosen[_key(nest, action)] = action
    _check_arms(nest, branch, chosen)
    lines += [_chosen(nest, branch, key, action) for key, action in chosen.items()]
    for name in own:
        del nest.turns.items[name]
    return lines


def _key(nest: Nest, action: Action) -> Key:
    match action:
        case Store():
            return action.array, nest.ctx.code(action.target), action.method, action.sign
        case Gain() if action.name not in nest.turns.items:
            return action.name, "", action.symbol, ""
    return action.name, "", "", ""


def _check_arms(nest: Nest, branch: Branch, chosen: dict[Key, Action]) -> None:
    """Raise ``Declined`` if what an arm does depends on what it has done, or a later test on that."""
    names = {key[0] for key in chosen}
    if len(names) < len(chosen):
        raise Declined("a branch stores into several places of one array")
    several = len(chosen) > 1
    for part in flow.statements((branch,)):
        reads = flow.reads(part.test) if isinstance(part, Branch) else frozenset[str]()
        if isinstance(part, Plain) and (action := action_of(nest.ctx, part)) is not None:
            reads = flow.reads(action.value) - ({_key(nest, action)[0]} if not several else set())
        if several and not names.isdisjoint(reads):
            raise Declined("one value of a branch is computed from another")


def _chosen(nest: Nest, branch: Branch, key: Key, action: Action) -> str:
    match action:
        case Store(method="set"):
            index, axes, sure = nest.turns.index(action.target, action.array, exact=True)
            old = Item(Text(f"{action.array}[{index}]" if index else action.array), axes, sure)
            old = nest.turns.known.get(nest.ctx.code(action.target).replace(".at[", "["), old)
            _check_kinds(nest, branch, key, action.target, nest.turns.lengths.kind(action.array))
            return nest.stored(action, _value(nest, branch, key, old), plain=False)
        case Store(method="add"):
            return nest.stored(action, _value(nest, branch, key, Item(Text("0"))), plain=False)
        case Gain(symbol="+" | "-") if action.name not in nest.turns.items:
            ones = all(isinstance(value, cst.Integer) and value.value == "1" for value in _values(nest, branch, key))
            if ones and not branch.orelse and len(list(_values(nest, branch, key))) == 1 and _is_flat(branch):
                assert isinstance(branch.test, cst.BaseExpression)
                return nest.gained(action, nest.turns.item(branch.test))
            return nest.gained(action, _value(nest, branch, key, Item(Text("0"))))
        case Local(name=name):
            before = nest.turns.items.get(name)
            if name in nest.around:
                raise Declined(f"`{name}` is bound in two loops")
            if before is not None and name not in nest.bound:
                raise Declined(f"`{name}` perhaps has another dtype before the branch")
            _check_kinds(nest, branch, key, nest.bound.get(name), None)
            return nest.local(name, _value(nest, branch, key, None if before is None else nest.turns.item_of(name)))
    raise Declined("a branch decides what the turns come to")


def _value(nest: Nest, branch: Branch, key: Key, old: Item | None) -> Item:
    """What a branch gives to one thing; ``old``: where it gives nothing."""
    if not isinstance(branch.test, cst.BaseExpression):
        raise Declined("a branch of another sort")
    arms = [_in_arm(nest, arm, key, old) for arm in (branch.then, branch.orelse)]
    return nest.turns.choice(nest.turns.item(branch.test), *arms)


def _in_arm(nest: Nest, arm: Block, key: Key, old: Item | None) -> Item:
    found: Item | None = None
    for part in arm:
        mine = [action for action in actions(nest.ctx, part) if _key(nest, action) == key]
        if not mine:
            continue
        if found is not None:
            raise Declined(f"`{key[0]}` is bound more than once in an arm")
        found = _value(nest, part, key, old) if isinstance(part, Branch) else nest.turns.value(mine[0].value)
    if found is None and old is None:
        raise Declined(f"`{key[0]}` is perhaps unbound in a turn")
    return found or old  # type: ignore[return-value]


def _values(nest: Nest, branch: Branch, key: Key) -> Iterator[cst.BaseExpression]:
    return (action.value for action in actions(nest.ctx, branch) if _key(nest, action) == key)


def _check_kinds(nest: Nest, branch: Branch, key: Key, old: cst.BaseExpression | None, into: str | None) -> None:
    """Raise ``Declined`` if a choice is of another dtype than each of its values."""
    nodes = [*_values(nest, branch, key), *([old] if old is not None else [])]
    kinds = {kind(nest.ctx, node) for node in nodes if not isinstance(node, cst.Integer)}
    same = len({ingredients(nest.turns.lengths, node) for node in nodes}) == 1
    if into != "float" and not same and (len(kinds) > 1 or None in kinds):
        raise Declined("the arms of a branch perhaps give values of different dtypes")


def ingredients(lengths: Lengths, node: cst.BaseExpression) -> object:
    """What decides the dtype of sums and products of numbers and items of arrays: which arrays they are of."""
    match node:
        case cst.Subscript(value=cst.Name(value=name)) | cst.Name(value=name):
            return frozenset({lengths.like(name)})
        case cst.Integer():
            return frozenset[str]()
        case cst.UnaryOperation(operator=cst.Minus(), expression=inner):
            return ingredients(lengths, inner)
        case cst.BinaryOperation(operator=cst.Add() | cst.Subtract() | cst.Multiply(), left=left, right=right):
            first, second = ingredients(lengths, left), ingredients(lengths, right)
            if isinstance(first, frozenset) and isinstance(second, frozenset):
                return first | second
    return node


def _is_flat(branch: Branch) -> bool:
    return not any(isinstance(part, Branch) for part in flow.statements((*branch.then, *branch.orelse)))


def is_comment(statement: Statement) -> bool:
    """True for what is a comment and nothing else."""
    return isinstance(statement, Plain) and statement.node is None


def comments(statement: Statement) -> list[str]:
    """The comments of a statement, one below the other."""
    return [*statement.comments.above, *filter(None, [statement.comments.beside])]
