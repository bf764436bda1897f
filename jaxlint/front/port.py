"""``jaxlint port``: NumPy modules in, JAX modules out, with a report of what became of each function."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from jaxlint.engine.options import ConfigError
from jaxlint.engine.port import Ported, PortOutcome, port
from jaxlint.engine.project import load
from jaxlint.engine.settings import Configuration
from jaxlint.engine.write import Change, write
from jaxlint.front.reports.diff import unified
from jaxlint.front.terminal import Colour, complain, paint
from jaxlint.source import SourceText

PORTED, DECLINED = 0, 1


@dataclass(frozen=True, slots=True)
class Request:
    """What one call of ``jaxlint port`` asks for."""

    paths: tuple[Path, ...]
    output: Path | None = None
    diff: bool = False
    jit: bool = True
    verify: bool = False
    color: Colour = "auto"


def run(request: Request) -> int:
    """Port the files; 0 if every function that computes with NumPy was ported, 1 if some were declined."""
    project = load(request.paths, Configuration())
    for problem in project.problems:
        complain(problem)
    if request.output is not None and len(project.sources) != 1:
        raise ConfigError("-o takes the port of one file")
    outcome = _proved(request, project.sources) if request.verify else port(project.sources, jit=request.jit)
    if request.diff:
        colours = paint(request.color, sys.stdout)
        for source in project.sources:
            for line in unified(source, replace(source, text=outcome.texts[source.path]), colours):
                print(line)
    elif request.output is not None:
        (source,) = project.sources
        request.output.write_bytes(source.encode(outcome.texts[source.path]))
    else:
        write(
            [
                Change(Path(source.path), source.encode(source.text), source.encode(outcome.texts[source.path]))
                for source in project.sources
                if outcome.texts[source.path] != source.text
            ]
        )
    for line in told(outcome):
        print(line, file=sys.stderr)
    return DECLINED if any(one.status == "declined" for one in outcome.functions) else PORTED


def _proved(request: Request, sources: tuple[SourceText, ...]) -> PortOutcome:
    from jaxlint.front.verified import need_jax

    need_jax()
    from jaxlint.verify import VARIATIONS
    from jaxlint.verify.ported import prove_port
    from jaxlint.verify.reports.terminal import progress
    from jaxlint.verify.side_by_side import Ways

    print("Running the code of the files, to prove the port.", file=sys.stderr, flush=True)
    with progress() as hear:
        return prove_port(sources, Ways(guess=True, vary=VARIATIONS), hear, jit=request.jit).outcome


def told(outcome: PortOutcome) -> Iterator[str]:
    """The report, a line for each function and a summary."""
    for one in outcome.functions:
        yield _line(one)
    counts = {
        status: sum(one.status == status for one in outcome.functions) for status in ("ported", "declined", "host")
    }
    yield f"{counts['ported']} ported, {counts['declined']} declined, {counts['host']} left on the host"


def _line(one: Ported) -> str:
    what = {"ported": "ported", "declined": f"declined: {one.reason}", "host": f"left on the host: {one.reason}"}[
        one.status
    ]
    notes = "".join(f"; {note}" for note in one.notes)
    return f"{one.path}:{one.line}: {one.name}: {what}{notes}"
