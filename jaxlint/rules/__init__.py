"""The rules: one file per rule, found by file name, described by its page ``rules/<name>.md``.

A rule is a generator from ``(ctx, node)`` to findings; the annotation of ``node`` subscribes it to a node class, or
to an event (jaxlint.facts.model.events), whose place is ``ctx.node``. It is called once per activation (one function
in one calling context) and node.
"""

import importlib
import inspect
import pkgutil
import re
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Literal

from jaxlint.edits import Finding, Level

Check = Callable[..., Iterator[Finding]]
Fixability = Literal["safe", "unsafe", "suggestion"] | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's identity and its check. ``name`` is the file's name with dashes: ``traced-branch``. ``options``: the
    check's keyword-only parameters with their defaults."""

    code: str
    name: str
    check: Check
    nodes: tuple[type, ...]
    level: Level
    fix: Fixability
    since: str
    options: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """What selection needs of a rule."""

    code: str
    name: str
    level: Level


def rule(code: str, *, since: str, fix: Fixability = None, level: Level = "error") -> Callable[[Check], Rule]:
    """Make a check a rule. ``code`` is its number, ``fix`` the strongest applicability that its fixes reach."""

    def register(check: Check) -> Rule:
        hints = typing.get_type_hints(check)
        kinds: Any = list(hints.values())[1]
        nodes = typing.get_args(kinds) if isinstance(kinds, UnionType) else (kinds,)
        name = inspect.getmodule(check).__name__.rpartition(".")[2].replace("_", "-")  # type: ignore[union-attr]
        parameters = inspect.signature(check).parameters.values()
        options = tuple((one.name, one.default) for one in parameters if one.kind is one.KEYWORD_ONLY)
        return Rule(code, name, check, nodes, level, fix, since, options)

    return register


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule in this package, ordered by code."""
    found = []
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        found += [value for value in vars(module).values() if isinstance(value, Rule)]
    return tuple(sorted(found, key=lambda r: r.code))


_DECORATOR = re.compile(r"^@rule\((?P<arguments>[^)]*)\)$", re.MULTILINE)


@cache
def catalogue() -> tuple[Entry, ...]:
    """Every rule's code, name and level, ordered by code, read off the decorators: no rule is imported."""
    found = []
    for file in Path(__file__).parent.glob("*.py"):
        if declared := _DECORATOR.search(file.read_text(encoding="utf-8")):
            words: dict[str, Any] = dict(re.findall(r"(?:(\w+)=)?\"([^\"]*)\"", declared["arguments"]))
            found.append(Entry(words[""], file.stem.replace("_", "-"), words.get("level", "error")))
    return tuple(sorted(found, key=lambda entry: entry.code))
