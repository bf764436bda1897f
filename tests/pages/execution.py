"""Runs a `run` block: the bad block eagerly against the good one under jit, with x64 off and on."""

import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlint.verify.child.execute import Call, is_jitted, original, subject
from jaxlint.verify.outcome import Outcome, Raised
from jaxlint.verify.verdict import Verdict, judge

from .page import Block, Example


@contextmanager
def module(block: Block, name: str) -> Iterator[types.ModuleType]:
    """The block, executed as a module of its own."""
    made = types.ModuleType(name)
    sys.modules[name] = made
    try:
        # The padding makes tracebacks show the page's own lines.
        exec(compile("\n" * (block.line - 1) + block.code, f"<{name}>", "exec"), made.__dict__)
        yield made
    finally:
        del sys.modules[name]


def verdicts(example: Example, *, x64: bool) -> list[Verdict]:
    """The verifier's verdict on each case of the example's run block."""
    assert example.run is not None and example.good is not None
    with jax.enable_x64(x64), module(example.good, "good") as good:
        settings = _settings(example.run, good)
        calls = [(name, _call(arguments, settings)) for name, arguments in settings["cases"]]
        assert calls, "the run block has no cases"
        cases: dict[str, list[tuple[Outcome, Outcome]]] = {}
        for (name, call), expected in zip(calls, _expected(example.bad, settings, calls), strict=True):
            cases.setdefault(name, []).append((expected, subject(_find(good, name), call, jit=settings["jit"])))
        return [verdict for name, pairs in cases.items() for verdict in judge(name, pairs, x64=x64)]


def _settings(run: Block, good: types.ModuleType) -> dict[str, Any]:
    """The names that the run block sets; it sees the good block's names, jax, jnp and np."""
    defaults = {"cases": (), "jit": True, "static": (), "oracle": None, "bad_raises": None}
    names = {name: value for name, value in vars(good).items() if not name.startswith("__")}
    settings = {"jax": jax, "jnp": jnp, "np": np} | names | defaults
    exec(compile("\n" * (run.line - 1) + run.code, "<run>", "exec"), settings)
    return settings


def _call(arguments: tuple[Any, ...] | dict[str, Any], settings: dict[str, Any]) -> Call:
    static = frozenset(settings["static"])
    return Call(kwargs=arguments, static=static) if isinstance(arguments, dict) else Call(arguments, static=static)


def _expected(bad: Block, settings: dict[str, Any], calls: list[tuple[str, Call]]) -> list[Outcome]:
    """What the good block must give: the oracle's results if there is one, else the bad block's own."""
    if settings["bad_raises"]:
        _assert_raises(bad, settings["bad_raises"], calls, jit=settings["jit"])
    if oracle := settings["oracle"]:
        chosen: Callable[[str], Any] = oracle.__getitem__ if isinstance(oracle, dict) else lambda _: oracle
        return [original(chosen(name), call, jax_code=False) for name, call in calls]
    with module(bad, "bad") as functions:
        jax_code = any(_is_jax(value) for value in vars(functions).values())
        return [original(_find(functions, name), call, jax_code=jax_code) for name, call in calls]


def _assert_raises(bad: Block, error: str, calls: list[tuple[str, Call]], *, jit: bool) -> None:
    """Every case raises on the bad block under jit, as a user would see it; or the block itself does."""
    try:
        with module(bad, "bad") as functions:
            for name, call in calls:
                outcome = subject(_find(functions, name), call, jit=jit)
                assert isinstance(outcome, Raised), f"bad `{name}` does not raise"
                assert outcome.error == error, f"bad `{name}` raises {outcome}, not {error}"
    except Exception as raised:
        if isinstance(raised, AssertionError) or type(raised).__name__ != error:
            raise


def _find(module: types.ModuleType, name: str) -> Callable[..., Any]:
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _is_jax(value: object) -> bool:
    """Whether a module's global comes from JAX: `jax`, `jnp`, `lax`, a jitted function, …"""
    module = value.__name__ if isinstance(value, types.ModuleType) else getattr(value, "__module__", None) or ""
    return module.split(".")[0] in ("jax", "jaxlib") or (callable(value) and is_jitted(value))
