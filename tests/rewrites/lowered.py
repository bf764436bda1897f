"""Runs control flow before and after the fixes: eagerly as it was, jitted as it is written."""

import types
from typing import Any

import jax

from jaxlint.engine.fix import FixOutcome, fix
from jaxlint.rules import Rule
from jaxlint.source import SourceText
from jaxlint.verify.child.execute import Call, original, subject
from jaxlint.verify.verdict import Verdict, judge

from .functional import functional

HEAD = "import jax\nimport jax.numpy as jnp\n\n\n"


def _by_default(rule: Rule) -> bool:
    return rule.level != "hint"


def outcome(code: str) -> FixOutcome:
    """What all default fixes make of a module's code, below the usual imports."""
    return fix([SourceText("m.py", HEAD + code)], _by_default, "unsafe")


def rewritten(code: str) -> str:
    """The new text, without the imports."""
    return outcome(code).texts.get("m.py", HEAD + code).removeprefix(HEAD)


def module(text: str, name: str) -> types.ModuleType:
    """Code executed as a module."""
    made = types.ModuleType(name)
    exec(compile(text, f"<{name}>", "exec"), made.__dict__)
    return made


def verdict(
    code: str, cases: list[tuple[Any, ...]], *, x64: bool = False, grad: bool = False, stores: bool = False
) -> Verdict:
    """The verdict on the function ``f`` of some code, before and after. ``stores``: it stores into arrays, which JAX
    refuses, so that what runs before does the same with ``.at``."""
    after = outcome(code).texts["m.py"]
    with jax.enable_x64(x64):
        old, new = module(functional(HEAD + code) if stores else HEAD + code, "before").f, module(after, "after").f
        pairs = [
            (original(old, Call(case), jax_code=True, grad=grad), subject(new, Call(case), grad=grad)) for case in cases
        ]
        found: list[Verdict] = judge("f", pairs, x64=x64)
        return max(found, key=lambda one: one.kind)
