"""API that JAX and the libraries on it removed or deprecated, by version."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from jaxlint.jaxapi.tables import DATA, table
from jaxlint.jaxapi.versions import Version, has

Status = Literal["removed", "deprecated"]


@dataclass(frozen=True, slots=True)
class Form:
    """The text that takes the place of a name (``params`` is None) or of a call of it; see `data/removed.toml`."""

    text: str
    params: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """A name that is going or gone. Versions are as in "0.4.36", None where that has not happened (or is not known).

    ``replacements`` are canonical names with the same meaning and arguments, the best first; where there are none,
    ``form`` is the text to write, or ``note`` says what to do. ``needs`` is the version since which ``form`` is right.
    """

    name: str
    removed: str | None = None
    deprecated: str | None = None
    replacements: tuple[str, ...] = ()
    form: Form | None = None
    needs: str | None = None
    note: str | None = None
    status: Status = "removed"

    @property
    def package(self) -> str:
        return self.name.partition(".")[0]

    def instead(self, name: str) -> tuple[str, ...]:
        """The replacements of a name in the module (or of the name itself) that this row is about."""
        return tuple(f"{each}{name[len(self.name) :]}" for each in self.replacements)


@dataclass(frozen=True, slots=True)
class RemovedParameter:
    """A parameter that is going or gone. ``replacement`` took its place, and the function has it since ``added``;
    ``position`` is where it can be passed instead; ``drop``: it can be left out; ``values``: new arguments by value."""

    function: str
    name: str
    removed: str | None = None
    deprecated: str | None = None
    replacement: str | None = None
    added: str | None = None
    position: int | None = None
    drop: bool = False
    kept: bool = False
    values: dict[str, str] = field(default_factory=dict)
    note: str | None = None
    status: Status = "removed"


@cache
def removed(name: str) -> Removal | None:
    """The row of a dotted name (as the program spells it, before `canonical`), or of the module that it lived in."""
    rows = table("removed")["name"]
    prefix = name
    while prefix:
        if (row := rows.get(prefix)) is not None:
            return _removal(prefix, **row)
        if (since := gone().get(prefix)) is not None:
            return Removal(prefix, since, note=INTERNAL)
        prefix = prefix.rpartition(".")[0]
    return None


INTERNAL = "it was no public name"


@cache
def gone() -> dict[str, str]:
    """Names that public modules bound once, mostly by importing them for themselves, and the version without them."""
    lines = (DATA / "gone.names").read_text("utf-8").splitlines()
    return {name: since for name, _, since in (line.partition(" ") for line in lines)}


def _removal(
    name: str,
    replacement: str | list[str] = (),  # type: ignore[assignment]
    write: str | None = None,
    call: str | None = None,
    params: list[str] | None = None,
    **row: Any,
) -> Removal:
    replacements = (replacement,) if isinstance(replacement, str) else tuple(replacement)
    text = call or write
    form = Form(text, None if call is None else tuple(params or ())) if text is not None else None
    return Removal(name, replacements=replacements, form=form, **row)


@cache
def removed_parameter(function: str, param: str) -> RemovedParameter | None:
    """The row of a parameter that is going or gone, of a function by the name that the program spells."""
    row = table("removed")["param"].get(function, {}).get(param)
    return None if row is None else RemovedParameter(function, param, **row)


def available(name: str, target: Version) -> bool:
    """Whether a version of JAX has what some row names as a replacement."""
    return not name.startswith("jax.") or has(target, added(name))


@cache
def added(name: str) -> str | None:
    """The version in which a replacement, or the module that it is in, appeared; None if it has always been there."""
    rows: dict[str, str] = table("removed")["added"]
    prefix = name
    while prefix:
        if prefix in rows:
            return rows[prefix]
        prefix = prefix.rpartition(".")[0]
    return None


def parameters_gone(function: str) -> frozenset[str]:
    """The parameters of a function that are gone or going."""
    return frozenset(table("removed")["param"].get(function, ()))
