"""Where the derivative of what is differentiated becomes zero: rounding, comparisons, integers."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from jaxlint.facts.model.events import ZeroGradient
from jaxlint.facts.model.frames import Boundary, Frame
from jaxlint.facts.model.values import Array, Const, Tuple, Value
from jaxlint.facts.model.why import Cut, Traced

_FLAT = frozenset(
    """round rint floor ceil trunc fix around sign floor_divide argmax argmin argsort searchsorted digitize
    count_nonzero heaviside""".split()  # noqa: SIM905
)
"""Functions of `jax.numpy` and `jax.lax`, and methods, whose derivative is zero wherever there is one."""
_MAX_CUTS = 4


def flat_function(name: str) -> bool:
    """True for the canonical name of a function whose derivative is zero."""
    area, _, short = name.rpartition(".")
    return area in ("jax.numpy", "jax.lax") and short in _FLAT


def flat_method(name: str, result: Array) -> bool:
    """True for a method of an array whose result does not follow small changes."""
    return name in _FLAT or (name == "astype" and result.kind in ("int", "bool"))


def cut(frame: Frame, node: cst.CSTNode, traced: Traced | None) -> Traced | None:
    """The proof for a result with a derivative of zero: it no longer depends on what is differentiated."""
    if traced is None or not traced.reverse or frame.boundary is None:
        return traced
    frame.tracer.flat.add(node)
    cuts = (*traced.cuts, Cut(frame.place(node), frame.boundary))
    return replace(traced, reverse=False, cuts=cuts[:_MAX_CUTS])


def note_result(frame: Frame, trace: Boundary, result: Value, has_aux: Value | None) -> None:
    """Note a differentiated function whose result depends on its arguments through derivatives of zero only."""
    if isinstance(result, Tuple) and len(result.items) == 2 and has_aux == Const(True):
        result = result.items[0]
    if not isinstance(result, Array) or result.traced is None or result.traced.reverse:
        return
    if result.dtype is not None and not result.dtype.is_float:
        return  # refused, or complex
    for found in result.traced.cuts:
        if trace in found.boundary.chain():
            frame.tracer.record_at(found.place, ZeroGradient(trace))
