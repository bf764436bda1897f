"""API that JAX removed or deprecated, by version."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from jaxlint.jaxapi.tables import table

Status = Literal["removed", "deprecated"]


@dataclass(frozen=True, slots=True)
class Removal:
    """A name that is going or gone. Versions are as in "0.4.36", None where that has not happened (or is not known).

    ``replacement`` is a canonical name with the same meaning and arguments, else None and ``note`` says what to do.
    """

    name: str
    removed: str | None = None
    deprecated: str | None = None
    replacement: str | None = None
    note: str | None = None
    status: Status = "removed"


@cache
def removed(name: str) -> Removal | None:
    """The row of a dotted name (as the program spells it, before `canonical`), or of the module that it lived in."""
    rows = table("removed")["name"]
    prefix = name
    while prefix:
        if (row := rows.get(prefix)) is not None:
            return Removal(prefix, **row)
        prefix = prefix.rpartition(".")[0]
    return None


@cache
def removed_parameter(function: str, param: str) -> Removal | None:
    """The row of a parameter that is going or gone; ``replacement`` is the parameter that took its place."""
    for section, status in _PARAMETERS:
        if (new := table("removed")[section].get(function, {}).get(param)) is not None:
            return Removal(f"{function}({param}=)", replacement=new or None, status=status)
    return None


_PARAMETERS: tuple[tuple[str, Status], ...] = (("param", "removed"), ("deprecated_param", "deprecated"))
