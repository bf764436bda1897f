"""What the table calls removed is gone from the installed JAX, what it calls deprecated is not, replacements exist."""

import inspect

import jax
import pytest

from jaxlint.jaxapi import Removal, removed, removed_parameter
from jaxlint.jaxapi.tables import table
from tests.jaxapi.resolve import resolve

pytestmark = pytest.mark.filterwarnings("ignore")
NAMES = list(table("removed")["name"])


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:3])


@pytest.mark.parametrize("name", NAMES)
def test_name(name: str) -> None:
    row = removed(name)
    assert row is not None
    assert row.name == name
    if row.status == "deprecated":
        resolve(name)
    else:
        with pytest.raises((ImportError, AttributeError)):
            resolve(name)
    if row.replacement:
        resolve(row.replacement)
    if row.deprecated and row.removed:
        assert version(row.deprecated) < version(row.removed)
    assert not row.removed or version(row.removed) <= version(jax.__version__)


SECTIONS = ("param", "deprecated_param")
PARAMETERS = [(name, old) for section in SECTIONS for name, olds in table("removed")[section].items() for old in olds]


@pytest.mark.parametrize(("name", "old"), PARAMETERS)
def test_parameter(name: str, old: str) -> None:
    params = inspect.signature(resolve(name)).parameters
    row = removed_parameter(name, old)
    assert row is not None
    assert (old in params) == (row.status == "deprecated")
    assert row.replacement is None or row.replacement in params


def test_a_module_stands_for_what_was_in_it() -> None:
    assert removed("jax.experimental.host_callback.id_tap") == removed("jax.experimental.host_callback")
    assert removed("jax.experimental.maps.xmap") != removed("jax.experimental.maps")


def test_rows() -> None:
    assert removed("jax.tree_map") == Removal("jax.tree_map", "0.6.0", "0.4.26", "jax.tree.map")
    assert removed("jax.tree_util.tree_map") is None
    assert removed("jax.random.PRNGKey") is None
    assert removed_parameter("jax.numpy.reshape", "shape") is None
