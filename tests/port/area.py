"""An area of fixtures/port: before.py (NumPy), by_hand.py (the same by someone who knows JAX) and cases.py, which sets

    cases    {"function": [(argument, ...), ...]}, small
    timing   the same for measuring, larger
    drawn    {"function": tolerance}: random numbers are drawn, the means of the results agree to within that

declined.toml lists the functions that are not ported yet, and why.
"""

import copy
import inspect
import tempfile
import tomllib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import jax
import numpy as np

from jaxlint.source import read
from jaxlint.verify.plan import plan
from jaxlint.verify.side_by_side import Ways, paired, side_by_side
from jaxlint.verify.verdict import Kind, Verdict
from tests.rewrites.story import loaded, module

FOLDER = Path(__file__).parents[2] / "fixtures" / "port"


@dataclass(frozen=True)
class Area:
    """One folder."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

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
    def functions(self) -> tuple[str, ...]:
        """Those that are compared and measured: what the module offers."""
        return tuple(self.inputs.cases)

    @property
    def drawn(self) -> dict[str, float]:
        return getattr(self.inputs, "drawn", {})

    @property
    def declined(self) -> dict[str, str]:
        listed: dict[str, dict[str, str]] = tomllib.loads((FOLDER / "declined.toml").read_text("utf-8"))
        return listed.get(self.name, {})

    def verdicts(self, text: str) -> dict[str, Verdict]:
        """Each function of a JAX module, under jit with x64 off and on, against the original under NumPy."""
        with tempfile.TemporaryDirectory() as folder:
            after = Path(folder) / "after.py"
            after.write_text(text, "utf-8")
            before = self.folder / "before.py"
            pairs = plan(self.before, text)
            names = tuple(name for name in pairs.common if name in self.inputs.cases and name not in self.drawn)
            pairs = replace(pairs, common=names, changed=())
            (found,) = side_by_side([paired(before, after, pairs, self.folder / "cases.py")], Ways())
        return {verdict.function: verdict for verdict in found} | self._drawn(text)

    def _drawn(self, text: str) -> dict[str, Verdict]:
        """Draws are not the same numbers: the results have the same shapes and dtypes, and means that are close."""
        found = {}
        with module(self.before, "before") as old, module(text, "after") as new:
            for name, tolerance in self.drawn.items():
                if not hasattr(new, name):
                    continue
                reasons = [
                    reason
                    for arguments in self.inputs.cases[name]
                    for x64 in (False, True)
                    for reason in _unlike(getattr(old, name), getattr(new, name), arguments, tolerance, x64)
                ]
                found[name] = Verdict(name, Kind.DIFFERENT if reasons else Kind.CHANGED_ON_PURPOSE, tuple(reasons))
        return found


AREAS = [Area(folder) for folder in sorted(FOLDER.glob("*/")) if (folder / "cases.py").exists()]


def keyed(function: Any, arguments: tuple[Any, ...], seed: int) -> dict[str, Any]:
    """The arguments by name; a generator becomes a key, and a function that wants one more key gets it."""
    signature = inspect.signature(function)
    bound = signature.bind_partial(*arguments).arguments
    given = {name: jax.random.key(seed) if is_generator(value) else value for name, value in bound.items()}
    if "key" in signature.parameters and "key" not in given:
        given["key"] = jax.random.key(seed)
    return given


def is_generator(value: Any) -> bool:
    return isinstance(value, np.random.Generator | np.random.RandomState)


def _unlike(old: Any, new: Any, arguments: tuple[Any, ...], tolerance: float, x64: bool) -> list[str]:
    """What is not alike between a function that draws and its port."""
    expected = _results(old, copy.deepcopy(arguments))
    with jax.enable_x64(x64):
        try:
            actual = [np.asarray(one) for one in jax.tree.leaves(new(**keyed(new, arguments, 7)))]
        except Exception as error:
            return [f"{type(error).__name__}: {error}"]
        dtypes = [jax.dtypes.canonicalize_dtype(want.dtype) for want in expected]
    if [one.shape for one in expected] != [one.shape for one in actual]:
        return ["the results have other shapes"]
    if dtypes != [one.dtype for one in actual]:
        return [f"the dtypes are {[one.dtype.name for one in actual]}, expected {[one.name for one in dtypes]}"]
    return [
        f"the mean is {np.mean(got)}, expected {np.mean(want)}"
        for want, got in zip(expected, actual, strict=True)
        if not abs(np.mean(want) - np.mean(got)) <= tolerance
    ]


def _results(function: Any, arguments: tuple[Any, ...]) -> list[np.ndarray[Any, Any]]:
    """What a NumPy function returns, and the arrays that it changes."""
    np.random.seed(0)
    before = copy.deepcopy(arguments)
    results = jax.tree.leaves(function(*arguments))
    for old, new in zip(before, arguments, strict=True):
        if isinstance(new, np.ndarray) and not np.array_equal(old, new) and not any(new is one for one in results):
            results.append(new)
    return [np.asarray(one) for one in results]
