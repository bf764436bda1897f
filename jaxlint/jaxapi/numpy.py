"""NumPy, SciPy and Python functions met by a tracer, and what JAX offers instead."""

from functools import cache
from typing import Literal, cast

from jaxlint.jaxapi.functions import function
from jaxlint.jaxapi.tables import index, table

OnTracer = Literal["fails", "works", "static", "unrolls", "wrong"]
"""fails: raises · works: NumPy hands over to the tracer's own method, the result stays traced · static: asks only for
shape or dtype · unrolls: works, one slice a row · wrong: silently gives a wrong answer."""


@cache
def on_tracer(name: str) -> OnTracer | None:
    """What a canonical function of NumPy, SciPy, `math` or Python does with a traced array; None where unknown."""
    word = index("on_tracer", "on_tracer").get(name) or _otherwise(name)
    return cast("OnTracer | None", word)


def _otherwise(name: str) -> str | None:
    package = name.partition(".")[0]
    known = package == "scipy" or function(name) is not None
    return table("on_tracer")["otherwise"].get(package) if known else None


@cache
def jax_equivalent(name: str) -> str | None:
    """`numpy.exp` -> `jax.numpy.exp`: the JAX function with the same meaning and arguments, or None."""
    rows = table("equivalents")
    if renamed := rows["function"].get(name):
        return str(renamed)
    module, _, last = name.rpartition(".")
    if name in rows["different"] or module not in rows["module"]:
        return None
    namesake = f"{rows['module'][module]}.{last}"
    return namesake if function(namesake) else None
