"""Where the inputs of a function come from: the first of the sources that has any."""

import doctest
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jaxlint.verify.child.alarm import Overrun, within
from jaxlint.verify.child.build import Builder, Plain
from jaxlint.verify.child.execute import Call
from jaxlint.verify.child.hooks import strict_indices
from jaxlint.verify.child.infer import guess
from jaxlint.verify.child.load import Inputs
from jaxlint.verify.child.recorded import Recorded
from jaxlint.verify.child.trial import Trials
from jaxlint.verify.inputs.module import ModuleText
from jaxlint.verify.inputs.spec import Arguments, SpecError
from jaxlint.verify.outcome import Outcome, Returned
from jaxlint.verify.protocol import Pair

_TRY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Supply:
    """Calls to make as they are, and descriptions of calls, which can be varied; and where they come from."""

    calls: tuple[Call, ...] = ()
    described: tuple[Arguments, ...] = ()
    source: str = ""


def returned(outcome: Outcome) -> bool:
    """Whether a call came back."""
    return isinstance(outcome, Returned)


@dataclass(frozen=True, slots=True)
class Supplier:
    """The sources of one pair. ``guesses`` allows the last of them; a guess is good if what the original gives with it
    is ``accepted``."""

    pair: Pair
    inputs: Inputs
    recorded: Recorded
    text: ModuleText
    guesses: bool
    accepted: Callable[[Outcome], bool] = returned

    def mentions(self, name: str) -> bool:
        """Whether somebody gave inputs for a function: then it is compared, changed or not."""
        return name in self.inputs.calls or name in self.recorded.calls or name in self.text.commented

    def supply(self, trials: Trials, tell: Callable[[Call | None], None]) -> Supply | None:
        """The inputs of a function. Raises SpecError."""
        name = trials.function
        if name in self.inputs.calls:
            return Supply(tuple(self.inputs.calls[name]), source=Path(self.pair.inputs or "").name)
        if name in self.recorded.calls:
            return Supply(tuple(self.recorded.calls[name]), source="recorded calls")
        if name in self.recorded.problems:
            return None
        if described := self._commented(name):
            return Supply(described=described, source=f"a comment: {'; '.join(map(str, described))}")
        examples = tuple(doctests(self.text.doctest(name), trials))
        if annotated := self.text.described(name):
            return Supply(examples, (annotated,), f"annotations: {annotated}")
        if examples:
            return Supply(examples, source="doctests")
        if name in self.pair.nullary:
            return Supply((Call(),), source="no arguments")
        return self._guessed(trials, tell) if self.guesses else None

    def _commented(self, name: str) -> tuple[Arguments, ...]:
        found: list[Arguments] = []
        for described in self.text.commented.get(name, ()):
            if isinstance(described, SpecError):
                raise described
            found.append(described)
        return tuple(found)

    def _guessed(self, trials: Trials, tell: Callable[[Call | None], None]) -> Supply | None:
        def runs(arguments: Arguments, sizes: dict[str, int]) -> bool:
            try:
                with within(_TRY_SECONDS), strict_indices():
                    call = Builder(trials.sides.before, sizes, Plain()).call(arguments)
                    tell(call)
                    return self.accepted(trials.original(call))
            except (Exception, Overrun):
                return False

        tell(None)
        found = guess(self.text.calls(trials.function), runs)
        return Supply(described=(found,), source=f"a guess: {found}") if found else None


def doctests(text: str, trials: Trials) -> list[Call]:
    """The calls that a docstring's examples make."""
    try:
        examples = doctest.DocTestParser().get_examples(text)
    except ValueError:
        return []
    short = trials.function.rpartition(".")[2]
    if not any(short in example.source for example in examples) or "." in trials.function:
        return []
    calls: list[Call] = []
    function = getattr(trials.sides.before, short)

    def recorded(*args: Any, **kwargs: Any) -> Any:
        calls.append(trials.sides.arguments(Call(args, kwargs), trials.sides.before))
        return function(*args, **kwargs)

    scope = vars(trials.sides.before) | {short: recorded}
    for example in examples:
        try:
            with within(_TRY_SECONDS):
                exec(compile(example.source, "<doctest>", "single"), scope)
        except (Exception, SystemExit, Overrun):
            continue
    return calls
