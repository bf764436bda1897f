"""Loops whose turns do not need each other, statement by statement, as lines of array expressions.

Needs: a nest of loops over ranges, each turn of which stores into its own place of an array, or adds to a variable.
Gives: the lines that do the same for all turns at once. Statements keep their order: what one turn reads of what it
stores is at its own place, so that doing each statement for all turns before the next one changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeGuard

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.queries.trips import trips
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace import dtypes
from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.captured import closures
from jaxlint.rewrite.control.forecast import SHORT
from jaxlint.rewrite.control.lowering import Lines, commented, indented
from jaxlint.rewrite.control.model import Block, Branch, Comments, Declined, Loop, Plain, Statement
from jaxlint.rewrite.control.vector import places, sums
from jaxlint.rewrite.control.vector.actions import Action, Gain, Local, Store, actions, check_plan
from jaxlint.rewrite.control.vector.actions import action as action_of
from jaxlint.rewrite.control.vector.arms import branched, comments
from jaxlint.rewrite.control.vector.axes import Axes, Item
from jaxlint.rewrite.control.vector.items import Turns
from jaxlint.rewrite.control.vector.ranges import Run, run
from jaxlint.rewrite.elementwise import operands
from jaxlint.rewrite.text import Text
from jaxlint.source import walk

_SMALL = ("int8", "int16", "uint8", "uint16", "uint32", "uint64")


@dataclass(eq=False)
class Nest:
    """The state of one rewrite. ``around``: variables that loops around the current one bind, with their axes and the
    variables of those loops; ``locals``: all variables of turns; ``results``: what is read after the loops."""

    turns: Turns
    around: dict[str, tuple[Item, Axes]] = field(default_factory=dict)
    locals: set[str] = field(default_factory=set)
    bound: dict[str, cst.BaseExpression] = field(default_factory=dict)
    """What variables of turns were bound to last, where that is an expression."""
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
        found = list(actions(self.ctx, loop))
        stores = [action for action in found if isinstance(action, Store)]
        bound = {action.name for action in found if isinstance(action, Local)}
        self.sought = frozenset(action.name for action in found if isinstance(action, Gain)) - bound
        axes = ((store.array, number) for store in stores for number in range(len(store.target.slice)))
        known = [self.turns.lengths.axis(name, number) for name, number in axes]
        self.turns.lengths = replace(self.turns.lengths, positive=tuple(size for size in known if size is not None))
        tests = (part.test for part in own_nodes(loop.node) if isinstance(part, cst.If | cst.IfExp))
        asked = {text for test in tests for text in operands(self.ctx, test)}
        self.turns.tested = frozenset(text[1:-1] if text.startswith("(") else text for text in asked)
        loops = [statement for statement in flow.statements((loop,)) if isinstance(statement, Loop)]
        names = {name for statement in loops for name in flow.target(statement)}
        for store in stores:
            place = tuple(
                (number, self.ctx.code(element.slice))
                for number, element in enumerate(store.target.slice)
                if any(isinstance(part, cst.Name) and part.value in names for part in walk(element.slice))
            )
            self.turns.targets[store.array] = store.target
            if self.turns.stored.setdefault(store.array, place) != place:
                raise Declined(f"`{store.array}` is stored into at several places in a turn")

    def is_sum(self, loop: Loop, name: str, zero: cst.Integer | cst.Float) -> bool:
        """True for a variable to which the turns only add, once, what has its dtype."""
        found = [action for action in actions(self.ctx, loop) if not isinstance(action, Store) and action.name == name]
        match found:
            case [Gain(symbol="+", value=value)] if sums.is_redundant(self.ctx, zero, value):
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
        read = {array.value for array in self.turns.read if isinstance(array, cst.Name)}
        for name in sorted(self.turns.scattered & read):
            raise Declined(f"one turn reads of `{name}` what perhaps another one has stored")
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
            rest = loop.body[number + 1 :]
            needless = self._is_started(statement, rest) or self._is_replaced(statement, rest)
            lines += comments(statement) if needless else self.statement(statement)
        turns.items.update((name, self.around.pop(name)[0]) for name in gains)
        del turns.runs[found.name]
        return [*loop.comments.above, *filter(None, [loop.comments.beside]), *lines]

    def _is_started(self, statement: Statement, rest: Block) -> bool:
        """True for the ``s = 0.0`` of a sum that the next loop computes: the sum itself will do."""
        if not rest or not isinstance(rest[0], Loop) or self._stays(rest[0]) is not None:
            return False
        match action_of(self.ctx, statement):
            case Local(name=name, value=cst.Integer() | cst.Float() as zero) if zero.evaluated_value == 0:
                found = [action for action in actions(self.ctx, rest[0]) if not isinstance(action, Store)]
                gains = [action for action in found if action.name == name]
                match gains:
                    case [Gain(symbol="+", value=value)]:
                        if sums.is_redundant(self.ctx, zero, value) or self._are_floats():
                            self.local(name, Item(Text(zero.value)))
                            self.started.add(name)
                            return True
        return False

    def _is_replaced(self, statement: Statement, rest: Block) -> bool:
        """True for ``t[i, c] = t[i - 1, c]``, if the turn stores into that place again: what is there is known."""
        match action_of(self.ctx, statement):
            case Store(array=name, method="set", value=cst.Subscript(value=cst.Name(value=source)) as value) as first:
                later = [part for part in rest if any(_stores(action, name) for action in actions(self.ctx, part))]
                stores = [action for part in later for action in actions(self.ctx, part) if _stores(action, name)]
                alike = all(self.ctx.code(store.target) == self.ctx.code(first.target) for store in stores)
                alike = alike and all(store.method == "set" for store in stores)
                if source == name and len(later) == 1 and not isinstance(later[0], Loop) and alike:
                    self.turns.known[self.ctx.code(first.target).replace(".at[", "[")] = self.turns.item(value)
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
                kept = self._kept(statement)
                return self.loop(statement) if kept is None else kept
            case Plain(node=node) if node is not None and (action := action_of(self.ctx, statement)) is not None:
                return commented([self.act(action, node)], statement.comments)
            case Branch():
                return branched(self, statement)
        raise Declined("a turn does more than store and bind variables")

    def act(self, action: Action, node: cst.CSTNode) -> str:
        """The line of an action."""
        turns = self.turns
        match action:
            case Store():
                check_plan(self.ctx, action, node)
                return self.stored(action, turns.item(action.value), plain=True)
            case Local(name=name) if name in self.around:
                raise Declined(f"`{name}` is bound in two loops")
            case Local(name=name, value=value):
                line = self.local(name, turns.item(value))
                self.bound[name] = value
                return line
            case Gain(name=name, symbol=symbol, value=value) if name in turns.items:
                bare = symbol in ("+", "-") and isinstance(getattr(value, "operator", None), cst.Multiply | cst.Divide)
                operands = [(None, turns.item_of(name)), (value if bare else None, turns.item(value))]
                return self.local(name, turns.combined(_symbol(symbol), operands))
            case Gain():
                return self.gained(action, None)

    def gained(self, gain: Gain, chosen: Item | None) -> str:
        """The line that adds what all turns add. ``chosen``: what that is, if a branch decides."""
        name = gain.name
        line, item = sums.gained(self.turns, gain, chosen, self.around.get(name), self.started)
        if name in self.around:
            self.around[name] = (item, self.around[name][1])
        else:
            self.results.add(name)
        return line

    def local(self, name: str, item: Item) -> str:
        """The line that binds a variable for all turns."""
        self.turns.items[name] = item
        self.locals.add(name)
        self.bound.pop(name, None)
        return f"{name} = {item.text.text}"

    # --- loops that stay ---------------------------------------------------------------------------------------------

    def _kept(self, loop: Loop) -> Lines | None:
        """A short loop between bounds that Python knows stays one, around operations on whole arrays."""
        found = self._stays(loop)
        if found is None:
            return None
        self.locals.add(found.name)
        self.turns.kept[found.name] = found
        own, self.turns.own = self.turns.own, self.turns.own - {found.name}
        before = dict(self.turns.items)
        for statement in loop.body:
            self.statement(statement)
        self._check_grown(before)
        settled = {name: item.axes for name, item in self.turns.items.items()}
        lines = [line for statement in loop.body for line in self.statement(statement)]
        if settled != {name: item.axes for name, item in self.turns.items.items()}:
            raise Declined("a variable gets other axes from turn to turn")
        del self.turns.kept[found.name]
        self.turns.own = own
        head = f"for {found.name} in {self.ctx.code(loop.node.iter)}:"
        return commented([head, *indented(lines)], Comments(loop.comments.above))

    def _stays(self, loop: Loop) -> Run | None:
        """The range of a loop that stays."""
        found, turns = run(self.ctx, loop.node), trips(self.ctx, loop.node.iter)
        if found is None or turns is None or turns.count is None or turns.count > SHORT or loop.orelse:
            return None
        return None if found.name in self.ranges or found.name in flow.writes(loop.body) else found

    def _check_grown(self, before: dict[str, Item]) -> None:
        """What is a number in the first turn of a loop that stays must need no axes added in the next one."""
        for name, item in before.items():
            after = self.turns.items.get(name, item)
            if after.axes != item.axes and (item.axes or after.axes != self.turns.order):
                raise Declined(f"`{name}` gets other axes from turn to turn")

    def stored(self, store: Store, value: Item, *, plain: bool) -> str:
        """The line that stores the values of all turns. ``plain``: no branch decides about them."""
        self.results.add(store.array)
        return places.stored(self.turns, store, value, plain=plain, alone=not self.locals)


def _stores(action: Action, array: str) -> TypeGuard[Store]:
    return isinstance(action, Store) and action.array == array


def _symbol(symbol: str) -> str:
    if "." in symbol:
        raise Declined("an extreme of two variables of a turn")
    return symbol
