"""Loops whose turns do not need each other, statement by statement, as lines of array expressions.

Needs: a nest of loops over ranges, each turn of which stores into its own place of an array, or adds to a variable.
Gives: the lines that do the same for all turns at once. Statements keep their order: what one turn reads of what it
stores is at its own place, so that doing each statement for all turns before the next one changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import libcst as cst

from jaxlint.edits import Decline
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace import dtypes
from jaxlint.rewrite.at_update import METHODS
from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.captured import closures
from jaxlint.rewrite.control.lowering import Lines, commented
from jaxlint.rewrite.control.model import Block, Branch, Comments, Declined, Loop, Plain, Statement
from jaxlint.rewrite.store import plan, refusal, stored_array
from jaxlint.rewrite.text import Text
from jaxlint.rewrite.vector import sums
from jaxlint.rewrite.vector.axes import Axes, Item
from jaxlint.rewrite.vector.items import Turns
from jaxlint.rewrite.vector.lengths import Lengths, is_update, kind
from jaxlint.rewrite.vector.ranges import run
from jaxlint.source import walk

ARANGE = "jax.numpy.arange"
_SMALL = ("int8", "int16", "uint8", "uint16", "uint32", "uint64")


@dataclass(frozen=True, slots=True)
class Store:
    """``array[…] = value``, or ``+=`` and the like by a method of ``.at``."""

    array: str
    target: cst.Subscript
    method: str
    value: cst.BaseExpression
    sign: str = ""
    """A minus before what is added."""


@dataclass(frozen=True, slots=True)
class Local:
    """A variable of a turn."""

    name: str
    value: cst.BaseExpression


Action = Store | sums.Gain | Local


@dataclass(frozen=True, slots=True)
class Written:
    """The lines in place of a loop, the library names that they spell, and statements above it that are not needed
    any more."""

    lines: Lines
    uses: tuple[str, ...]
    dropped: tuple[cst.CSTNode, ...]


def written(ctx: View, loop: Loop) -> Written:
    """A loop whose turns do not need each other. Raises ``Declined``."""
    nest = Nest(Turns(ctx, Lengths(ctx), own=frozenset(flow.writes((loop,)))))
    nest.note(loop)
    above = zeros_above(ctx, loop.node)
    dropped = tuple(node for node, name, zero in above if nest.is_sum(loop, name, zero))
    found = nest.loop(loop)
    nest.check(loop)
    turns = nest.turns
    arange: Lines = []
    for name in turns.counted:
        text = f"{turns.spell(ARANGE)}({nest.ranges[name]})"
        found, once = _inlined(found, name, text)
        arange += [] if once else [f"{name} = {text}"]
    first = len(loop.comments.above)
    return Written([*found[:first], *arange, *found[first:]], tuple(turns.uses), dropped)


def _inlined(found: Lines, name: str, text: str) -> tuple[Lines, bool]:
    """Lines with a text for a name, if it is there once."""
    word = re.compile(rf"(?<![\w.]){name}(?!\w)")
    code = [line.partition("#")[0] for line in found]
    if sum(len(word.findall(line)) for line in code) != 1:
        return found, False
    place = next(number for number, line in enumerate(code) if word.search(line))
    return [*found[:place], word.sub(text, found[place], count=1), *found[place + 1 :]], True


def zeros_above(ctx: View, loop: cst.For) -> list[tuple[cst.CSTNode, str, cst.Integer | cst.Float]]:
    """The lines ``name = 0`` just above a loop."""
    block = getattr(ctx.parent(loop), "body", ())
    found: list[tuple[cst.CSTNode, str, cst.Integer | cst.Float]] = []
    for line in reversed(block[: next(number for number, item in enumerate(block) if item is loop)]):
        match line:
            case cst.SimpleStatementLine(
                body=[
                    cst.Assign(
                        targets=[cst.AssignTarget(target=cst.Name(value=name))],
                        value=cst.Integer() | cst.Float() as zero,
                    ) as assign
                ],
                trailing_whitespace=cst.TrailingWhitespace(comment=None),
            ):
                if zero.evaluated_value == 0:
                    found.append((assign, name, zero))
            case _:
                break
    return found


@dataclass(eq=False)
class Nest:
    """The state of one rewrite. ``around``: variables that loops around the current one bind, with their axes and the
    variables of those loops; ``locals``: all variables of turns; ``results``: what is read after the loops."""

    turns: Turns
    around: dict[str, tuple[Item, Axes]] = field(default_factory=dict)
    locals: set[str] = field(default_factory=set)
    ranges: dict[str, str] = field(default_factory=dict)
    results: set[str] = field(default_factory=set)
    started: set[str] = field(default_factory=set)
    """Sums that start at zero, so that nothing needs to be added to."""
    sought: frozenset[str] = frozenset()
    """What is added to variables that are bound before the loops."""

    @property
    def ctx(self) -> View:
        return self.turns.ctx

    # --- what the loops bind -----------------------------------------------------------------------------------------

    def note(self, loop: Loop) -> None:
        """Find where each array is stored into; it must be one place in all statements."""
        actions = list(self._actions(loop))
        stores = [action for action in actions if isinstance(action, Store)]
        bound = {action.name for action in actions if isinstance(action, Local)}
        self.sought = frozenset(a.name for a in actions if isinstance(a, sums.Gain)) - bound
        names = {statement.node.target.value for statement in flow.statements((loop,)) if _is_counting(statement)}  # type: ignore[union-attr]
        for store in stores:
            place = tuple(
                (number, self.ctx.code(element.slice))
                for number, element in enumerate(store.target.slice)
                if any(isinstance(part, cst.Name) and part.value in names for part in walk(element.slice))
            )
            if self.turns.stored.setdefault(store.array, place) != place:
                raise Declined(f"`{store.array}` is stored into at several places in a turn")

    def _actions(self, loop: Loop) -> Iterator[Action]:
        for statement in flow.statements((loop,)):
            if isinstance(statement, Plain) and (action := self.action(statement)) is not None:
                yield action

    def is_sum(self, loop: Loop, name: str, zero: cst.Integer | cst.Float) -> bool:
        """True for a variable to which the turns only add, once, what has its dtype."""
        found = [action for action in self._actions(loop) if not isinstance(action, Store) and action.name == name]
        match found:
            case [sums.Gain(symbol="+", value=value)] if sums.is_redundant(self.ctx, zero, value):
                self.started.add(name)
                return True
        return False

    def check(self, loop: Loop) -> None:
        """Raise ``Declined`` if somebody sees what a turn binds."""
        live = self.ctx.live_after(loop.node) or frozenset()
        private = {*self.turns.runs, *self.ranges, *self.locals}
        for name in sorted(private & live):
            raise Declined(f"`{name}` is read after the loop")
        for name in sorted(private):
            if any(name in free for _, free in closures(self.ctx)):
                raise Declined(f"a nested function reads `{name}`")
        for array in self.turns.read if self.turns.counted else ():
            dtype = dtypes.of(self.ctx.value(array))
            if dtype is not None and dtype.wide in _SMALL:
                raise Declined(f"numbers of the loop would make `{self.ctx.code(array)}` a larger integer")
        if not self.results:
            raise Declined("nothing that the loop computes is read afterwards")

    # --- statements --------------------------------------------------------------------------------------------------

    def loop(self, loop: Loop) -> Lines:
        """The lines of a loop."""
        found = run(self.ctx, loop.node)
        if found is None or found.name in self.ranges or loop.orelse:
            raise Declined("it does not run over a plain range with bounds that stay the same")
        if found.name in flow.writes(loop.body):
            raise Declined(f"`{found.name}` is assigned in the loop")
        turns = self.turns
        turns.runs[found.name] = found
        self.ranges[found.name] = found.counted()
        gains = [name for name in flow.writes(loop.body) if name in turns.items]
        self.around.update((name, (turns.items.pop(name), turns.order[:-1])) for name in gains)
        lines: Lines = []
        for number, statement in enumerate(loop.body):
            if not self._is_started(statement, loop.body[number + 1 :]):
                lines += self.statement(statement)
        turns.items.update((name, self.around.pop(name)[0]) for name in gains)
        del turns.runs[found.name]
        return [*loop.comments.above, *filter(None, [loop.comments.beside]), *lines]

    def _is_started(self, statement: Statement, rest: Block) -> bool:
        """True for the ``s = 0.0`` of a sum that the next loop computes: the sum itself will do."""
        if not isinstance(statement, Plain) or statement.node is None or not rest or not isinstance(rest[0], Loop):
            return False
        match self.action(statement):
            case Local(name=name, value=cst.Integer() | cst.Float() as zero) if zero.evaluated_value == 0:
                found = [action for action in self._actions(rest[0]) if not isinstance(action, Store)]
                gains = [action for action in found if action.name == name]
                match gains:
                    case [sums.Gain(symbol="+", value=value)] if statement.comments == Comments():
                        if sums.is_redundant(self.ctx, zero, value) or self._are_floats():
                            self.local(name, Item(Text(zero.value)))
                            self.started.add(name)
                            return True
        return False

    def _are_floats(self) -> bool:
        """True if all that the turns compute is stored among floats."""
        kinds = {self.turns.lengths.kind(name) for name in self.turns.stored}
        return kinds == {"float"} and not self.sought

    def statement(self, statement: Statement) -> Lines:
        """The lines of a statement of a turn."""
        match statement:
            case Plain(node=None):
                return [*statement.comments.above, *filter(None, [statement.comments.beside])]
            case Loop():
                return self.loop(statement)
            case Plain(node=node) if node is not None and (action := self.action(statement)) is not None:
                return commented([self.act(action, node, None)], statement.comments)
            case Branch(test=cst.BaseExpression() as test):
                return self.branch(statement, test)
        raise Declined("a turn does more than store and bind variables")

    def branch(self, branch: Branch, test: cst.BaseExpression) -> Lines:
        """An ``if`` whose arms do one thing to one variable or place."""
        arms = [[part for part in arm if not _is_comment(part)] for arm in (branch.then, branch.orelse)]
        notes = [line for part in flow.statements((branch,)) for line in _comments(part)]
        match arms:
            case [[Plain(node=cst.CSTNode() as node) as only], []] if (action := self.action(only)) is not None:
                return [*notes, self.act(action, node, test)]
            case [[Plain(node=cst.CSTNode() as node) as first], [Plain() as second]]:
                one, other = self.action(first), self.action(second)
                if one is not None and other is not None:
                    return [*notes, self.either(test, one, other, node)]
        raise Declined("a branch does more than bind one variable")

    def action(self, statement: Plain) -> Action | None:
        """What a small statement does."""
        match statement.node:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
                if is_update(value, name):
                    return _updated(name, value)
                gain = _gained(self.ctx, name, value)
                return gain if gain is not None and name not in self.turns.items else Local(name, value)
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Subscript(value=cst.Name(value=name)) as target)]):
                assert isinstance(statement.node, cst.Assign)
                if stored_array(self.ctx, target) is not None:
                    return Store(name, target, "set", statement.node.value)
            case cst.AugAssign(target=cst.Subscript(value=cst.Name(value=name)) as target, operator=operator):
                method = METHODS.get(type(operator))
                if stored_array(self.ctx, target) is not None and method is not None:
                    sign = "-" if isinstance(operator, cst.SubtractAssign) else ""
                    return Store(name, target, method, statement.node.value, sign)
            case cst.AugAssign(target=cst.Name(value=name), operator=operator, value=value):
                return sums.Gain(name, self.ctx.code(operator).strip().removesuffix("="), value)
        return None

    def act(self, action: Action, node: cst.CSTNode, test: cst.BaseExpression | None) -> str:
        """The line of an action, where a test holds."""
        match action:
            case Store():
                self.check_plan(action, node)
                return self.stored(action, self._tested(action, test))
            case Local(name=name, value=value):
                if test is not None and name not in self.turns.items:
                    raise Declined(f"`{name}` is perhaps unbound in a turn")
                if name in self.around:
                    raise Declined(f"`{name}` is bound in two loops")
                item = self.turns.item(value)
                if test is not None:
                    old = self.turns.item_of(name)
                    item = self.turns.choice(self.turns.item(test), self.turns.value(value), old)
                return self.local(name, item)
            case sums.Gain(name=name, symbol=symbol, value=value):
                if name in self.turns.items:
                    if test is not None:
                        raise Declined(f"`{name}` changes in a branch")
                    old = self.turns.item_of(name)
                    return self.local(name, self.turns.combined(symbol, [(None, old), (value, self.turns.item(value))]))
                line, item = sums.gained(self.turns, action, test, self.around.get(name), self.started)
                if name in self.around:
                    self.around[name] = (item, self.around[name][1])
                else:
                    self.results.add(name)
                return line

    def either(self, test: cst.BaseExpression, one: Action, other: Action, node: cst.CSTNode) -> str:
        """The line of a branch whose arms give one thing two values."""
        match one, other:
            case Local(name=name), Local(name=same) if name == same:
                _check_kinds(self.ctx, one.value, other.value)
                values = [self.turns.value(one.value), self.turns.value(other.value)]
                return self.local(name, self.turns.choice(self.turns.item(test), *values))
            case Store(method="set"), Store(method="set") if self.ctx.code(one.target) == self.ctx.code(other.target):
                self.check_plan(one, node)
                if not self._is_float(one):
                    _check_kinds(self.ctx, one.value, other.value)
                values = [self.turns.value(one.value), self.turns.value(other.value)]
                return self.stored(one, self.turns.choice(self.turns.item(test), *values))
        raise Declined("the arms of a branch do different things")

    def local(self, name: str, item: Item) -> str:
        """The line that binds a variable for all turns."""
        self.turns.items[name] = item
        self.locals.add(name)
        return f"{name} = {item.text.text}"

    # --- stores ------------------------------------------------------------------------------------------------------

    def stored(self, store: Store, value: Item) -> str:
        """The line that stores the values of all turns."""
        turns, name = self.turns, store.array
        if turns.lengths.rank(name) != len(store.target.slice):
            raise Declined(f"how many axes `{name}` has is not known")
        index, axes, _ = turns.index(store.target, name, exact=True)
        if missing := tuple(axis for axis in turns.order if axis not in axes):
            if store.method != "add":
                raise Declined(f"several turns store into one place of `{name}`")
            value = sums.summed(turns, store.value, value, missing)
        text = value.along(axes)
        self.results.add(name)
        written = f"-{text.grouped}" if store.sign else text.text
        return f"{name} = {name}.at[{index or ':'}].{store.method}({written})"

    def _tested(self, store: Store, test: cst.BaseExpression | None) -> Item:
        if test is None:
            return self.turns.item(store.value)
        if store.method == "set":
            if not self._is_float(store):
                _check_kinds(self.ctx, store.value, store.target)
            index, axes, sure = self.turns.index(store.target, store.array, exact=True)
            old = Item(Text(f"{store.array}[{index}]" if index else store.array), axes, sure)
        elif store.method == "add":
            old = Item(Text("0"))
        else:
            raise Declined("a branch stores by a product or a quotient")
        return self.turns.choice(self.turns.item(test), self.turns.value(store.value), old)

    def _is_float(self, store: Store) -> bool:
        return self.turns.lengths.kind(store.array) == "float"

    def check_plan(self, store: Store, node: cst.CSTNode) -> None:
        """Raise ``Declined`` if the array cannot be bound anew, or would lose what is stored."""
        if isinstance(node, cst.Assign) and not isinstance(node.targets[0].target, cst.Subscript):
            return
        found = plan(self.ctx, store.target, node)
        if isinstance(found, Decline):
            raise Declined(found.reason)
        if found.bound.before != f"{store.array} = " or found.bound.after or found.bound.edits or found.bound.note:
            raise Declined(f"`{store.array}` has another name, which would keep the old values")
        if (reason := refusal(self.ctx, found, store.value)) is not None:
            raise Declined(reason.reason)


def _updated(name: str, value: cst.BaseExpression) -> Store | None:
    """``x.at[i].set(v)``"""
    match value:
        case cst.Call(
            func=cst.Attribute(value=cst.Subscript() as place, attr=cst.Name(value=method)),
            args=[cst.Arg(value=stored, keyword=None, star="")],
        ) if method in ("set", "add", "multiply", "divide", "power", "min", "max"):
            return Store(name, place, method, stored)
    return None


def _gained(ctx: View, name: str, value: cst.BaseExpression) -> sums.Gain | None:
    """``s = s + v``, ``s = v * s``, ``s = jnp.maximum(s, v)``"""
    match value:
        case cst.BinaryOperation(
            operator=cst.Add() | cst.Multiply() | cst.BitOr() | cst.BitAnd() as operator, left=left, right=right
        ):
            symbol = ctx.code(operator)
            if _is_name(left, name):
                return sums.Gain(name, symbol, right)
            if _is_name(right, name):
                return sums.Gain(name, symbol, left)
        case cst.BinaryOperation(operator=cst.Subtract(), left=cst.Name(value=left), right=right) if left == name:
            return sums.Gain(name, "-", right)
        case cst.Call(func=function, args=[cst.Arg(value=first, keyword=None), cst.Arg(value=second, keyword=None)]):
            called = ctx.name(function)
            if called in sums.EXTREMES:
                if _is_name(first, name):
                    return sums.Gain(name, str(called), second)
                if _is_name(second, name):
                    return sums.Gain(name, str(called), first)
    return None


def _is_name(node: cst.BaseExpression, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _check_kinds(ctx: View, one: cst.BaseExpression, other: cst.BaseExpression) -> None:
    """Raise ``Declined`` if a choice between two values would be of another dtype than each of them."""
    kinds = {kind(ctx, node) for node in (one, other) if not isinstance(node, cst.Integer)}
    if len(kinds) > 1 or None in kinds:
        raise Declined("the two arms perhaps give values of different dtypes")


def _is_counting(statement: Statement) -> bool:
    return isinstance(statement, Loop) and isinstance(statement.node.target, cst.Name)


def _is_comment(statement: Statement) -> bool:
    return isinstance(statement, Plain) and statement.node is None


def _comments(statement: Statement) -> list[str]:
    return [*statement.comments.above, *filter(None, [statement.comments.beside])]
