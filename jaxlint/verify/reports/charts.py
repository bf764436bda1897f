"""The four plots of a report: speedups, compiling against running, break-even, and errors against tolerances."""

import math
from collections.abc import Sequence

from jaxlint.verify.reports.record import Row
from jaxlint.verify.reports.svg import Element, LogAxis, circle, drawing, line, polyline, text
from jaxlint.verify.speed.record import EAGER, JITTED, REWRITE, Speed, Variant
from jaxlint.verify.speed.worth import duration, pays_after, ratio, spent, times

_WIDTH = 760.0
_LEFT = 190.0
_RIGHT = _WIDTH - 84.0
_ROW = 34.0
_TOP = 12.0

_CLASSES = {EAGER: "eager", JITTED: "jitted", REWRITE: "rewrite"}
COMPILE = "compile"
"""The class of what stands for compilation."""


def speedups(speeds: Sequence[Speed]) -> Element:
    """How many times faster the rewrite is than each original, on a log scale: a point and its 95 % interval."""
    rows = [(speed, [one for name in (EAGER, JITTED) if (one := speed[name])]) for speed in speeds if speed[REWRITE]]
    rows = [(speed, originals) for speed, originals in rows if originals]
    if not rows:
        return ""
    found = {(id(speed), one.name): ratio(one, _rewrite(speed)) for speed, originals in rows for one in originals}
    values = [value for each in found.values() for value in (each.low, each.median, each.high)]
    axis = LogAxis.around([*values, 1.0], _LEFT, _RIGHT, least=1.0)
    bottom = _TOP + _ROW * len(rows)
    parts = [*_grid(axis, bottom, _factor), line(axis(1.0), _TOP, axis(1.0), bottom, class_="one")]
    for i, (speed, originals) in enumerate(rows):
        parts += _name(speed.function, i)
        for k, original in enumerate(originals):
            each, y = found[id(speed), original.name], _y(i) + (k - (len(originals) - 1) / 2) * 13
            tip = f"{speed.function} against the {original.name}: {each}"
            shade = _CLASSES[original.name] + (" noise" if each.is_noise else "")
            parts += _mark(axis, y, (each.low, each.median, each.high), shade, tip)
            value = "noise" if each.is_noise else times(each.median)
            parts.append(text(_WIDTH - 6, y + 4, value, class_=f"value end {shade}"))
    parts.append(_caption(bottom, "slower ← times as fast as the original → faster"))
    return drawing(_WIDTH, bottom + 44, "Speedups of the rewrites", parts)


def compile_and_run(speeds: Sequence[Speed]) -> Element:
    """For each function on one axis of time: a call of each variant with its quartiles, and compiling the rewrite."""
    rows = [speed for speed in speeds if any(one.samples for one in speed.variants)]
    if not rows:
        return ""
    marks = [_marks(speed) for speed in rows]
    axis = LogAxis.around([value for row in marks for _, spread in row for value in spread], _LEFT, _RIGHT)
    bottom = _TOP + _ROW * len(rows)
    parts = _grid(axis, bottom, duration)
    for i, (speed, row) in enumerate(zip(rows, marks, strict=True)):
        parts += _name(speed.function, i)
        y = _y(i)
        places = [axis(at) for _, (_, at, _) in row]
        parts.append(line(min(places), y, max(places), y, class_="reach"))
        for shade, spread in row:
            parts += _mark(axis, y, spread, shade, f"{speed.function}, {_LABELS[shade]}: {duration(spread[1])}")
    parts.append(_caption(bottom, "time of one call, and of compiling the rewrite once"))
    return drawing(_WIDTH, bottom + 44, "Compile time against run time", parts)


_LABELS = {_CLASSES[name]: name for name in _CLASSES} | {COMPILE: "compiling the rewrite"}


Spread = tuple[float, float, float]
"""Where a mark's line begins, its point, and where its line ends."""


def _mark(axis: LogAxis, y: float, spread: Spread, shade: str, tip: str) -> list[Element]:
    low, at, high = map(axis, spread)
    return [line(low, y, high, y, class_=f"whisker {shade}"), circle(at, y, 4.5, tip, class_=f"point {shade}")]


def _marks(speed: Speed) -> list[tuple[str, Spread]]:
    found = []
    for name, shade in _CLASSES.items():
        if one := speed[name]:
            low, high = one.quartiles
            found.append((shade, (low, one.median, high)))
    rewrite = speed[REWRITE]
    if rewrite and rewrite.compilation:
        total = rewrite.compilation.total
        found.append((COMPILE, (total, total, total)))
    return found


def break_even(speed: Speed) -> Element:
    """What a number of calls costs in all, compilation included; where the rewrite's line crosses, it has paid."""
    variants = [one for name in _CLASSES if (one := speed[name])]
    if len(variants) < 2:
        return ""
    eager, rewrite = speed[EAGER] or speed[JITTED], speed[REWRITE]
    calls = pays_after(eager, rewrite) if eager and rewrite and not ratio(eager, rewrite).is_noise else None
    width, height, left, top, right, bottom = 372.0, 216.0, 62.0, 26.0, 352.0, 176.0
    most = 10.0 ** math.ceil(math.log10(max(1000, 20 * (calls or 1))))
    across = LogAxis(0.0, math.log10(most), left, right)
    counts = [10 ** (math.log10(most) * i / 60) for i in range(61)]
    up = LogAxis.around([spent(one, n) for one in variants for n in (1.0, most)], bottom, top)
    parts = [text(left, 12, _short(speed.function, 32), class_="title")]
    for value in up.ticks(5):
        parts.append(line(left, up(value), right, up(value), class_="grid"))
        parts.append(text(left - 6, up(value) + 4, duration(value), class_="tick end"))
    for value in across.ticks(6):
        parts.append(text(across(value), bottom + 15, _count(value), class_="tick middle"))
    for one in variants:
        points = [(across(n), up(spent(one, n))) for n in counts]
        parts.append(polyline(points, class_=f"curve {_CLASSES[one.name]}"))
    if calls and rewrite and 1 < calls <= most:
        x, y = across(calls), up(spent(rewrite, calls))
        parts.append(line(x, y, x, bottom, class_="reach"))
        parts.append(circle(x, y, 5, f"pays after {calls:,} calls", class_="point rewrite"))
    said = _pays(eager, rewrite)
    parts.append(text((left + right) / 2, height - 8, f"calls · {said}", class_="caption middle"))
    return drawing(width, height, f"Cumulative cost of {speed.function}: {said}", parts)


def _pays(original: Variant | None, rewrite: Variant | None) -> str:
    if not original or not rewrite:
        return "nothing to compare with"
    if ratio(original, rewrite).is_noise:
        return "each call takes as long"
    calls = pays_after(original, rewrite)
    return "never pays" if calls is None else "pays at once" if calls == 1 else f"pays after {calls:,} calls"


def errors(rows: Sequence[Row]) -> Element:
    """The largest share of its tolerance that an element's error takes, per function: left of 1 it is the same."""
    shown = [row for row in rows if row.verdict in ("equivalent", "changed on purpose", "different")]
    if not shown:
        return ""
    used = [row.used for row in shown if row.used]
    axis = LogAxis.around([*used, 1.0, 1e-3], _LEFT, _RIGHT)
    bottom = _TOP + 24 * len(shown)
    parts = [*_grid(axis, bottom, _share), line(axis(1.0), _TOP, axis(1.0), bottom, class_="limit")]
    for i, row in enumerate(shown):
        y = _TOP + 24 * i + 12
        parts += _label(row.function, y)
        shade = "good" if row.passes else "bad"
        if row.used == 0 and row.passes:
            parts.append(text(_LEFT + 6, y + 4, "exact", class_="tick"))
        elif row.used == 0 or (row.used is None and not row.passes):
            parts.append(text(_RIGHT - 6, y + 4, "not a matter of rounding", class_="tick end"))
        else:
            share = row.used or 0.0
            parts.append(line(_LEFT, y, axis(share), y, class_=f"whisker {shade}"))
            tip = f"{row.function}: {_share(share)} of the tolerance"
            parts.append(circle(axis(share), y, 4.5, tip, class_=f"point {shade}"))
    parts.append(_caption(bottom, "largest error as a share of the tolerance"))
    return drawing(_WIDTH, bottom + 44, "Errors against tolerances", parts)


def _factor(value: float) -> str:
    return f"{value:,.10g}x"


def _share(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.001 else f"{value:.0e}".replace("e-0", "e-")


def _count(value: float) -> str:
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{value / size:,.0f}{unit}"
    return f"{value:.0f}"


def _rewrite(speed: Speed) -> Variant:
    rewrite = speed[REWRITE]
    assert rewrite is not None
    return rewrite


def _y(row: int) -> float:
    return _TOP + _ROW * (row + 0.5)


def _grid(axis: LogAxis, bottom: float, write: object) -> list[Element]:
    assert callable(write)
    parts = []
    for value in axis.ticks():
        parts.append(line(axis(value), _TOP, axis(value), bottom, class_="grid"))
        parts.append(text(axis(value), bottom + 15, write(value), class_="tick middle"))
    return parts


def _caption(bottom: float, words: str) -> Element:
    return text((_LEFT + _RIGHT) / 2, bottom + 36, words, class_="caption middle")


def _name(function: str, row: int) -> list[Element]:
    return _label(function, _y(row))


def _label(function: str, y: float) -> list[Element]:
    return [text(_LEFT - 12, y + 4, _short(function, 24), class_="name end")]


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most // 2 - 1]}…{name[-(most // 2) :]}"
