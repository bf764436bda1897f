"""Linear use of PRNG keys: each may be consumed once on any path.

Needs: key identities (`Key`, `Unknown` … compare by identity) and the path's `State.uses`.  Gives: `KeyReuse` and
`ConstantKey` events. Exclusive branches are separate states; loops run two turns, so that a key which the loop does not
advance is met again.
"""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.events import ConstantKey, KeyReuse
from jaxlint.facts.frames import Frame
from jaxlint.facts.state import Use
from jaxlint.facts.values import Const, Either, Key, Keys, Ref, Static, Tree, Tuple, Unknown, Value, identity
from jaxlint.facts.why import Place


def make(frame: Frame, seed: Value | None, node: cst.CSTNode) -> Key:
    """A new key from a seed."""
    return Key(None, seed if isinstance(seed, Const) else None, frame.place(node), frame.boundary)


def split(frame: Frame, node: cst.CSTNode) -> Keys:
    """The fresh keys that a split gives."""
    return Keys()


def fold(frame: Frame, key: Value, data: Value | None) -> Value:
    """``fold_in(key, data)``: the same data gives the same key."""
    from jaxlint.facts.access import slot

    if data is None or not isinstance(key, Key | Keys | Unknown | Tree):
        return Key()
    return frame.state.part(identity(key), ("fold", slot(data)), Key)


def consume(frame: Frame, value: Value, node: cst.CSTNode, verb: str) -> None:
    """Note that ``verb`` uses up a key at ``node``; record a reuse if it was used up before on this path."""
    key = identity(value)
    if not isinstance(key, Key | Keys | Unknown | Tree | Either):
        return
    if isinstance(key, Key):
        _note_constant(frame, key)
    place, name = report_place(frame, key, node)
    use = Use(place, frame, verb, frame.state.guards, frame.tracer.turns)
    before = frame.state.used(key)
    if before is None:
        frame.state.uses[key] = use
    elif _feasible(before, use):
        kind = "loop" if before.place.node is place.node else "again"
        if partial := frame.tracer.frozen_in(key):
            place, kind = partial, "frozen"
        event = KeyReuse(name, verb, before.place, before.verb, kind, place)  # type: ignore[arg-type]
        frame.tracer.record_at(place, event)


def _note_constant(frame: Frame, key: Key) -> None:
    boundary = frame.boundary
    while boundary is not None:
        if key.seed is not None and key.boundary is boundary and boundary.inputs and boundary.stages:
            assert key.place is not None
            frame.tracer.record_at(key.place, ConstantKey(key.seed.value, boundary))
            return
        boundary = boundary.parent


def report_place(frame: Frame, key: Value, node: cst.CSTNode) -> tuple[Place, str]:
    """Where the use is the user's doing, and what the key is called there.

    A function that consumes its own argument does nothing wrong: the call that passes the key counts, out to the
    function in which the key is a variable, a field or an item.
    """
    place, name = frame.place(node), ""
    scope: Frame | None = frame
    while scope is not None:
        passed = next((name for name, value in scope.arguments.items() if identity(value) is key), None)
        is_body = scope.caller is not None and scope.caller.boundary is not None and scope.caller.boundary.repeats
        if scope.definition is not None and (passed is None or is_body or scope.caller is None):
            name = name or passed or ""
            break
        if scope.caller is None or scope.call is None:
            break
        name, place, scope = passed or name, scope.call, scope.caller
    return place, name


def _feasible(first: Use, second: Use) -> bool:
    """False if no single run takes both paths, as far as the guards tell."""
    crosses = first.turn != second.turn
    if crosses and any(guard.varies for guard in (*first.guards, *second.guards)):
        return False
    outcomes = {(guard.frame, guard.text): guard.outcome for guard in first.guards}
    return all(outcomes.get((guard.frame, guard.text), guard.outcome) == guard.outcome for guard in second.guards)


__all__ = ["Ref", "Static", "Tuple", "consume", "fold", "make", "split"]
