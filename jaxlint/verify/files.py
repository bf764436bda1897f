"""Checked texts as files that a child can import: a module stands where it is, anything else gets a file of its own."""

from pathlib import Path

from jaxlint.source import SourceText
from jaxlint.verify.plan import cases_beside, plan
from jaxlint.verify.protocol import Pair
from jaxlint.verify.side_by_side import paired


def as_file(source: SourceText, folder: Path) -> Path:
    """Where a text can be imported from: its own file if that holds it, else one in a folder.

    The cells of a notebook are one module, with the lines that its findings have.
    """
    original = Path(source.path)
    is_module = original.suffix == ".py"
    data = source.encode(source.text) if is_module else source.text.encode()
    if is_module and original.is_file() and original.read_bytes() == data:
        return original
    folder.mkdir(parents=True)
    file = folder / (original.name if is_module else "code.py")
    file.write_bytes(data)
    return file


def pair_of(source: SourceText, rewritten: SourceText, folder: Path, inputs: Path | None) -> Pair:
    """Both versions of a text as files, with the inputs that are given or lie beside it. Raises PlanError."""
    before, after = as_file(source, folder / "before"), as_file(rewritten, folder / "after")
    home = Path(source.path)
    return paired(before, after, plan(before.read_bytes(), after.read_bytes()), inputs or cases_beside(home), home=home)
