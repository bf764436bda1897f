"""Ports of NumPy code, written by hand: the return convention, static arguments, keys in the place of generators."""

from pathlib import Path
from textwrap import dedent

import pytest

from jaxlint.source import SourceText
from jaxlint.verify.ported import SAMPLED, prove_port
from jaxlint.verify.side_by_side import Ways
from jaxlint.verify.verdict import Kind, Verdict
from tests.verify.test_side_by_side import verify

BEFORE = """
    import numpy as np
    from numpy.random import default_rng

    def relaxed(grid, source, n):
        change = 0.0
        for _ in range(n):
            new = grid.copy()
            new[1:-1] = 0.5 * (grid[:-2] + grid[2:]) + source[1:-1]
            change = np.max(np.abs(new - grid))
            grid[:] = new
        return change

    def pushed(x, v, dt):
        x += dt * v
        v *= 0.5
        return x

    def ones_like_rows(a, n):
        return np.ones((n, a.shape[1])) + a[0]

    def noisy(x, scale):
        return x + scale * np.random.randn(x.shape[0])

    def walk(steps, start, rng):
        path = np.zeros(steps)
        position = start
        for t in range(steps):
            position += 1.0 if rng.random() < 0.5 else -1.0
            path[t] = position
        return path

    def share(samples, seed=0):
        points = default_rng(seed).random((2, samples))
        return np.mean((points**2).sum(0) < 1.0)

    def legacy(samples, seed):
        np.random.seed(seed)
        return np.random.exponential(2.0, samples), samples

    def jittered(x, rng):
        x += rng.normal(size=x.shape)

    def of_its_own(n):
        return np.random.RandomState(3).rand(n)
    """

RIGHT = """
    from functools import partial

    import jax
    import jax.numpy as jnp

    @jax.jit
    def relaxed(grid, source, n):
        def body(_, carry):
            grid, _ = carry
            new = grid.at[1:-1].set(0.5 * (grid[:-2] + grid[2:]) + source[1:-1])
            return new, jnp.max(jnp.abs(new - grid))
        grid, change = jax.lax.fori_loop(0, n, body, (grid, jnp.zeros((), grid.dtype)))
        return change, grid

    @jax.jit
    def pushed(x, v, dt):
        return x + dt * v, v * 0.5

    @partial(jax.jit, static_argnames="n")
    def ones_like_rows(a, n):
        return jnp.ones((n, a.shape[1])) + a[0]

    @jax.jit
    def noisy(x, scale, key):
        return x + scale * jax.random.normal(key, x.shape)

    @partial(jax.jit, static_argnames="steps")
    def walk(steps, start, rng):
        return start + jnp.cumsum(jnp.where(jax.random.uniform(rng, (steps,)) < 0.5, 1.0, -1.0))

    @partial(jax.jit, static_argnames="samples")
    def share(samples, seed=0):
        points = jax.random.uniform(jax.random.key(seed), (2, samples))
        return jnp.mean((points**2).sum(0) < 1.0, dtype=float)

    @partial(jax.jit, static_argnames="samples")
    def legacy(samples, seed):
        return 2.0 * jax.random.exponential(jax.random.key(seed), (samples,)), samples

    def jittered(x, rng):
        return x + jax.random.normal(rng, x.shape)

    def of_its_own(n):
        return jax.random.uniform(jax.random.key(3), (n,))
    """

WRONG = {
    "relaxed": ("return change, grid", "return grid, change"),
    "pushed": ("v * 0.5", "v"),
    "ones_like_rows": ("a[0]", "a[-1]"),
    "noisy": ("scale * jax", "0.4 * scale * jax"),
    "walk": ("< 0.5, 1.0", "< 0.6, 1.0"),
    "share": ("(2, samples))", "(2, samples), minval=0.2)"),
    "legacy": ("2.0 * jax.random.exponential", "2.0 * jax.random.normal"),
    "jittered": ("return x + jax", "return x[::-1] + jax"),
}

INPUTS = """
    import numpy as np
    numbers = np.arange(1.0, 9.0)
    cases = {
        "relaxed": [(numbers, 0.1 * numbers, 3)], "pushed": [(numbers, 2 * numbers, 0.5)],
        "ones_like_rows": [(numbers.reshape(2, 4), 3)], "noisy": [(numbers, 0.5)],
        "walk": [(50, 0.0, np.random.default_rng(1))], "share": [(60,), (60, 3)], "legacy": [(20, 5)],
        "jittered": [(numbers, np.random.RandomState(1))], "of_its_own": [(4,)],
    }
    """


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict]:
    return verify(tmp_path_factory.mktemp("right"), BEFORE, RIGHT, INPUTS)


def test_ports_are_proved(right: dict[str, Verdict]) -> None:
    kinds = {name: verdict.kind for name, verdict in right.items()}
    assert kinds == {
        "ones_like_rows": Kind.EQUIVALENT,
        **dict.fromkeys(WRONG.keys() - {"ones_like_rows"}, Kind.CHANGED_ON_PURPOSE),
        "of_its_own": Kind.CANNOT_COMPARE,
    }, right


def test_the_verdict_says_what_has_changed(right: dict[str, Verdict]) -> None:
    assert right["relaxed"].notes == ("returns `grid` instead of changing it in place",)
    assert right["pushed"].notes == ("returns `x`, `v` instead of changing it in place",)
    for name in ("noisy", "walk", "share", "legacy", "jittered"):
        assert "other random numbers, and the same distribution of results over 200 seeds" in right[name].notes
    assert "returns `x` instead of changing it in place" in right["jittered"].notes
    assert "a seed of its own" in right["of_its_own"].reasons[0]


def test_wrong_ports_are_seen(tmp_path: Path) -> None:
    after = dedent(RIGHT)
    for old, new in WRONG.values():
        assert after.count(old) == 1
        after = after.replace(old, new)
    found = verify(tmp_path, BEFORE, after, INPUTS)
    assert {name: found[name].kind for name in WRONG} == dict.fromkeys(WRONG, Kind.DIFFERENT), found


def test_generators_are_guessed_and_measured(tmp_path: Path) -> None:
    before = "import numpy as np\ndef f(x, rng):\n    return x + rng.normal(size=x.shape)\n"
    after = "import jax\ndef f(x, rng):\n    return x + jax.random.normal(rng, x.shape)\n"
    verdict = verify(tmp_path, before, after, None, guess=True, vary=5)["f"]
    assert verdict.kind is Kind.CHANGED_ON_PURPOSE
    assert verdict.source == "a guess: f32[a], np.random.default_rng(0)"


def test_a_port_that_draws_is_proved(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    text = "import numpy as np\n\n\ndef shaken(x):\n    return x + np.random.normal(size=x.shape)\n"
    path.write_text(text)
    (tmp_path / "cases.py").write_text("import numpy as np\ncases = {'shaken': [(np.arange(3.0),)]}\n")
    proof = prove_port([SourceText(str(path), text)], Ways())
    (one,) = proof.outcome.functions
    assert one.status == "ported" and one.notes[-1] == f"proved: {SAMPLED}", one
    assert "def shaken(x, key):" in proof.outcome.texts[str(path)]
