"""What a function changes in its arguments, it returns instead; its callers bind what it returns.

::

    def step(u, p):              def step(u, p):
        u[0] = p[0]         ->       u[0] = p[0]
        return p.sum()               return p.sum(), u

    total = step(u, p)      ->   total, u = step(u, p)

The results are ``(original results..., changed parameters in the order of the signature)``, a parameter that is
returned already not twice. A caller that stays on the host takes the values into its own arrays:
``u[...] = step(u, p)``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from jaxlint.edits import Decline, Edit
from jaxlint.facts.queries.liveness import liveness
from jaxlint.rewrite.port.reading import Key, Reading, Unit, arguments
from jaxlint.rewrite.port.roles import Role
from jaxlint.rewrite.port.sharing import Exit, Sharing
from jaxlint.source import walk


@dataclass(frozen=True, slots=True)
class Convention:
    """How a function gives back what it changes. ``results``: how many results the original has; ``same``: which
    parameter each of them is, if it is one that is changed; ``added``: the parameters returned behind them."""

    results: int = 0
    same: tuple[str | None, ...] = ()
    added: tuple[str, ...] = ()

    @property
    def changes(self) -> tuple[str, ...]:
        return (*(name for name in self.same if name is not None), *self.added)


PURE = Convention()


def convention(unit: Unit, found: Sharing, own: Mapping[str, Role]) -> Convention | Decline:
    """The convention of a function, the same at all its exits."""
    if found.uncertain:
        name, node = next(iter(found.uncertain.items()))
        return Decline(f"line {unit.line(node)} changes `{name}` in place on some paths and a copy on others")
    if not found.changed:
        return PURE
    if unit.is_method and unit.names[0] in found.changed:
        return Decline("the object itself is changed in place")
    conventions = {_of_exit(unit, found, out) for out in found.exits}
    if len(conventions) != 1:
        return Decline("it changes its arguments and returns something else on each path")
    (only,) = conventions
    if isinstance(only, Convention) and only.results:
        for name in only.added:
            node = found.changed[name]
            if own.get(name) == "data" and _perhaps_local(unit, name, node):
                return Decline(
                    f"line {unit.line(node)}: if `{name}` is an array, it is changed in place; if a number, not"
                )
    return only


def _perhaps_local(unit: Unit, name: str, node: cst.CSTNode) -> bool:
    """True where ``x += v`` may as well make a new number, which something reads. If nothing does, the caller must."""
    if not (isinstance(node, cst.AugAssign) and isinstance(node.target, cst.Name)):
        return False
    live = liveness(unit.node.body)
    return all(
        name in live.after.get(each, frozenset())
        for each in unit.nodes
        if isinstance(each, cst.AugAssign) and isinstance(each.target, cst.Name) and each.target.value == name
    )


def _of_exit(unit: Unit, found: Sharing, out: Exit) -> Convention | Decline:
    for name in found.changed:
        if out.memory.get(name) != frozenset({("param", name)}):
            return Decline(f"`{name}` is changed in place, and bound to something else afterwards")
    parts = _parts(out)
    same = tuple(_parameter(part, out, only=len(parts) == 1) for part in parts)
    same = tuple(name if name in found.changed else None for name in same)
    added = tuple(name for name in unit.names if name in found.changed and name not in same)
    return Convention(len(parts), same, added)


def _parts(out: Exit) -> list[cst.BaseExpression]:
    """The results of an exit."""
    value = out.statement.value if out.statement is not None else None
    match value:
        case None | cst.Name(value="None"):
            return []
        case cst.Tuple(elements=elements):
            return [element.value for element in elements]
    return [value]


def _parameter(part: cst.BaseExpression, out: Exit, *, only: bool) -> str | None:
    """The parameter that a result is."""
    held = out.memory.get(part.value) if isinstance(part, cst.Name) else out.value if only else None
    if held is None or len(held) != 1 or not isinstance(part, cst.Name | cst.Call):
        return None
    ((sort, name),) = held
    return name if sort == "param" else None


def as_results(unit: Unit, found: Sharing, own: Convention, conventions: Conventions) -> Iterator[Edit]:
    """The edits that make every exit return what was changed."""
    if not own.added:
        return
    names = ", ".join(own.added)
    for out in {out.statement: out for out in found.exits}.values():
        if out.statement is None:
            yield _last_line(unit, f"return {names}")
        elif not _parts(out):
            yield unit.edit(out.statement, f"return {names}")
        elif conventions(unit, out.statement.value) is None:
            value = out.statement.value
            assert value is not None
            end = unit.span(value)[1]
            if isinstance(value, cst.Tuple):
                comma = "" if isinstance(value.elements[-1].comma, cst.Comma) else ","
                yield Edit(end, end, f"{comma} {names}")
            else:
                end = unit.span(value.rpar[-1])[1] if value.rpar else end
                yield Edit(end, end, f", {names}")


def _last_line(unit: Unit, text: str) -> Edit:
    """A line below the last statement of the body."""
    last = unit.node.body.body[-1]
    inner = last
    while isinstance(inner, cst.BaseCompoundStatement):
        bodies = _bodies(inner)
        inner = bodies[-1].body[-1] if bodies else inner
        if not bodies:
            break
    source = unit.chunk.source
    end = unit.span(last)[1]
    newline = source.text.find("\n", max(end - 1, unit.span(inner)[1]))
    at = len(source.text) if newline < 0 else newline
    return Edit(at, at, f"\n{unit.indent(unit.node.body.body[0])}{text}")


def _bodies(node: cst.CSTNode) -> list[cst.IndentedBlock]:
    found: list[cst.IndentedBlock] = []
    for name in ("body", "orelse", "finalbody"):
        part = getattr(node, name, None)
        if isinstance(part, cst.Else | cst.Finally):
            part = part.body
        if isinstance(part, cst.If):
            found += _bodies(part)
        elif isinstance(part, cst.IndentedBlock):
            found.append(part)
    return found


# --- call sites --------------------------------------------------------------------------------------------------

Conventions = Callable[[Unit, cst.CSTNode | None], "tuple[Unit, Convention] | None"]
"""The callee that a call enters and its convention, if that changes arguments."""


def lookup(reading: Reading, found: Mapping[Key, Convention]) -> Conventions:
    """The conventions of the functions that calls enter."""

    def of(unit: Unit, node: cst.CSTNode | None) -> tuple[Unit, Convention] | None:
        callee = reading.callee(unit, node) if isinstance(node, cst.Call) else None
        own = found.get(callee.key, PURE) if callee is not None else PURE
        return (callee, own) if callee is not None and own.changes else None

    return of


def rebound(unit: Unit, own: Convention, conventions: Conventions, *, host: bool) -> list[Edit] | Decline:
    """The edits that bind what the callees of a function return."""
    edits: list[Edit] = []
    for node in unit.nodes:
        if (entered := conventions(unit, node)) is None:
            continue
        assert isinstance(node, cst.Call)
        made = _site(unit, own, node, *entered, host=host)
        if isinstance(made, Decline):
            return made
        edits += made
    return edits


def _site(
    unit: Unit, own: Convention, call: cst.Call, callee: Unit, theirs: Convention, *, host: bool
) -> list[Edit] | Decline:
    given = arguments(callee, call)
    if given is None or any(name not in given for name in theirs.changes):
        return Decline(f"line {unit.line(call)} calls `{callee.name}` in a way that does not show what it changes")
    places = {name: _place(unit, given[name].value, host=host) for name in theirs.changes}
    written = [place for place in places.values() if place != "_"]
    if len(set(written)) < len(written):
        return Decline(f"line {unit.line(call)} gives `{callee.name}` one array twice, which it changes")
    added = [places[name] for name in theirs.added]
    results = [places[name] if name is not None else None for name in theirs.same]
    start = unit.span(call)[0]
    match unit.parent(call):
        case cst.Expr():
            targets = [place if place is not None else "_" for place in results] + added
            return [Edit(start, start, f"{', '.join(targets)} = ")]
        case cst.Assign(targets=[target]) as assign if assign.value is call:
            return _assigned(unit, target.target, results, added, start)
        case cst.Return() as statement:
            return _returned(unit, own, statement, call, results, added)
    return _hoisted(unit, call, results, added)


def _place(unit: Unit, node: cst.BaseExpression, *, host: bool) -> str:
    """Where the changed argument goes."""
    if not isinstance(node, cst.Name | cst.Attribute | cst.Subscript):
        return "_"
    text = unit.code(node)
    return f"{text}[...]" if host and not isinstance(node, cst.Subscript) else text


def _assigned(
    unit: Unit, target: cst.BaseExpression, results: list[str | None], added: list[str], start: int
) -> list[Edit] | Decline:
    several = isinstance(target, cst.Tuple | cst.List)
    own = [unit.code(each.value) for each in target.elements] if several else [unit.code(target)]  # type: ignore[attr-defined]
    if len(own) != len(results):
        return Decline(f"line {unit.line(target)} does not unpack all results")
    results = [place.removesuffix("[...]") if place is not None else None for place in results]
    if len(own) == 1 and not added and results[0] is not None:
        return [] if results[0] == own[0] else [Edit(start, start, f"{results[0]} = ")]
    if any(place is not None and place != name for place, name in zip(results, own, strict=True)):
        return Decline(f"line {unit.line(target)} gives one array two names")
    first, last = unit.span(target)
    if several and target.lpar:
        return Decline("the targets are in parentheses")
    return [Edit(first, last, ", ".join([*own, *added]))] if added else []


def _returned(
    unit: Unit, own: Convention, statement: cst.Return, call: cst.Call, results: list[str | None], added: list[str]
) -> list[Edit] | Decline:
    """``return f(u)``  ->  ``result, u = f(u)`` and ``return result``"""
    names = [place or name for place, name in zip(results, _fresh(unit, len(results)), strict=True)]
    if not added and not own.added:
        return []
    indent = unit.indent(unit.statement(statement))
    targets = ", ".join([*names, *added])
    back = ", ".join([*names, *own.added])
    return [unit.edit(statement, f"{targets} = {unit.code(call)}\n{indent}return {back}")]


def _hoisted(unit: Unit, call: cst.Call, results: list[str | None], added: list[str]) -> list[Edit] | Decline:
    """A call inside an expression is made before the statement, if nothing else in it could tell."""
    statement = unit.statement(call)
    refusal = Decline(f"line {unit.line(call)} uses a function that changes its arguments within an expression")
    if len(results) != 1 or not isinstance(statement, cst.SimpleStatementLine | cst.If):
        return refusal
    if isinstance(statement, cst.If) and not any(part is call for part in walk(statement.test)):
        return refusal
    around = statement.test if isinstance(statement, cst.If) else statement
    changed = {place.partition("[")[0].partition(".")[0] for place in (*results, *added) if place is not None}
    inside = set(walk(call))
    for part in walk(around):
        if isinstance(part, cst.Name) and part.value in changed and part not in inside:
            return refusal
        if isinstance(part, cst.Lambda | cst.ListComp | cst.GeneratorExp | cst.BooleanOperation | cst.IfExp):
            return refusal
    (fresh,) = _fresh(unit, 1)
    name = results[0] or fresh
    at = unit.span(statement)[0]
    indent = unit.indent(statement)
    line = f"{', '.join([name, *added])} = {unit.code(call)}\n{indent}"
    return [Edit(at, at, line), unit.edit(call, name)]


def _fresh(unit: Unit, count: int) -> list[str]:
    """Names for results that had none."""
    taken = {node.value for node in walk(unit.node) if isinstance(node, cst.Name)}
    names = (
        name for name in ("result", "value", *(f"result{number}" for number in range(1, 100))) if name not in taken
    )
    return [next(names) for _ in range(count)]


def called_as_value(unit: Unit, changing: Collection[str]) -> Sequence[cst.Name]:
    """Where a function that changes its arguments is passed on, so that its calls are not seen."""
    return [
        node
        for node in unit.nodes
        if isinstance(node, cst.Name) and node.value in changing and node.value not in unit.bound
        and not (isinstance(parent := unit.parent(node), cst.Call) and parent.func is node)
        and not (isinstance(parent, cst.Attribute) and parent.attr is node)
        and not (isinstance(parent, cst.Arg) and parent.keyword is node)
    ]  # fmt: skip
