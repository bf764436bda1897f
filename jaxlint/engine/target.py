"""The JAX that a project asks for: the lower bound of `jax` in pyproject.toml, setup.cfg or setup.py.

A bound below 0.4 counts for nothing, as for no stated bound: such a JAX runs on no Python that is still supported.
"""

import configparser
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

Version = tuple[int, ...]
Target = Callable[[str], Version | None]
"""The oldest JAX that a file, by its path, has to run with; None where nobody says so."""

OLDEST = (0, 4)
FILES = ("pyproject.toml", "setup.cfg", "setup.py")

_REQUIREMENT = re.compile(r"\s*jax(?:\s*\[[^\]]*\])?\s*\(?(?P<bounds>[<>=~!][^;#)]*)", re.IGNORECASE)
_BOUND = re.compile(r"(?:>=|~=|===?|>)\s*v?(?P<version>\d+(?:\.\d+){0,2})")
_POETRY = re.compile(r"\s*(?:\^|~|>=|==|=)?\s*v?(?P<version>\d+(?:\.\d+){0,2})")


def unstated(path: str) -> None:
    """The target where nobody states one."""


def version(text: str) -> Version:
    """``0.4.25`` -> (0, 4, 25). Raises ValueError."""
    if not re.fullmatch(r"\d+(?:\.\d+){0,3}", text):
        raise ValueError(f"`{text}` is no version, such as 0.4.30")
    return tuple(map(int, text.split(".")))


def required(folder: Path) -> Version | None:
    """The oldest JAX that the project around a folder supports; None if it does not say."""
    bound = _closest(folder)
    return None if bound is None or bound < OLDEST else bound


@cache
def _closest(folder: Path) -> Version | None:
    """The bound of the closest folder with a file that could state one."""
    files = [folder / name for name in FILES if (folder / name).is_file()]
    if files or folder == folder.parent:
        return next((bound for file in files if (bound := lower_bound(file)) is not None), None)
    return _closest(folder.parent)


def forget_requirements() -> None:
    """Read what projects state again: their files may have changed."""
    _closest.cache_clear()


def lower_bound(file: Path) -> Version | None:
    """The lower bound of `jax` among the dependencies that a file states. A broken file states none."""
    try:
        text = file.read_text("utf-8")
        requirements = list(_READERS[file.name](text))
    except (OSError, ValueError, SyntaxError, configparser.Error):
        return None
    bounds = [bound for requirement in requirements if (bound := _lowest(requirement)) is not None]
    return min(bounds, default=None)


def _lowest(requirement: str) -> Version | None:
    """``jax[cuda]>=0.4.20,<0.5`` -> (0, 4, 20)"""
    found = _REQUIREMENT.match(requirement)
    bound = _BOUND.search(found["bounds"]) if found else None
    return version(bound["version"]) if bound else None


def _pyproject(text: str) -> Iterator[str]:
    data = tomllib.loads(text)
    project = data.get("project", {})
    yield from _strings(project.get("dependencies", []))
    if not any(map(_REQUIREMENT.match, _strings(project.get("dependencies", [])))):
        yield from _strings(project.get("optional-dependencies", {}))
    poetry = data.get("tool", {}).get("poetry", {}).get("dependencies", {}).get("jax")
    stated = poetry.get("version") if isinstance(poetry, dict) else poetry
    if isinstance(stated, str) and (found := _POETRY.match(stated)):
        yield f"jax>={found['version']}"


def _setup_cfg(text: str) -> Iterator[str]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    yield from parser.get("options", "install_requires", fallback="").splitlines()
    if parser.has_section("options.extras_require"):
        for _, lines in parser.items("options.extras_require"):
            yield from lines.splitlines()


def _setup_py(text: str) -> Iterator[str]:
    """Every string in it: what is no requirement of `jax` does not look like one."""
    import ast

    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            yield from (item for item in value if isinstance(item, str))
        case dict():
            for items in value.values():
                yield from _strings(items)


_READERS = {"pyproject.toml": _pyproject, "setup.cfg": _setup_cfg, "setup.py": _setup_py}
