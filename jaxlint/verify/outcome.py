"""What one call gave: values, changed arguments and gradients as plain bytes, so that they cross a process boundary."""

import msgspec

ON_NUMPY_ARRAYS, WITH_STORES = "on NumPy arrays", "with stores into JAX arrays as NumPy makes them"
"""Ways to run an original that raises on JAX arrays."""


class Leaf(msgspec.Struct, frozen=True):
    """One leaf of a pytree. ``kind`` is array, python (a bare bool/int/float/complex), key, text or opaque.

    An array's ``data`` is its little-endian C-order bytes; a text's is its UTF-8; an opaque leaf (an object that is
    not data) has none and cannot be compared. ``weak`` tells a weakly typed array, which gives way to other dtypes.
    """

    path: str
    kind: str
    dtype: str
    shape: tuple[int, ...]
    data: bytes
    weak: bool = False


class Tree(msgspec.Struct, frozen=True):
    """A flattened pytree: the text of its structure, and its leaves in order."""

    structure: str
    leaves: tuple[Leaf, ...]


class Returned(msgspec.Struct, frozen=True, tag=True):
    """The call came back. ``how`` says in which way it ran ("under jit", "eagerly", …).

    ``parts`` is the value as a sequence of results (none for None, the elements of a tuple, else one), each with the
    parameter that it *is*. ``after`` holds the arguments as the call left them, in signature order, and ``mutated``
    names those that it changed.
    """

    how: str
    value: Tree
    parts: tuple[tuple[Tree, str | None], ...]
    after: tuple[tuple[str, Tree], ...] = ()
    mutated: tuple[str, ...] = ()
    gradient: Tree | None = None


class Raised(msgspec.Struct, frozen=True, tag=True):
    """The call raised. ``trace`` are the lines of the user's own files that led there, outermost first."""

    how: str
    error: str
    message: str
    trace: tuple[str, ...] = ()

    def __str__(self) -> str:
        first = self.message.strip().splitlines()[0] if self.message.strip() else ""
        return f"{self.error}: {first}" if first else self.error


class Died(msgspec.Struct, frozen=True, tag=True):
    """The process ended, or had to be ended, before the call came back."""

    reason: str


Outcome = Returned | Raised | Died


def blank(outcome: Returned) -> Returned:
    """The outcome with zeros for all numbers: what is left are structure, shapes and dtypes."""
    return msgspec.structs.replace(
        outcome,
        value=_zeros(outcome.value),
        parts=tuple((_zeros(tree), name) for tree, name in outcome.parts),
        after=tuple((name, _zeros(tree)) for name, tree in outcome.after),
    )


def _zeros(tree: Tree) -> Tree:
    def zero(leaf: Leaf) -> Leaf:
        return msgspec.structs.replace(leaf, data=bytes(len(leaf.data))) if leaf.kind in ("array", "python") else leaf

    return Tree(tree.structure, tuple(map(zero, tree.leaves)))
