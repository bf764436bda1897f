"""`jaxlint port` on the development set: a function is ported and equal, or declined as declined.toml says."""

import pytest

from jaxlint.engine.port import port
from jaxlint.source import SourceText, read

from .accept import not_ported
from .area import AREAS, Area

area = pytest.mark.parametrize("area", [pytest.param(area, id=area.name) for area in AREAS])


@area
def test_it_is_ported_or_declined(area: Area) -> None:
    path = area.folder / "before.py"
    outcome = port([read(path)])
    text = outcome.texts[str(path)]
    became = {one.name: one for one in outcome.functions}
    declined = {name: why for name in area.functions if (why := not_ported(became.get(name))) is not None}
    assert declined == area.declined
    verdicts = area.verdicts(text)
    ported = [name for name in area.functions if name not in declined]
    assert not [verdicts[name] for name in ported if not verdicts[name].kind.passes]
    again = port([SourceText(str(path), text)])
    assert again.texts[str(path)] == text
