"""Whether the random numbers are all that a port changes: NumPy's generators and JAX's keys give other ones.

The results for many seeds must be of the same shapes and dtypes, and have one distribution.
"""

import time
from collections.abc import Sequence

from jaxlint.verify.child.distribution import furthest, numbers
from jaxlint.verify.child.execute import Call
from jaxlint.verify.child.trial import Trials
from jaxlint.verify.outcome import Leaf, Outcome, Returned, blank
from jaxlint.verify.verdict import Kind, Verdict, judge_case

_SEEDS, _FEWEST = 200, 40
_SECONDS = 20.0


def drawn_alike(trials: Trials, call: Call, expected: Outcome, actual: Outcome, *, x64: bool) -> Verdict | None:
    """A verdict on a call whose two results differ; None if the original draws no random numbers."""
    if not (isinstance(expected, Returned) and isinstance(actual, Returned)) or not (sources := trials.draws(call)):
        return None
    shapes = judge_case(trials.function, blank(expected), blank(actual), set(expected.mutated), x64=x64)
    if not shapes.kind.passes:
        return shapes
    samples: tuple[list[list[Leaf]], list[list[Leaf]]] = ([], [])
    deadline = time.process_time() + _SECONDS
    for seed in range(1, _SEEDS + 1):
        if time.process_time() > deadline:
            break
        both = trials.reseeded(call, sources, seed)
        if both is None:
            reason = "it draws from a seed of its own: there is one result only, and another generator gives another"
            return Verdict(trials.function, Kind.CANNOT_COMPARE, (reason,))
        old, new = both
        if not (isinstance(old, Returned) and isinstance(new, Returned)):
            reason = f"with seed {seed} the {'rewritten function' if isinstance(old, Returned) else 'original'} raises"
            return Verdict(trials.function, Kind.CANNOT_COMPARE, (reason,))
        samples[0].append(_leaves(old, expected.mutated))
        samples[1].append(_leaves(new, ()))
    number = len(samples[0])
    if number < _FEWEST:
        return Verdict(trials.function, Kind.CANNOT_COMPARE, ("it draws random numbers, and too slowly to try many",))
    if worst := furthest(*samples):
        return Verdict(trials.function, Kind.DIFFERENT, (worst,), shapes.notes)
    note = f"other random numbers, and the same distribution of results over {number} seeds"
    return Verdict(trials.function, Kind.CHANGED_ON_PURPOSE, (), (*shapes.notes, note))


def _leaves(outcome: Returned, mutated: Sequence[str]) -> list[Leaf]:
    """All numbers that a call gives, in the order of the port's convention: results, then changed parameters."""
    returned = {name for _, name in outcome.parts}
    trees = [tree for tree, _ in outcome.parts]
    trees += [tree for name, tree in outcome.after if name in mutated and name not in returned]
    return [leaf for tree in trees for leaf in numbers(tree.leaves)]
