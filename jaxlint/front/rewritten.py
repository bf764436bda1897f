"""The second file for ``jaxlint verify``: the one that is given, else what ``--fix --unsafe-fixes`` would write, or
``port`` of a module that computes with NumPy."""

import ast
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jaxlint.engine.fix import fix
from jaxlint.engine.port import port
from jaxlint.engine.project import Project, load
from jaxlint.engine.settings import Configuration
from jaxlint.engine.syntax import tree

FIXED, PORTED = "what `--fix --unsafe-fixes` writes", "what `port` writes"


@contextmanager
def rewritten(before: Path, after: Path | None) -> Iterator[tuple[Path, str | None]]:
    """The rewritten file, in a temporary folder unless it is given, and what it is where its path would say nothing."""
    if after is not None:
        yield after, None
        return
    project = load([before], Configuration())
    texts, label = _new_texts(project)
    with tempfile.TemporaryDirectory(prefix="jaxlint-") as folder:
        file = Path(folder) / before.name
        encoded = [source.encode(texts[source.path]) for source in project.sources]
        file.write_bytes(encoded[0] if encoded else before.read_bytes())
        yield file, label


def _new_texts(project: Project) -> tuple[dict[str, str], str]:
    if project.sources and all(_is_numpy(source.text) for source in project.sources):
        return port(project.sources).texts, PORTED
    return fix(project.sources, project.select, "unsafe", keep=project.keep, check=project.checker()).texts, FIXED


def _is_numpy(text: str) -> bool:
    """True for a module that imports NumPy and not JAX."""
    module = tree(text)
    nodes = list(ast.walk(module)) if module is not None else []
    names = {alias.name.partition(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {(node.module or "").partition(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}
    return "numpy" in names and "jax" not in names
