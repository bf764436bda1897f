"""Aliases are aliases: the same object, where the table says so."""

import pytest

from jaxlint.jaxapi import canonical
from jaxlint.jaxapi.tables import table
from tests.jaxapi.resolve import resolve

pytestmark = pytest.mark.filterwarnings("ignore")
ALIASES = table("aliases")


@pytest.mark.parametrize(("alias", "target"), ALIASES["same"].items())
def test_same(alias: str, target: str) -> None:
    pytest.importorskip(alias.partition(".")[0])
    if alias != "numpy.random.mtrand":  # a module behind numpy.random
        assert resolve(alias) is resolve(target)


@pytest.mark.parametrize("target", [*ALIASES["same"].values(), *ALIASES["like"].values()])
def test_targets_are_canonical(target: str) -> None:
    assert canonical(target) == target
    resolve(target)


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("jax.numpy.abs", "jax.numpy.abs"),
        ("jax.tree_util.tree_map", "jax.tree_util.tree_map"),
        ("jax.api.jit", "jax.jit"),
        ("jax.api.remat", "jax.checkpoint"),
        ("jax.remat", "jax.checkpoint"),
        ("jax.experimental.shard_map.shard_map", "jax.shard_map"),
        ("numpy.random.mtrand.normal", "numpy.random.normal"),
        ("jax._src.api.jit", "jax._src.api.jit"),
        ("torch.nn.Linear", "torch.nn.Linear"),
        ("x", "x"),
    ],
)
def test_canonical(spelling: str, name: str) -> None:
    assert canonical(spelling) == name
