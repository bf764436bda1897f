"""How fast the two versions of one function are, found in their modules and given their own arguments."""

from dataclasses import dataclass, replace
from types import ModuleType

from jaxlint.verify.child.execute import Call, Function
from jaxlint.verify.child.lazy import finished
from jaxlint.verify.child.measure import Subject, measure
from jaxlint.verify.child.sides import Sides, attribute, same_start
from jaxlint.verify.speed.record import EAGER, Speed, untimed


@dataclass(frozen=True, slots=True)
class Race:
    """A function of two modules. An ``oracle`` is timed where the original does not run; ``host`` functions are not
    jitted."""

    sides: Sides
    function: str
    jax_code: bool
    oracle: Function | None = None
    host: bool = False

    def run(self, calls: list[Call]) -> Speed:
        """The speeds of all variants."""
        before, after = self.sides.before, self.sides.after
        try:
            original, rewrite = attribute(before, self.function), attribute(after, self.function)
        except AttributeError as error:
            return untimed(self.function, str(error))
        lazily = finished(rewrite) is not None
        subject = Subject(
            self.function,
            finished(original) or original,
            finished(rewrite) or rewrite,
            self.jax_code,
            jit=not (self.host or lazily),
        )
        speed = self._measured(subject, calls)
        if self.oracle and speed[EAGER] is None:
            reference = replace(subject, original=self.oracle, jax_code=False, how="the inputs' reference under NumPy")
            return self._measured(reference, calls)
        return speed

    def _measured(self, subject: Subject, calls: list[Call]) -> Speed:
        same_start()
        return measure(subject, self._own(calls, self.sides.before), self._own(calls, self.sides.after))

    def _own(self, calls: list[Call], module: ModuleType) -> list[Call]:
        return [self.sides.arguments(call, module) for call in calls]
