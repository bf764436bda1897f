"""The development set itself: what is written by hand gives what NumPy gives."""

import pytest

from tests.rewrites.story import functions

from .area import AREAS, Area

EVERY = [pytest.param(area, name, id=f"{area.folder.name}.{name}") for area in AREAS for name in area.names]


def test_there_are_enough() -> None:
    assert len(EVERY) >= 80


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.folder.name)
def test_every_function_has_inputs(area: Area) -> None:
    assert set(area.names) <= functions(area.before).keys() & functions(area.by_hand).keys()
    assert set(area.names) == vars(area.inputs)["timing"].keys()


@pytest.mark.parametrize("area, name", EVERY)
@pytest.mark.parametrize("x64", [False, True], ids=["float32", "x64"])
def test_by_hand_is_the_same(area: Area, name: str, x64: bool) -> None:
    verdict = area.verdict(area.by_hand, name, x64=x64)
    assert verdict.kind.passes, verdict
