"""Files that mention no word of interest are told apart by their bytes."""

from jaxlint.source import mentions


def test_words() -> None:
    assert mentions(b"import jax.numpy as jnp\n")
    assert mentions(b"from numpy import array\n")
    assert not mentions(b"import torch\n")
    assert mentions(b"import torch\nimport flax\n", (b"flax",))
    assert not mentions(b"")
    assert not mentions(b"import jax", ())
