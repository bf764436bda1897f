"""What a program does once only, by what is known of its callers: its entry point, its tests, what sets it up."""

from __future__ import annotations

import re
from pathlib import PurePath

import libcst as cst

from jaxlint.facts.model.definitions import FunctionDefinition
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.queries.view import View
from jaxlint.source import Module

_ONCE = frozenset(
    "main init initialize setup create make build load restore compile test tests bench benchmark demo warmup".split()  # noqa: SIM905
)
"""Words in the names of functions that a program calls once, or that measure what they compile."""
_TESTS = re.compile(r"(^|/)(tests?|testing|benchmarks?)(/|$)|(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$")
_MAX_DEPTH = 6


def runs_once(ctx: View, definition: FunctionDefinition, depth: int = 0) -> bool:
    """True for a function that a program may well call once: by its name, or since only such functions and modules
    call it."""
    if is_test(definition.module) or _ONCE & set(_words(definition.name)):
        return True
    callers = [
        caller
        for frame in ctx.tracer.activations.get(definition, ())
        if (caller := _caller(frame, definition)) is not None
    ]
    return bool(callers) and depth < _MAX_DEPTH and all(_calls_once(ctx, caller, depth) for caller in callers)


def is_test(module: Module) -> bool:
    """True for a module of tests or benchmarks."""
    return _TESTS.search(PurePath(module.path).as_posix()) is not None


def _calls_once(ctx: View, caller: Frame, depth: int) -> bool:
    return caller.definition is None or runs_once(ctx, caller.definition, depth + 1)


def _caller(frame: Frame, definition: FunctionDefinition) -> Frame | None:
    """The activation that calls; None where the tracer entered the function by itself."""
    if frame.call is None or frame.call.node is definition.node or isinstance(frame.call.node, cst.Decorator):
        return None
    caller = frame.caller
    while caller is not None and caller.definition is None and caller.caller is not None:
        caller = caller.caller
    return caller


def _words(name: str) -> list[str]:
    """``train_and_test``, ``setUp`` -> the words in it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().strip("_").split("_")
