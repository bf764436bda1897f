"""The same verdicts on every device of the machine. Skipped without an accelerator; the CPU is tested elsewhere."""

from pathlib import Path

import pytest

from jaxlint.verify.plan import plan
from jaxlint.verify.protocol import Target
from jaxlint.verify.race import CHOSEN, available, race
from jaxlint.verify.side_by_side import Ways, paired, side_by_side
from jaxlint.verify.speed.record import REWRITE

STORIES = Path(__file__).parents[2] / "fixtures" / "rewrites"


PAIR = paired(
    STORIES / "heat" / "before.py",
    STORIES / "heat" / "after.py",
    plan(*((STORIES / "heat" / name).read_bytes() for name in ("before.py", "after.py"))),
    STORIES / "heat" / "cases.py",
)


def test_a_story_on_what_jax_chooses() -> None:
    (verdicts,) = side_by_side([PAIR], Ways(), platforms=(CHOSEN,))
    assert verdicts and all(verdict.kind.passes for verdict in verdicts), verdicts


def test_an_accelerator_is_measured_beside_the_cpu() -> None:
    platforms = available(Ways())
    if CHOSEN not in platforms:
        pytest.skip("needs an accelerator")
    found = race([PAIR], Ways(), [Target(0, "step")], platforms)
    cpu, accelerator = found.machines
    assert (cpu.platform == "cpu") and accelerator.platform != "cpu"
    assert [speed.platform for speed in found.of(Target(0, "step"))] == [cpu.platform, accelerator.platform]
    assert all(speed[REWRITE] for speed in found.of(Target(0, "step")))
