"""NumPy's samplers and what draws the same distribution with a key."""

from dataclasses import dataclass
from functools import cache

from jaxlint.jaxapi.tables import table


@dataclass(frozen=True, slots=True)
class Sampler:
    """A sampler of NumPy. ``params``: names with their defaults (None: required); ``text``: JAX's expression, as
    `data/random.toml` explains it; ``scalar``: parameters that must be numbers where no size is given; ``dims``: the
    arguments are the shape."""

    params: tuple[tuple[str, str | None], ...]
    text: str
    scalar: frozenset[str] = frozenset()
    dims: bool = False


@cache
def sampler(name: str) -> Sampler | None:
    """``normal`` of a generator, of ``RandomState`` or of ``numpy.random``; None for what is none."""
    row = table("random")["sampler"].get(name)
    if row is None:
        return None
    params = tuple((name, default or None) for name, _, default in (each.partition("=") for each in row["params"]))
    return Sampler(params, row["text"], frozenset(row.get("scalar", ())), row.get("dims", False))


def makes_generator(name: str) -> bool:
    """True for what makes a generator of random numbers from a seed."""
    return name in table("random")["generators"]
