"""From the paths that a user names to the files to lint: folders are walked top-down, ignored ones never entered."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jaxlint.engine.gitignore import GitIgnore, above
from jaxlint.engine.options import ConfigError
from jaxlint.engine.settings import Settings


@dataclass(frozen=True, slots=True)
class Discovery:
    """The files, each once, in order; and what could not be looked into."""

    files: tuple[Path, ...]
    problems: tuple[str, ...]


def discover(paths: Iterable[Path], settings: Callable[[Path], Settings], force_exclude: bool = False) -> Discovery:
    """Find the files under ``paths``. A file that is named outright is taken whatever its suffix, and even if it is
    excluded, unless exclusion is forced. Raises ConfigError for a path that does not exist."""
    found: dict[Path, Path] = {}
    problems: list[str] = []
    for path in paths:
        place = Path(os.path.abspath(path))
        if not place.exists():
            raise ConfigError(f"no such file or folder: {path}")
        if _forced_out(place, settings, force_exclude):
            continue
        files = _walk(place, above(place), settings, problems) if place.is_dir() else iter([place])
        for file in files:
            found.setdefault(file.resolve(), file)
    return Discovery(tuple(found.values()), tuple(problems))


def _forced_out(path: Path, settings: Callable[[Path], Settings], force: bool) -> bool:
    """Whether a named path, or a folder it lies in below the configuration, is excluded, and that counts."""
    own = settings(path if path.is_dir() else path.parent)
    if not (force or own.force_exclude):
        return False
    parents = [parent for parent in path.parents if parent.is_relative_to(own.root) and parent != own.root]
    return own.excludes(path, path.is_dir()) or any(own.excludes(parent, folder=True) for parent in parents)


def _walk(folder: Path, ignore: GitIgnore, settings: Callable[[Path], Settings], problems: list[str]) -> Iterator[Path]:
    own = settings(folder)
    ignore = ignore.entered(folder) if own.respect_gitignore else GitIgnore()
    for entry in _entries(folder, problems):
        path = Path(entry.path)
        # Links to folders are not followed: they lead out of the project or round in circles.
        below = entry.is_dir(follow_symlinks=False)
        if not below and not (own.includes(path) and entry.is_file()):
            continue
        if own.excludes(path, below) or ignore.ignores(path, below):
            continue
        if below:
            yield from _walk(path, ignore, settings, problems)
        else:
            yield path


def _entries(folder: Path, problems: list[str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        problems.append(f"cannot read folder {folder}: {error.strerror}")
        return []
