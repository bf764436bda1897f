"""The cheapest question: could a file concern JAX at all? A file that mentions none of the words is never parsed."""

WORDS = (b"jax", b"numpy")


def mentions(data: bytes, words: tuple[bytes, ...] = WORDS) -> bool:
    """Whether any of the words occurs in a file's bytes, be it in a comment."""
    return any(word in data for word in words)
