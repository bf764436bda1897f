"""The whole story of a finding: the code with carets, the steps of the proof as labels on their lines, the fix as a
diff.

    error[JAX401]: `if` needs a concrete bool, but `y` is traced
     --> demo.py:9:8
      |
    4 | @jax.jit
      | --- 1. `relu` is traced by `jax.jit`
    ...
    9 |     if y > 0:
      |        ^^^^^
      = fix (unsafe): use `jnp.where`
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from jaxlint.edits import Level
from jaxlint.engine.apply import apply
from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.fix import Planned, Refused, concrete
from jaxlint.front.reports.concise import on_one_line, place
from jaxlint.front.reports.diff import hunks
from jaxlint.front.reports.frame import Label, frame
from jaxlint.front.terminal import Paint
from jaxlint.source import SourceText

_LEVELS: dict[Level, str] = {"error": "red", "warning": "yellow", "hint": "cyan"}


def full(found: Sequence[Diagnostic], sources: Mapping[str, SourceText], paint: Paint) -> Iterator[str]:
    for one in found:
        yield from _title(one, paint)
        yield f" {paint('blue', '-->')} {place(one, sources)}"
        yield from _code(one, sources, paint)
        if one.confirmed:
            yield from _remark(f"confirmed by running: {one.confirmed}", paint)
        yield from _repair(one, sources, paint)
        yield ""


def _title(one: Diagnostic, paint: Paint) -> Iterator[str]:
    kind = f"{one.level}[{one.code}]"
    first, *others = paint.folded(on_one_line(one.message), len(kind) + 2)
    yield f"{paint(_LEVELS[one.level], kind)}{paint('bold', f': {first}')}"
    for line in others:
        yield " " * (len(kind) + 2) + paint("bold", line)


def _remark(text: str, paint: Paint) -> Iterator[str]:
    first, *others = paint.folded(on_one_line(text), 4)
    yield f"  {paint('blue', '=')} {first}"
    for line in others:
        yield f"    {line}"


def _code(one: Diagnostic, sources: Mapping[str, SourceText], paint: Paint) -> Iterator[str]:
    """The frame of the finding's own file, then those of the other files that the proof passes through."""
    steps = [(step, f"{number}. {on_one_line(step.message)}") for number, step in enumerate(one.trace, 1)]
    paths = dict.fromkeys([one.path, *(step.path for step, _ in steps)])
    for path in paths:
        labels = [Label(step.line, text) for step, text in steps if step.path == path]
        if path != one.path:
            yield f" {paint('blue', ':::')} {path}"
        if path in sources:
            span = (one.start, one.end) if path == one.path else None
            yield from frame(sources[path], span, labels, paint)
        else:
            yield from (f"  {paint('blue', '|')} line {label.line}: {label.text}" for label in labels)


def _repair(one: Diagnostic, sources: Mapping[str, SourceText], paint: Paint) -> Iterator[str]:
    if one.declined:
        yield from _remark(f"no fix: {one.declined}", paint)
    if one.fix is None or one.path not in sources:
        return
    try:
        planned = concrete(sources[one.path], one)
    except Refused as refusal:
        yield from _remark(f"no fix: {refusal}", paint)
        return
    yield from _remark(f"fix ({one.fix.applicability}): {one.fix.message}", paint)
    for path in sorted(planned.paths & sources.keys()):
        if path != one.path:
            yield f"  {paint('dim', path)}"
        before = sources[path]
        after = replace(before, text=_fixed(before.text, path, planned)).parts
        for part, text in before.parts.items():
            yield from (f"  {line}".rstrip() for line in hunks(text, after[part], paint))


def _fixed(text: str, path: str, planned: Planned) -> str:
    imports = planned.imports if path == planned.path else ()
    return apply(text, [*imports, *(edit for where, edit in planned.edits if where == path)])
