"""Rewrites one program and runs it against the original, eagerly; the rewritten one under jit where nothing is left.

same      every input gives the same         declined  a finding is left, with its reason
wrong     another value, type or structure   raises    the rewritten program cannot be traced or run
crash     the rewriter itself failed         skipped   the original runs on no input
"""

import inspect
import re
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import jax
import numpy as np

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.fix import fix
from jaxlint.rules import Rule
from jaxlint.source import SourceText
from jaxlint.verify.child.flatten import flatten
from jaxlint.verify.compare import compare
from jaxlint.verify.outcome import Leaf, Tree

from ..functional import functional

Kind = Literal["same", "wrong", "raises", "crash", "missed", "declined", "skipped"]
_TRACED = (jax.errors.ConcretizationTypeError, jax.errors.TracerIntegerConversionError)
_CONTROL = re.compile(r"JAX(401|402|403|405|406|1\d\d)")


@dataclass(frozen=True, slots=True)
class Trial:
    """How it ended, why, and the rewritten text."""

    kind: Kind
    reasons: tuple[str, ...]
    after: str
    changed: bool


def trial(before: str) -> Trial:
    """Rewrite and run a module with a jitted function `f`."""
    try:
        outcome = fix([SourceText("m.py", before)], _by_default, "unsafe")
    except Exception as error:
        return Trial("crash", (f"{type(error).__name__}: {error}",), "", False)
    after = outcome.texts.get("m.py", before)
    found = outcome.remaining.get("m.py", [])
    left = [one for one in found if _CONTROL.match(one.code)]
    broken = [one.message for one in found if one.code == "JAX000"] + [undone.reason for undone in outcome.undone]
    if broken or not outcome.settled:
        return Trial("crash", tuple(broken or ("the fixes do not settle",)), after, before != after)
    kind, why = _run(before, after, jit=not left)
    if kind in ("same", "skipped") and left:
        return Trial("declined", tuple(dict.fromkeys(reason(one) for one in left)), after, before != after)
    return Trial(kind, (why,) if why else (), after, before != after)


def _by_default(rule: Rule) -> bool:
    return rule.level != "hint"


def reason(left: Diagnostic) -> str:
    """Why a finding was not fixed, without the program's own names."""
    return f"{left.code} {re.sub(r'`[^`]*`', '`…`', left.declined or 'no reason is given')}"


def inputs() -> Iterator[dict[str, Any]]:
    """Arguments by name: usual ones, none at all, one, an odd one."""
    f, m = np.float32, np.arange(-3, 9).reshape(4, 3) * np.float32(0.5)
    x, y = np.array([1.0, -2.0, 0.5, 3.0], f), np.array([0.25, 1.0, -1.0, 2.0], f)
    yield {"x": x, "y": y, "m": m, "a": f(0.5), "b": f(-1.0), "n": 3}
    yield {"x": -x[::-1].copy(), "y": x, "m": -m, "a": f(2.0), "b": f(1.5), "n": 0}
    yield {"x": y, "y": np.array([np.nan, 1.0, 2.0, np.inf], f), "m": m * 0, "a": f(np.nan), "b": f(0.0), "n": 1}
    yield {"x": x[:1], "y": y[:1], "m": m[:1, :1], "a": -0.5, "b": 4.0, "n": 2}
    yield {"x": x[:0], "y": y[:0], "m": m[:0], "a": 1.0, "b": 0.25, "n": 5}


def _run(before: str, after: str, *, jit: bool) -> tuple[Kind, str]:
    try:
        function, rewritten = _loaded(functional(before)), _loaded(after if jit else functional(after))
    except SyntaxError as error:
        return "raises", _headline(error)
    names = inspect.signature(function).parameters
    ran = 0
    for number, given in enumerate(inputs()):
        arguments = {name: given[name] for name in names}
        expected = _attempt(function, arguments)
        if isinstance(expected, Exception):
            continue
        ran += 1
        # What is rewritten in part runs eagerly, on arrays as it would within a trace.
        actual = _attempt(rewritten, arguments if jit else {name: np.asarray(one) for name, one in arguments.items()})
        if not jit and isinstance(actual, _TRACED):
            continue  # the finding that is left says so
        if isinstance(actual, IndexError) and "with size 0" in str(actual):
            continue  # lax traces the body of a loop that never turns; jnp refuses to index an empty array
        if isinstance(actual, Exception):
            how = "under jit" if jit else "eagerly"
            kind: Kind = "missed" if isinstance(actual, _TRACED) else "raises"
            return kind, f"input {number} {how}: {_headline(actual)}"
        if differences := compare(_loosened(expected, actual), actual, x64=False).differences:
            return "wrong", f"input {number}: {differences[0]}"
    return ("same", "") if ran else ("skipped", "the original raises on every input")


def _attempt(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    given = {
        name: value if isinstance(value, int | float) else jax.numpy.asarray(value) for name, value in arguments.items()
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return flatten(function(**given))
    except Exception as error:
        return error


def _passed(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, np.generic) else jax.numpy.asarray(value)


def _headline(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"


def _loosened(expected: Tree, actual: Tree) -> Tree:
    """What a loop of no turns leaves as the Python int that it was is a float in an array program: 0 or 0.0."""
    if len(expected.leaves) != len(actual.leaves):
        return expected
    return Tree(expected.structure, tuple(map(_loose, expected.leaves, actual.leaves)))


def _loose(want: Leaf, got: Leaf) -> Leaf:
    if want.kind == "python" and want.dtype.startswith("int") and got.dtype.startswith("float"):
        value = np.frombuffer(want.data, want.dtype).astype(got.dtype)
        return Leaf(want.path, "python", got.dtype, want.shape, value.tobytes())
    return want


def _loaded(text: str) -> Callable[..., Any]:
    made = types.ModuleType("program")
    exec(compile(text, "<program>", "exec"), made.__dict__)
    function: Callable[..., Any] = made.f
    return function
