"""Notes pytrees that do not fit: a carry that changes, branches that differ."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.facts.model.events import Mismatch
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.values import NONE, Array, Const, HostArray, Ref, Static, Tuple, Value
from jaxlint.facts.trace import dtypes

_LOOPS = ("jax.lax.scan", "jax.lax.fori_loop", "jax.lax.while_loop")
_BRANCHES = ("jax.lax.cond", "jax.lax.switch")
_MAX_DEPTH = 4
Difference = tuple[str, str, str]
"""Where two trees differ, and what each has there."""


def note_carry(frame: Frame, name: str, start: Value, result: Value, node: cst.CSTNode) -> None:
    """Note a loop whose body returns another carry than it got."""
    if name not in _LOOPS or frame.caught:
        return
    if name == "jax.lax.scan":
        if isinstance(result, Array) or (isinstance(result, Tuple) and len(result.items) != 2):
            frame.tracer.record(frame, node, Mismatch(name, "pair", "", "a pair (carry, y)", _described(result)))
        if not isinstance(result, Tuple) or len(result.items) != 2:
            return
        result = result.items[0]
    for where, before, after in _differences(frame, start, result, carried=True):
        frame.tracer.record(frame, node, Mismatch(name, "carry", where, before, after))
        return


def note_branches(frame: Frame, name: str, results: list[Value], node: cst.CSTNode) -> None:
    """Note branches that return different types."""
    if name not in _BRANCHES or frame.caught:
        return
    for other in results[1:]:
        for where, first, second in _differences(frame, results[0], other, carried=False):
            frame.tracer.record(frame, node, Mismatch(name, "branches", where, first, second))
            return


def _differences(
    frame: Frame, first: Value, second: Value, *, carried: bool, path: str = "", depth: int = 0
) -> Iterator[Difference]:
    """Where two trees certainly differ in structure, shape or type."""
    parts, others = _parts(frame, first), _parts(frame, second)
    if parts is not None and others is not None and depth < _MAX_DEPTH:
        if parts.keys() != others.keys() or type(first) is not type(second):
            yield path, _described(first, parts), _described(second, others)
            return
        for name in parts:
            yield from _differences(
                frame, parts[name], others[name], carried=carried, path=path + name, depth=depth + 1
            )
    elif (parts is None) != (others is None):
        if _is_leaf(second if parts is not None else first):
            yield path, _described(first, parts), _described(second, others)
    elif (
        _is_leaf(first) and _is_leaf(second) and (found := _between_leaves(first, second, carried=carried)) is not None
    ):
        yield path, *found


def _parts(frame: Frame, value: Value) -> dict[str, Value] | None:
    """The parts of a container by name; None for a leaf and what is not known. None itself has none."""
    match value:
        case Tuple(items=items):
            return {f"[{number}]": item for number, item in enumerate(items)}
        case Ref(kind="list" | "dict"):
            contents = frame.state.contents(value)
            known = all(isinstance(name, str | int) and name != "…" for name in contents)
            return {f"[{name!r}]": item for name, item in contents.items()} if known else None
        case Const(value=None):
            return {}
    return None


def _is_leaf(value: Value) -> bool:
    return isinstance(value, Array | HostArray) or (isinstance(value, Const | Static) and dtypes.of(value) is not None)


def _between_leaves(first: Value, second: Value, *, carried: bool) -> tuple[str, str] | None:
    a, b = dtypes.of(first), dtypes.of(second)
    if a is not None and b is not None and a.name != b.name and not (carried and a.weak):
        return a.name, b.name
    shape, other = _shape(first), _shape(second)
    if shape is not None and other is not None and (len(shape) != len(other) or _clash(shape, other)):
        return _spelled(shape), _spelled(other)
    return None


def _shape(value: Value) -> tuple[int | None, ...] | None:
    match value:
        case Const() | Static():
            return ()
        case Array(ndim=int() as ndim, dims=dims):
            return dims if dims is not None else (None,) * ndim
    return None


def _clash(shape: tuple[int | None, ...], other: tuple[int | None, ...]) -> bool:
    return any(a is not None and b is not None and a != b for a, b in zip(shape, other, strict=True))


def _spelled(shape: tuple[int | None, ...]) -> str:
    return "shape (" + ", ".join("?" if length is None else str(length) for length in shape) + ")"


def _described(value: Value, parts: dict[str, Value] | None = None) -> str:
    if value == NONE:
        return "None"
    match value:
        case Tuple(items=items):
            return f"a tuple of {len(items)}"
        case Ref(kind="dict") if parts is not None:
            return "a dict with " + (", ".join(name.strip("[]") for name in parts) or "nothing")
        case Ref(kind="list") if parts is not None:
            return f"a list of {len(parts)}"
    return "an array"
