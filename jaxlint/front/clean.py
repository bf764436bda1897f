"""``jaxlint clean``: remove the caches, and nothing else."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from jaxlint.engine.cache import FOLDER


def clean(root: Path) -> Iterator[Path]:
    """Remove every cache folder below ``root``, yielding each."""
    for folder, below, _ in os.walk(root):
        if FOLDER in below:
            below.remove(FOLDER)
            cache = Path(folder) / FOLDER
            if not cache.is_symlink():
                shutil.rmtree(cache)
                yield cache
