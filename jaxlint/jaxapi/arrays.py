"""Attributes and methods of `jax.Array`."""

from functools import cache
from typing import Literal, cast

from jaxlint.jaxapi.tables import index, table

Attribute = Literal[
    "static", "array", "at", "absent",
    "method", "bool method", "int method", "arrays method", "self method", "static method", "host method",
]  # fmt: skip
"""static: known while tracing (`shape`) · array: another array (`T`) · at: the update helper · absent: an attribute
that NumPy arrays have and JAX arrays lack (`fill`) · a method, by what calling it gives: an array, one of bool, one of
int, several arrays, the same array, something static; host: it needs the concrete value (`item`)."""


@cache
def array_attribute(name: str) -> Attribute | None:
    """What `x.name` is for a JAX array x; None where neither JAX nor NumPy arrays have it."""
    return cast("Attribute | None", index("array", "attribute").get(name))


def pure_method(name: str) -> bool:
    """True for a method which does nothing but return a new array: dropping its result is a mistake.

    Holds for arrays (`x.sort()`) and for the updates of `x.at[i]` (`set`, `add` ...).
    """
    return name in _pure()


def update_method(name: str) -> bool:
    """True for the methods of `x.at[i]`."""
    return name in table("array")["updates"]


@cache
def _pure() -> frozenset[str]:
    kinds = table("array")["attribute"]
    pure = (name for kind, names in kinds.items() if kind.endswith("method") for name in names)
    return frozenset((*pure, *table("array")["updates"])) - frozenset(table("array")["effectful"])
