"""The rows of removed.toml against older releases of JAX: ``python benchmarks/removed_api.py FOLDER [VERSION ...]``.

Gets each release from PyPI into FOLDER and reads, without running it, which names its public modules bind. A name must
be there before the version that says it is gone, and neither in that version nor later; a deprecated one must be in a
module's table of deprecations, or be gone, from its version on. Exits with 1 if a row disagrees with a release.
"""

import ast
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jaxlint.jaxapi import Removal, removed, version
from jaxlint.jaxapi.tables import table

VERSIONS = (
    "0.2.0", "0.2.28", "0.3.16", "0.4.1", "0.4.13", "0.4.16", "0.4.23", "0.4.24", "0.4.30", "0.4.35", "0.4.38",
    "0.5.3", "0.6.0", "0.7.0", "0.8.0", "0.9.0", "0.10.0",
)  # fmt: skip


def main() -> int:
    folder = Path(sys.argv[1])
    releases = {name: names(unpacked(folder, name)) for name in sys.argv[2:] or VERSIONS}
    rows = [row for name in table("removed")["name"] if name.startswith("jax.") and (row := removed(name))]
    wrong = [fault for row in rows for fault in faults(row, releases)]
    print(*wrong, f"{len(rows)} rows, {len(releases)} releases, {len(wrong)} faults", sep="\n")
    return 1 if wrong else 0


def faults(row: Removal, releases: dict[str, dict[str, bool]]) -> Iterator[str]:
    """What a row says otherwise than the releases."""
    for release, bound in releases.items():
        there = bound.get(row.name)
        if row.removed and version(release) >= version(row.removed) and there is not None:
            yield f"{row.name}: gone in {row.removed}, but {release} has it"
        old = row.deprecated and version(release) >= version(row.deprecated)
        if old and there is False and not _warns_otherwise(row):
            yield f"{row.name}: deprecated in {row.deprecated}, but {release} does not say so"


def _warns_otherwise(row: Removal) -> bool:
    """True for functions that warn when they are called, and for what was in a module that warned as a whole."""
    module = removed(row.name.rpartition(".")[0])
    return row.name.startswith("jax.host_") or (module is not None and module.deprecated is not None)


def unpacked(folder: Path, release: str) -> Path:
    """The files of a release."""
    target = folder / release
    if not target.exists():
        archive = folder / "archives" / release
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", archive, f"jax=={release}"]
        subprocess.run(pip, check=True)
        (file,) = archive.iterdir()
        if file.suffix == ".whl":
            with zipfile.ZipFile(file) as wheel:
                wheel.extractall(target)
        else:
            with tarfile.open(file) as sources:
                sources.extractall(archive / "all", filter="data")
            (top,) = (archive / "all").iterdir()
            top.rename(target)
    return target


def names(root: Path) -> dict[str, bool]:
    """The names that public modules bind, and those modules; True for what a table of deprecations names."""
    found: dict[str, bool] = {}
    for file in (root / "jax").rglob("*.py"):
        parts = file.relative_to(root).with_suffix("").parts
        if not any(part.startswith("_") and part != "__init__" for part in parts):
            module = ".".join(part for part in parts if part != "__init__")
            found[module] = True
            found |= {f"{module}.{name}": old for name, old in _bound(file).items()}
    return found


@cache
def _bound(file: Path) -> dict[str, bool]:
    found: dict[str, bool] = {}
    gone: set[str] = set()
    blocks = [ast.parse(file.read_text("utf-8")).body]
    for block in blocks:
        for node in block:
            match node:
                case ast.If(test=test, body=body, orelse=orelse):
                    blocks += [orelse] if "TYPE_CHECKING" in ast.dump(test) else [body, orelse]
                case ast.Try(body=body) | ast.With(body=body):
                    blocks.append(body)
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    found.setdefault(name, False)
                case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                    found |= {(alias.asname or alias.name.partition(".")[0]): False for alias in aliases}
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(keys=keys, values=values)) if (
                    "deprecat" in name
                ):
                    for key, value in zip(keys, values, strict=True):
                        if isinstance(key, ast.Constant):
                            found[key.value] = True
                            gone |= {key.value} if _is_gone(value) else set()
                case ast.Assign(targets=targets):
                    found |= {target.id: False for target in targets if isinstance(target, ast.Name)}
                case ast.Delete(targets=targets):
                    gone |= {target.id for target in targets if isinstance(target, ast.Name)}
    return {name: old for name, old in found.items() if name not in gone}


def _is_gone(value: ast.expr) -> bool:
    """``("was removed …", None)``"""
    return isinstance(value, ast.Tuple) and isinstance(value.elts[-1], ast.Constant) and value.elts[-1].value is None


if __name__ == "__main__":
    sys.exit(main())
