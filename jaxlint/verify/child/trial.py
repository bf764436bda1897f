"""One call to both versions of a function."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from jaxlint.verify.child.execute import Call, Function, original, subject
from jaxlint.verify.child.lazy import finished
from jaxlint.verify.child.sides import Sides, attribute, same_start
from jaxlint.verify.outcome import Outcome, Raised

Tell = Callable[[str, Call], None]
"""Told before each step (original, rewritten) and with which call."""


@dataclass(frozen=True, slots=True)
class Trials:
    """How the two versions of one function are called. An ``oracle`` stands in for the original; ``host`` functions are
    not jitted."""

    sides: Sides
    function: str
    jax_code: bool
    grad: bool = False
    oracle: Function | None = None
    host: bool = False

    def run(self, call: Call, tell: Tell) -> tuple[Outcome, Outcome]:
        """What the original gives for a call, and what the rewritten function gives."""
        tell("original", call)
        expected = self._original(call)
        tell("rewritten", call)
        return expected, self._rewritten(call)

    def _original(self, call: Call) -> Outcome:
        same_start()
        if self.oracle:
            return original(self.oracle, call, jax_code=False)
        function = self._find(self.sides.before)
        if isinstance(function, Raised):
            return function
        own = self.sides.arguments(call, self.sides.before)
        if run := finished(function):
            return original(run, own, jax_code=self.jax_code)
        return original(function, own, jax_code=self.jax_code, grad=self.grad)

    def _rewritten(self, call: Call) -> Outcome:
        same_start()
        function = self._find(self.sides.after)
        if isinstance(function, Raised):
            return function
        own = self.sides.arguments(call, self.sides.after)
        if run := finished(function):
            return subject(run, own, jit=False)
        return subject(function, own, jit=not self.host, grad=self.grad)

    def _find(self, module: ModuleType) -> Function | Raised:
        try:
            found: Function = attribute(module, self.function)
        except AttributeError as error:
            return Raised("at import", "AttributeError", str(error))
        return found
