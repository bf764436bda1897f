"""How the functions of a project are traced, to be shown beside the code: ``jit: x traced, n static``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from jaxlint.facts import Tracer
from jaxlint.facts.model.definitions import FunctionDefinition
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.values import Const, HostArray, Static, Unknown, Value, tracing
from jaxlint.source import Chunk, SourceError


@dataclass(frozen=True, slots=True)
class Context:
    """How the function whose head ends at a 1-based line and column is traced."""

    path: str
    place: tuple[int, int]
    text: str


def contexts(tracer: Tracer) -> Iterator[Context]:
    """The functions that are entered in a trace, each in its first one."""
    for owner, frames in tracer.activations.items():
        if isinstance(owner, FunctionDefinition) and isinstance(node := _node(owner), cst.FunctionDef):
            traced = next((frame for frame in frames if frame.boundary and frame.boundary.staging), None)
            if traced is not None and (text := _said(traced)):
                yield Context(owner.module.path, owner.chunk.source.position(_head(owner.chunk, node)), text)


def _node(definition: FunctionDefinition) -> cst.CSTNode | None:
    try:
        return definition.node
    except SourceError:
        return None


def _said(frame: Frame) -> str | None:
    """Which arguments are traced, and which are known while tracing."""
    assert frame.boundary is not None and frame.boundary.staging is not None
    sorts = {name: _sort(value) for name, value in frame.arguments.items()} | dict.fromkeys(_static(frame), "static")
    parts = [
        f"{', '.join(names)} {sort}"
        for sort in ("traced", "static")
        if (names := [name for name, found in sorts.items() if found == sort])
    ]
    name = frame.boundary.staging.name.rpartition(".")[2]
    return f"{name}: {', '.join(parts)}" if parts else None


def _static(frame: Frame) -> Iterator[str]:
    """What must be passed to a jitted function and yet is not traced there."""
    trace, definition = frame.boundary, frame.definition
    if trace is not None and definition is not None and trace.kind == "jit" and trace.function == definition.name:
        for parameter in definition.parameters:
            if parameter.default is None and isinstance(frame.arguments.get(parameter.name), Unknown):
                yield parameter.name


def _sort(value: Value) -> str | None:
    if tracing(value) is not None:
        return "traced"
    return "static" if isinstance(value, Const | Static | HostArray) else None


def _head(chunk: Chunk, node: cst.FunctionDef) -> int:
    """Where the head of a function ends: behind its colon."""
    parts = [part for part in (node.name, node.params, node.returns) if part is not None]
    end = chunk.source.text.find(":", max(chunk.span(part)[1] for part in parts))
    return end + 1 if end >= 0 else chunk.span(node)[1]
