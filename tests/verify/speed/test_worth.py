"""What follows from measured times."""

import random

import pytest

from jaxlint.verify.speed.record import EAGER, JITTED, REWRITE, Compilation, Speed, Variant
from jaxlint.verify.speed.worth import duration, pays_after, quantity, ratio, spent, summary, times

PROGRAM = Compilation(0.01, 0.02, 0.07, "a = f32[] add(b, c)\nROOT d = f32[] tanh(a)\n}")


def variant(name: str, seconds: float, spread: float = 0.01, first: float | None = None) -> Variant:
    rng = random.Random(name)
    samples = tuple(seconds * (1 + rng.uniform(-spread, spread)) for _ in range(15))
    compiled = None if name == EAGER else PROGRAM
    return Variant(name, "under NumPy", seconds if first is None else first, samples, compiled, 1)


def speed(*variants: Variant, dispatch: float = 5e-6) -> Speed:
    return Speed("f", "cpu", "f32[3]", 2, variants, dispatch)


def test_a_ratio_has_an_interval_around_it() -> None:
    found = ratio(variant(EAGER, 3e-3), variant(REWRITE, 1e-3))
    assert 2.9 < found.low < found.median < found.high < 3.1
    assert not found.is_noise and str(found).startswith("3.0") and "faster" in str(found)
    assert "slower" in str(ratio(variant(REWRITE, 1e-3), variant(EAGER, 3e-3)))


def test_one_disturbed_round_does_not_widen_the_interval() -> None:
    quiet = variant(EAGER, 1e-3)
    disturbed = Variant(EAGER, "", 0.0, (*quiet.samples[:-1], 1.0))
    assert ratio(disturbed, variant(REWRITE, 1e-3)).high < 1.1


@pytest.mark.parametrize("seconds, spread", [(1e-3, 0.2), (1.04e-3, 0.001), (0.97e-3, 0.001)])
def test_a_difference_within_noise_is_called_noise(seconds: float, spread: float) -> None:
    found = ratio(variant(EAGER, 1e-3, spread), variant(REWRITE, seconds, spread))
    assert found.is_noise and str(found) == "within noise"


def test_of_few_samples_the_interval_is_all() -> None:
    a, b = Variant("a", "", 0.0, (2.0, 3.0, 9.0)), Variant("b", "", 0.0, (1.0, 1.0, 1.0))
    assert (ratio(a, b).low, ratio(a, b).high) == (2.0, 9.0)


def test_compiling_pays_after_some_calls() -> None:
    eager, rewrite = variant(EAGER, 2e-3), variant(REWRITE, 1e-3, first=0.1)
    calls = pays_after(eager, rewrite)
    assert calls is not None and 95 < calls < 105
    assert spent(eager, calls) >= spent(rewrite, calls) and spent(eager, calls - 1) < spent(rewrite, calls - 1)


def test_it_may_pay_at_once_or_never() -> None:
    assert pays_after(variant(EAGER, 2e-3, first=0.5), variant(REWRITE, 1e-3, first=0.1)) == 1
    assert pays_after(variant(EAGER, 1e-3), variant(REWRITE, 2e-3, first=0.1)) is None


def test_a_cheap_first_call_does_not_hide_a_slower_steady_state() -> None:
    assert pays_after(variant(EAGER, 1e-3, first=0.5), variant(REWRITE, 2e-3, first=0.1)) is None


@pytest.mark.parametrize(
    "found, said",
    [
        (speed(variant(EAGER, 4e-3), variant(REWRITE, 1e-3, first=0.1)), "pays after 3"),
        (speed(variant(EAGER, 2e-6), variant(REWRITE, 8e-6, first=0.1)), "too small a computation for jit to pay"),
        (speed(variant(EAGER, 2e-3), variant(REWRITE, 8e-3, first=0.1)), "jit does not pay here"),
        (
            speed(variant(EAGER, 1e-3), variant(REWRITE, 1e-3, first=0.1)),
            "no difference from the original, under NumPy",
        ),
        (speed(variant(JITTED, 4e-3), variant(REWRITE, 1e-3)), "to 4.0"),
        (speed(variant(REWRITE, 1e-3)), "the original could not be timed"),
        (speed(variant(EAGER, 1e-3), Variant(REWRITE, "under jit", failed="E")), "the rewrite could not be timed"),
    ],
)
def test_the_summary_says_whether_it_pays(found: Speed, said: str) -> None:
    assert any(said in line for line in summary(found)), summary(found)


def test_the_same_program_is_never_faster() -> None:
    found = speed(variant(JITTED, 4e-3), variant(REWRITE, 1e-3))
    (said,) = summary(found, same_program=True)
    assert "the same program" in said and "noise" in said


def test_numbers_are_written_for_people() -> None:
    assert [times(1.234), times(12.34), times(1234.5)] == ["1.23x", "12.3x", "1,234x"]
    assert [duration(x) for x in (12.0, 0.0123, 1.5e-5, 2e-7)] == ["12 s", "12.3 ms", "15 µs", "200 ns"]
    assert [quantity(x) for x in (12, 2.01e6, 3e9)] == ["12 ", "2.01 M", "3 G"]
    assert PROGRAM.instructions == 2 and PROGRAM.total == pytest.approx(0.1)
