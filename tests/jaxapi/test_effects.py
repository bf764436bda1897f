"""Effects are found by the longest name, and the listed names exist."""

import importlib.util
from typing import get_args

import pytest

from jaxlint.jaxapi import Effect, host_effect
from jaxlint.jaxapi.tables import index, table
from tests.jaxapi.resolve import resolve


@pytest.mark.parametrize("name", [*index("effects", "effect"), *table("effects")["pure"]])
def test_the_name_exists(name: str) -> None:
    if importlib.util.find_spec(name.partition(".")[0]) is None:
        pytest.skip("not installed")
    resolve(name)


@pytest.mark.parametrize("word", table("effects")["effect"])
def test_the_word_is_known(word: str) -> None:
    assert word in get_args(Effect)


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("time.time", "time"),
        ("time.perf_counter", "time"),
        ("datetime.datetime.now", "time"),
        ("random.random", "random"),
        ("numpy.random.normal", "random"),
        ("numpy.random.default_rng", "random"),
        ("uuid.uuid4", "random"),
        ("os.environ.get", "environment"),
        ("os.getenv", "environment"),
        ("builtins.open", "io"),
        ("builtins.print", "print"),
        ("logging.info", "log"),
        ("jax.random.normal", None),
        ("numpy.sum", None),
        ("datetime.timedelta", None),
        ("os.path.join", None),
        ("logging.getLogger", None),
        ("builtins.len", None),
    ],
)
def test_host_effect(name: str, effect: str | None) -> None:
    assert host_effect(name) == effect
