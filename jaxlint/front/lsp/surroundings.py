"""The other modules of the workspace: which texts are looked at together with an open document.

Open documents count as they are in the editor, all others as they are on disk. Files are listed again when the editor
tells of new ones, and from time to time, since not every editor does.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jaxlint.engine.discover import discover
from jaxlint.engine.options import ConfigError
from jaxlint.engine.settings import Configuration, Settings
from jaxlint.source import SourceError, SourceText, read
from jaxlint.source.modules import components, neighbours

MAX_FOLDERS = 5_000
"""Of a workspace folder with more than that, perhaps a home directory, open documents are looked at by themselves."""
MAX_CHARACTERS = 200_000
"""Of what is looked at together, some 5,000 lines: in a larger project, the modules that are closest to a document."""
_PATIENCE = 5.0
"""Seconds after which files are listed again; more where listing takes long."""


class _TooMany(Exception):
    """The folder is no project."""


@dataclass
class _Listing:
    files: tuple[Path, ...] = ()
    until: float = 0.0


@dataclass
class Surroundings:
    """Files of workspace folders, read when they are needed and again when they have changed."""

    folders: tuple[Path, ...] = ()
    _listings: dict[Path, _Listing] = field(default_factory=dict)
    _texts: dict[Path, tuple[tuple[int, int], SourceText | None]] = field(default_factory=dict)

    def forget_listings(self) -> None:
        """Files came or went."""
        self._listings.clear()

    def folder_of(self, path: str) -> Path | None:
        """The innermost workspace folder that a file is in."""
        inside = [folder for folder in self.folders if Path(path).is_relative_to(folder)]
        return max(inside, key=lambda folder: len(folder.parts), default=None)

    def together(
        self, source: SourceText, opened: Iterable[SourceText], configuration: Configuration
    ) -> tuple[tuple[SourceText, ...], bool]:
        """The texts that an open document is linked to by imports, itself included, in the order of their paths; and
        whether these are all."""
        folder = self.folder_of(source.path)
        if folder is None:
            return (source,), True
        texts = {text.path: text for file in self._files(folder, configuration) if (text := self._read(file))}
        texts |= {one.path: one for one in (*opened, source) if self.folder_of(one.path) == folder}
        for component in components([texts[path] for path in sorted(texts)]):
            if source in component:
                fits = sum(len(text.text) for text in component) <= MAX_CHARACTERS
                return tuple(component if fits else neighbours(component, source, MAX_CHARACTERS)), fits
        return (source,), True

    def _files(self, folder: Path, configuration: Configuration) -> Sequence[Path]:
        known = self._listings.get(folder)
        if known is None or time.monotonic() > known.until:
            began = time.monotonic()
            try:
                files = discover([folder], _Limited(configuration)).files
            except (_TooMany, ConfigError):
                files = ()
            took = time.monotonic() - began
            known = self._listings[folder] = _Listing(files, began + took + max(_PATIENCE, 50 * took))
            listed = {file for listing in self._listings.values() for file in listing.files}
            self._texts = {file: text for file, text in self._texts.items() if file in listed}
        return known.files

    def _read(self, file: Path) -> SourceText | None:
        """A file as it is on disk now; None if it cannot be read."""
        try:
            status = file.stat()
            stamp = status.st_mtime_ns, status.st_size
            known = self._texts.get(file)
            if known is None or known[0] != stamp:
                known = self._texts[file] = stamp, read(file)
        except SourceError:
            known = self._texts[file] = stamp, None
        except OSError:
            return None
        return known[1]


@dataclass
class _Limited:
    """A configuration, for a limited number of folders."""

    configuration: Configuration
    left: int = MAX_FOLDERS

    def __call__(self, folder: Path) -> Settings:
        self.left -= 1
        if self.left < 0:
            raise _TooMany
        return self.configuration(folder)
