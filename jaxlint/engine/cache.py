"""What was found before, by the hash of all that it depends on: texts, paths, codes, and jaxlint itself.

One file an entry, written beside its place and then moved there: runs at the same time don't disturb each other. An
entry that cannot be read counts as missing; where the folder cannot be written, there is no cache.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import msgspec

import jaxlint
from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.source import SourceText

FOLDER = ".jaxlint_cache"
MAX_ENTRIES = 1_000

Found = dict[str, list[Diagnostic]]
"""Raw diagnostics of texts, by path."""

_MARK = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This folder is jaxlint's cache; it can be removed at any time. See https://bford.info/cachedir/\n"
)


class Cache:
    """Findings by key: in memory, and in a folder if there is one."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._memory: dict[str, Found] = {}
        self._decoder = msgspec.msgpack.Decoder(Found)

    def get(self, key: str) -> Found | None:
        """What was put under a key, or None."""
        if key not in self._memory and self._folder is not None:
            entry = self._folder / key
            with suppress(OSError, msgspec.DecodeError):
                self._memory[key] = self._decoder.decode(entry.read_bytes())
                os.utime(entry)
        return self._memory.get(key)

    def put(self, key: str, found: Found) -> None:
        """Keep findings under a key."""
        self._memory[key] = found
        if self._folder is not None:
            with suppress(OSError):
                _prepare(self._folder)
                _write(self._folder / key, msgspec.msgpack.encode(found))

    def trim(self) -> None:
        """Forget the entries that were not asked for longest, if there are too many."""
        if self._folder is not None:
            with suppress(OSError):
                entries = [entry for entry in self._folder.iterdir() if "." not in entry.name]
                if len(entries) > MAX_ENTRIES:
                    entries.sort(key=lambda entry: entry.stat().st_mtime)
                    for entry in entries[: len(entries) - MAX_ENTRIES // 2]:
                        entry.unlink(missing_ok=True)


def key_of(sources: Sequence[SourceText], terms: object) -> str:
    """The key of what is found in texts that are looked at together, on terms whose ``repr`` tells them apart."""
    digest = hashlib.blake2b(f"{fingerprint()} {terms!r}".encode(), digest_size=20)
    for source in sources:
        text = source.text.encode("utf-8", "surrogatepass")
        digest.update(f"\0{source.path}\0{source.encoding}\0{len(text)}\0".encode("utf-8", "surrogatepass"))
        digest.update(text)
    return digest.hexdigest()


@cache
def fingerprint() -> str:
    """What jaxlint is: its version, Python's, and the times and sizes of its own files."""
    digest = hashlib.blake2b(f"{jaxlint.__version__} {sys.version}".encode(), digest_size=10)
    for folder, below, names in os.walk(Path(jaxlint.__file__).parent):
        below[:] = sorted(name for name in below if name != "__pycache__")
        for name in sorted(names):
            status = os.stat(os.path.join(folder, name))
            digest.update(f"{name} {status.st_mtime_ns} {status.st_size}".encode())
    return digest.hexdigest()


def _prepare(folder: Path) -> None:
    """Make the folder; version control and backups leave it alone."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        (folder / "CACHEDIR.TAG").write_text(_MARK, encoding="utf-8")


def _write(entry: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=".", dir=entry.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(name, entry)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
