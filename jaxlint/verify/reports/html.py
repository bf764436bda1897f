"""The report as one self-contained page: no script, nothing from the network, light and dark."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from jaxlint.verify.reports.charts import break_even, compile_and_run, errors, speedups
from jaxlint.verify.reports.record import Report, Row, program_diff
from jaxlint.verify.reports.words import devices, error, failures, place, sentences, versions
from jaxlint.verify.speed.record import EAGER, JITTED, REWRITE, Speed, Variant
from jaxlint.verify.speed.worth import duration, quantity, ratio, times

_SHADES = {"equivalent": "good", "changed on purpose": "good", "cannot compare": "warn"}
_MOST_LINES = 1500


def as_html(report: Report) -> str:
    """A whole HTML document."""
    style = files("jaxlint.verify.reports").joinpath("page.css").read_text("utf-8")
    title = f"jaxlint verify: {report.before}"
    return "\n".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>",
            *_head(report),
            *_verdicts(report.verdicts),
            *_speed(report),
            *_errors(report.verdicts),
            *_diffs(report),
            *_foot(report),
            "</body>\n</html>\n",
        )
    )


def _head(report: Report) -> Iterator[str]:
    yield f"<h1>Is <code>{escape(report.before)}</code> still the same, and is it faster?</h1>"
    yield f'<p class="lead">compared with {_prose(report.after)}, by running both</p>'
    yield '<div class="tiles">'
    for verdict, count in Counter(row.verdict for row in report.verdicts).items():
        yield f'<div class="tile"><b class="{_shade(verdict)}">{count}</b><span>{verdict}</span></div>'
    best = [ratio(old, new) for row in report.verdicts for old, new in _compared(row)]
    if real := [found.median for found in best if not found.is_noise]:
        yield f'<div class="tile"><b>{times(max(real))}</b><span>largest speedup</span></div>'
    yield "</div>"


def _compared(row: Row) -> Iterator[tuple[Variant, Variant]]:
    for speed in row.speeds:
        old, new = speed[EAGER] or speed[JITTED], speed[REWRITE]
        if old and new:
            yield old, new


def _verdicts(rows: Sequence[Row]) -> Iterator[str]:
    yield "<h2>Verdicts</h2>"
    if not rows:
        yield "<p>No function differs, and none has inputs: there is nothing to compare.</p>"
        return
    yield '<div class="wide"><table><tr><th>function</th><th>verdict</th><th class="number">cases</th>'
    yield '<th class="number">largest error</th><th>why</th></tr>'
    for row in rows:
        yield f"<tr><td><code>{escape(row.function)}</code></td>"
        yield f'<td class="verdict {_shade(row.verdict)}">{row.verdict}</td><td class="number">{row.cases}</td>'
        yield f'<td class="number">{error(row)}</td><td>{_listed(failures(row))}</td></tr>'
    yield "</table></div>"


def _listed(lines: Sequence[str]) -> str:
    if len(lines) < 2:
        return "".join(map(_prose, lines))
    return "<ul>" + "".join(f"<li>{_prose(line)}</li>" for line in lines) + "</ul>"


def _prose(words: str) -> str:
    """Backticks mark code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(words))


def _speed(report: Report) -> Iterator[str]:
    for machine in report.machines:
        speeds = [s for row in report.verdicts for s in row.speeds if s.platform == machine.platform]
        if not speeds:
            continue
        where = f" on {escape(place(machine))}" if len(report.machines) > 1 else ""
        yield f"<h2>Speed{where}</h2>"
        yield "<p>The original as it was written, the original under jit where it can be, and the rewrite. "
        yield "Rounds take turns; a difference that the spread explains is called noise.</p>"
        yield _figure(speedups(speeds), *((shade, f"against the {label}") for shade, label in _KEYS[:2]))
        yield "<h2>Compiling against running</h2>"
        yield _figure(compile_and_run(speeds), *_KEYS, ("compile", "compiling the rewrite"))
        yield "<h2>When compiling has paid</h2>"
        yield '<div class="several">' + "".join(_figure(break_even(speed)) for speed in speeds) + "</div>"
        yield _legend(*_KEYS)
        yield from _table(speeds)


_KEYS = (("eager", EAGER), ("jitted", JITTED), ("rewrite", REWRITE))


def _figure(chart: str, *keys: tuple[str, str]) -> str:
    return f"{_legend(*keys) if keys else ''}<figure>{chart}</figure>" if chart else ""


def _legend(*keys: tuple[str, str]) -> str:
    return '<ul class="legend">' + "".join(f'<li class="{shade}">{label}</li>' for shade, label in keys) + "</ul>"


def _table(speeds: Sequence[Speed]) -> Iterator[str]:
    yield '<details><summary>The numbers</summary><div class="wide numbers"><table>'
    heads = ("one call", "quartiles", "trace", "compile", "programs", "HLO lines", "flops", "bytes", "peak")
    yield "<tr><th></th>" + "".join(f'<th class="number">{head}</th>' for head in heads) + "</tr>"
    for speed in speeds:
        call, said = escape(f"{speed.function}({speed.arguments})"), "; ".join(map(escape, sentences(speed)))
        yield f'<tr class="about"><td colspan="10"><code>{call}</code> {said}</td></tr>'
        yield from (f'<tr><td class="variant">{one.name}</td>{_cells(one)}</tr>' for one in speed.variants)
    yield "</table></div></details>"


def _cells(one: Variant) -> str:
    if not one.samples:
        return f'<td colspan="9" class="soft">{escape(one.failed or "not timed")}</td>'
    low, high = one.quartiles
    found = [duration(one.median), f"{duration(low)} – {duration(high)}"]
    if compiled := one.compilation:
        found += [duration(compiled.trace + compiled.lower), duration(compiled.compile)]
        found += [str(one.compilations), str(compiled.instructions)]
        found += [_quantity(compiled.flops), _quantity(compiled.bytes, "B"), _quantity(compiled.peak, "B")]
    else:
        found += [""] * 7
    return "".join(f'<td class="number">{cell}</td>' for cell in found)


def _quantity(value: float | None, unit: str = "") -> str:
    return "" if value is None else quantity(value) + unit


def _errors(rows: Sequence[Row]) -> Iterator[str]:
    if chart := errors(rows):
        yield "<h2>Errors</h2>"
        yield "<p>XLA may add in another order: the tolerance allows that and no more.</p>"
        yield _figure(chart)


def _diffs(report: Report) -> Iterator[str]:
    diffs = [("The source", report.diff)]
    for row in report.verdicts:
        name = f"XLA's program of <code>{escape(row.function)}</code>"
        diffs += [(name, program_diff(speed) or "") for speed in row.speeds]
    if any(diff for _, diff in diffs):
        yield "<h2>What changed</h2>"
    yield from (_folded(name, diff) for name, diff in diffs if diff)


def _folded(name: str, diff: str) -> str:
    lines = diff.splitlines()
    count = sum(line[:1] in "+-" and line[:3] not in ("+++", "---") for line in lines)
    shown = "".join(f'<span class="{_change(line)}">{escape(line) or " "}</span>' for line in lines[:_MOST_LINES])
    head = f'<summary>{name} <span class="soft">({count} lines)</span></summary>'
    return f'<details>{head}<pre class="diff">{shown}</pre></details>'


def _change(line: str) -> str:
    if line.startswith(("@@", "---", "+++")):
        return "place"
    return {"+": "added", "-": "removed"}.get(line[:1], "")


def _foot(report: Report) -> Iterator[str]:
    yield "<footer>"
    for machine in report.machines:
        yield f"<p>{escape(devices(machine))}</p><p>{escape(versions(machine))}</p>"
    yield "</footer>"


def _shade(verdict: str) -> str:
    return _SHADES.get(verdict, "bad")
