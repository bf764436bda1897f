"""How fast the two versions of one function are, found in their modules and given their own arguments."""

from dataclasses import dataclass, replace
from types import ModuleType

import jax

from jaxlint.verify.child.execute import Call
from jaxlint.verify.child.lazy import finished
from jaxlint.verify.child.measure import Subject, measure
from jaxlint.verify.child.prove import given
from jaxlint.verify.child.sides import same_start
from jaxlint.verify.child.supply import Supplier
from jaxlint.verify.child.trial import Trials, callable_named
from jaxlint.verify.speed.record import EAGER, Speed, untimed


@dataclass(frozen=True, slots=True)
class Race:
    """The two versions of the trials' function. Its oracle is timed where the original does not run."""

    trials: Trials

    def run(self, calls: list[Call]) -> Speed:
        """The speeds of all variants. Raises AttributeError."""
        trials = self.trials
        original = callable_named(trials.sides.before, trials.function)
        rewrite = callable_named(trials.sides.after, trials.function)
        lazily = finished(rewrite) is not None
        subject = Subject(
            trials.function,
            finished(original) or original,
            finished(rewrite) or rewrite,
            trials.jax_code,
            jit=not (trials.host or lazily),
        )
        speed = self._measured(subject, calls)
        if trials.oracle and speed[EAGER] is None:
            how = "the inputs' reference under NumPy"
            return self._measured(replace(subject, original=trials.oracle, jax_code=False, how=how), calls)
        return speed

    def _measured(self, subject: Subject, calls: list[Call]) -> Speed:
        same_start()
        sides = self.trials.sides
        ported = [self.trials.as_ported(call) for call in calls]
        return measure(subject, self._own(calls, sides.before), self._own(ported, sides.after))

    def _own(self, calls: list[Call], module: ModuleType) -> list[Call]:
        return [self.trials.sides.arguments(call, module) for call in calls]


def timed(supplier: Supplier, trials: Trials) -> Speed:
    """The speed of a function with the inputs that there are, or why it has none."""
    try:
        calls = supplier.inputs.timing.get(trials.function) or _supplied(supplier, trials)
        return Race(trials).run(calls) if calls else untimed(trials.function, "no inputs", jax.default_backend())
    except Exception as error:
        return untimed(trials.function, f"{type(error).__name__}: {error}", jax.default_backend())


def _supplied(supplier: Supplier, trials: Trials) -> list[Call]:
    supply = supplier.supply(trials, lambda call: None)
    return [*supply.calls, *(call for _, call in given(supply, trials.sides.before))] if supply else []
