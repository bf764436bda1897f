"""The modules that are analysed together, by their dotted names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from types import MappingProxyType
from typing import Literal

from jaxlint.jaxapi import Version
from jaxlint.source import Module, SourceText, parse_module
from jaxlint.source.modules import module_name, package_folders

Target = Callable[[str], Version | None]
"""The oldest JAX that a file, by its path, has to run with; None: the newest one that is known."""


def newest_jax(path: str) -> None:
    """The target of all files where nobody states one."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What is known of a parameter that its annotation does not say: an ``array``, of which the rank may be known (0: a
    number), or a ``size``, a Python int that decides about shapes."""

    sort: Literal["array", "size"]
    ndim: int | None = None


States = Callable[[str, str], Mapping[str, Stated]]
"""What is stated of the parameters of a function, by the module's path and the function's name."""


def nothing_stated(path: str, function: str) -> Mapping[str, Stated]:
    """Functions of which only their code is known."""
    return MappingProxyType({})


class Project:
    """Finds modules by dotted name. A module's name is its path below the outermost folder without ``__init__.py``."""

    def __init__(self, modules: Iterable[Module], target: Target = newest_jax, stated: States = nothing_stated) -> None:
        self.modules = tuple(modules)
        self.target = target
        self.stated = stated
        self._by_name = {module.name: module for module in self.modules}
        self._packages = {
            ".".join(parts[:end])
            for parts in (module.name.split(".") for module in self.modules)
            for end in range(1, len(parts))
        }

    @property
    def ported(self) -> bool:
        """True where the code was NumPy's: its stores mean what they mean there, and the porter has made sure that they
        are seen through no other variable."""
        return self.stated is not nothing_stated

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
    sources: Iterable[SourceText],
    target: Target = newest_jax,
    stated: States = nothing_stated,
    read: Callable[[SourceText, str], Module] = parse_module,
) -> Project:
    """Modules from texts, named by their paths."""
    texts = list(sources)
    packages = package_folders(texts)
    return Project((read(text, module_name(PurePath(text.path), packages)) for text in texts), target, stated)
