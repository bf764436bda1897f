"""``jaxlint check``: lint or fix a project or a text from stdin, write what changed, report what is left."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal, TextIO

from jaxlint.engine import baseline
from jaxlint.engine.cache import FOLDER, Cache, Found
from jaxlint.engine.checker import Checker, Hear
from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.fix import FixOutcome, Veto, fix, no_veto
from jaxlint.engine.lint import lint
from jaxlint.engine.options import Format
from jaxlint.engine.own import INTERNAL
from jaxlint.engine.project import Project, load, not_python, shown
from jaxlint.engine.settings import Configuration
from jaxlint.engine.suppress import add_ignores
from jaxlint.engine.write import Change, write
from jaxlint.front.progress import Bar
from jaxlint.front.reports import FORMATS
from jaxlint.front.reports.concise import explained
from jaxlint.front.reports.diff import unified
from jaxlint.front.reports.statistics import counted, fixes, statistics, summary
from jaxlint.front.terminal import Colour, Paint, complain, paint
from jaxlint.front.verified import confirmed, proved
from jaxlint.source import SourceError, SourceText
from jaxlint.source.files import understood

CLEAN, FINDINGS, FAILURE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Request:
    """What one call of ``jaxlint check`` asks for."""

    paths: tuple[Path, ...]
    configuration: Configuration
    fix: bool = False
    fix_only: bool = False
    diff: bool = False
    unsafe_fixes: bool | None = None
    show_fixes: bool = False
    add_ignore: bool = False
    baseline: Path | None = None
    write_baseline: Path | None = None
    output_format: Format | None = None
    output_file: Path | None = None
    statistics: bool = False
    explain: bool = False
    exit_zero: bool = False
    force_exclude: bool = False
    stdin_filename: Path | None = None
    color: Colour = "auto"
    no_cache: bool = False
    cache_dir: Path | None = None
    jobs: int | None = None
    verify: bool = False
    inputs: Path | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A request with the project that it is about and the settings of the place it was made in."""

    request: Request
    project: Project
    stdin: SourceText | None
    checker: Checker
    unsafe: bool
    output_format: Format


def check(request: Request) -> int:
    """Do it all; the exit code. Raises ConfigError and WriteError."""
    bar = Bar()
    try:
        return _checked(_open(request, bar))
    finally:
        bar.end()


def _checked(session: Session) -> int:
    request = session.request
    for problem in session.project.problems:
        complain(problem)
    if not any((session.project.sources, session.project.unreadable, session.project.problems)):
        complain("warning: no Python files found")
    if request.add_ignore:
        code = _add_ignores(session)
    elif request.write_baseline:
        code = _write_baseline(session, request.write_baseline)
    elif request.diff:
        code = _diff(session)
    elif request.fix or request.fix_only:
        code = _fix(session)
    else:
        raw = _lint(session)
        if request.verify:
            raw = confirmed(session.project.sources, raw, request.inputs)
        found = _in_order(session.project, raw)
        code = _report(session, found, session.project.sources)
    return FAILURE if session.project.problems else code


def _open(request: Request, hear: Hear) -> Session:
    own = request.configuration(Path.cwd())
    stdin = None
    if request.paths == (Path("-"),):
        stdin, project = _from_stdin(request)
    else:
        project = load(request.paths or (Path("."),), request.configuration, request.force_exclude)
    unsafe = own.unsafe_fixes if request.unsafe_fixes is None else request.unsafe_fixes
    keeps = not (request.no_cache or stdin)
    folder = request.cache_dir or own.cache_dir or own.root / FOLDER
    checker = replace(project.checker(Cache(folder if keeps else None), request.jobs), hear=hear)
    return Session(request, project, stdin, checker, unsafe, request.output_format or own.output_format or "full")


def _lint(session: Session) -> Found:
    project = session.project
    return lint(project.sources, project.select, keep=project.keep, check=session.checker)


def _from_stdin(request: Request) -> tuple[SourceText | None, Project]:
    name = shown(request.stdin_filename.absolute()) if request.stdin_filename else "-"
    try:
        source = understood(sys.stdin.buffer.read(), name)
    except SourceError as error:
        return None, Project((), request.configuration, (not_python(name, error),))
    own = request.configuration(Path(name).absolute().parent)
    if (request.force_exclude or own.force_exclude) and own.excludes(Path(name).absolute()):
        return source, Project((), request.configuration)
    return source, Project((source,), request.configuration)


def _fix(session: Session) -> int:
    """``--fix`` and ``--fix-only``: write the files, or the text from stdin to stdout."""
    outcome = _outcome(session)
    after = _after(session.project, outcome)
    if session.stdin:
        sys.stdout.flush()
        sys.stdout.buffer.write(session.stdin.encode(outcome.texts.get(session.stdin.path, session.stdin.text)))
        sys.stdout.buffer.flush()
    else:
        _write(session.project, outcome.texts)
    if session.request.show_fixes and outcome.applied:
        _to_stderr(fixes(outcome.applied))
    if session.request.fix_only:
        complain(f"fixed {counted(outcome.applied)}")
        return CLEAN
    return _report(session, _in_order(session.project, outcome.remaining), after, len(outcome.applied))


def _diff(session: Session) -> int:
    """``--diff``: what ``--fix-only`` would change, as a patch; nothing is written."""
    outcome = _outcome(session)
    colours = _colours(session)
    lines = [
        line
        for source in session.project.sources
        for line in unified(source, replace(source, text=outcome.texts[source.path]), colours)
    ]
    _print(session, lines)
    if session.request.show_fixes and outcome.applied:
        _to_stderr(fixes(outcome.applied))
    complain(f"would fix {counted(outcome.applied)}" if lines else "nothing to fix")
    return FINDINGS if lines and not session.request.exit_zero else CLEAN


def _add_ignores(session: Session) -> int:
    project = session.project
    found = _lint(session)
    texts = {source.path: add_ignores(source, found[source.path]) for source in project.sources}
    _write(project, texts)
    complain(f"suppressed {counted([one for listed in found.values() for one in listed])}")
    return CLEAN


def _write_baseline(session: Session, file: Path) -> int:
    found = _in_order(session.project, _lint(session))
    file.write_bytes(baseline.written(found, {source.path: source for source in session.project.sources}))
    complain(f"{file} knows {counted(found)}")
    return CLEAN


def _outcome(session: Session) -> FixOutcome:
    request = session.request
    fixing = partial(_fixed, session)
    outcome = proved(session.project.sources, fixing, request.inputs) if request.verify else fixing()
    for undone in outcome.undone:
        line = undone.diagnostic.start[0]
        complain(f"warning: {undone.path}:{line}: the fix of {undone.diagnostic.code} was not applied: {undone.reason}")
    if not outcome.settled:
        complain("warning: the fixes did not settle; run again, and please report this")
    return outcome


def _fixed(session: Session, veto: Veto = no_veto) -> FixOutcome:
    project = session.project
    applicability: Literal["safe", "unsafe"] = "unsafe" if session.unsafe else "safe"
    return fix(project.sources, project.select, applicability, keep=project.keep, check=session.checker, veto=veto)


def _after(project: Project, outcome: FixOutcome) -> tuple[SourceText, ...]:
    return tuple(replace(source, text=outcome.texts[source.path]) for source in project.sources)


def _write(project: Project, texts: dict[str, str]) -> None:
    """Write the files whose text changed, all or none. Raises WriteError."""
    write(
        [
            Change(Path(source.path), source.encode(source.text), source.encode(texts[source.path]))
            for source in project.sources
            if texts[source.path] != source.text
        ]
    )


def _in_order(project: Project, found: dict[str, list[Diagnostic]]) -> list[Diagnostic]:
    return [*project.unreadable, *(one for listed in found.values() for one in listed)]


def _report(session: Session, found: list[Diagnostic], sources: Iterable[SourceText], fixed: int = 0) -> int:
    """Print the findings that are left; the exit code."""
    request = session.request
    texts = {source.path: source for source in sources}
    if request.baseline:
        found = baseline.new(found, baseline.read(request.baseline), texts)
    if request.statistics:
        _print(session, statistics(found, session.output_format))
    else:
        terse = session.output_format == "concise" and request.explain
        render = explained if terse else FORMATS[session.output_format]
        _print(session, render(found, texts, _colours(session)))
    if session.output_format in ("concise", "full"):
        _to_stderr(summary(found, fixed, session.unsafe))
    if any(one.code == INTERNAL.code for one in found):
        return FAILURE
    return FINDINGS if found and not request.exit_zero else CLEAN


def _colours(session: Session) -> Paint:
    if session.request.output_file:
        return Paint(session.request.color == "always")
    return paint(session.request.color, sys.stdout)


def _print(session: Session, lines: Iterable[str]) -> None:
    """To the output file, or to stdout; to stderr where stdout carries the fixed text."""
    if file := session.request.output_file:
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", errors="backslashreplace")
    elif session.stdin and (session.request.fix or session.request.fix_only) and not session.request.diff:
        _to_stderr(lines)
    else:
        _to(sys.stdout, lines)


def _to_stderr(lines: Iterable[str]) -> None:
    _to(sys.stderr, lines)


def _to(stream: TextIO, lines: Iterable[str]) -> None:
    for line in lines:
        print(line, file=stream)
