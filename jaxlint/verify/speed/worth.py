"""What follows from measurements: ratios and their uncertainty, when compiling has paid, and in words whether it pays.

A ratio is taken round by round, since what disturbs one variant in a round disturbs all. Its interval is that of the
median by order statistics (a sign test turned around), which asks nothing of the distribution of the times.
"""

import math
import statistics
from dataclasses import dataclass

from jaxlint.verify.speed.record import EAGER, JITTED, REWRITE, Speed, Variant

_CONFIDENCE = 0.95
# Two builds of the same program differ by this much through memory layout alone.
_ALIKE = 0.05


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times faster: the median over the rounds, and the interval that holds the true median at 95 %."""

    median: float
    low: float
    high: float

    @property
    def is_noise(self) -> bool:
        return self.low <= 1.0 <= self.high or abs(self.median - 1.0) < _ALIKE

    def __str__(self) -> str:
        if self.is_noise:
            return "within noise"
        if self.median >= 1.0:
            return f"{times(self.median)} faster ({times(self.low)} to {times(self.high)})"
        return f"{times(1 / self.median)} slower ({times(1 / self.high)} to {times(1 / self.low)})"


def ratio(slow: Variant, fast: Variant) -> Ratio:
    """How many times faster ``fast`` is than ``slow``; below 1 it is slower."""
    ratios = sorted(a / b for a, b in zip(slow.samples, fast.samples, strict=True))
    rank = _rank(len(ratios))
    return Ratio(statistics.median(ratios), ratios[rank], ratios[-1 - rank])


def _rank(n: int) -> int:
    """The order statistic that begins the median's interval; the extremes if there are too few samples."""
    outside, rank = 0.0, 0
    for k in range(n // 2):
        outside += math.comb(n, k) / 2**n
        if 2 * outside > 1 - _CONFIDENCE:
            break
        rank = k
    return rank


def spent(variant: Variant, calls: float) -> float:
    """Seconds for a number of calls, the first of which compiles."""
    return variant.first + (calls - 1) * variant.median


def pays_after(original: Variant, rewrite: Variant) -> int | None:
    """From how many calls on the rewrite has cost less in all, compilation included; None: never."""
    if rewrite.first <= original.first:
        return 1 if rewrite.median <= original.median else None
    saved = original.median - rewrite.median
    return 1 + math.ceil((rewrite.first - original.first) / saved) if saved > 0 else None


def summary(speed: Speed, *, same_program: bool = False) -> tuple[str, ...]:
    """Whether the rewrite is worth it, in sentences; ``same_program``: XLA sees no rewrite at all."""
    eager, jitted, rewrite = speed[EAGER], speed[JITTED], speed[REWRITE]
    if rewrite is None:
        return (f"the rewrite could not be timed{_why(speed, REWRITE)}",)
    said: list[str] = []
    if eager:
        said += _against_eager(speed, eager, rewrite)
    if jitted and same_program:
        said.append("XLA makes the same program of the original and the rewrite: what differs between them is noise")
    elif jitted:
        said.append(_beyond_noise(ratio(jitted, rewrite), "the original under jit"))
    if rewrite.compilations and rewrite.compilations > 1:
        said.append(f"compiles {rewrite.compilations} times for {speed.inputs} inputs")
    return tuple(said) or (f"the original could not be timed{_why(speed, EAGER)}",)


def _why(speed: Speed, name: str) -> str:
    failed = next((one.failed for one in speed.variants if one.name == name and one.failed), None)
    return f": {failed}" if failed else ""


def _against_eager(speed: Speed, eager: Variant, rewrite: Variant) -> list[str]:
    found = ratio(eager, rewrite)
    said = [_beyond_noise(found, f"the original, {eager.how}")]
    if rewrite.compilation is None:
        return said
    if not found.is_noise and found.median > 1:
        calls = pays_after(eager, rewrite)
        return [*said, f"pays {_calls(calls)}" if calls else "never pays"]
    if speed.dispatch and rewrite.median < 4 * speed.dispatch:
        why = f"calling any compiled function takes {duration(speed.dispatch)}"
        return [*said, f"too small a computation for jit to pay by itself: {why}"]
    return said if found.is_noise else [*said, "jit does not pay here"]


def _beyond_noise(found: Ratio, other: str) -> str:
    return f"no difference from {other}, beyond the noise" if found.is_noise else f"{found} than {other}"


def _calls(number: int) -> str:
    return "from the first call on" if number == 1 else f"after {number:,} calls"


def times(value: float) -> str:
    """A factor with as many digits as it deserves."""
    return f"{value:.2f}x" if value < 10 else f"{value:.1f}x" if value < 100 else f"{value:,.0f}x"


def duration(seconds: float) -> str:
    """A time in the unit that suits it, three digits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}" if seconds < 1000 * size else f"{seconds / size:,.0f} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def quantity(value: float) -> str:
    """A count with a metric prefix: 2.01 M."""
    for prefix, size in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{value / size:.3g} {prefix}"
    return f"{value:.3g} "
