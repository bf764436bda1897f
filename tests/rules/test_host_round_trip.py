"""The fix of host-round-trip where the host's copy has a name: the line goes, its uses take the array."""

from jaxlint.engine.check import check
from jaxlint.engine.fix import fix
from jaxlint.rules import Rule
from jaxlint.source import SourceText

START = """\
import jax
import numpy as np

f = jax.jit(lambda x: x + 1.0)
g = jax.jit(lambda x: x * 2.0)


def run(x):
    y = f(x)
"""


def host_round_trip(rule: Rule) -> bool:
    return rule.name == "host-round-trip"


def test_the_name_goes_with_the_copy() -> None:
    source = SourceText("run.py", START + "    host = np.asarray(y)\n    return g(host), g(host)\n")
    assert fix([source], host_round_trip, "unsafe").texts["run.py"] == START + "    return g(y), g(y)\n"


def test_not_if_the_array_has_another_value_by_then() -> None:
    source = SourceText("run.py", START + "    host = np.asarray(y)\n    y = 0.0\n    return g(host), y\n")
    (found,) = check([source], host_round_trip)["run.py"]
    assert found.declined == "`y` is bound again before `host` is used"
