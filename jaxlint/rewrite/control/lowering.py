"""Writes a settled block as lines of text; every construct's own lowering asks for the lines of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import libcst as cst

from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.forecast import Forecast
from jaxlint.rewrite.control.model import (
    NOTHING,
    Append,
    Bind,
    Block,
    Branch,
    Comments,
    Declined,
    Exit,
    Flag,
    Loop,
    Names,
    Plain,
    Statement,
    Truth,
    While,
)
from jaxlint.rewrite.control.names import Fresh

INDENT = "    "
Lines = list[str]


@dataclass(frozen=True, slots=True)
class Here:
    """Where a statement is: ``live`` names are read after it, ``bound`` ones certainly have a value before it."""

    live: Names = NOTHING
    bound: Names = NOTHING


@dataclass(eq=False)
class Lowering:
    """The state of one rewrite. ``uses``: the library names that it spells."""

    ctx: Forecast
    fresh: Fresh
    uses: dict[str, None] = field(default_factory=dict)
    depth: int = 0
    """How many functions the rewrite has opened around the current line."""
    dropped: list[cst.CSTNode] = field(default_factory=list)
    """Statements that the new code does without."""
    _carry: str = ""

    def lines(self, block: Block, here: Here) -> Lines:
        """The lines of a block; ``here.live`` is what is read after it."""
        live = [here.live]
        for statement in reversed(block):
            live.append(flow.live_at(statement, live[-1]))
        found: Lines = []
        bound = here.bound
        for statement, after in zip(block, reversed(live[:-1]), strict=True):
            lines = self._statement(statement, Here(after, bound))
            found += ["", *lines] if found and found[-1] and opens(lines) else lines
            bound |= flow.surely_bound((statement,)) | (_loop_bound(statement) & after)
        return found

    def body(self, block: Block, here: Here) -> Lines:
        """The lines of a block within a function that the rewrite adds."""
        self.depth += 1
        found = self.lines(block, here)
        self.depth -= 1
        return found

    def _statement(self, statement: Statement, here: Here) -> Lines:
        from jaxlint.rewrite.control import branches, conditions, loops, whiles

        match statement:
            case Plain(node=None):
                return [*statement.comments.above, *filter(None, [statement.comments.beside])]
            case Plain(node=node) if node is not None:
                return commented(self.code(node).split("\n"), statement.comments)
            case Bind(name=name, value=Truth(test=test)):
                return commented([f"{name} = {conditions.condition(self, test).text}"], statement.comments)
            case Bind(name=name, value=str() | cst.BaseExpression() as value):
                text = value if isinstance(value, str) else self.code(value)
                return commented([f"{name} = {text}"], statement.comments)
            case Append(node=call):
                return commented(self.code(call).split("\n"), statement.comments)
            case Exit():
                return commented([self._exit(statement)], statement.comments)
            case Branch():
                return branches.lower(self, statement, here)
            case Loop():
                return loops.lower(self, statement, here)
            case While():
                return whiles.lower(self, statement, here)
        raise AssertionError(statement)

    def _exit(self, statement: Exit) -> str:
        if statement.kind != "return" or statement.value is None:
            return statement.kind
        value = statement.value
        return f"return {value if isinstance(value, str) else self.code(value)}"

    def test(self, test: cst.BaseExpression | Flag) -> str:
        """A test as Python writes it; array logic is for `branches.py`."""
        if isinstance(test, Flag):
            return f"~{test.name}" if test.negated else test.name
        return self.code(test)

    @property
    def carry(self) -> str:
        """The name of a parameter that holds several carried values."""
        if not self._carry:
            self._carry = self.fresh("carry", "state")
        return self._carry

    def function(self, loop: Loop | While, word: str, names: Sequence[str]) -> str:
        """The name of a function that the rewrite adds."""
        of = names[0] if len(names) == 1 else ""
        return self.fresh(word, *([f"{word}_{of}"] if of else []), f"inner_{word}")

    def drop(self, node: cst.CSTNode | None) -> None:
        """Leave a statement out."""
        if node is not None:
            self.dropped.append(node)

    def spell(self, canonical: str) -> str:
        """How this module writes a library name, which is noted for the imports."""
        self.uses[canonical] = None
        return self.ctx.spell(canonical)

    def code(self, node: cst.CSTNode) -> str:
        """The text of a node with the edits within it, indented as if its statement stood at the margin."""
        text = self.ctx.code(node)
        if "\n" not in text:
            return text
        if '"""' in text or "'''" in text:
            raise Declined("a string of several lines would be indented anew")
        indent = self.ctx.indent(node)
        head, *rest = text.split("\n")
        return "\n".join([head, *(line.removeprefix(indent) for line in rest)])


def _loop_bound(statement: Statement) -> Names:
    """A lowered loop binds all of its carry."""
    match statement:
        case Loop(body=body) | While(body=body):
            return frozenset(flow.writes(body)) | (flow.target(statement) if isinstance(statement, Loop) else NOTHING)
    return NOTHING


def commented(lines: Lines, comments: Comments) -> Lines:
    """Lines with the comments above them and beside the last one."""
    if comments.beside:
        lines = [*lines[:-1], f"{lines[-1]}  {comments.beside}"]
    return [*comments.above, *lines]


def indented(lines: Lines) -> Lines:
    return [f"{INDENT}{line}" if line else line for line in lines]


def opens(lines: Lines) -> bool:
    """True for lines that begin with a function, which a blank line sets apart."""
    return next((line.startswith("def ") for line in lines if not line.startswith("#")), False)
