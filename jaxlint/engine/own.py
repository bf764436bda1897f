"""The codes that the tool reports about itself; they have no rule file and no page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from jaxlint.edits import Level


class Known(Protocol):
    """What selection needs of a rule: its code, its name and its level."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def level(self) -> Level: ...


Select = Callable[[Known], bool]
"""Which rules run at all."""

Keep = Callable[[str, str], bool]
"""Whether a code counts in a file: (path, code)."""


@dataclass(frozen=True, slots=True)
class Own:
    """A code of the tool itself, with the sentence that `jaxlint rule` prints."""

    code: str
    name: str
    level: Level
    page: str


INTERNAL = Own(
    "JAX000",
    "internal-error",
    "error",
    "A rule raised an exception on this file. The other rules went on. This is a bug in jaxlint: please report it.",
)
SYNTAX = Own(
    "JAX001",
    "syntax-error",
    "error",
    "The file, or a part of it, cannot be read as Python, so that part was not analysed.",
)
UNUSED = Own(
    "JAX002",
    "unused-suppression",
    "warning",
    "A `# jaxlint: ignore[...]`, `# jaxlint: file-ignore[...]` or `# noqa: JAX...` comment suppresses nothing.\n"
    "The fix removes the unused codes, or the comment when none is left.",
)
OWN = (INTERNAL, SYNTAX, UNUSED)
ALWAYS = frozenset({INTERNAL.code, SYNTAX.code})
"""Codes that cannot be ignored: they say that something was not analysed."""


def everything(path: str, code: str) -> bool:
    return True
