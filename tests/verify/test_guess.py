"""Verdicts without given inputs: calls described, annotated, guessed, varied, shrunk; keys; every sort of function."""

import tempfile
from pathlib import Path

import pytest

from jaxlint.verify.plan import plan
from jaxlint.verify.sandbox import Limits
from jaxlint.verify.side_by_side import Ways, paired, side_by_side
from jaxlint.verify.verdict import Verdict

FIXTURES = Path(__file__).parents[2] / "fixtures" / "unaided"

# function: (verdict, parts of the reasons, notes, example, lines or source)
EXPECTED: dict[str, tuple[str, tuple[str, ...]]] = {
    "doctest": ("equivalent", ("doctests",)),
    "described": ("equivalent", ("a comment: f32[n], n=2", "`n` static")),
    "annotated": ("equivalent", ("annotations: f32[n,m], f32[m]",)),
    "small": ("different", ("small(f32[0] [])", "a guess: f32[a]")),
    "one_only": ("different", ("f32[1]",)),
    "matrix": ("equivalent", ("f32[a,b], f32[b]",)),
    "raising": ("failed", ("AttributeError", "in raising: return y.no_such_thing")),
    "wont": ("cannot compare", ("no inputs were found",)),
    "hangs": ("equivalent", ()),
    "host": ("equivalent", ("without jit",)),
    "Net.apply": ("equivalent", ("Net(",)),
    "Point.norm": ("different", ("Point(x=",)),
    "Counter.add": ("different", ("self",)),
    "waits": ("equivalent", ()),
    "mapped": ("equivalent", ("with vmap as a loop",)),
    "keys": ("changed on purpose", ("2 draws",)),
    "keys_mapped": ("changed on purpose", ("draws",)),
    "keys_same": ("different", ()),
    "keys_still": ("different", ("still uses a key twice",)),
    "misdescribed": ("cannot compare", ("its inputs cannot be made: SpecError", "f32[3")),
    "cancels": ("equivalent", ()),
    "above_first": ("equivalent", ("raises for empty arrays",)),
    "above_first_at_once": ("failed", ("IndexError", "f32[0] []")),
}


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    before, after = FIXTURES / "before.py", FIXTURES / "after.py"
    pairs = plan(before.read_bytes(), after.read_bytes())
    (found,) = side_by_side([paired(before, after, pairs)], Ways(guess=True, vary=30))
    return {verdict.function: verdict for verdict in found}


@pytest.mark.parametrize("name", EXPECTED)
def test_each_pair_gets_its_verdict(verdicts: dict[str, Verdict], name: str) -> None:
    kind, parts = EXPECTED[name]
    verdict = verdicts[name]
    assert str(verdict.kind) == kind, verdict
    said = "\n".join((*verdict.reasons, *verdict.notes, *verdict.trace, verdict.example, verdict.source))
    assert all(part in said for part in parts), verdict


MISBEHAVING = """
import os, sys, time
import numpy as np
def exits(x):
    sys.exit(0)
def crashes(x):
    os.abort()
def sleeps(x):
    time.sleep(1000)
def eats(x):
    kept = []
    while True:
        kept.append(np.empty(2**24))
def scribbles(x):
    print("noise" * 10000)
    open("left.txt", "w").write("behind")
    return x + 1
"""


def test_what_misbehaves_while_inputs_are_sought_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after, temporary = tmp_path / "before.py", tmp_path / "after.py", tmp_path / "tmp"
    before.write_text(MISBEHAVING)
    after.write_text(MISBEHAVING.replace("(x):", "(x):\n    x = +x"))
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    pair = paired(before, after, plan(before.read_bytes(), after.read_bytes()))
    (found,) = side_by_side([pair], Ways(guess=True, vary=5, limits=Limits(seconds=6)))
    said = {verdict.function: (str(verdict.kind), *verdict.reasons) for verdict in found}
    assert said == {
        "exits": ("cannot compare", "no inputs were found"),
        "crashes": ("cannot compare", "looking for inputs crashes the process (SIGABRT)"),
        "sleeps": ("cannot compare", "looking for inputs does not end within 6 seconds"),
        "eats": ("cannot compare", "no inputs were found"),
        "scribbles": ("equivalent",),
    }
    assert not list(temporary.iterdir())
    assert {path.name for path in tmp_path.iterdir()} == {"before.py", "after.py", "tmp"}
