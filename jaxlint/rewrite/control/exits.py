"""Takes the exits out of a block: flags, and branches around what they skip.

Needs: a block.  Gives: an equivalent block without ``break`` and ``continue``, where a ``return`` is the last thing on
its path.

::

    if c: break                 if c: done = True               if c: continue          if c: pass
    rest                 ->     else: rest                      rest              ->    else: rest

A loop that is left by ``return`` ends with a flag too; since nothing runs after that, what is returned can be computed
after the loop, from the values that its variables then hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import libcst as cst

from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.model import (
    NOTHING,
    Bind,
    Block,
    Branch,
    Comments,
    Declined,
    Define,
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
from jaxlint.rewrite.control.names import Fresh

Falls = Literal["always", "sometimes", "never"]
Leave = Callable[[Exit], Block]
Value = cst.BaseExpression | str | Resume | None


@dataclass(frozen=True, slots=True)
class Settling:
    """How exits are taken out. ``keeps``: says of a loop that it stays Python, exits and all;
    ``dynamic``: of a test that a tracer decides it."""

    fresh: Fresh
    keeps: Callable[[Loop | While], bool]
    dynamic: Callable[[Test], bool]

    def function(self, block: Block, bound: Names) -> Block:
        """A function's last statements: every ``return`` at a tail. ``bound``: what is bound before them."""
        return self._remove(self._inner(block, bound, nested=False), stay)[0]

    def _inner(self, block: Block, bound: Names, *, nested: bool) -> Block:
        """The loops of a block settled. ``nested``: the block is within a loop."""
        found: list[Statement] = []
        for statement in block:
            match statement:
                case Loop() | While() if not self.keeps(statement):
                    found += self._loop(statement, bound, nested=nested)
                case Loop() | While():
                    body = self._inner(statement.body, bound, nested=True)
                    orelse = self._inner(statement.orelse, bound, nested=nested)
                    found.append(replace(statement, body=body, orelse=orelse))
                case Branch():
                    then = self._inner(statement.then, bound, nested=nested)
                    orelse = self._inner(statement.orelse, bound, nested=nested)
                    found.append(replace(statement, then=then, orelse=orelse))
                case _:
                    found.append(statement)
            bound |= flow.surely_bound((statement,))
        return tuple(found)

    def _loop(self, loop: Loop | While, bound: Names, *, nested: bool) -> Block:
        inside = bound | (flow.target(loop) if isinstance(loop, Loop) else frozenset())
        body = self._inner(loop.body, inside, nested=True)
        kinds = [exit.kind for exit in own_exits(body)]
        returns = [exit for exit in own_exits(body) if exit.kind == "return"]
        orelse = self._inner(loop.orelse, bound, nested=nested)
        if not {"break", "return"} & set(kinds):
            body = self._remove(body, lambda exit: notes(exit))[0]
            return (replace(loop, body=body, orelse=()), *orelse)
        done = self.fresh("done", "stop") if "break" in kinds else None
        returned = self.fresh("found", "returned") if returns else None
        stop = done or returned
        assert stop is not None
        value, names = self._result(returns, own_names(loop) - (bound if nested else inside))

        def leave(exit: Exit) -> Block:
            left: list[Statement] = []
            if exit.kind == "return" and returned is not None:
                left += (*_results(names, exit.value), Bind(returned, "True"))
            if exit.kind != "continue" and done is not None:
                left.append(Bind(done, "True"))
            return _annotated(tuple(left), exit.comments)

        body = self._remove(body, leave)[0]
        flags = [(flag, "False") for flag in (returned, done) if flag is not None]
        made = (*((name, None) for name in names), *flags)
        after: list[Statement] = []
        if returned is not None:
            after.append(Branch(Flag(returned), (Exit("return", value),)))
        after += (Branch(Flag(done, negated=True), orelse),) if done is not None and orelse else orelse
        return (replace(loop, body=body, orelse=(), stop=stop, flags=made), *after)

    def _result(self, returns: list[Exit], inner: Names) -> tuple[Value, tuple[str, ...]]:
        """What a loop's ``return`` gives: an expression that holds after the loop as well, else names to bind."""
        values = [exit.value for exit in returns]
        match values:
            case [cst.BaseExpression() as value] if not flow.reads(value) & inner:
                return value, ()
            case [str() as value]:  # what a loop within this one has bound
                return value, ()
        if all(value is None for value in values):
            return None, ()
        if any(value is None for value in values):
            raise Declined("one path returns a value, another one returns nothing")
        sizes = {_size(value) for value in values}
        if len(sizes) == 1 and (size := sizes.pop()):
            names = tuple(self.fresh(*_names(values[0], number)) for number in range(size))
            return cst.parse_expression(", ".join(names)), names
        name = self.fresh("result", "answer")
        return name, (name,)

    def _remove(self, block: Block, leave: Leave) -> tuple[Block, Falls]:
        for index, statement in enumerate(block):
            before, rest = block[:index], block[index + 1 :]
            match statement:
                case Exit():
                    return (*before, *leave(statement)), "never"
                case Branch() if leave is stay and self._is_python(statement):
                    if _always_returns((statement,)):
                        return (*before, statement), "never"
                case Branch() if any(own_exits((statement,))):
                    settled, falls = self._branch(statement, rest, leave)
                    return (*before, *settled), falls
        return block, "always"

    def _branch(self, branch: Branch, rest: Block, leave: Leave) -> tuple[Block, Falls]:
        falls: Falls
        then, first = self._remove(branch.then, leave)
        orelse, second = self._remove(branch.orelse, leave)
        if first == "never" and (flags := self._flags(branch, then)):
            orelse, falls = self._remove((*branch.orelse, *rest), leave)
            return self._raised(branch, then, flags, orelse), _either("never", falls)
        if not rest or (first == "never" and second == "never"):
            falls = first if first == second else "sometimes"
            return (replace(branch, then=then, orelse=orelse),), falls
        if first == "never":
            orelse, falls = self._remove((*branch.orelse, *rest), leave)
            return (replace(branch, then=then, orelse=orelse),), _either("never", falls)
        if second == "never":
            then, falls = self._remove((*branch.then, *rest), leave)
            return (replace(branch, then=then, orelse=orelse),), _either("never", falls)
        if leave is stay:
            return self._resumed(branch, rest), "never"
        return self._flagged(branch, rest, leave)

    def _is_python(self, statement: Statement) -> bool:
        """True for what stays as it is, exits and all: no tracer decides there."""
        for inner in flow.statements((statement,)):
            if isinstance(inner, Branch) and self.dynamic(inner.test):
                return False
            if isinstance(inner, Loop | While) and not self.keeps(inner):
                return False
        return True

    def _resumed(self, branch: Branch, rest: Block) -> Block:
        """Both arms may go on, or return: the rest is a function that is called from wherever they go on."""
        if len(rest) == 1:
            then, orelse = (self._remove((*arm, *rest), stay)[0] for arm in (branch.then, branch.orelse))
            return (replace(branch, then=then, orelse=orelse),)
        changed = flow.writes((branch, *rest))
        body = self._remove(rest, stay)[0]
        if not _always_returns(body):
            body = (*body, Exit("return", "None"))
        parameters = tuple(name for name in changed if name in flow.live_before(rest, NOTHING))
        definition = Define(self.fresh("rest", "remainder"), parameters, body)
        go_on = Exit("return", Resume(definition))
        then, orelse = (self._remove((*arm, go_on), stay)[0] for arm in (branch.then, branch.orelse))
        return definition, replace(branch, then=then, orelse=orelse)

    def _flags(self, branch: Branch, then: Block) -> list[Bind]:
        """The flags that an arm sets at its end: they are what the test says."""
        if not self.dynamic(branch.test) or flow.walruses(branch.test):
            return []
        flags: list[Bind] = []
        for statement in reversed(then):
            if not isinstance(statement, Bind) or statement.value != "True":
                break
            flags.insert(0, statement)
        return flags

    def _raised(self, branch: Branch, then: Block, flags: list[Bind], orelse: Block) -> Block:
        """``if t: y = a; done = True`` with an ``else``  ->  ``done = t``, and a branch on the flag"""
        first, *others = flags
        kept = then[: len(then) - len(flags)]
        following: Block = ()
        if kept:
            following = (Branch(Flag(first.name), kept, orelse, branch.node),)
        elif orelse:
            following = (Branch(Flag(first.name, negated=True), orelse, (), branch.node),)
        return (
            *(note for flag in flags for note in notes(flag)),
            Bind(first.name, Truth(branch.test), branch.comments),
            *(Bind(flag.name, first.name) for flag in others),
            *following,
        )

    def _flagged(self, branch: Branch, rest: Block, leave: Leave) -> tuple[Block, Falls]:
        """Both arms may go on: a flag says whether the rest is skipped."""
        skip = self.fresh("skip", "left")
        marked: Leave = lambda exit: (*leave(exit), Bind(skip, "True"))  # noqa: E731
        then, orelse = self._remove(branch.then, marked)[0], self._remove(branch.orelse, marked)[0]
        going, _ = self._remove(rest, leave)
        chosen = replace(branch, then=then, orelse=orelse)
        return (Bind(skip, "False"), chosen, Branch(Flag(skip, negated=True), going)), "sometimes"


def stay(exit: Exit) -> Block:
    """A function's own ``return`` stays where it is."""
    return (exit,)


def _always_returns(block: Block) -> bool:
    for statement in block:
        match statement:
            case Exit(kind="return"):
                return True
            case Branch(then=then, orelse=orelse) if _always_returns(then) and _always_returns(orelse):
                return True
    return False


def own_names(loop: Loop | While) -> Names:
    """The names that a loop binds, those of its targets and of the loops in it included."""
    return frozenset(flow.writes((loop,)))


def _size(value: Value) -> int:
    """The number of items of a tuple display that can be taken apart, else 0."""
    if not isinstance(value, cst.Tuple) or any(isinstance(item, cst.StarredElement) for item in value.elements):
        return 0
    return len(value.elements)


def _names(value: Value, number: int) -> tuple[str, str]:
    """What the item of a returned tuple may be called."""
    item = value.elements[number].value if isinstance(value, cst.Tuple) else None
    return (f"found_{item.value}" if isinstance(item, cst.Name) else f"result_{number}"), f"answer_{number}"


def _results(names: tuple[str, ...], value: Value) -> Block:
    """The bindings of what is returned to names."""
    match names, value:
        case (), _:
            return ()
        case (name,), str() | cst.BaseExpression():
            return (Bind(name, value),)
        case _, cst.Tuple(elements=elements):
            return tuple(Bind(name, item.value) for name, item in zip(names, elements, strict=True))
    raise Declined("what is returned is no array")


def own_exits(block: Block) -> list[Exit]:
    """The exits of a block that lead out of it, not those of loops in it."""
    found: list[Exit] = []
    for statement in block:
        match statement:
            case Exit():
                found.append(statement)
            case Branch(then=then, orelse=orelse):
                found += (*own_exits(then), *own_exits(orelse))
            case Loop(body=body, orelse=orelse) | While(body=body, orelse=orelse):
                found += [exit for exit in own_exits(body) if exit.kind == "return"]
                found += own_exits(orelse)
    return found


def notes(statement: Statement) -> Block:
    """The comments of a statement that goes away."""
    return (Plain(None, statement.comments),) if statement.comments != Comments() else ()


def _annotated(block: Block, comments: Comments) -> Block:
    """Comments at the first of some new bindings."""
    if not block or comments == Comments():
        return block
    return (replace(block[0], comments=comments), *block[1:])


def _either(first: Falls, second: Falls) -> Falls:
    return first if first == second else "sometimes"
