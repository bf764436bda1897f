"""Every row of the transforms is called: what its functions receive, and how many arguments, is as the row says."""

from collections.abc import Callable
from typing import Any, get_args

import jax
import numpy as np
import pytest

from jaxlint.jaxapi import Transform, transform
from jaxlint.jaxapi.tables import table
from jaxlint.jaxapi.transforms import ROLES, Form, How, Kind, Level, Result, Spread
from tests.jaxapi.calls import CALLS
from tests.jaxapi.resolve import resolve
from tests.jaxapi.write_signatures import declaration

ROWS = [*table("transforms"), *table("ecosystem")]
CALLED = [name for name, row in table("transforms").items() if row.get("functions")]


def row(name: str) -> Transform:
    found = transform(name)
    assert found is not None
    return found


def level(value: Any) -> Level:
    """What a function can do with one value that it received."""
    if not isinstance(value, jax.core.Tracer) and not hasattr(value, "at"):
        return "none"
    one = value[...].ravel()[0]
    if fails(lambda: bool(one > 0)):
        return "full"
    return "grad" if fails(lambda: np.asarray(one)) else "none"


def fails(act: Callable[[], object]) -> bool:
    try:
        act()
    except TypeError:
        return True
    return False


@pytest.mark.parametrize("name", CALLED)
def test_what_the_functions_receive(name: str) -> None:
    levels: set[Level] = set()
    counts: set[int] = set()

    def see(*args: Any, **kwargs: Any) -> None:
        counts.add(len(args))
        levels.update(level(leaf) for leaf in jax.tree.leaves((args, kwargs)))

    CALLS[name](see)
    assert min(levels, key=["full", "grad", "none"].index) == row(name).level
    expected = {len(f.feeds) for f in row(name).functions if f.feeds and not any(feed.spread for feed in f.feeds)}
    assert not expected or counts <= expected


@pytest.mark.parametrize("name", ROWS)
def test_the_words_are_known(name: str) -> None:
    transformed = row(name)
    assert transformed.kind in get_args(Kind)
    assert transformed.form in get_args(Form)
    assert transformed.level in get_args(Level)
    assert set(transformed.result) <= set(get_args(Result))
    for feed in (feed for f in transformed.functions for feed in f.feeds):
        assert feed.how in get_args(How)
        assert feed.spread in get_args(Spread)


@pytest.mark.parametrize("name", ROWS)
def test_the_parameters_exist(name: str) -> None:
    transformed = row(name)
    called = transformed.signature
    known = {*called.params, called.variadic, called.keywords, None, ""}
    sources = {feed.source for f in transformed.functions for feed in f.feeds}
    if transformed.form == "wraps":
        sources = {source for source in sources if not source.isdecimal()}
    assert sources | {f.param for f in transformed.functions} <= known
    assert {getattr(transformed, role) for role in ROLES} <= known


@pytest.mark.parametrize("name", ROWS)
def test_the_function_exists(name: str) -> None:
    package, *_ = name.split(".")
    pytest.importorskip(package)
    assert callable(resolve(name))


@pytest.mark.parametrize("name", [name for name, fields in table("transforms").items() if fields.get("methods")])
def test_the_methods_exist(name: str) -> None:
    wrapped = resolve(name)(lambda x: x)
    assert [method for method in row(name).methods if not hasattr(wrapped, method)] == []


@pytest.mark.parametrize("name", [name for name, fields in table("ecosystem").items() if "like" not in fields])
def test_the_signature_of_libraries(name: str) -> None:
    pytest.importorskip(name.partition(".")[0])
    if not name.startswith("numba."):
        assert declaration(resolve(name)) == f"({table('ecosystem')[name]['signature']})"


def test_host_callbacks_say_so() -> None:
    assert row("jax.pure_callback").on_host
    assert not row("jax.lax.scan").on_host
