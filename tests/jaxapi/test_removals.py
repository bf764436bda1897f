"""What the table calls removed is gone from the installed JAX, what it calls deprecated is not, replacements exist."""

import importlib.util
import inspect
import re
import string

import jax
import jax.numpy as jnp
import pytest

from jaxlint.jaxapi import available, newest, removed, removed_parameter, signature, version
from jaxlint.jaxapi.removals import gone
from jaxlint.jaxapi.tables import table
from tests.jaxapi.resolve import resolve

pytestmark = pytest.mark.filterwarnings("ignore")
ARRAY = "jax.Array."
NAMES = [name for name in table("removed")["name"] if not name.startswith(ARRAY)]


def installed(name: str) -> bool:
    return importlib.util.find_spec(name.partition(".")[0]) is not None


def test_the_newest_jax_is_the_installed_one() -> None:
    assert newest() == version(jax.__version__)


@pytest.mark.parametrize("name", [name for name in NAMES if installed(name)])
def test_name(name: str) -> None:
    row = removed(name)
    assert row is not None
    assert row.name == name
    if row.status == "deprecated":
        resolve(name)
    else:
        with pytest.raises((ImportError, AttributeError)):
            resolve(name)
    for replacement in row.replacements:
        if installed(replacement):
            resolve(replacement)
            assert available(replacement, newest())


@pytest.mark.parametrize("name", list(table("removed")["name"]))
def test_row(name: str) -> None:
    row = removed(name)
    assert row is not None
    if row.deprecated and row.removed:
        assert version(row.deprecated) < version(row.removed)
    if row.package == "jax" and row.removed:
        assert version(row.removed) <= newest()
    assert not (row.replacements and row.form)
    assert not row.form or row.note, "without the fix, the message needs the note"
    for field in re.findall(r"\{(jax\.[\w.]+)\}", row.form.text if row.form else ""):
        resolve(field)


@pytest.mark.parametrize("name", list(table("removed")["added"]))
def test_added(name: str) -> None:
    resolve(name)
    assert version(table("removed")["added"][name]) <= newest()


ATTRIBUTES = [name for name in table("removed")["name"] if name.startswith(ARRAY)]


@pytest.mark.parametrize("name", [name for name in ATTRIBUTES if name != "jax.Array.device"])
def test_attribute_of_arrays(name: str) -> None:
    with pytest.raises(AttributeError):
        getattr(jnp.ones(2), name.removeprefix(ARRAY))


def test_the_device_of_an_array_is_no_method() -> None:
    with pytest.raises(TypeError):
        jnp.ones(2).device()  # type: ignore[operator]


@pytest.mark.parametrize("name", [name for name in table("removed")["name"] if (row := removed(name)) and row.form])
def test_the_fields_of_a_form_are_parameters_or_names(name: str) -> None:
    row = removed(name)
    assert row is not None and row.form is not None
    params = {param.partition("=")[0] for param in row.form.params or ()}
    for _, field, _, _ in string.Formatter().parse(row.form.text):
        if field and "." not in field:
            assert field in params | {"rest"} or name.startswith(ARRAY)


PARAMETERS = [(name, old) for name, olds in table("removed")["param"].items() for old in olds]


@pytest.mark.parametrize(("name", "old"), PARAMETERS)
def test_parameter(name: str, old: str) -> None:
    row = removed_parameter(name, old)
    assert row is not None
    function = jnp.ndarray.clip if name == "jax.Array.clip" else resolve(name)
    params = inspect.signature(function).parameters
    if name == "jax.numpy.where":
        assert params[old].kind is inspect.Parameter.POSITIONAL_ONLY
    elif not row.kept:
        assert (old in params) == (row.status == "deprecated")
    assert row.replacement is None or row.replacement in params
    if row.position is not None and (declared := signature(name)) is not None:
        assert declared.positional[row.position] in {row.replacement, old, "arr"}


def test_the_other_names_that_are_gone_are_gone() -> None:
    for name, since in gone().items():
        with pytest.raises((ImportError, AttributeError)):
            resolve(name)
        assert version(since) <= newest()
        assert name not in table("removed")["name"]


def test_a_module_stands_for_what_was_in_it() -> None:
    assert removed("jax.experimental.loops.Scope") == removed("jax.experimental.loops")
    assert removed("jax.experimental.maps.xmap") != removed("jax.experimental.maps")


def test_replacements() -> None:
    row = removed("jax.tree_map")
    assert row is not None
    assert row.removed == "0.6.0"
    assert row.deprecated == "0.4.26"
    assert row.replacements == ("jax.tree.map", "jax.tree_util.tree_map")
    assert [available(name, version("0.4.20")) for name in row.replacements] == [False, True]
    stax = removed("jax.experimental.stax.Dense")
    assert stax is not None
    assert stax.instead("jax.experimental.stax.Dense") == ("jax.example_libraries.stax.Dense",)
    assert removed("jax.tree_util.tree_map") is None
    assert removed("jax.random.PRNGKey") is None
    assert removed_parameter("jax.numpy.reshape", "shape") is None
