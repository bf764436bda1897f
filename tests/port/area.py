"""An area of fixtures/port: before.py (NumPy), by_hand.py (the same by someone who knows JAX) and cases.py, which sets

cases    {"function": [(argument, ...), ...]}, small
timing   the same for measuring, larger
drawn    {"function": tolerance}: random numbers are drawn, the means of the results agree to within that
"""

import copy
import inspect
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import jax
import numpy as np

from jaxlint.source import read
from jaxlint.verify.child.execute import Call, original, subject
from jaxlint.verify.verdict import Kind, Verdict, judge, worst
from tests.rewrites.story import loaded, module

FOLDER = Path(__file__).parents[2] / "fixtures" / "port"


@dataclass(frozen=True)
class Area:
    """One folder."""

    folder: Path

    @cached_property
    def before(self) -> str:
        return read(self.folder / "before.py").text

    @cached_property
    def by_hand(self) -> str:
        return read(self.folder / "by_hand.py").text

    @cached_property
    def inputs(self) -> ModuleType:
        return loaded((self.folder / "cases.py").read_text("utf-8"), "cases")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.inputs.cases)

    def verdict(self, text: str, name: str, *, x64: bool) -> Verdict:
        """A function of a JAX module under jit, against the original under NumPy, on all cases."""
        with jax.enable_x64(x64), module(self.before, "before") as old, module(text, "after") as new:
            if name in getattr(self.inputs, "drawn", {}):
                return _drawn(name, self.inputs.cases[name], old, new, self.inputs.drawn[name])
            pairs = []
            for arguments in self.inputs.cases[name]:
                call = Call(arguments)
                expected = original(getattr(old, name), call, jax_code=False)
                pairs.append((expected, subject(getattr(new, name), call)))
            return worst(name, judge(name, pairs, x64=x64))


AREAS = [Area(folder) for folder in sorted(FOLDER.glob("*/"))]


def keyed(function: Any, arguments: tuple[Any, ...], seed: int) -> dict[str, Any]:
    """The arguments by name; a generator becomes a key, and a function that wants one more key gets it."""
    signature = inspect.signature(function)
    bound = signature.bind_partial(*arguments).arguments
    given = {name: jax.random.key(seed) if _is_generator(value) else value for name, value in bound.items()}
    if "key" in signature.parameters and "key" not in given:
        given["key"] = jax.random.key(seed)
    return given


def _is_generator(value: Any) -> bool:
    return isinstance(value, np.random.Generator | np.random.RandomState)


def _drawn(name: str, cases: list[tuple[Any, ...]], old: ModuleType, new: ModuleType, tolerance: float) -> Verdict:
    """Draws are not the same numbers: the results have the same shapes, and means that are close."""
    reasons = []
    for arguments in cases:
        expected = _results(getattr(old, name), copy.deepcopy(arguments))
        function = getattr(new, name)
        actual = jax.tree.leaves(function(**keyed(function, arguments, 7)))
        if [np.shape(one) for one in expected] != [np.shape(one) for one in actual]:
            reasons.append("the results have other shapes")
            continue
        for want, got in zip(expected, map(np.asarray, actual), strict=True):
            if got.dtype != jax.dtypes.canonicalize_dtype(want.dtype):
                reasons.append(f"dtype is {got.dtype}, expected {want.dtype}")
            if not abs(np.mean(want) - np.mean(got)) <= tolerance:
                reasons.append(f"the mean is {np.mean(got)}, expected {np.mean(want)}")
    return Verdict(name, Kind.DIFFERENT if reasons else Kind.EQUIVALENT, tuple(reasons))


def _results(function: Any, arguments: tuple[Any, ...]) -> list[np.ndarray[Any, Any]]:
    """What a NumPy function returns, and the arrays that it changes."""
    np.random.seed(0)
    before = copy.deepcopy(arguments)
    results = jax.tree.leaves(function(*arguments))
    for old, new in zip(before, arguments, strict=True):
        if isinstance(new, np.ndarray) and not np.array_equal(old, new) and not any(new is one for one in results):
            results.append(new)
    return [np.asarray(one) for one in results]
