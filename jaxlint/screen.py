"""The cheapest question: could a file concern JAX at all? One that mentions none of the words is never parsed.

It stands outside of ``source``, so that asking it imports nothing else.
"""

WORDS = (b"jax", b"numpy", b"JAX", b"flax", b"equinox", b"haiku", b"optax", b"chex")
"""JAX, NumPy and the libraries on them that the tables of ``jaxapi`` know; ``JAX`` for the codes in ``# noqa``."""


def mentions(data: bytes, words: tuple[bytes, ...] = WORDS) -> bool:
    """Whether any of the words occurs in a file's bytes, be it in a comment."""
    return any(word in data for word in words)
