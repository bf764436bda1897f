"""The table of docs/devices.md: ``python benchmarks/devices.py`` verifies and measures every story of fixtures/rewrites
on every device of this machine, and prints one Markdown table per device.

``--story NAME`` takes some of them only; ``--page FILE`` also writes the whole report as a page with plots.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from jaxlint.verify.plan import plan
from jaxlint.verify.protocol import Pair, Target
from jaxlint.verify.race import available, race
from jaxlint.verify.reports import render
from jaxlint.verify.reports.make import row
from jaxlint.verify.reports.record import VERSION, Report, Row
from jaxlint.verify.reports.terminal import progress
from jaxlint.verify.reports.words import devices, error, versions
from jaxlint.verify.side_by_side import Ways, paired, side_by_side
from jaxlint.verify.speed.record import EAGER, JITTED, REWRITE, Speed
from jaxlint.verify.speed.worth import duration, pays_after, ratio, times

HEADS = (
    "function", "inputs", "verdict", "largest error", "eager", "jitted", "rewrite", "speedup", "compile", "pays after"
)  # fmt: skip
STORIES = Path(__file__).parents[1] / "fixtures" / "rewrites"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--story", action="append", help="only this one")
    parser.add_argument("--page", type=Path, help="where to write the page with the plots")
    options = parser.parse_args()
    names = options.story or sorted(folder.parent.name for folder in STORIES.glob("*/cases.py"))
    report = measured([STORIES / name for name in names], names)
    print("\n".join(tables(report)))
    if options.page:
        options.page.write_text(render(report, "html"), "utf-8")


def measured(folders: Sequence[Path], names: Sequence[str]) -> Report:
    """Verdicts and speeds of all functions of the stories, named after their story."""
    pairs = [pair(folder) for folder in folders]
    ways = Ways()
    platforms = available(ways)
    with progress(3 * len(platforms) * sum(len(one.functions) for one in pairs)) as hear:
        verdicts = side_by_side(pairs, ways, hear, platforms)
        passed = [Target(i, one.function) for i, listed in enumerate(verdicts) for one in listed if one.kind.passes]
        found = race(pairs, ways, passed, platforms, hear)
    rows = [
        named(row(verdict, found, Target(number, verdict.function)), names[number])
        for number, listed in enumerate(verdicts)
        for verdict in listed
    ]
    return Report(VERSION, "fixtures/rewrites", "what the fixes write", "", found.machines, tuple(rows))


def pair(folder: Path) -> Pair:
    before, after = folder / "before.py", folder / "after.py"
    return paired(before, after, plan(before.read_bytes(), after.read_bytes()), folder / "cases.py")


def named(one: Row, story: str) -> Row:
    """The row and its speeds under a name that tells the stories apart."""
    name = f"{story}.{one.function}"
    speeds = tuple(msgspec.structs.replace(speed, function=name) for speed in one.speeds)
    return msgspec.structs.replace(one, function=name, speeds=speeds)


def tables(report: Report) -> Iterator[str]:
    for machine in report.machines:
        yield from ("", f"### {devices(machine)}", "", versions(machine), "")
        yield f"| {' | '.join(HEADS)} |"
        yield f"|{'---|' * 3}{'---:|' * (len(HEADS) - 3)}"
        for one in report.verdicts:
            yield from (line(one, speed) for speed in one.speeds if speed.platform == machine.platform)
    for one in report.verdicts:
        if not one.passes:
            yield f"\n`{one.function}`: {one.verdict}: {'; '.join(one.reasons)}"


def line(one: Row, speed: Speed) -> str:
    eager, jitted, rewrite = (speed[name] for name in (EAGER, JITTED, REWRITE))
    original = eager or jitted
    cells = [duration(each.median) if each else "" for each in (eager, jitted, rewrite)]
    if original and rewrite:
        found, calls = ratio(original, rewrite), pays_after(original, rewrite)
        worth = [] if found.is_noise else [times(found.median)]
        cells += worth or ["noise"]
        cells.append(duration(rewrite.compilation.total) if rewrite.compilation else "")
        cells.append("" if found.is_noise or not calls else f"{calls:,}")
    else:
        cells += ["", "", ""]
    listed = " | ".join(cells)
    return f"| `{one.function}` | `{speed.arguments}` | {one.verdict} | {error(one)} | {listed} |"


if __name__ == "__main__":
    main()
