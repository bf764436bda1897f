"""The development set itself: what is written by hand gives what NumPy gives."""

import pytest

from tests.rewrites.story import functions

from .area import AREAS, Area

area = pytest.mark.parametrize("area", [pytest.param(area, id=area.name) for area in AREAS])


def test_there_are_enough() -> None:
    assert sum(len(area.functions) for area in AREAS) >= 80


@area
def test_every_function_has_inputs(area: Area) -> None:
    assert set(area.functions) <= functions(area.before).keys() & functions(area.by_hand).keys()
    assert set(area.functions) == vars(area.inputs)["timing"].keys()


@area
def test_by_hand_is_the_same(area: Area) -> None:
    verdicts = area.verdicts(area.by_hand)
    assert set(area.functions) <= verdicts.keys()
    assert not [verdicts[name] for name in area.functions if not verdicts[name].kind.passes]
