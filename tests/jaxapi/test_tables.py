"""The data files say only what their schema allows, about functions that exist; and reading them is fast."""

import subprocess
import sys
from typing import get_args

import pytest

from jaxlint.jaxapi import Returns, function
from jaxlint.jaxapi.functions import AREAS
from jaxlint.jaxapi.signatures import declarations
from jaxlint.jaxapi.tables import DATA, table
from tests.jaxapi.resolve import resolve

pytestmark = pytest.mark.filterwarnings("ignore")
SECTIONS = {"otherwise", "keys", "keeps", "inplace", "returns", "static", "traced", "sized", "mutates"}


@pytest.mark.parametrize("area", AREAS)
def test_schema(area: str) -> None:
    rows = table(f"functions/{area}")
    assert set(rows) <= SECTIONS
    assert {rows["otherwise"], *rows["returns"]} <= set(get_args(Returns))


def mentioned(area: str) -> set[str]:
    rows = table(f"functions/{area}")
    names = {name for names in rows["returns"].values() for name in names}
    return (names | {n for section in ("static", "traced", "sized", "mutates") for n in rows.get(section, {})}) - {"*"}


@pytest.mark.parametrize("name", sorted(f"{area}.{short}" for area in AREAS for short in mentioned(area)))
def test_what_is_mentioned_exists(name: str) -> None:
    assert function(name) is not None
    pytest.importorskip(name.partition(".")[0])
    resolve(name)


OWN = [
    (f"{area}.{short}", param)
    for area in AREAS
    for section in ("static", "traced")
    for short, params in table(f"functions/{area}").get(section, {}).items()
    if short != "*"
    for param in params
]


@pytest.mark.parametrize(("name", "param"), OWN)
def test_parameters_that_are_mentioned_exist(name: str, param: str) -> None:
    known = function(name)
    assert known is not None
    assert param in known.params


@pytest.mark.parametrize("area", AREAS)
def test_usual_parameters_are_used(area: str) -> None:
    """A name under `"*"` that no function has is a leftover."""
    usual = set(table(f"functions/{area}").get("static", {}).get("*", ()))
    listed = [name for name in declarations("jax") if name.startswith(area + ".")]
    assert usual <= {param for name in listed for param in getattr(function(name), "params", ())}


def test_no_name_twice_in_one_section() -> None:
    for area in AREAS:
        names = [name for names in table(f"functions/{area}")["returns"].values() for name in names]
        assert len(names) == len(set(names)), area


def test_reading_everything_is_fast() -> None:
    """All files in a fresh process, best of three. They take about 17 ms, and a run that needs all of them is rare."""
    areas = [str(path.relative_to(DATA).with_suffix("")) for path in DATA.rglob("*.toml")]
    code = (
        "import time, jaxlint.jaxapi as api\n"
        "from jaxlint.jaxapi.tables import table\n"
        "from jaxlint.jaxapi.signatures import declarations\n"
        "start = time.process_time()\n"
        f"for area in {areas}: table(area)\n"
        "for area in ('jax', 'numpy', 'python'): declarations(area)\n"
        "print(time.process_time() - start)\n"
    )
    times = [float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(3)]
    assert min(times) < 0.05


def test_jax_is_not_imported() -> None:
    code = (
        "import sys, jaxlint.jaxapi as api\n"
        "api.function('jax.numpy.where'), api.transform('jax.jit'), api.removed('jax.tree_map')\n"
        "print(sorted({'jax', 'numpy', 'libcst'} & set(sys.modules)))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
