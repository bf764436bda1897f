"""What git ignores, folder by folder, on the way down: the deepest ``.gitignore`` that has an opinion decides.

A file below an ignored folder cannot be brought back, so whoever walks must not enter ignored folders.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


@dataclass(frozen=True, slots=True)
class GitIgnore:
    """The ignore files that hold in one folder, outermost first."""

    specs: tuple[tuple[Path, "GitIgnoreSpec"], ...] = ()

    def entered(self, folder: Path) -> "GitIgnore":
        """The ignore files that hold in a folder below."""
        spec = _read(folder / ".gitignore")
        return GitIgnore((*self.specs, (folder, spec))) if spec else self

    def ignores(self, path: Path, folder: bool) -> bool:
        for root, spec in reversed(self.specs):
            name = path.relative_to(root).as_posix()
            include = spec.check_file(f"{name}/" if folder else name).include
            if include is not None:
                return include
        return False


def above(folder: Path) -> GitIgnore:
    """The ignore files that already hold for ``folder`` because of the repository around it, its own left out."""
    ancestors = (folder, *folder.parents)
    top = next((place for place in ancestors if (place / ".git").exists()), None)
    if top is None:
        return GitIgnore()
    exclude = _read(top / ".git" / "info" / "exclude")
    found = GitIgnore(((top, exclude),) if exclude else ())
    for place in reversed(ancestors[1 : ancestors.index(top) + 1]):
        found = found.entered(place)
    return found


def _read(file: Path) -> "GitIgnoreSpec | None":
    try:
        lines = file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    if not lines:
        return None
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)
