"""A story of fixtures/rewrites/: before.py, after.py and cases.py, which sets

    cases    {"function": [(argument, ...), ...]}
    grad     functions whose gradients are compared, too
    oracle   {"function": function} in place of an original that cannot run
    uniform  functions whose arguments must be of the default type of floats for results to be comparable

pending.toml lists functions for which the fixes do not write after.py's text yet, and why.
"""

import ast
import sys
import tomllib
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jax
import numpy as np

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.fix import FixOutcome, fix
from jaxlint.rules import Rule
from jaxlint.source import read
from jaxlint.verify.child.execute import Call, original, subject
from jaxlint.verify.outcome import Outcome
from jaxlint.verify.verdict import Verdict, judge

from .functional import functional

FOLDER = Path(__file__).parents[2] / "fixtures" / "rewrites"


def by_default(rule: Rule) -> bool:
    return rule.level != "hint"


@dataclass(frozen=True)
class Story:
    """One folder."""

    folder: Path

    @cached_property
    def before(self) -> str:
        return read(self.folder / "before.py").text

    @cached_property
    def after(self) -> str:
        return read(self.folder / "after.py").text

    @cached_property
    def outcome(self) -> FixOutcome:
        return fix([read(self.folder / "before.py")], by_default, "unsafe")

    @cached_property
    def fixed(self) -> str:
        """What `jaxlint --fix --unsafe-fixes` makes of the original."""
        return self.outcome.texts.get(str(self.folder / "before.py"), self.before)

    @cached_property
    def cases(self) -> dict[str, Any]:
        return vars(loaded((self.folder / "cases.py").read_text("utf-8"), "cases"))

    @cached_property
    def pending(self) -> dict[str, str]:
        listed: dict[str, dict[str, str]] = tomllib.loads((FOLDER / "pending.toml").read_text("utf-8"))
        return listed.get(self.folder.name, {})

    @cached_property
    def left(self) -> dict[str, list[Diagnostic]]:
        """The findings that the fixes leave, by function."""
        found: dict[str, list[Diagnostic]] = {}
        for name, (first, last, _) in _spans(self.fixed).items():
            inside = [
                d for d in self.outcome.remaining.get(str(self.folder / "before.py"), []) if first <= d.start[0] <= last
            ]
            found[name] = inside
        return found

    def verdicts(self, rewritten: str, names: frozenset[str], *, x64: bool, wide: bool = True) -> list[Verdict]:
        """The original, eagerly, against a rewritten text under jit, on every case of some functions. ``wide``: with
        x64 on, arguments have 64 bits, too."""
        names -= frozenset(self.cases.get("uniform", ()) if x64 and not wide else ())
        with jax.enable_x64(x64), module(functional(self.before), "before") as old, module(rewritten, "after") as new:
            return [verdict for name in sorted(names) for verdict in self._judged(old, new, name, x64, wide)]

    def _judged(self, old: types.ModuleType, new: types.ModuleType, name: str, x64: bool, wide: bool) -> list[Verdict]:
        oracles, differentiated = self.cases.get("oracle", {}), name in self.cases.get("grad", ())
        pairs: list[tuple[Outcome, Outcome]] = []
        for number, arguments in enumerate(self.cases["cases"][name]):
            call, grad = (
                Call(jax.tree.map(widened, arguments) if x64 and wide else arguments),
                differentiated and x64 and wide and number == 0,
            )
            if name in oracles:
                expected = original(oracles[name], call, jax_code=False)
            else:
                expected = subject(getattr(old, name), call, jit=False, grad=grad)
            pairs.append((expected, subject(getattr(new, name), call, grad=grad)))
        return judge(name, pairs, x64=x64)


def widened(value: Any) -> Any:
    """With x64 on, numbers have all of their digits."""
    single = isinstance(value, np.ndarray | np.generic) and value.dtype == np.float32
    return value.astype(np.float64) if single else value


def functions(text: str) -> dict[str, str]:
    """The top-level functions' texts with their decorators, by name."""
    return {name: code for name, (_, _, code) in _spans(text).items()}


def _spans(text: str) -> dict[str, tuple[int, int, str]]:
    lines, found = text.splitlines(), {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            last = node.end_lineno or first
            found[node.name] = (first, last, "\n".join(lines[first - 1 : last]))
    return found


@contextmanager
def module(text: str, name: str) -> Iterator[types.ModuleType]:
    made = loaded(text, name)
    try:
        sys.modules[name] = made
        yield made
    finally:
        del sys.modules[name]


def loaded(text: str, name: str) -> types.ModuleType:
    made = types.ModuleType(name)
    exec(compile(text, f"<{name}>", "exec"), made.__dict__)
    return made
