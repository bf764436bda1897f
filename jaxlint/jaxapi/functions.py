"""Functions on arrays: what they return, which arguments must be static, which consume keys or write in place."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, cast

from jaxlint.jaxapi.signatures import Signature, signature
from jaxlint.jaxapi.tables import index, table

Returns = Literal[
    "array", "bool", "int", "float", "complex", "arrays", "same", "key", "keys", "initializer", "function", "static",
    "host", "none", "unknown",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sized:
    """A function whose output shape depends on values. Under a trace it raises ``error`` unless ``param`` is given.

    ``unless`` names a parameter with which the question does not arise (`where` with `x`). ``param`` is None where
    there is no way.
    """

    error: str
    param: str | None = None
    unless: str | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """A function of JAX, NumPy or Python. ``signature`` is None where neither Python nor the tables know it.

    ``static`` parameters must not be traced. ``key`` is the parameter that takes a PRNG key, which is used up if
    ``consumes``. ``inplace`` functions write into their first argument unless called with `inplace=False`; ``mutates``
    is the parameter that a function always writes into.
    """

    name: str
    signature: Signature | None
    returns: Returns
    static: frozenset[str] = frozenset()
    sized: Sized | None = None
    key: str | None = None
    consumes: bool = False
    inplace: bool = False
    mutates: str | None = None

    @property
    def params(self) -> tuple[str, ...]:
        """The parameter names in order."""
        return self.signature.params if self.signature else ()

    @property
    def out(self) -> bool:
        """True where there is an `out=` parameter."""
        return "out" in self.params


AREAS = (
    "jax.numpy", "jax.lax", "jax.random", "jax.nn", "jax.scipy", "jax", "numpy", "math", "operator", "builtins",
    "optax",
)  # fmt: skip


@cache
def function(name: str) -> Function | None:
    """What is known of a canonical name, None for what is no known function."""
    area = next((area for area in AREAS if name.startswith(area + ".")), None)
    if area is None:
        return None
    called, short = signature(name), name[len(area) + 1 :]
    returns = index(f"functions/{area}", "returns").get(short)
    if called is None and returns is None:
        return None
    return _function(name, called, returns, short, table(f"functions/{area}"))


def _function(name: str, called: Signature | None, returns: str | None, short: str, rows: dict[str, Any]) -> Function:
    params = called.params if called else ()
    sized = rows.get("sized", {}).get(short)
    key = next((param for param in rows.get("keys", ()) if param in params), None)
    return Function(
        name,
        called,
        cast("Returns", returns or rows["otherwise"]),
        _static(short, params, rows),
        Sized(**sized) if sized else None,
        key,
        key is not None and short not in rows["keeps"],
        short in rows.get("inplace", ()),
        rows.get("mutates", {}).get(short),
    )


def _static(short: str, params: tuple[str, ...], rows: dict[str, Any]) -> frozenset[str]:
    """The area's usual static parameters and the function's own, less those that this function may trace."""
    by_name, traced = rows.get("static", {}), rows.get("traced", {})
    usual = (param for param in by_name.get("*", ()) if param in params)
    return frozenset((*usual, *by_name.get(short, ()))) - frozenset(traced.get(short, ()))
