"""What no text mentions is not looked for, and the screen knows every library that the tables know."""

import pytest

from jaxlint import jaxapi
from jaxlint.engine.lint import concern
from jaxlint.jaxapi.tables import table
from jaxlint.screen import mentions
from jaxlint.source import SourceText

NOT_JAX = {"beartype", "builtins", "functools", "numba"}
"""In the tables because their decorators are seen through, or are not what they look like."""


@pytest.mark.parametrize(
    ("text", "concerned"),
    [
        ("", False),
        ("import os\n", False),
        ("import jax\n", True),
        ("from numpy import *\n", True),
        ("import equinox as eqx\n", True),
        ("x = 1  # noqa: JAX301\n", True),
        ("x = (\n", True),
    ],
)
def test_texts_that_concern_jax(text: str, concerned: bool) -> None:
    assert concern([SourceText("a.py", text)]) == concerned


def test_every_library_of_the_tables_is_mentioned() -> None:
    names = {name for area in ("transforms", "ecosystem") for name in table(area)}
    known = {name.partition(".")[0] for name in names if jaxapi.transform(name)}
    assert {"jax", "equinox", "flax"} <= known
    assert {name for name in known - NOT_JAX if not mentions(name.encode())} == set()
