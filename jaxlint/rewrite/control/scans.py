"""``lax.scan``: a loop over rows, or one that builds a list.

::

    outs = []
    for x in xs:                def step(h, x):
        h = f(h, x)        ->       h = f(h, x)
        outs.append(h)              return h, h

                                h, outs = lax.scan(step, h, xs)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import libcst as cst

from jaxlint.facts.model.values import Const, Static
from jaxlint.rewrite.control import flow, lists
from jaxlint.rewrite.control.carry import carried, pack, settled
from jaxlint.rewrite.control.lowering import Here, Lines, Lowering, indented, spaced
from jaxlint.rewrite.control.model import Append, Bind, Block, Comments, Declined, Loop, Names, Statement
from jaxlint.rewrite.control.source import Backwards, Enumerate, Rows, Source, rows
from jaxlint.rewrite.control.whiles import head, turn

SCAN = "jax.lax.scan"
VMAP = "jax.vmap"


@dataclass(frozen=True, slots=True)
class Stacked:
    """What a turn adds to a list: the text of it, the names that it reads at the end of the turn, and its node."""

    text: str
    reads: Names
    node: cst.BaseExpression


def lower(low: Lowering, loop: Loop, given: Source, here: Here) -> Lines:
    """The lines of a loop as a scan."""
    targets = flow.target(loop)
    body, values = _collected(low, loop)
    loop = replace(loop, body=body)
    carry = carried(low, loop, here, targets)
    if not carry.names and not values:
        raise Declined("nothing that the loop computes is read afterwards")
    texts = tuple(stacked.text for stacked in values.values())
    wanted = frozenset(carry.names).union(*(stacked.reads for stacked in values.values()))
    inside = flow.live_before(loop.body, wanted)
    step = low.function(loop, "step" if carry.names else "row", carry.names)
    lines = turn(low, loop, carry, Here(wanted, here.bound | targets))
    carry = settled(low, loop, carry)
    given, target = _pruned(given, loop.node.target, inside)
    item, opening = _item(low, target, targets & inside)
    over = _over(low, given, values=bool(values))
    comments = [*loop.comments.above]
    collected = [lists.collect(low, loop, name, stacked.node) for name, stacked in values.items()]
    after = [line for found in collected for line in found.after]
    made = ", ".join(found.name for found in collected) if len(collected) < 2 else pack([f.name for f in collected])
    if not carry.names:
        return [*comments, *_mapped(low, step, item, spaced(opening, lines), texts, made, over), *after]
    parameter, unpacking = head(low, carry, inside, beside=item)
    wanted_after = any(name in here.live for name in carry.names)
    results = pack([name if name in here.live else "_" for name in carry.names]) if wanted_after else "_"
    return [
        *comments,
        *carry.opening,
        f"def {step}({parameter}, {item}):",
        *indented(spaced([*unpacking, *opening], [*lines, f"return {carry.grouped}, {pack(texts)}"])),
        "",
        f"{results}, {made or '_'} = {low.spell(SCAN)}({step}, {carry.initial}, {over})",
        *after,
    ]


def _mapped(
    low: Lowering, function: str, item: str, lines: Lines, texts: tuple[str, ...], made: str, over: str
) -> Lines:
    """Turns that do not need each other."""
    return [
        f"def {function}({item}):",
        *indented([*lines, f"return {', '.join(texts)}"]),
        "",
        f"{made} = {low.spell(VMAP)}({function})({over})",
    ]


def _over(low: Lowering, given: Source, *, values: bool) -> str:
    if isinstance(given, Backwards) and isinstance(given.inner, Rows) and not values:
        return f"{given.inner.array.text}, reverse=True"
    return rows(low, given)


def _pruned(given: Source, target: cst.BaseExpression, inside: Names) -> tuple[Source, cst.BaseExpression]:
    """Without the number of an ``enumerate`` that nobody reads."""
    match given, target:
        case Enumerate(inner=inner), cst.Tuple(elements=[cst.Element(value=cst.Name(value=number)), second]):
            if number not in inside:
                return inner, second.value
    return given, target


def _item(low: Lowering, target: cst.BaseExpression, used: Names) -> tuple[str, Lines]:
    """The parameter that takes a turn's item, and the line that takes it apart."""
    if not used:
        return "_", []
    if isinstance(target, cst.Name):
        return target.value, []
    name = low.fresh("inputs", "items", "row")
    return name, [f"{low.code(target)} = {name}"]


def _collected(low: Lowering, loop: Loop) -> tuple[Block, dict[str, Stacked]]:
    """The body without its appends, and what each list gets in a turn."""
    body: list[Statement] = []
    values: dict[str, Stacked] = {}
    for index, statement in enumerate(loop.body):
        if not isinstance(statement, Append):
            body.append(statement)
            continue
        if statement.name in values:
            raise Declined(f"`{statement.name}` gets several items in a turn")
        _check(low, loop, statement)
        rest = flow.writes(loop.body[index + 1 :])
        if any(name in rest for name in flow.reads(statement.value)):
            name = low.fresh("out", f"{statement.name}_item")
            body.append(Bind(name, statement.value, statement.comments))
            values[statement.name] = Stacked(name, frozenset({name}), statement.value)
        else:
            body += (lists.note(statement.comments),) if statement.comments != Comments() else ()
            values[statement.name] = Stacked(low.code(statement.value), flow.reads(statement.value), statement.value)
    inner = [statement for statement in flow.statements(tuple(body)) if isinstance(statement, Append)]
    for statement in inner:
        if not _is_local(loop, statement.name):
            raise Declined(f"`{statement.name}` does not get one item in each turn")
    return tuple(body), values


def _is_local(loop: Loop, name: str) -> bool:
    """True for a list that each turn makes anew."""
    return name in flow.surely_bound(loop.body)


def _check(low: Lowering, loop: Loop, statement: Append) -> None:
    value = low.ctx.value(statement.value)
    number = isinstance(value, Const) and isinstance(value.value, int | float)
    if not number and not isinstance(value, Static) and not low.ctx.jax_array(statement.value):
        raise Declined(f"`{low.code(statement.value)}` is perhaps no array, and a scan stacks arrays")
    others = [s for s in flow.statements(loop.body) if s is not statement]
    if any(statement.name in flow.live_at(other, frozenset()) for other in others if not isinstance(other, Append)):
        raise Declined(f"`{statement.name}` is read while the loop builds it")
