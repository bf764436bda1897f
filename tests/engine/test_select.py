"""Selectors: the longest prefix wins, `select` starts afresh, hints start switched off."""

import pytest

from jaxlint.engine.own import ALWAYS, Own
from jaxlint.engine.select import Layer, enabled, unknown

RULES = (
    Own("JAX301", "key-reuse", "error", ""),
    Own("JAX302", "key-ignored", "warning", ""),
    Own("JAX401", "traced-branch", "error", ""),
    Own("JAX402", "host-loop", "hint", ""),
)


def on(*layers: Layer) -> set[str]:
    return set(enabled(layers, RULES)) - ALWAYS


@pytest.mark.parametrize(
    ("layers", "codes"),
    [
        ([], {"JAX301", "JAX302", "JAX401"}),
        ([Layer(("JAX3",))], {"JAX301", "JAX302"}),
        ([Layer(("ALL",))], {"JAX301", "JAX302", "JAX401", "JAX402"}),
        ([Layer(("JAX3",), ignore=("JAX301",))], {"JAX302"}),
        ([Layer(("JAX301",), ignore=("JAX3",))], {"JAX301"}),
        ([Layer(("key-reuse",), ignore=("JAX30",))], {"JAX301"}),
        ([Layer(("JAX301",), ignore=("JAX301",))], set()),
        ([Layer(extend=("host-loop",))], {"JAX301", "JAX302", "JAX401", "JAX402"}),
        ([Layer(ignore=("JAX",))], set()),
        ([Layer(())], set()),
        ([Layer(("JAX4",)), Layer(("JAX3",))], {"JAX301", "JAX302"}),
        ([Layer(("JAX3",)), Layer(extend=("JAX401",))], {"JAX301", "JAX302", "JAX401"}),
        ([Layer(("JAX3",)), Layer(ignore=("JAX301",))], {"JAX302"}),
        ([Layer(ignore=("JAX301",)), Layer(("JAX3",))], {"JAX302"}),
        ([Layer(("JAX4",), ignore=("JAX301",)), Layer(("JAX3",))], {"JAX301", "JAX302"}),
        ([Layer(ignore=("JAX3",)), Layer(("JAX301",))], {"JAX301"}),
    ],
)
def test_layers(layers: list[Layer], codes: set[str]) -> None:
    assert on(*layers) == codes


def test_errors_of_the_tool_itself_cannot_be_ignored() -> None:
    assert enabled((Layer(ignore=("ALL",)),), RULES) == ALWAYS


@pytest.mark.parametrize("selector", ["ALL", "JAX", "JAX9", "JAX30", "JAX301", "key-reuse"])
def test_known_selectors(selector: str) -> None:
    assert unknown(selector, RULES) is None


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("JAX303", "did you mean `JAX302`"),
        ("jax301", "did you mean `JAX301`"),
        ("key-resue", "`key-reuse`"),
        ("zzz", ""),
    ],
)
def test_unknown_selectors_get_a_suggestion(selector: str, hint: str) -> None:
    answer = unknown(selector, RULES)
    assert answer is not None
    assert hint in answer
