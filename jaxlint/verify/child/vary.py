"""Varies described arguments: Hypothesis draws sizes and values, and shrinks what shows a difference."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from jaxlint.verify.inputs.spec import Arguments, base_sizes

_SECONDS = 12.0
"""Of work, for all variations of one call."""


class _Shows(Exception):
    """This example shows a difference."""


Try = Callable[["Drawn", dict[str, int]], bool]
"""Whether a call with values from there and those sizes shows a difference."""


STYLES = ("plain", "negative", "nan", "large", "infinite")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A source of values that Hypothesis draws. ``style`` is one of STYLES."""

    draw: Any
    style: str

    def array(self, dtype: str, shape: tuple[int, ...]) -> Any:
        wanted = jax.numpy.dtype(dtype)
        if wanted.kind == "V":  # Hypothesis does not know bfloat16
            return self.draw(hnp.arrays("float32", shape, elements=_floats(self.style))).astype(wanted)
        return self.draw(hnp.arrays(wanted, shape, elements=_elements(wanted, self.style)))

    def number(self, kind: str) -> Any:
        match kind:
            case "bool":
                return self.draw(st.booleans())
            case "int":
                return self.draw(st.integers(-3, 6) if self.style == "negative" else st.integers(0, 6))
            case "float":
                return self.draw(_floats(self.style))
        return complex(self.draw(_floats(self.style)), self.draw(_floats(self.style)))

    def seed(self) -> int:
        return int(self.draw(st.integers(0, 2**31 - 1)))


def smallest(arguments: Arguments, shows: Try, examples: int) -> None:
    """Try so many variations; when one shows a difference, try smaller ones until none smaller does."""
    deadline = time.process_time() + _SECONDS
    pool = list(sizes(arguments))

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(st.data())
    def attempt(data: Any) -> None:
        if time.process_time() > deadline:
            return
        style = data.draw(st.sampled_from(STYLES))
        if shows(Drawn(data.draw, style), data.draw(st.sampled_from(pool))):
            raise _Shows

    try:
        attempt()
    except Exception as error:
        # When the time is over while shrinking, Hypothesis sees an example that no longer fails.
        if not isinstance(error, _Shows) and "laky" not in type(error).__name__:
            raise


def sizes(arguments: Arguments) -> Iterator[dict[str, int]]:
    """Few sizes, for each has to be compiled: one, none, two, several; each dimension empty beside others."""
    base = base_sizes(arguments)
    if base:
        yield dict.fromkeys(base, 1)
        yield dict.fromkeys(base, 0)
        yield dict.fromkeys(base, 2)
    yield base
    if len(base) > 1:
        yield from (base | {name: 0} for name in [*base][:2])


def _elements(dtype: np.dtype[Any], style: str) -> Any:
    match dtype.kind:
        case "b":
            return st.booleans()
        case "i" | "u":
            return _integers(dtype, style)
        case "c":
            part = _floats(style)
            return st.builds(complex, part, part)
    return _floats(style, 2.0**15 if dtype.itemsize == 2 else 1e6)


def _integers(dtype: np.dtype[Any], style: str) -> Any:
    info = np.iinfo(dtype)
    match style:
        case "negative" if info.min < 0:
            return st.integers(-4, 4)
        case "large":
            return st.sampled_from([0, 1, int(info.max), int(info.min), int(info.max) - 1])
    return st.integers(0, 4)


def _floats(style: str, large: float = 1e6) -> Any:
    """Steps of a sixteenth, exact in every type; the others in their own styles only."""
    plain = st.integers(-64 if style == "negative" else -32, 32).map(lambda n: n / 16)
    match style:
        case "large":
            return st.one_of(plain, st.sampled_from([large, -large]))
        case "nan":
            return st.one_of(plain, st.just(np.nan))
        case "infinite":
            return st.one_of(plain, st.sampled_from([np.inf, -np.inf, -0.0]))
    return plain
