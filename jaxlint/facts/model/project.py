"""The modules that are analysed together, by their dotted names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import PurePath

from jaxlint.jaxapi import Version
from jaxlint.source import Module, SourceText, parse_module
from jaxlint.source.modules import module_name, package_folders

Target = Callable[[str], Version | None]
"""The oldest JAX that a file, by its path, has to run with; None: the newest one that is known."""


def newest_jax(path: str) -> None:
    """The target of all files where nobody states one."""


class Project:
    """Finds modules by dotted name. A module's name is its path below the outermost folder without ``__init__.py``."""

    def __init__(self, modules: Iterable[Module], target: Target = newest_jax) -> None:
        self.modules = tuple(modules)
        self.target = target
        self._by_name = {module.name: module for module in self.modules}
        self._packages = {
            ".".join(parts[:end])
            for parts in (module.name.split(".") for module in self.modules)
            for end in range(1, len(parts))
        }

    def get(self, dotted: str) -> Module | None:
        """The module of a dotted name."""
        return self._by_name.get(dotted)

    @cached_property
    def may_enable_x64(self) -> bool:
        """True if some module mentions x64."""
        return any("enable_x64" in module.source.text.lower() for module in self.modules)

    def is_package(self, dotted: str) -> bool:
        """True for a folder of modules, with or without ``__init__.py``."""
        return dotted in self._packages


def load(
    sources: Iterable[SourceText], target: Target = newest_jax, read: Callable[[SourceText, str], Module] = parse_module
) -> Project:
    """Modules from texts, named by their paths."""
    texts = list(sources)
    packages = package_folders(texts)
    return Project((read(text, module_name(PurePath(text.path), packages)) for text in texts), target)
