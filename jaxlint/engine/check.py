"""Texts in, raw diagnostics out: traces the project once, then asks every rule about every activation."""

from __future__ import annotations

import gc
import os
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix
from jaxlint.engine.diagnostic import Diagnostic, TraceStep
from jaxlint.engine.manner import THOROUGH, Manner
from jaxlint.engine.own import INTERNAL, SYNTAX, Own
from jaxlint.engine.rule_options import Given, Scalar, no_options
from jaxlint.facts.model.definitions import ClassDefinition, FunctionDefinition, own_nodes
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.project import States, Target, load, newest_jax, nothing_stated
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.tracer import Tracer
from jaxlint.rewrite.contexts import holding
from jaxlint.rules import Rule, all_rules
from jaxlint.source import Chunk, SourceError, SourceText, parse_module

Subscriptions = dict[type, list[Rule]]
Span = tuple[tuple[int, int], tuple[int, int]]


def check(
    sources: Sequence[SourceText],
    select: Callable[[Rule], bool],
    rules: Sequence[Rule] | None = None,
    target: Target = newest_jax,
    options: Given = no_options,
    stated: States = nothing_stated,
    manner: Manner = THOROUGH,
) -> dict[str, list[Diagnostic]]:
    """Diagnostics of each text, by path. The texts are one project: contexts flow across its modules.

    A text that does not parse gets JAX001; a rule that raises gives JAX000 and the rest goes on. If following the
    code raises, that is one JAX000, and no rule runs. With JAXLINT_RAISE=1 in the environment, both are raised.
    ``target`` tells the oldest JAX that a file has to run with, ``options`` those of rules that hold in it, ``stated``
    what is known of parameters besides the code.
    """
    project = load(sources, target, stated, manner.memory.module if manner.memory else parse_module)
    found: dict[str, list[Diagnostic]] = {source.path: [] for source in sources}
    for module in project.modules:
        found[module.path] += [_own(SYNTAX, error.message, module.path, _at(error)) for error in module.errors]
    wanted = [rule for rule in (all_rules() if rules is None else rules) if select(rule)]
    if wanted:
        with _no_collections():
            for diagnostic in _traced(Tracer(project, pause=manner.pause), wanted, options, manner):
                found[diagnostic.path].append(diagnostic)
    return found


@contextmanager
def _no_collections() -> Iterator[None]:
    """The tracer makes many objects and drops few: looking for garbage among them takes a seventh of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _traced(tracer: Tracer, rules: Sequence[Rule], options: Given, manner: Manner) -> Iterator[Diagnostic]:
    """Every finding once, whatever the number of contexts that show it."""
    if failure := _run(tracer):
        yield failure
        return
    manner.seen(tracer)
    for path, error in tracer.unread:
        yield _own(SYNTAX, error.message, path, _at(error))
    subscriptions: Subscriptions = defaultdict(list)
    for rule in rules:
        for kind in rule.nodes:
            subscriptions[kind].append(rule)
    paths = [module.path for module in tracer.project.modules]
    stated = {path: {name: dict(given) for name, given in options(path)} for path in paths}
    seen: set[tuple[object, ...]] = set()
    for view in _visits(tracer, subscriptions, manner.where):
        manner.pause()
        for diagnostic in _findings(tracer, subscriptions, view, stated.get(view.module.path, {})):
            key = (diagnostic.code, diagnostic.path, diagnostic.start, diagnostic.end)
            if key not in seen:
                seen.add(key)
                yield diagnostic


def _run(tracer: Tracer) -> Diagnostic | None:
    """Follow the project's code; what went wrong, in the file that was being followed."""
    try:
        tracer.run()
    except Exception as error:
        if os.environ.get("JAXLINT_RAISE"):
            raise
        calls = [call.f_locals.values() for call, _ in traceback.walk_tb(error.__traceback__)]
        followed = [value.module.path for values in calls for value in values if isinstance(value, Frame)]
        path = followed[-1] if followed else tracer.project.modules[0].path
        return _own(INTERNAL, f"internal error in the static tracer: {_told(error)}", path)
    return None


def _visits(tracer: Tracer, subscriptions: Subscriptions, where: Callable[[Chunk], bool]) -> Iterator[View]:
    """Each node that a rule subscribes to, or where something happened, in each activation; traced activations
    first."""
    for owner, frames in tracer.activations.items():
        wanted = [
            (chunk, node)
            for chunk, node in _nodes(owner, frames[0], where)
            if type(node) in subscriptions or node in tracer.events
        ]
        for frame in sorted(frames, key=lambda frame: frame.boundary is None):
            for chunk, node in wanted:
                yield View(tracer, frame, chunk, node)


def _nodes(owner: object, frame: Frame, where: Callable[[Chunk], bool]) -> Iterator[tuple[Chunk, cst.CSTNode]]:
    match owner:
        case FunctionDefinition(chunk=chunk, node=node) | ClassDefinition(chunk=chunk, node=node):
            if where(chunk):
                for inner in own_nodes(node.body):
                    yield chunk, inner
        case _:
            for chunk in filter(where, frame.module.chunks):
                with suppress(SourceError):  # in tracer.unread
                    for inner in own_nodes(chunk.tree):
                        yield chunk, inner


def _findings(
    tracer: Tracer, subscriptions: Subscriptions, view: View, options: dict[str, dict[str, Scalar]]
) -> Iterator[Diagnostic]:
    """What the rules that subscribe to the class of the view's node, or to events there, report."""
    node = view.node
    for subject in (node, *(event for _, event in tracer.events.get(node, ()))):
        for rule in subscriptions.get(type(subject), ()):
            try:
                for finding in rule.check(view, subject, **options.get(rule.name, {})):
                    yield _resolve(rule, holding(view, finding), view)
            except SourceError as error:
                place = view.chunk.source.position(view.chunk.start)
                yield _own(SYNTAX, error.message, view.chunk.source.path, (place, place))
            except Exception as error:
                if os.environ.get("JAXLINT_RAISE"):
                    raise
                message = f"internal error in rule {rule.code} ({rule.name}): {_told(error)}"
                yield _own(INTERNAL, message, view.chunk.source.path, _span(view, node))


def _resolve(rule: Rule, finding: Finding, view: View) -> Diagnostic:
    trace = (
        tuple(TraceStep(step.message, step.place.path, step.place.line) for step in finding.why.steps())
        if finding.why
        else ()
    )
    return Diagnostic(
        rule.code,
        rule.name,
        rule.level,
        finding.message,
        view.chunk.source.path,
        *_span(view, finding.node),
        trace,
        finding.fix if isinstance(finding.fix, Fix) else None,
        finding.fix.reason if isinstance(finding.fix, Decline) else None,
    )


def _own(code: Own, message: str, path: str, span: Span = ((1, 1), (1, 1))) -> Diagnostic:
    return Diagnostic(code.code, code.name, code.level, message, path, *span)


def _span(view: View, node: cst.CSTNode) -> Span:
    start, end = view.span(node)
    return view.chunk.source.position(start), view.chunk.source.position(end)


def _at(error: SourceError) -> Span:
    return (error.line, error.column), (error.line, error.column)


def _told(error: Exception) -> str:
    """An exception of our own, in a line."""
    return f"{type(error).__name__}: {error}; please report".replace("\n", " ")
