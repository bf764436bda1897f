"""Functions and constructors outside JAX that use up a PRNG key."""

from dataclasses import dataclass
from functools import cache

from jaxlint.jaxapi.tables import index


@dataclass(frozen=True, slots=True)
class Consumer:
    """The parameter that takes the key; ``first``: it is also the first positional one."""

    param: str
    first: bool


@cache
def key_consumer(name: str) -> Consumer | None:
    """How a canonical name takes the key that it uses up; None if it is not known to use one up."""
    if param := index("consumers", "keyword").get(name):
        return Consumer(param, first=False)
    param = index("consumers", "first").get(name)
    return Consumer(param, first=True) if param else None


@cache
def draws_when_called(name: str) -> bool:
    """True for a class whose instances use up a key when they are called."""
    return key_consumer(f"{name}()") is not None
