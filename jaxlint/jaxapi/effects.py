"""Functions of Python and NumPy that a trace runs once and bakes in, by the kind of effect."""

from functools import cache
from typing import Literal, cast

from jaxlint.jaxapi.tables import index, table

Effect = Literal["time", "random", "environment", "io", "print", "log"]


@cache
def host_effect(name: str) -> Effect | None:
    """The effect of calling a canonical name; None where there is none or it is unknown. The longest prefix decides."""
    if name in table("effects")["pure"]:
        return None
    effects, prefix = index("effects", "effect"), name
    while prefix:
        if effect := effects.get(prefix):
            return cast("Effect", effect)
        prefix = prefix.rpartition(".")[0]
    return None
