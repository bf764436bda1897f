"""Originals that store into JAX arrays, which JAX refuses: their oracle makes of a store what NumPy makes of it."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlint.verify.child import stores
from jaxlint.verify.outcome import WITH_STORES
from jaxlint.verify.verdict import Kind, Verdict
from tests.verify.test_side_by_side import verify


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the child, but for this test only."""
    kind = type(jnp.zeros(()))
    for name in ("__getitem__", "__setitem__", "__iter__", "astype", *stores.METHODS, *stores.PROPERTIES):
        monkeypatch.setattr(kind, name, getattr(kind, name))
    for name in stores.FUNCTIONS:
        monkeypatch.setattr(jnp, name, getattr(jnp, name))
    stores.install()


STORES: dict[str, Callable[..., object]] = {
    "an element": lambda xp, x: x.__setitem__((0, 1), 5),
    "cast": lambda xp, x: xp.arange(3).__setitem__(0, 2.7),
    "a row of a row": lambda xp, x: x[1][:2].__setitem__(1, 7),
    "a repeated index": lambda xp, x: x.__setitem__(xp.array([0, 0]), xp.array([[1.0, 2, 3], [4.0, 5, 6]])),
    "a mask": lambda xp, x: x.__setitem__(x > 2, -1),
    "what an array of indices takes is a copy": lambda xp, x: x[xp.array([0])].__setitem__((0, 0), 9),
    "transposed": lambda xp, x: x.T.__setitem__((2, 0), 9),
    "a method": lambda xp, x: x.reshape(3, 2).swapaxes(0, 1).__setitem__((1, 2), 9),
    "a function": lambda xp, x: xp.moveaxis(xp.ravel(x)[None], 0, 1).__setitem__((4, 0), 9),
    "rows in a loop": lambda xp, x: [row.__setitem__(0, i) for i, row in enumerate(x)],
    "a copy": lambda xp, x: x.copy().__setitem__(0, 9),
    "a converted array": lambda xp, x: x.astype(x.dtype).__setitem__(0, 9),
    "the array seen through a view": lambda xp, x: [y := x[0], x.__setitem__((0, 0), 9), x.__setitem__(1, y)],
}


@pytest.mark.parametrize("does", STORES.values(), ids=STORES)
def test_a_store_means_what_it_means_in_numpy(does: Callable[..., object]) -> None:
    ours, theirs = jnp.arange(6.0).reshape(2, 3), np.arange(6.0, dtype=np.float32).reshape(2, 3)
    with stores.stores():
        does(jnp, ours)
        seen = np.array(ours)
    does(np, theirs)
    assert np.array_equal(seen, theirs)
    assert np.array_equal(ours, np.arange(6.0).reshape(2, 3)), "and afterwards it is undone"


def test_arguments_may_be_named() -> None:
    with stores.stores():
        assert jnp.expand_dims(a=jnp.zeros(3), axis=0).shape == (1, 3)


def test_numpy_s_own_errors_stay() -> None:
    with stores.stores(), pytest.raises(IndexError):
        jnp.zeros(3)[3] = 1  # type: ignore[index]
    with pytest.raises(TypeError, match="immutable"):
        jnp.zeros(3)[0] = 1  # type: ignore[index]
    with stores.stores(), pytest.raises(TypeError, match="immutable"):
        jax.jit(lambda x: x.__setitem__(0, 1))(jnp.zeros(3))


BEFORE = """
    import jax
    import jax.numpy as jnp

    def totals(x):
        out = jnp.zeros(x.shape[0], x.dtype)
        for i in range(x.shape[0]):
            out[i] = jnp.sum(x[: i + 1])
        return out

    def rows(x):
        grid = jnp.zeros((x.shape[0], 2), x.dtype)
        for i in range(x.shape[0]):
            grid[i][0] = x[i]
        return grid

    def doubled(key, x):
        y = x * 1
        y[0] = jax.random.normal(key, (), x.dtype)
        return y + jax.random.normal(key, (), x.dtype)

    def filled(x):
        x.fill(3.0)
        x[0] = 0.0
        return x

    def halves(x):  # jaxlint: inputs(i32[n])
        x[0] = 1
        return x / 2
    """
RIGHT = """
    import jax
    import jax.numpy as jnp

    def totals(x):
        return jnp.cumsum(x)

    def rows(x):
        return jnp.stack([x, jnp.zeros_like(x)], axis=1)

    def doubled(key, x):
        one, two = jax.random.split(key)
        return x.at[0].set(jax.random.normal(one, (), x.dtype)) + jax.random.normal(two, (), x.dtype)

    def filled(x):
        return jnp.full_like(x, 3.0).at[0].set(0.0)

    def halves(x):
        return x.at[0].set(1) / 2
    """
WRONG = {
    "totals": ("jnp.cumsum(x)", "jnp.cumsum(x) - x"),
    "rows": ("[x, jnp.zeros_like(x)]", "[jnp.zeros_like(x), x]"),
    "doubled": ("x.at[0].set(jax", "x.at[-1].set(jax"),
    "filled": (".at[0].set(0.0)", ".at[1].set(0.0)"),
    "halves": ("x.at[0].set(1) / 2", "(x.at[0].set(1) / 2).astype(jnp.float16)"),
}


def verdicts(folder: Path, after: str) -> dict[str, Verdict]:
    return verify(folder, BEFORE, after, None, guess=True, vary=15)


def test_originals_with_stores_are_compared(tmp_path: Path) -> None:
    found = verdicts(tmp_path, RIGHT)
    assert {name: str(verdict.kind) for name, verdict in found.items()} == {
        name: "changed on purpose" if name == "doubled" else "equivalent" for name in WRONG
    }, found
    assert f"the original ran {WITH_STORES}" in found["rows"].notes
    assert "the original ran on NumPy arrays" in found["filled"].notes


def test_a_wrong_rewrite_of_a_store_is_seen(tmp_path: Path) -> None:
    after = dedent(RIGHT)
    for old, new in WRONG.values():
        after = after.replace(old, new)
    found = verdicts(tmp_path, after)
    assert {name: verdict.kind for name, verdict in found.items()} == dict.fromkeys(WRONG, Kind.DIFFERENT), found
