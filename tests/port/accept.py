"""Writes fixtures/port/declined.toml anew: ``python -m tests.port.accept [AREA …]``. Read the difference."""

import argparse
import json
import tomllib

from jaxlint.engine.port import Ported, port
from jaxlint.source import read

from .area import AREAS, FOLDER, Area

HEAD = "# Functions of the development set that are not ported, and why. This list must shrink.\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("areas", nargs="*")
    chosen = parser.parse_args().areas
    path = FOLDER / "declined.toml"
    listed: dict[str, dict[str, str]] = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    for area in AREAS:
        if not chosen or area.name in chosen:
            listed[area.name] = declined(area)
    path.write_text(HEAD + "".join(_section(name, reasons) for name, reasons in sorted(listed.items())), "utf-8")


def declined(area: Area) -> dict[str, str]:
    """The reasons why functions of an area are not ported; what is wrong is told, not listed."""
    path = area.folder / "before.py"
    outcome = port([read(path)])
    became = {one.name: one for one in outcome.functions}
    reasons = {name: why for name in area.functions if (why := not_ported(became.get(name))) is not None}
    verdicts = area.verdicts(outcome.texts[str(path)])
    for name in area.functions:
        if name not in reasons and not verdicts[name].kind.passes:
            print(f"{area.name}.{name}: {verdicts[name].kind}: {'; '.join(verdicts[name].reasons)}", flush=True)
    print(f"{area.name}: {len(reasons)} of {len(area.functions)} declined", flush=True)
    return reasons


def not_ported(one: Ported | None) -> str | None:
    """Why a function is not ported, in the report's words."""
    if one is None:
        return "it does not compute with NumPy"
    return one.reason if one.status != "ported" else None


def _section(name: str, reasons: dict[str, str]) -> str:
    return (
        f"\n[{name}]\n" + "".join(f"{each} = {json.dumps(why)}\n" for each, why in reasons.items()) if reasons else ""
    )


if __name__ == "__main__":
    main()
