"""The second file for ``jaxlint verify``: the one that is given, else what ``--fix --unsafe-fixes`` would write."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jaxlint.engine.fix import fix
from jaxlint.engine.project import load
from jaxlint.engine.settings import Configuration


@contextmanager
def rewritten(before: Path, after: Path | None) -> Iterator[Path]:
    """The rewritten file, in a temporary folder unless it is given."""
    if after is not None:
        yield after
        return
    project = load([before], Configuration())
    outcome = fix(project.sources, project.select, "unsafe", keep=project.keep, check=project.checker())
    with tempfile.TemporaryDirectory(prefix="jaxlint-") as folder:
        file = Path(folder) / before.name
        texts = [source.encode(outcome.texts[source.path]) for source in project.sources]
        file.write_bytes(texts[0] if texts else before.read_bytes())
        yield file
