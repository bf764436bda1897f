"""The files of one run, read and decoded, with the settings that hold for each of them."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from jaxlint.engine.cache import Cache
from jaxlint.engine.checker import Checker
from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.discover import discover
from jaxlint.engine.own import SYNTAX, Known
from jaxlint.engine.rule_options import Stated
from jaxlint.engine.settings import Configuration, Settings
from jaxlint.engine.target import Version, required, version
from jaxlint.source import SourceError, SourceText, read


@dataclass(frozen=True)
class Project:
    """Texts to lint together. ``unreadable`` are files that could not be decoded, ``problems`` what could not be
    looked into at all. ``select``, ``keep`` and ``checker`` are for ``lint`` and ``fix``."""

    sources: tuple[SourceText, ...]
    configuration: Configuration
    unreadable: tuple[Diagnostic, ...] = ()
    problems: tuple[str, ...] = ()

    def settings(self, path: str) -> Settings:
        return self.configuration(Path(os.path.abspath(path)).parent)

    def select(self, rule: Known) -> bool:
        """Whether some file wants the rule."""
        return rule.code in self._wanted

    def keep(self, path: str, code: str) -> bool:
        """Whether this file wants the code."""
        return code in self._codes[path]

    def checker(self, cache: Cache | None = None, jobs: int | None = 1) -> Checker:
        """What all rules say about the project's texts, as they are or were changed, for the JAX that it supports."""
        return Checker(self.target, cache or Cache(), jobs, self.rule_options)

    def target(self, path: str) -> Version | None:
        """The oldest JAX that a file has to run with; None where nothing says so."""
        stated = self.settings(path).target_jax
        return version(stated) if stated is not None else required(Path(os.path.abspath(path)).parent)

    def rule_options(self, path: str) -> Stated:
        """The options of rules that hold in a file."""
        return self.settings(path).rule_options

    @cached_property
    def _codes(self) -> dict[str, frozenset[str]]:
        rules = self.configuration.rules
        return {s.path: self.settings(s.path).codes_for(Path(os.path.abspath(s.path)), rules) for s in self.sources}

    @cached_property
    def _wanted(self) -> frozenset[str]:
        return frozenset().union(*self._codes.values())


def load(paths: Iterable[Path], configuration: Configuration, force_exclude: bool = False) -> Project:
    """Find and read the files under ``paths``. Raises ConfigError for a path that does not exist."""
    discovery = discover(paths, configuration, force_exclude)
    problems = list(discovery.problems)
    sources: list[SourceText] = []
    unreadable: list[Diagnostic] = []
    for file in discovery.files:
        try:
            sources.append(read(Path(shown(file))))
        except OSError as error:
            problems.append(f"cannot read {shown(file)}: {error.strerror}")
        except SourceError as error:
            unreadable.append(not_python(shown(file), error))
    return Project(tuple(sources), configuration, tuple(unreadable), tuple(problems))


def not_python(path: str, error: SourceError) -> Diagnostic:
    """A file whose bytes are no text of any kind that Python would read."""
    place = (error.line, error.column)
    return Diagnostic(SYNTAX.code, SYNTAX.name, SYNTAX.level, error.message, path, place, place)


def shown(path: Path) -> str:
    """A path as reports show it: relative below the working folder, else in full."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
