"""What NumPy's stores, views and changed arguments mean is kept, or the function is declined."""

import copy

import jax
import numpy as np
import pytest

from jaxlint.engine.port import Ported, port
from jaxlint.source import SourceText
from tests.port.programs import DECLINED, EQUAL

HEAD = "import numpy as np\n\n\n"


def ported(text: str) -> tuple[str, dict[str, Ported]]:
    outcome = port([SourceText("m.py", text)])
    return outcome.texts["m.py"], {one.name: one for one in outcome.functions}


def results(function: object, args: tuple[object, ...]) -> tuple[object, ...]:
    found = function(*args)  # type: ignore[operator]
    return found if isinstance(found, tuple) else () if found is None else (found,)


@pytest.mark.parametrize("name", EQUAL)
def test_the_port_does_the_same(name: str) -> None:
    code, call = EQUAL[name]
    text, functions = ported(HEAD + code)
    assert functions[name].status == "ported", functions[name].reason
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    exec(HEAD + code, before)
    exec(text, after)
    args = eval(f"({call},)", {"np": np})
    changed = copy.deepcopy(args)
    expected = list(results(before[name], changed))
    for old, new in zip(args, changed, strict=True):
        if isinstance(old, np.ndarray) and not np.array_equal(old, new) and all(new is not each for each in expected):
            expected.append(new)
    with jax.enable_x64(True):
        found = results(after[name], args)
    assert len(found) == len(expected)
    for want, got in zip(expected, found, strict=True):
        np.testing.assert_allclose(np.asarray(got), np.asarray(want))


@pytest.mark.parametrize("name", DECLINED)
def test_what_cannot_be_told_apart_is_declined(name: str) -> None:
    code, reason = DECLINED[name]
    text, functions = ported(HEAD + code)
    assert functions[name] == Ported("m.py", name, 4, "declined", reason)
    assert text == HEAD + code


@pytest.mark.parametrize("name", ["insertion", "repeated", "buffers", "out"])
def test_a_port_is_ported_no_further(name: str) -> None:
    once, _ = ported(HEAD + EQUAL[name][0])
    again, functions = ported(once)
    assert again == once
    assert not [one for one in functions.values() if one.status == "ported"]


def test_comments_docstrings_and_what_does_not_compute_stay() -> None:
    text = HEAD + (
        'def scaled(x, by):\n    """Twice."""\n    # in place\n    x *= by  # here\n    x[0] = 0.0\n\n\n'
        "def show(x):\n    print(open(x).read())\n"
    )
    after, functions = ported(text)
    assert '    """Twice."""\n    # in place\n    x *= by  # here\n' in after
    assert after.endswith("def show(x):\n    print(open(x).read())\n")
    assert functions["show"].status == "host"


def test_callers_bind_what_callees_return() -> None:
    text = HEAD + (
        "def push(u, v):\n    u[0] = 1.0\n    v[1] = 2.0\n    return u.sum()\n\n\n"
        "def twice(u, v):\n    total = push(u, v)\n    return total + push(u, v)\n\n\n"
        "def report(u, v):\n    total = push(u, v)\n    open('log', 'w').write(str(total))\n"
    )
    after, functions = ported(text)
    assert "    return u.sum(), u, v\n" in after
    assert "    total, u, v = push(u, v)\n" in after
    assert "    total, u[...], v[...] = push(u, v)\n    open(" in after
    assert functions["push"].notes[0] == "returns `u` and `v` instead of changing them in place"


def test_a_callee_on_the_host_keeps_its_callers_there() -> None:
    text = HEAD + ("def odd(x):\n    return x[x > 0.0]\n\n\ndef total(x):\n    y = odd(x)\n    return np.sum(y)\n")
    after, functions = ported(text)
    assert after == text
    assert functions["total"].reason == "it calls `odd`, which stays on the host"


def test_random_numbers_come_from_keys() -> None:
    text = HEAD + (
        "def noise(n, seed):\n    rng = np.random.default_rng(seed)\n    return rng.normal(size=n)\n\n\n"
        "def shaken(x, rng):\n    return x + rng.uniform(-1.0, 1.0, x.shape)\n\n\n"
        "def shaken_twice(x, rng):\n    y = shaken(x, rng)\n    return shaken(y, rng)\n"
    )
    after, functions = ported(text)
    assert "    rng = jax.random.key(seed)\n    rng, subkey = jax.random.split(rng)\n" in after
    assert "    return jax.random.normal(subkey, (n,))\n" in after
    assert "    y = shaken(x, subkey)\n" in after
    assert all(one.draws for one in functions.values())
    space: dict[str, object] = {}
    exec(after, space)
    first, second = (space["shaken_twice"](np.zeros(1000), jax.random.key(seed)) for seed in (0, 1))  # type: ignore[operator]
    assert abs(first.mean()) < 0.1 and 0.5 < first.var() < 0.85 and not np.allclose(first, second)


SCRIPT = """\
import matplotlib.pyplot as plt
import numpy as np

STEPS = 100
u = np.zeros(50)
u[25] = 1.0
total = 0.0
for t in range(STEPS):
    u[1:-1] += 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])  # explicit
    total += u.sum()

plt.plot(u)
"""


def test_a_loop_of_a_script_becomes_a_function() -> None:
    after, functions = ported(SCRIPT)
    assert functions["update_u"].notes == ("the loop at line 8 became a function",)
    assert "\ntotal, u[...] = update_u(STEPS, u, total)\n\nplt.plot(u)\n" in after
    assert "  # explicit\n" in after
    before: dict[str, object] = {}
    space: dict[str, object] = {}
    exec(SCRIPT.replace("import matplotlib.pyplot as plt\n", "").replace("plt.plot(u)\n", ""), before)
    with jax.enable_x64(True):
        exec(after.replace("import matplotlib.pyplot as plt\n", "").replace("plt.plot(u)\n", ""), space)
    np.testing.assert_allclose(space["u"], before["u"])  # type: ignore[arg-type]
    np.testing.assert_allclose(space["total"], before["total"])  # type: ignore[arg-type]


def test_top_level_code_copies_the_results_that_it_stores_into() -> None:
    text = HEAD + "def smooth(u):\n    return 0.5 * (u[1:] + u[:-1])\n\n\nv = smooth(np.ones(5))\nv[0] = 5.0\n"
    after, _ = ported(text)
    assert "v = np.array(smooth(np.ones(5)))\nv[0] = 5.0\n" in after
