"""Linear use of PRNG keys: each may be consumed once on any path.

Needs: key identities (`Key`, `Unknown` … compare by identity) and the path's `State.uses`.  Gives: uses for
`facts.reuse`, and `ConstantKey` events. Exclusive branches are separate states; loops run two turns, so that a key
which the loop does not advance is met again.
"""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.arguments import Arguments
from jaxlint.facts.model.events import ConstantKey
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.state import OPTION, Use
from jaxlint.facts.model.values import NONE, Array, Const, Either, Key, Keys, Ref, Tree, Unknown, Value, identity
from jaxlint.facts.notes import reuse, rows
from jaxlint.facts.trace import dtypes

INITIALIZER = "jaxlint.initializer"
"""Stands for what ``jax.nn.initializers.lecun_normal()`` and its like return."""


def make(frame: Frame, seed: Value | None, node: cst.CSTNode) -> Key:
    """A new key from a seed."""
    return Key(None, seed if isinstance(seed, Const) else None, frame.place(node), frame.boundary)


def fold(frame: Frame, key: Value, data: Value | None, node: cst.CSTNode) -> Value:
    """``fold_in(key, data)``: the same data gives the same key."""
    from jaxlint.facts.trace.access import slot

    if data is None or not isinstance(key, Key | Keys | Unknown | Tree):
        return Key()
    return frame.state.part(identity(key), ("fold", slot(data)), lambda: Key(place=frame.place(node), folded=True))


def initialize(frame: Frame, args: Arguments, node: cst.CSTNode) -> Value:
    """``init(key, shape)``."""
    if (key := args.get(0, "key")) is not None:
        consume(frame, key, node, "init")
    return Array(frame.staged)


def consume_streams(frame: Frame, rngs: Value | None, node: cst.CSTNode) -> None:
    """``module.apply(…, rngs={"dropout": key})``: flax folds its own data in, so that only other applies draw alike."""
    streams = list(frame.state.contents(rngs).values()) if isinstance(rngs, Ref) else [rngs] if rngs is not None else []
    for key in streams:
        if isinstance(key, Key | Unknown | Tree):
            consume(frame, frame.state.part(identity(key), ("apply",), Key), node, "flax.linen.Module.apply")


def consume(frame: Frame, value: Value, node: cst.CSTNode, verb: str) -> None:
    """Note that ``verb`` uses up a key at ``node``; record a reuse if it was used up before on this path."""
    key = identity(value)
    if not is_key(key) or _only_inspected(frame):
        return
    if isinstance(key, Key):
        _note_constant(frame, key)
    frame.tracer.follow_always()
    use = Use(tuple(reuse.steps(frame, node, key)), verb, frame.state.guards, frame.tracer.turns)
    frame.tracer.uses[key].append(use)
    before = frame.state.used(key)
    first = next((known for known in before if _feasible(known, use)), None)
    if first is not None:
        reuse.report(frame, key, first, use)
    rows.note_shared(frame, key, use)
    if isinstance(key, Key) and key.seed is not None:
        _note_seed(frame, key, key.seed, use)
    if first is None or len(before) < 3:
        frame.state.uses[key] = (*before, use)


def _note_seed(frame: Frame, key: Key, seed: Const, use: Use) -> None:
    seen = frame.state.seeds.get(seed, ())
    for other, known in seen:
        if other is not key and _alike(known, use) and _feasible(known, use) and other.place and key.place:
            reuse.report_seed(frame, key, seed, known, use, other.place)
            break
    frame.state.seeds[seed] = (*seen[:3], (key, use))


def _alike(first: Use, second: Use) -> bool:
    """False for other samplers, and for draws of other types: ``normal`` makes other numbers of a key for each."""
    types = [_drawn(use) for use in (first, second)]
    return first.verb == second.verb and (None in types or types[0] == types[1])


def _drawn(use: Use) -> str | None:
    """The name of the type that a sampler's call gives, where it is known."""
    frame, node = use.steps[0].frame, use.steps[0].place.node
    args = node.args if isinstance(node, cst.Call) else ()
    dtype = next((arg.value for arg in args if arg.keyword is not None and arg.keyword.value == "dtype"), None)
    stated = {"dtype": frame.values.get(dtype, NONE)} if dtype is not None else {}
    drawn = dtypes.of_call(frame, use.verb, stated)
    return drawn.name if drawn is not None else None


def is_key(value: Value) -> bool:
    """True for what can be followed as a key: it may be one, and it is one object."""
    if isinstance(value, Either):
        return all(isinstance(option, Key | Keys | Unknown | Tree) for option in value.options)
    return isinstance(value, Key | Keys | Unknown | Tree)


def _only_inspected(frame: Frame) -> bool:
    """``eval_shape`` and its like look at a function without drawing anything."""
    boundary = frame.boundary
    while boundary is not None:
        if boundary.kind == "inspect":
            return True
        boundary = boundary.parent
    return False


def _note_constant(frame: Frame, key: Key) -> None:
    boundary = frame.boundary
    while boundary is not None:
        if key.seed is not None and key.boundary is boundary and boundary.inputs and boundary.stages:
            assert key.place is not None
            frame.tracer.record_at(key.place, ConstantKey(key.seed.value, boundary))
            return
        boundary = boundary.parent


def _feasible(first: Use, second: Use) -> bool:
    """False if no single run takes both paths, as far as the guards tell."""
    if _options(first) != _options(second):
        return False
    crosses = first.turn != second.turn
    if crosses and any(guard.varies for guard in (*first.guards, *second.guards)):
        return False
    outcomes = {(guard.frame, guard.text): guard.outcome for guard in first.guards}
    return all(outcomes.get((guard.frame, guard.text), guard.outcome) == guard.outcome for guard in second.guards)


def _options(use: Use) -> set[tuple[int, str]]:
    """The choices among possible callees under which a use happens: that one of them is called is no proof."""
    return {(guard.frame, guard.text) for guard in use.guards if guard.text.startswith(OPTION)}
