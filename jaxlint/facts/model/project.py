"""The modules that are analysed together, by their dotted names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from jaxlint.source import Module, SourceText, parse_module
from jaxlint.source.modules import module_name, package_folders


class Project:
    """Finds modules by dotted name. A module's name is its path below the outermost folder without ``__init__.py``."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.modules = tuple(modules)
        self._by_name = {module.name: module for module in self.modules}
        self._programs: list[set[int]] = []
        self._packages = {
            ".".join(parts[:end])
            for parts in (module.name.split(".") for module in self.modules)
            for end in range(1, len(parts))
        }

    def get(self, dotted: str) -> Module | None:
        """The module of a dotted name."""
        return self._by_name.get(dotted)

    def may_enable_x64(self, module: Module) -> bool:
        """True if a module that runs in one program with this one, as far as imports tell, mentions x64."""
        if not any(map(_mentions_x64, self.modules)):
            return False
        if not self._programs:
            self._programs = self._connected()
        return any(_mentions_x64(self.modules[number]) for number in self._programs[self.modules.index(module)])

    def _connected(self) -> list[set[int]]:
        """For each module the modules that it imports and that import it, and so on; `conftest.py` goes with all
        modules of its folder."""
        programs = [{number} for number in range(len(self.modules))]
        numbers = {module.name: number for number, module in enumerate(self.modules)}
        for number, module in enumerate(self.modules):
            near = {numbers[name] for name in _imported(module) if name in numbers} | self._tested(module)
            joined = set().union(*(programs[other] for other in {number, *near}))
            for member in joined:
                programs[member] = joined
        return programs

    def _tested(self, module: Module) -> set[int]:
        path = PurePath(module.path)
        if path.stem != "conftest":
            return set()
        return {n for n, other in enumerate(self.modules) if path.parent in PurePath(other.path).parents}

    def is_package(self, dotted: str) -> bool:
        """True for a folder of modules, with or without ``__init__.py``."""
        return dotted in self._packages


def _mentions_x64(module: Module) -> bool:
    return "enable_x64" in module.source.text.lower()


def _imported(module: Module) -> Iterable[str]:
    """The dotted names that a module imports from, the packages around it, and those around them."""
    package = module.name.split(".") if module.path.endswith("__init__.py") else module.name.split(".")[:-1]
    targets = [module.name]
    for item in module.index.imports:
        origin = ".".join([*package[: len(package) + 1 - item.level], item.module]) if item.level else item.module
        targets += [origin.strip("."), f"{origin}.{item.attribute}".strip(".")]
    for target in targets:
        parts = target.split(".")
        yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def load(sources: Iterable[SourceText]) -> Project:
    """Modules from texts, named by their paths."""
    texts = list(sources)
    packages = package_folders(texts)
    return Project(parse_module(text, module_name(PurePath(text.path), packages)) for text in texts)
