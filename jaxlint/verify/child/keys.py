"""Whether other random numbers are all that a rewrite changes.

A fix that splits a key changes the stream by design. It is right if the original, *given the rewritten function's own
draws* one after the other, returns what the rewritten function returns; if both draw the same distributions; if keys
are consumed once where the original consumed some again; and if other keys still give other draws.
"""

from types import ModuleType
from typing import Any

import jax
import numpy as np

from jaxlint.verify.child.distribution import furthest, numbers
from jaxlint.verify.child.execute import Call
from jaxlint.verify.child.hooks import Notes, noting
from jaxlint.verify.child.trial import Trials
from jaxlint.verify.compare import compare
from jaxlint.verify.outcome import Leaf, Outcome, Returned, Tree
from jaxlint.verify.verdict import Kind, Verdict

_SEEDS = 200


def changed_on_purpose(
    trials: Trials, call: Call, actual: Outcome, *, x64: bool, known: bool = False
) -> Verdict | None:
    """A verdict on a call whose two results differ; None if the difference has nothing to do with keys.

    ``known``: the original uses a key twice in another call.
    """
    if not isinstance(actual, Returned):
        return None
    before, after = trials.sides.before, trials.sides.after
    old, first = _noted(trials, call, before)
    if not (old.consumed or known):
        return None
    new, second = _noted(trials, call, after)
    if not (isinstance(first, Returned) and isinstance(second, Returned)) or not (old.reused or known) or not new.draws:
        return None
    if not compare(without_keys(second.value), without_keys(actual.value), x64=x64).agrees:
        return None
    if new.reused:
        return _different(trials, "the rewritten function still uses a key twice")
    if unclear := old.unclear or new.unclear:
        return _statistically(trials, call, unclear, x64)
    if not _depends_alike(trials, call, old, new):
        return _different(trials, "other keys do not give other draws")
    given = Notes(replay=new.draws)
    third = _run(trials, call, before, given)
    if given.unclear or len(given.draws) != len(new.draws):
        return _statistically(trials, call, given.unclear or "the numbers of draws differ", x64)
    if not isinstance(third, Returned):
        return None
    label = "with the same draws, result"
    comparison = compare(without_keys(third.value), without_keys(second.value), x64=x64, label=label)
    if not comparison.agrees:
        return _different(trials, *comparison.differences or comparison.incomparable)
    note = f"{len(new.draws)} draws of the same distributions, now from keys of their own"
    return Verdict(trials.function, Kind.CHANGED_ON_PURPOSE, (), (note,), comparison.max_abs, comparison.max_rel)


def _different(trials: Trials, *reasons: str) -> Verdict:
    return Verdict(trials.function, Kind.DIFFERENT, reasons)


def _noted(trials: Trials, call: Call, module: ModuleType) -> tuple[Notes, Outcome]:
    notes = Notes()
    return notes, _run(trials, call, module, notes)


def _run(trials: Trials, call: Call, module: ModuleType, notes: Notes) -> Outcome:
    with noting(notes):
        return trials.without_jit(module, call)


def without_keys(tree: Tree) -> Tree:
    """The tree with keys that only count as keys: which ones they are may change."""
    return Tree(tree.structure, tuple(_anonymous(leaf) if _is_key(leaf) else leaf for leaf in tree.leaves))


def _anonymous(leaf: Leaf) -> Leaf:
    return Leaf(leaf.path, "text", leaf.dtype, leaf.shape, b"")


def _is_key(leaf: Leaf) -> bool:
    return leaf.kind == "key" or (leaf.dtype == "uint32" and leaf.shape[-1:] == (2,))


def _depends_alike(trials: Trials, call: Call, old: Notes, new: Notes) -> bool:
    """Whether the draws follow the keys that are passed as closely as the original's do."""
    other = rekeyed(call, 1)
    if other is None:
        return True
    (old_other, _), (new_other, _) = (_noted(trials, other, side) for side in (trials.sides.before, trials.sides.after))
    kept = set(new.consumed) & set(new_other.consumed)
    return not kept or bool(set(old.consumed) & set(old_other.consumed))


def rekeyed(call: Call, seed: int) -> Call | None:
    """The call with other keys; None if it has none."""
    found = False

    def other(leaf: Any) -> Any:
        nonlocal found
        typed = isinstance(leaf, jax.Array) and jax.numpy.issubdtype(leaf.dtype, jax.dtypes.prng_key)
        raw = isinstance(leaf, (jax.Array, np.ndarray)) and leaf.dtype == np.uint32 and leaf.shape[-1:] == (2,)
        found = found or typed or raw
        shape = leaf.shape if typed else leaf.shape[:-1] if raw else ()
        key = jax.random.fold_in(jax.random.key(seed + 1000), 7)
        keys = jax.random.split(key, shape) if shape else key
        return keys if typed else np.asarray(jax.random.key_data(keys)) if raw else leaf

    args, kwargs = jax.tree_util.tree_map(other, (call.args, call.kwargs))
    return Call(args, kwargs, call.static) if found else None


def _statistically(trials: Trials, call: Call, why: str, x64: bool) -> Verdict | None:
    """Both functions' results for many keys have one distribution."""
    samples: tuple[list[list[Leaf]], list[list[Leaf]]] = ([], [])
    for seed in range(_SEEDS):
        other = rekeyed(call, seed)
        if other is None:
            return Verdict(trials.function, Kind.CANNOT_COMPARE, (f"{why}, and no key is passed",))
        for outcomes, outcome in zip(samples, (trials.original(other), trials.rewritten(other)), strict=True):
            if isinstance(outcome, Returned):
                outcomes.append(numbers(without_keys(outcome.value).leaves))
    if not samples[0] or len(samples[0]) != len(samples[1]):
        return Verdict(trials.function, Kind.CANNOT_COMPARE, (f"{why}; one of them raises",))
    if worst := furthest(*samples):
        return Verdict(trials.function, Kind.CANNOT_COMPARE, (f"{why}; {worst}",))
    note = f"other draws, and the same distribution of results over {_SEEDS} keys"
    return Verdict(trials.function, Kind.CHANGED_ON_PURPOSE, (), (note,))
