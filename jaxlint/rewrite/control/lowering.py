"""Writes a settled block as lines of text; every construct's own lowering asks for the lines of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import libcst as cst

from jaxlint.rewrite.control import captured, flow
from jaxlint.rewrite.control.forecast import Forecast
from jaxlint.rewrite.control.model import (
    NOTHING,
    Append,
    Bind,
    Block,
    Branch,
    Comments,
    Declined,
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
    firm: Names = NOTHING
    """Variables that a `lax.cond` gives, whose arms must agree on the dtype."""
    dropped: list[cst.CSTNode] = field(default_factory=list)
    """Statements that the new code does without."""
    changes: dict[str, None] = field(default_factory=dict)
    """What is not as it was, in words for the fix's message."""
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
        captured.check(self.ctx, block)
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
                return commented([f"{name} = {conditions.truth(self, test).text}"], statement.comments)
            case Bind(name=name, value=str() | cst.BaseExpression() as value):
                text = value if isinstance(value, str) else self.code(value)
                return commented([f"{name} = {text}"], statement.comments)
            case Append(node=call):
                return commented(self.code(call).split("\n"), statement.comments)
            case Define(name=name, parameters=parameters, body=body):
                inner = self.body(body, Here(NOTHING, here.bound | frozenset(parameters)))
                return [f"def {name}({', '.join(parameters)}):", *indented(inner), ""]
            case Exit():
                return commented([self._exit(statement, here.bound)], statement.comments)
            case Branch():
                return _headed(branches.lower(self, statement, here), statement.comments)
            case Loop():
                return _headed(loops.lower(self, statement, here), statement.comments)
            case While():
                return _headed(whiles.lower(self, statement, here), statement.comments)
        raise AssertionError(statement)

    def _exit(self, statement: Exit, bound: Names) -> str:
        if statement.kind != "return" or statement.value is None:
            return statement.kind
        return f"return {self.returned(statement.value, bound)}"

    def returned(self, value: cst.BaseExpression | str | Resume, bound: Names) -> str:
        """The text of what is returned."""
        match value:
            case Resume(definition=definition):
                for name in definition.parameters:
                    if name not in bound:
                        raise Declined(f"`{name}` is perhaps unbound on one of the paths")
                return value.text
            case str():
                return value
        return self.code(value)

    def test(self, test: Test) -> str:
        """A test as Python writes it; array logic is for `conditions.py`."""
        if isinstance(test, Flag):
            return f"~{test.name}" if test.negated else test.name
        if isinstance(test, Equal):
            links = " or ".join(f"{self.code(test.subject)} == {self.code(value)}" for value in test.values)
            guarded = f"({links})" if len(test.values) > 1 else links
            return f"{guarded} and {self.code(test.guard)}" if test.guard is not None else links
        return self.code(test)

    @property
    def carry(self) -> str:
        """The name of a parameter that holds several carried values."""
        if not self._carry:
            self._carry = self.fresh("carry", "state")
        return self._carry

    def function(self, loop: Loop | While, word: str, names: Sequence[str]) -> str:
        """The name of a function that the rewrite adds; where there are several, after what is its loop's own."""
        of = f"{word}_{names[0]}" if len(names) == 1 else None
        inner = f"inner_{word}" if self.depth else None
        variable = next(iter(sorted(flow.target(loop))), "") if isinstance(loop, Loop) else ""
        own = f"{variable}_{word}" if len(variable) > 1 and variable != word and variable[0] != "_" else None
        return self.fresh(word, *filter(None, (own, of, inner, f"next_{word}", f"last_{word}")))

    def drop(self, node: cst.CSTNode | None) -> None:
        """Leave a statement out."""
        if node is not None:
            self.dropped.append(node)

    def message(self, text: str) -> str:
        """What a fix says, with what it changes."""
        return "; ".join((text, *self.changes))

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


def _headed(lines: Lines, comments: Comments) -> Lines:
    """The comment beside the head of a compound statement: beside the new head, or the call that took its place."""
    if not comments.beside:
        return lines
    first = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    at = first if lines[first].startswith(("if ", "for ", "while ")) else len(lines) - 1
    return [*lines[:at], f"{lines[at]}  {comments.beside}", *lines[at + 1 :]]


def returning(lines: Lines, result: str) -> Lines:
    """Lines and what they compute; a last line that only binds that is left out: ``return 0.5 * x``."""
    last = lines[-1] if lines else ""
    if last.startswith(f"{result} = ") and _whole(last):
        return [*lines[:-1], f"return {last.removeprefix(f'{result} = ')}"]
    return [*lines, f"return {result}"]


def _whole(line: str) -> bool:
    """True for a line that is a statement by itself."""
    try:
        cst.parse_statement(line)
    except cst.ParserSyntaxError:
        return False
    return True


def indented(lines: Lines) -> Lines:
    return [f"{INDENT}{line}" if line else line for line in lines]


def spaced(first: Lines, rest: Lines) -> Lines:
    """Lines and more lines, with a blank line between if these open with a function."""
    return [*first, "", *rest] if first and opens(rest) else [*first, *rest]


def opens(lines: Lines) -> bool:
    """True for lines that begin with a function, which a blank line sets apart."""
    return next((line.startswith("def ") for line in lines if not line.startswith("#")), False)
