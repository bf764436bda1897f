"""What a loop's variable is in its turns."""

from __future__ import annotations

from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.state import summary
from jaxlint.facts.model.values import (
    ITEM,
    Array,
    Const,
    Either,
    HostArray,
    Key,
    Keys,
    Many,
    Ref,
    Static,
    Tree,
    Tuple,
    Unknown,
    Value,
    identity,
)
from jaxlint.facts.trace import access

MAX_EXACT = 3
"""A loop over a display of this many items is followed item by item; otherwise two turns stand for all."""


def turns(frame: Frame, source: Value) -> list[Value]:
    """The loop variable's value in each of the turns that are followed, at least one."""
    exact = access.exact_items(frame, source)
    if exact is not None and 0 < len(exact) <= MAX_EXACT:
        return exact
    if isinstance(source, Many) and source.count in (0, 1):
        return [_turn(frame, source, 0)]
    if isinstance(source, Keys) and source.count is not None:
        return [_turn(frame, source, number) for number in range(min(max(source.count, 1), MAX_EXACT))]
    return [_turn(frame, source, number) for number in range(2)]


def count(frame: Frame, source: Value) -> int | None:
    """How many turns a loop over a value has, if known."""
    exact = access.exact_items(frame, source)
    if exact is not None:
        return len(exact)
    match source:
        case Many(count=int() as known) | Keys(count=int() as known):
            return known
        case Array():
            return source.length
    return None


def _turn(frame: Frame, source: Value, number: int) -> Value:
    state = frame.state
    match source:
        case Keys(base=base, offset=offset, traced=traced):
            return state.part(base, offset + number, lambda: Key(traced))
        case Array():
            return source.row(frame.staged)
        case HostArray(kind=kind):
            return HostArray(kind)
        case Tree(traced=traced):
            part = state.part(identity(source), ("turn", number), lambda: Unknown(ITEM))
            if isinstance(part, Key):
                return part
            if identity(source) in frame.tracer.settled:
                frame.tracer.settled.add(part)  # the row of an array is an array
            return Tree(traced, part)
        case Many(item=Tuple(items=items)):
            return Tuple(tuple(_fresh(frame, item, number) for item in items))
        case Many(item=item, source=None):
            return _fresh(frame, item, number)
        case Many(source=inner) if inner is not None:
            return _turn(frame, inner, number)
        case Tuple() | Ref():
            return access.another(frame, access.any_item(frame, source), ("turn", number))
        case Const(value=str()):
            return Static("str")
        case Either(options=options):
            return summary([_turn(frame, option, number) for option in options if option != Const(None)])
        case Unknown():
            return state.part(source, ("turn", number), lambda: Unknown("item"))
    return Unknown()


def _fresh(frame: Frame, item: Value, number: int) -> Value:
    """Another object of the same sort, since each turn has its own."""
    if isinstance(item, Many) and item.source is not None:
        return _turn(frame, item.source, number)
    return access.another(frame, item, ("turn", number))
