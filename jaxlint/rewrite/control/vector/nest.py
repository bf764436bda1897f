"""Loops whose turns do not need each other, statement by statement, as lines of array expressions.

Needs: a nest of loops over ranges, each turn of which stores into its own place of an array, or adds to a variable.
Gives: the lines that do the same for all turns at once. Statements keep their order: what one turn reads of what it
stores is at its own place, so that doing each statement for all turns before the next one changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

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
from jaxlint.rewrite.control.vector import sums
from jaxlint.rewrite.control.vector.actions import Action, Gain, Local, Store, actions, check_plan, zeros_above
from jaxlint.rewrite.control.vector.actions import action as action_of
from jaxlint.rewrite.control.vector.axes import Axes, Item
from jaxlint.rewrite.control.vector.items import Turns
from jaxlint.rewrite.control.vector.lengths import Lengths, kind
from jaxlint.rewrite.control.vector.ranges import Run, run
from jaxlint.rewrite.elementwise import operands
from jaxlint.rewrite.text import Text
from jaxlint.source import walk

ARANGE = "jax.numpy.arange"
_SMALL = ("int8", "int16", "uint8", "uint16", "uint32", "uint64")


@dataclass(frozen=True, slots=True)
class Written:
    """The lines in place of a loop, the library names that they spell, and statements above it that are not needed
    any more."""

    lines: Lines
    uses: tuple[str, ...]
    dropped: tuple[cst.CSTNode, ...]


def written(ctx: View, loop: Loop) -> Written:
    """A loop whose turns do not need each other. Raises ``Declined``."""
    nest = Nest(Turns(ctx, Lengths(ctx), loop.node, own=frozenset(flow.writes((loop,)))))
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
    for name in nest.started - nest.results:
        found = _without(found, name)
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


Key = tuple[str, str, str, str]
"""What an action changes: a variable, or a place of an array; and how."""


def _without(found: Lines, name: str) -> Lines:
    """Lines with a variable's value in place of it, where it is only handed on: ``s = a @ b``, ``c.at[:].set(s)``."""
    uses = [number for number, line in enumerate(found) if re.search(rf"\b{name}\b", line.partition("#")[0])]
    match uses:
        case [first, second] if second == first + 1 and found[first].startswith(f"{name} = "):
            value = found[first].removeprefix(f"{name} = ")
            if found[second].count(f"({name})") == 1 and len(found[second]) + len(value) < 100 and "#" not in value:
                return [*found[:first], found[second].replace(f"({name})", f"({value})"), *found[second + 1 :]]
    return found


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
            started = self._is_started(statement, loop.body[number + 1 :])
            lines += _comments(statement) if started else self.statement(statement)
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
                return self.branch(statement)
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

    # --- branches ----------------------------------------------------------------------------------------------------

    def branch(self, branch: Branch) -> Lines:
        """An ``if`` whose arms choose what variables and places get."""
        lines = [line for part in flow.statements((branch,)) for line in _comments(part)]
        chosen: dict[Key, Action] = {}
        own: list[str] = []
        sure = flow.surely_bound((branch,))
        for part in flow.statements((branch,)):
            if isinstance(part, Branch) or _is_comment(part):
                continue
            action = action_of(self.ctx, part)
            if action is None or not isinstance(part, Plain) or part.node is None:
                raise Declined("a branch does more than store and bind variables")
            if isinstance(action, Store):
                check_plan(self.ctx, action, part.node)
            if isinstance(action, Local) and action.name not in self.turns.items and action.name not in sure:
                if action.name in own:
                    raise Declined(f"`{action.name}` is bound in several arms")
                own.append(action.name)
                lines.append(self.local(action.name, self.turns.value(action.value)))
                continue
            chosen[self._key(action)] = action
        self._check_arms(branch, chosen)
        lines += [self._chosen(branch, key, action) for key, action in chosen.items()]
        for name in own:
            del self.turns.items[name]
        return lines

    def _key(self, action: Action) -> Key:
        match action:
            case Store():
                return action.array, self.ctx.code(action.target), action.method, action.sign
            case Gain() if action.name not in self.turns.items:
                return action.name, "", action.symbol, ""
        return action.name, "", "", ""

    def _check_arms(self, branch: Branch, chosen: dict[Key, Action]) -> None:
        """Raise ``Declined`` if what an arm does depends on what it has done, or a later test on that."""
        names = {key[0] for key in chosen}
        if len(names) < len(chosen):
            raise Declined("a branch stores into several places of one array")
        several = len(chosen) > 1
        for part in flow.statements((branch,)):
            reads = flow.reads(part.test) if isinstance(part, Branch) else frozenset[str]()
            if isinstance(part, Plain) and (action := action_of(self.ctx, part)) is not None:
                reads = flow.reads(action.value) - ({self._key(action)[0]} if not several else set())
            if several and not names.isdisjoint(reads):
                raise Declined("one value of a branch is computed from another")

    def _chosen(self, branch: Branch, key: Key, action: Action) -> str:
        match action:
            case Store(method="set"):
                index, axes, sure = self.turns.index(action.target, action.array, exact=True)
                old = Item(Text(f"{action.array}[{index}]" if index else action.array), axes, sure)
                self._check_kinds(branch, key, action.target, self.turns.lengths.kind(action.array))
                return self.stored(action, self._value(branch, key, old), plain=False)
            case Store(method="add"):
                return self.stored(action, self._value(branch, key, Item(Text("0"))), plain=False)
            case Gain(symbol="+" | "-") if action.name not in self.turns.items:
                ones = all(isinstance(value, cst.Integer) and value.value == "1" for value in self._values(branch, key))
                if ones and not branch.orelse and len(list(self._values(branch, key))) == 1 and _is_flat(branch):
                    assert isinstance(branch.test, cst.BaseExpression)
                    return self.gained(action, self.turns.item(branch.test))
                return self.gained(action, self._value(branch, key, Item(Text("0"))))
            case Local(name=name):
                before = self.turns.items.get(name)
                if name in self.around:
                    raise Declined(f"`{name}` is bound in two loops")
                if before is not None and name not in self.bound:
                    raise Declined(f"`{name}` perhaps has another dtype before the branch")
                self._check_kinds(branch, key, self.bound.get(name), None)
                return self.local(name, self._value(branch, key, None if before is None else self.turns.item_of(name)))
        raise Declined("a branch decides what the turns come to")

    def _value(self, branch: Branch, key: Key, old: Item | None) -> Item:
        """What a branch gives to one thing; ``old``: where it gives nothing."""
        if not isinstance(branch.test, cst.BaseExpression):
            raise Declined("a branch of another sort")
        arms = [self._in_arm(arm, key, old) for arm in (branch.then, branch.orelse)]
        return self.turns.choice(self.turns.item(branch.test), *arms)

    def _in_arm(self, arm: Block, key: Key, old: Item | None) -> Item:
        found: Item | None = None
        for part in arm:
            mine = [action for action in actions(self.ctx, part) if self._key(action) == key]
            if not mine:
                continue
            if found is not None:
                raise Declined(f"`{key[0]}` is bound more than once in an arm")
            found = self._value(part, key, old) if isinstance(part, Branch) else self.turns.value(mine[0].value)
        if found is None and old is None:
            raise Declined(f"`{key[0]}` is perhaps unbound in a turn")
        return found or old  # type: ignore[return-value]

    def _values(self, branch: Branch, key: Key) -> Iterator[cst.BaseExpression]:
        return (action.value for action in actions(self.ctx, branch) if self._key(action) == key)

    def _check_kinds(self, branch: Branch, key: Key, old: cst.BaseExpression | None, into: str | None) -> None:
        """Raise ``Declined`` if a choice is of another dtype than each of its values."""
        nodes = [*self._values(branch, key), *([old] if old is not None else [])]
        kinds = {kind(self.ctx, node) for node in nodes if not isinstance(node, cst.Integer)}
        same = len({_ingredients(self.ctx, node) for node in nodes}) == 1
        if into != "float" and not same and (len(kinds) > 1 or None in kinds):
            raise Declined("the arms of a branch perhaps give values of different dtypes")

    # --- stores ------------------------------------------------------------------------------------------------------

    def stored(self, store: Store, value: Item, *, plain: bool) -> str:
        """The line that stores the values of all turns. ``plain``: no branch decides about them."""
        turns, name = self.turns, store.array
        if turns.lengths.rank(name) != len(store.target.slice):
            raise Declined(f"how many axes `{name}` has is not known")
        index, axes, _ = turns.index(store.target, name, exact=True)
        if missing := tuple(axis for axis in turns.order if axis not in axes):
            if store.method != "add":
                raise Declined(f"several turns store into one place of `{name}`")
            value = sums.summed(turns, store.value if plain else None, value, missing)
        text = value.along(axes)
        self.results.add(name)
        written = f"-{text.grouped}" if store.sign else text.text
        return f"{name} = {name}.at[{index or ':'}].{store.method}({written})"


def _symbol(symbol: str) -> str:
    if "." in symbol:
        raise Declined("an extreme of two variables of a turn")
    return symbol


def _ingredients(ctx: View, node: cst.BaseExpression) -> object:
    """What decides the dtype of sums and products of numbers and items of arrays: which arrays they are of."""
    match node:
        case cst.Subscript(value=cst.Name(value=name)) | cst.Name(value=name):
            return frozenset({name})
        case cst.Integer():
            return frozenset[str]()
        case cst.UnaryOperation(operator=cst.Minus(), expression=inner):
            return _ingredients(ctx, inner)
        case cst.BinaryOperation(operator=cst.Add() | cst.Subtract() | cst.Multiply(), left=left, right=right):
            first, second = _ingredients(ctx, left), _ingredients(ctx, right)
            if isinstance(first, frozenset) and isinstance(second, frozenset):
                return first | second
    return node


def _is_flat(branch: Branch) -> bool:
    return not any(isinstance(part, Branch) for part in flow.statements((*branch.then, *branch.orelse)))


def _is_comment(statement: Statement) -> bool:
    return isinstance(statement, Plain) and statement.node is None


def _comments(statement: Statement) -> list[str]:
    return [*statement.comments.above, *filter(None, [statement.comments.beside])]
