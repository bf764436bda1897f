"""Texts in, raw diagnostics out: traces the project once, then asks every rule about every activation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix
from jaxlint.engine.diagnostic import Diagnostic, TraceStep
from jaxlint.facts.definitions import ClassDefinition, FunctionDefinition, own_nodes
from jaxlint.facts.frames import Frame
from jaxlint.facts.project import load
from jaxlint.facts.tracer import Tracer
from jaxlint.facts.view import View
from jaxlint.rules import Rule, all_rules
from jaxlint.source import Chunk, SourceText

Subscriptions = dict[type, list[Rule]]


def check(
    sources: Sequence[SourceText],
    select: Callable[[Rule], bool],
    rules: Sequence[Rule] | None = None,
) -> dict[str, list[Diagnostic]]:
    """Diagnostics of each text, by path. The texts are one project: contexts flow across its modules.

    A text that does not parse gets JAX001; a rule that raises gives JAX000 and the rest goes on.
    """
    project = load(sources)
    found: dict[str, list[Diagnostic]] = {source.path: [] for source in sources}
    for module in project.modules:
        for error in module.errors:
            place = (error.line, error.column)
            found[module.path].append(
                Diagnostic("JAX001", "syntax-error", "error", error.message, module.path, place, place)
            )
    wanted = [rule for rule in (all_rules() if rules is None else rules) if select(rule)]
    if wanted:
        tracer = Tracer(project)
        tracer.run()
        for diagnostic in _diagnostics(tracer, wanted):
            found[diagnostic.path].append(diagnostic)
    return found


def _diagnostics(tracer: Tracer, rules: Sequence[Rule]) -> Iterator[Diagnostic]:
    """Every finding once, whatever the number of contexts that show it."""
    subscriptions: Subscriptions = defaultdict(list)
    for rule in rules:
        for kind in rule.nodes:
            subscriptions[kind].append(rule)
    seen: set[tuple[object, ...]] = set()
    for view, node in _visits(tracer):
        for rule, finding in _findings(tracer, subscriptions, view, node):
            diagnostic = _resolve(rule, finding, view)
            key = (diagnostic.code, diagnostic.path, diagnostic.start, diagnostic.end)
            if key not in seen:
                seen.add(key)
                yield diagnostic


def _visits(tracer: Tracer) -> Iterator[tuple[View, cst.CSTNode]]:
    """Each node in each activation that ran it, traced activations first."""
    for owner, frames in tracer.activations.items():
        for frame in sorted(frames, key=lambda frame: frame.boundary is None):
            for chunk, node in _nodes(owner, frame):
                yield View(tracer, frame, chunk), node


def _nodes(owner: object, frame: Frame) -> Iterator[tuple[Chunk, cst.CSTNode]]:
    match owner:
        case FunctionDefinition(chunk=chunk, node=node):
            for inner in own_nodes(node.body):
                yield chunk, inner
        case ClassDefinition(chunk=chunk, node=node):
            for inner in own_nodes(node.body):
                yield chunk, inner
        case _:
            for chunk in frame.module.chunks:
                for inner in own_nodes(chunk.tree):
                    yield chunk, inner


def _findings(
    tracer: Tracer, subscriptions: Subscriptions, view: View, node: cst.CSTNode
) -> Iterator[tuple[Rule, Finding]]:
    """What the rules that subscribe to this class of node, or to events at this node, report."""
    view.node = node
    for rule in subscriptions.get(type(node), ()):
        for finding in rule.check(view, node):
            yield rule, finding
    for _, event in tracer.events.get(node, ()):
        for rule in subscriptions.get(type(event), ()):
            for finding in rule.check(view, event):
                yield rule, finding


def _resolve(rule: Rule, finding: Finding, view: View) -> Diagnostic:
    source = view.chunk.source
    start, end = view.span(finding.node)
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
        source.path,
        source.position(start),
        source.position(end),
        trace,
        finding.fix if isinstance(finding.fix, Fix) else None,
        finding.fix.reason if isinstance(finding.fix, Decline) else None,
    )
