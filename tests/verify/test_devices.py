"""The same verdicts on every device of the machine. Skipped without an accelerator; the CPU is tested elsewhere."""

from pathlib import Path

import pytest

from jaxlint.verify.plan import plan
from jaxlint.verify.protocol import Target
from jaxlint.verify.race import CHOSEN, available, race
from jaxlint.verify.side_by_side import Ways, paired, side_by_side
from jaxlint.verify.speed.record import REWRITE

STORIES = Path(__file__).parents[2] / "fixtures" / "rewrites"


def test_a_story_on_an_accelerator() -> None:
    if CHOSEN not in available(Ways()):
        pytest.skip("needs an accelerator")
    before, after = (STORIES / "heat" / name for name in ("before.py", "after.py"))
    pair = paired(before, after, plan(before.read_bytes(), after.read_bytes()), STORIES / "heat" / "cases.py")
    (verdicts,) = side_by_side([pair], Ways(), platforms=(CHOSEN,))
    assert verdicts and all(verdict.kind.passes for verdict in verdicts), verdicts
    found = race([pair], Ways(), [Target(0, "step")], (CHOSEN,))
    (machine,), (speed,) = found.machines, found.of(Target(0, "step"))
    assert machine.platform != "cpu" and speed.platform == machine.platform and speed[REWRITE]
