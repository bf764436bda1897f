"""Attributes and items of dicts that a loop or branch changes, kept in variables so that lax can hand them on.

::

    for ...:                                x = self.x
        self.x = self.x + self.dx           for ...:
                                    ->          x = x + self.dx
                                            self.x = x

The loop itself is rewritten in the next pass, from facts about the new text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst

from jaxlint.edits import Edit
from jaxlint.rewrite.control import exits
from jaxlint.rewrite.control.forecast import Forecast
from jaxlint.rewrite.control.model import Block, Declined, Plain, Statement
from jaxlint.rewrite.control.names import Fresh
from jaxlint.source import walk


@dataclass(frozen=True, slots=True)
class Slot:
    """``self.x`` or ``state["x"]``: the name of its owner, its own word, and its text."""

    owner: str
    word: str
    text: str = field(compare=False)


def slot(node: cst.CSTNode) -> Slot | None:
    """The slot that an expression is."""
    match node:
        case cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=word)):
            return Slot(owner, word, f"{owner}.{word}")
        case cst.Subscript(
            value=cst.Name(value=owner),
            slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))],
        ) if isinstance(key.evaluated_value, str):
            return Slot(owner, key.evaluated_value, f"{owner}[{key.value}]")
    return None


def stored(statements: Sequence[Statement]) -> list[Slot]:
    """The slots that statements store into, or into whose arrays they store."""
    found: dict[Slot, None] = {}
    for statement in statements:
        if isinstance(statement, Plain) and statement.node is not None:
            for target in _targets(statement.node):
                base: cst.BaseExpression = target
                while isinstance(base, cst.Subscript) and slot(base) is None:
                    base = base.value
                if (kept := slot(base)) is not None:
                    found[kept] = None
    return list(found)


def kept(view: Forecast, nodes: Sequence[cst.CSTNode], block: Block, found: Sequence[Slot], fresh: Fresh) -> list[Edit]:
    """The edits that keep slots in variables while some statements run. Raises Declined."""
    if any(exit.kind == "return" for exit in exits.own_exits(block)):
        raise Declined(f"`{found[0].text}` is assigned in a loop that may return")
    names = {one: fresh(*_candidates(one)) for one in found}
    edits: list[Edit] = []
    read: set[Slot] = set()
    for node in nodes:
        edits += _renamed(view, node, names, read)
    new = [one for one in found if one not in read]
    for one in new:
        if not any(_always_stored(node, one) for node in nodes):
            raise Declined(f"`{one.text}` is perhaps not there before")
    start, end = view.span(nodes[0])[0], _line_end(view, nodes[-1])
    indent = view.indent(nodes[0])
    before = "".join(f"{name} = {one.text}\n{indent}" for one, name in names.items() if one not in new)
    after = "".join(f"\n{indent}{one.text} = {name}" for one, name in names.items())
    return [Edit(start, start, before), *edits, Edit(end, end, after)]


def _always_stored(node: cst.CSTNode | None, one: Slot) -> bool:
    """True for a branch of which every arm stores into a slot."""
    match node:
        case cst.If(body=body, orelse=orelse):
            return _always_stored(body, one) and _always_stored(orelse, one)
        case cst.Else(body=body):
            return _always_stored(body, one)
        case cst.IndentedBlock(body=body):
            return any(_always_stored(inner, one) for inner in body)
        case cst.SimpleStatementLine(body=body) | cst.SimpleStatementSuite(body=body):
            return any(slot(target) == one for small in body for target in _targets(small))
    return False


def _candidates(one: Slot) -> tuple[str, ...]:
    word = one.word if one.word.isidentifier() else "value"
    return word, f"{one.owner}_{word}"


def _renamed(view: Forecast, node: cst.CSTNode, names: dict[Slot, str], read: set[Slot]) -> Iterator[Edit]:
    """The edits within a node; notes the slots that are read. Raises Declined where an owner is used as a whole."""
    owners = {one.owner for one in names}
    for part in walk(node):
        found = slot(part)
        if found in names:
            yield Edit(*view.span(part), names[found])
            if not isinstance(view.parent(part), cst.AssignTarget | cst.AnnAssign):
                read.add(found)
        elif isinstance(part, cst.Name) and part.value in owners and _is_used_whole(view, part):
            raise Declined(f"`{part.value}` is used as a whole while parts of it change")


def _is_used_whole(view: Forecast, name: cst.Name) -> bool:
    above = view.parent(name)
    if isinstance(above, cst.Attribute) and above.attr is name:
        return False
    if above is None or slot(above) is None or getattr(above, "value", None) is not name:
        return True
    return isinstance(view.parent(above), cst.Call) and getattr(view.parent(above), "func", None) is above


def _targets(node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    queue: list[cst.BaseExpression] = []
    match node:
        case cst.Assign(targets=targets):
            queue += [target.target for target in targets]
        case cst.AugAssign(target=target) | cst.AnnAssign(target=target):
            queue = [target]
    while queue:
        item = queue.pop()
        if isinstance(item, cst.Tuple | cst.List):
            queue += [element.value for element in item.elements]
        else:
            yield item


def _line_end(view: Forecast, node: cst.CSTNode) -> int:
    """The end of the line that a statement ends on, a comment there included."""
    end = view.chunk.source.text.find("\n", view.span(node)[1])
    return end if end >= 0 else len(view.chunk.source.text)
