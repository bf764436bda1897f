"""Measuring in child processes: what runs, what does not, and what must not take the tool along."""

from pathlib import Path
from textwrap import dedent

import pytest

from jaxlint.verify.plan import plan
from jaxlint.verify.protocol import Event, Measured, Target
from jaxlint.verify.race import CPU, Race, available, race
from jaxlint.verify.sandbox import Limits
from jaxlint.verify.side_by_side import Ways, paired
from jaxlint.verify.speed.record import EAGER, JITTED, REWRITE

BEFORE = """
    import numpy as np
    class Filter:
        def __init__(self, factor):
            self.factor = factor
        def run(self, x):
            y = np.zeros_like(x)
            for i in range(1, len(x)):
                y[i] = y[i - 1] * self.factor + x[i]
            return y
    def quick(x):
        return x + 1
    def hangs(x):
        return x
    def exits(x):
        return x
    """
AFTER = """
    import jax
    import jax.numpy as jnp
    class Filter:
        def __init__(self, factor):
            self.factor = factor
        def run(self, x):
            step = lambda carry, v: ((carry * self.factor + v),) * 2
            return jax.lax.scan(step, jnp.zeros((), x.dtype), x)[1]
    def quick(x):
        return x + 1.0
    def hangs(x):
        while True: pass
    def exits(x):
        import os
        os._exit(3)
    """
INPUTS = """
    import numpy as np
    from before import Filter
    x = np.ones(3000, np.float32)
    cases = {"Filter.run": [(Filter(0.5), x)], "exits": [(x,)], "hangs": [(x,)], "quick": [(x,), (x[:5],)]}
    """


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Race, list[Event]]:
    folder = tmp_path_factory.mktemp("race")
    for name, text in {"before.py": BEFORE, "after.py": AFTER, "inputs.py": INPUTS}.items():
        (folder / name).write_text(dedent(text))
    before, after = folder / "before.py", folder / "after.py"
    pair = paired(before, after, plan(before.read_bytes(), after.read_bytes()), folder / "inputs.py")
    targets = [Target(0, name) for name in ("Filter.run", "exits", "hangs", "quick")]
    heard: list[Event] = []
    return race([pair], Ways(limits=Limits(seconds=8)), targets, (CPU,), heard.append), heard


def test_functions_are_measured_in_a_child(found: tuple[Race, list[Event]]) -> None:
    (machine,) = found[0].machines
    (speed,) = found[0].of(Target(0, "quick"))
    assert machine.platform == speed.platform == "cpu"
    assert speed.inputs == 2 and speed.arguments == "f32[3000]"
    rewrite = speed[REWRITE]
    assert rewrite and rewrite.compilations == 2 and speed[EAGER] and speed[JITTED] is None


def test_a_method_is_measured_on_its_own_instance(found: tuple[Race, list[Event]]) -> None:
    (speed,) = found[0].of(Target(0, "Filter.run"))
    eager, rewrite = speed[EAGER], speed[REWRITE]
    assert eager and rewrite, speed.variants
    assert min(eager.samples) > 2 * min(rewrite.samples)


@pytest.mark.parametrize("name, reason", [("hangs", "does not end within 8 seconds"), ("exits", "(exit code 3)")])
def test_a_function_that_ends_the_child_is_said_to(found: tuple[Race, list[Event]], name: str, reason: str) -> None:
    (speed,) = found[0].of(Target(0, name))
    assert speed[REWRITE] is None and reason in (speed.variants[0].failed or "")


def test_progress_is_told(found: tuple[Race, list[Event]]) -> None:
    assert {event.target.function for event in found[1] if isinstance(event, Measured)} == {"Filter.run", "quick"}


def test_nothing_passed_nothing_measured(tmp_path: Path) -> None:
    assert race([], Ways(), (), (CPU,)) == Race()


def test_the_cpu_is_always_available() -> None:
    assert available(Ways())[0] == CPU
