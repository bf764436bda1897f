"""One call to both versions of a function."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from types import ModuleType

import msgspec

from jaxlint.verify.child.execute import Call, Function, eagerly, integers, is_jitted, original, subject
from jaxlint.verify.child.generators import Sources, noted, reseeded, with_keys
from jaxlint.verify.child.lazy import finished
from jaxlint.verify.child.machine import on_cpu
from jaxlint.verify.child.sides import Sides, attribute, same_start
from jaxlint.verify.outcome import Outcome, Raised, Returned

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
        expected = self.original(call)
        tell("rewritten", call)
        return expected, self.rewritten(call)

    def original(self, call: Call, seed: int = 0) -> Outcome:
        """What the original gives for a call, on the CPU whatever the rewrite runs on. ``seed`` is that of the global
        generators."""
        with on_cpu():
            return self._original(call, seed)

    def _original(self, call: Call, seed: int = 0) -> Outcome:
        same_start(seed)
        if self.oracle:
            return original(self.oracle, call, jax_code=False)
        function = self._find(self.sides.before)
        if isinstance(function, Raised):
            return function
        own = self.sides.arguments(call, self.sides.before)
        if run := finished(function):
            return original(run, own, jax_code=self.jax_code)
        return original(function, own, jax_code=self.jax_code, grad=self.grad)

    def rewritten(self, call: Call, seed: int = 0) -> Outcome:
        """What the rewritten function gives for a call, generators being keys of that ``seed``."""
        same_start()
        call = self.as_ported(call, seed)
        function = self._find(self.sides.after)
        if isinstance(function, Raised):
            return function
        if run := finished(function):
            return subject(run, self.sides.arguments(call, self.sides.after), jit=False)
        first = self._under_jit(function, call, self.sides.after)
        if isinstance(first, Returned) or self.host or is_jitted(function):
            return first
        return self._otherwise(function, call) or first

    def as_ported(self, call: Call, seed: int = 0) -> Call:
        """The call as the rewrite takes it: the port of NumPy code has keys in the place of generators."""
        old, new = self._find(self.sides.before), self._find(self.sides.after)
        if self.jax_code or isinstance(old, Raised) or isinstance(new, Raised):
            return call
        return with_keys(call, old, new, seed)

    def draws(self, call: Call) -> Sources:
        """What the original, NumPy code, draws its random numbers from."""
        function = self._find(self.sides.before)
        own = self.sides.arguments(call, self.sides.before)
        if self.jax_code or self.oracle or isinstance(function, Raised):
            return Sources()
        same_start()
        with noted(own) as sources, suppress(Exception):
            function(*own.args, **own.kwargs)
        return sources

    def reseeded(self, call: Call, sources: Sources, seed: int) -> tuple[Outcome, Outcome] | None:
        """What both give with other random numbers; None if these come from a seed that is not passed."""
        function = self._find(self.sides.before)
        if isinstance(function, Raised) or (other := reseeded(call, function, sources, seed)) is None:
            return None
        return self.original(other, seed), self.rewritten(other, seed)

    def _otherwise(self, function: Function, call: Call) -> Outcome | None:
        """With the whole numbers static, as a caller under jit would pass them; without jit, if the original is host
        code too."""
        numbers = integers(function, call)
        fixed = replace(call, static=call.static | numbers)
        if numbers - call.static and isinstance(again := self._under_jit(function, fixed, self.sides.after), Returned):
            names = ", ".join(f"`{name}`" for name in sorted(numbers))
            return msgspec.structs.replace(again, how=f"under jit with {names} static")
        if self.oracle or not self.jax_code or isinstance(self._original_under_jit(fixed), Returned):
            return None
        plain = subject(function, self.sides.arguments(call, self.sides.after), jit=False, grad=self.grad)
        if not isinstance(plain, Returned):
            return None
        return msgspec.structs.replace(plain, how="without jit, under which the original does not run either")

    def without_jit(self, module: ModuleType, call: Call) -> Outcome:
        """What one version gives on JAX arrays, without jit."""
        same_start()
        function = self._find(module)
        if isinstance(function, Raised):
            return function
        storing = module is self.sides.before and self.jax_code
        call = call if module is self.sides.before else self.as_ported(call)
        return eagerly(finished(function) or function, self.sides.arguments(call, module), storing=storing)

    def _under_jit(self, function: Function, call: Call, module: ModuleType) -> Outcome:
        return subject(function, self.sides.arguments(call, module), jit=not self.host, grad=self.grad)

    def _original_under_jit(self, call: Call) -> Outcome:
        function = self._find(self.sides.before)
        return function if isinstance(function, Raised) else self._under_jit(function, call, self.sides.before)

    def _find(self, module: ModuleType) -> Function | Raised:
        try:
            return callable_named(module, self.function)
        except AttributeError as error:
            return Raised("at import", "AttributeError", str(error))


def callable_named(module: ModuleType, qualified: str) -> Function:
    """A function, or a method that takes its instance first; a constructor gives the instance's attributes."""
    owner, _, name = qualified.rpartition(".")
    if name == "__init__" and owner:
        made = attribute(module, owner)
        return lambda *args, **kwargs: vars(made(*args, **kwargs))
    found: Function = attribute(module, qualified)
    return found
