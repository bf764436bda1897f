"""Items and attributes that a branch or loop stores into get a variable, which lax can hand on.

::

    if t:                                     w = state["w"]
        state["w"] = f(state["w"])    ->      if t:
                                                  w = f(w)
                                              state["w"] = w

The next pass writes the branch with lax. The container itself stays where it is, and is changed as before.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Edit, Fix, insert_before, replace
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Either, Ref, Value
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control.captured import closures
from jaxlint.rewrite.control.names import fresh
from jaxlint.rewrite.store import stored_array
from jaxlint.rewrite.variable import targets

Slot = cst.Subscript | cst.Attribute


def localised(ctx: View, statement: cst.CSTNode) -> Fix | None:
    """Variables for what a statement stores into containers; None if somebody could see the difference."""
    parts = list(own_nodes(statement))
    leaving: tuple[type[cst.CSTNode], ...] = (cst.Return, cst.Raise)
    if not isinstance(statement, cst.For | cst.While):
        leaving = (*leaving, cst.Break, cst.Continue)
    if any(isinstance(part, leaving) for part in parts):
        return None
    stored = [target for part in parts for target in targets(part) if _is_slot(ctx, target)]
    slots = {ctx.code(slot): slot for slot in stored if isinstance(slot, Slot)}
    used = (_is_used_otherwise, _has_another_name, _is_closed_over)
    if not slots or any(is_used(ctx, parts, slot) for slot in slots.values() for is_used in used):
        return None
    names = fresh(ctx)
    edits: list[Edit] = []
    before, after = [], []
    for text, slot in slots.items():
        name = names(*_candidates(slot))
        edits += [replace(ctx, part, name) for part in parts if isinstance(part, Slot) and ctx.code(part) == text]
        if _is_read(ctx, statement, parts, text):
            before.append(f"{name} = {text}")
        after.append(f"{text} = {name}")
    end = ctx.chunk.source.text.find("\n", ctx.span(statement)[1])
    end = end if end >= 0 else len(ctx.chunk.source.text)
    indent = ctx.indent(statement)
    edits.append(Edit(end, end, "".join(f"\n{indent}{line}" for line in after)))
    if before:
        edits.append(insert_before(ctx, statement, *before))
    message = f"Give {' and '.join(f'`{text}`' for text in slots)} a variable, which lax can hand on"
    return Fix(message, tuple(edits), "unsafe")


def _is_slot(ctx: View, target: cst.BaseExpression) -> bool:
    """True for ``d["k"]`` and ``self.x`` of a variable, with a key that is written out."""
    match target:
        case cst.Attribute(value=cst.Name()):
            return True
        case cst.Subscript(value=cst.Name(), slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            return isinstance(key, cst.SimpleString | cst.Integer) and stored_array(ctx, target) is None
    return False


def _is_used_otherwise(ctx: View, parts: list[cst.CSTNode], slot: Slot) -> bool:
    """True if a container is used for more than items of constant keys: then somebody may see it change."""
    assert isinstance(slot.value, cst.Name)
    for part in parts:
        if isinstance(part, cst.Name) and part.value == slot.value.value:
            above = ctx.parent(part)
            if isinstance(above, cst.Attribute) and above.attr is part:
                continue
            if not isinstance(above, Slot) or not _is_slot(ctx, above) or isinstance(ctx.parent(above), cst.Call):
                return True
    return False


def _has_another_name(ctx: View, parts: list[cst.CSTNode], slot: Slot) -> bool:
    """True if another variable that is used may hold the same container."""
    mine = _containers(ctx.value(slot.value))
    others = [part for part in parts if isinstance(part, cst.Name) and part.value != getattr(slot.value, "value", "")]
    return bool(mine) and any(mine & _containers(ctx.value(other)) for other in others)


def _containers(value: Value) -> frozenset[int]:
    match value:
        case Ref():
            return frozenset({id(value)})
        case Either(options=options):
            return frozenset().union(*map(_containers, options))
    return frozenset()


def _is_closed_over(ctx: View, parts: list[cst.CSTNode], slot: Slot) -> bool:
    """True if a nested function that may be called here reads the container."""
    assert isinstance(slot.value, cst.Name)
    read = {part.value for part in parts if isinstance(part, cst.Name)}
    return any(slot.value.value in free for name, free in closures(ctx) if name in read or not name)


def _is_read(ctx: View, statement: cst.CSTNode, parts: list[cst.CSTNode], text: str) -> bool:
    """True unless both arms of a branch bind an item without reading it."""
    stores = [target for part in parts for target in targets(part) if ctx.code(target) == text]
    augmented = any(isinstance(part, cst.AugAssign) and ctx.code(part.target) == text for part in parts)
    reads = sum(isinstance(part, Slot) and ctx.code(part) == text for part in parts) > len(stores)
    return augmented or reads or not _both_bind(ctx, statement, text)


def _both_bind(ctx: View, statement: cst.CSTNode, text: str) -> bool:
    match statement:
        case cst.If(body=cst.IndentedBlock(body=body), orelse=cst.If() as other):
            return _binds(ctx, body, text) and _both_bind(ctx, other, text)
        case cst.If(body=cst.IndentedBlock(body=body), orelse=cst.Else(body=cst.IndentedBlock(body=other_body))):
            return _binds(ctx, body, text) and _binds(ctx, other_body, text)
    return False


def _binds(ctx: View, body: object, text: str) -> bool:
    assert isinstance(body, tuple | list)
    lines = [line.body for line in body if isinstance(line, cst.SimpleStatementLine)]
    return any(ctx.code(target) == text for line in lines for small in line for target in targets(small))


def _candidates(slot: Slot) -> Iterator[str]:
    """Names for a variable: the key, or the container's name with it."""
    assert isinstance(slot.value, cst.Name)
    if isinstance(slot, cst.Attribute):
        key = slot.attr.value
    else:
        index = slot.slice[0].slice
        assert isinstance(index, cst.Index)
        value = index.value.evaluated_value if isinstance(index.value, cst.SimpleString | cst.Integer) else ""
        key = str(value)
    if key.isidentifier():
        yield key
    yield f"{slot.value.value}_{''.join(letter if letter.isalnum() else '_' for letter in key)}"
