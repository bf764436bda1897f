"""Different float64 numbers that become one float32 number.  Page: rules/lossy_conversion.md"""

import itertools
import struct
from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding
from jaxlint.facts.model.contents import MAX_ELEMENTS
from jaxlint.facts.model.values import Array
from jaxlint.facts.queries.passed import passed
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule

_CONVERSIONS = ("jax.numpy.asarray", "jax.numpy.array", "jax.device_put")


@rule("JAX812", since="0.1")
def lossy_conversion(ctx: View, node: cst.Call) -> Iterator[Finding]:
    call = passed(ctx, node) if ctx.name(node.func) in _CONVERSIONS else None
    given = next(filter(None, map(call.single, ("object", "a", "x"))), None) if call is not None else None
    if call is None or given is None or "dtype" in call.arguments:
        return
    result = ctx.value(node)
    pair = _merged(result) if isinstance(result, Array) else None
    if pair is None or ctx.x64:
        return
    message = (
        f"`{ctx.code(given)}` holds {pair[0]!r} and {pair[1]!r}, which are one and the same number in float32, and "
        "x64 is not enabled; compute with them in NumPy first (subtract an origin), or enable x64"
    )
    yield Finding(node, message, Decline("which part of the numbers matters is for the author to say"))


def _merged(array: Array) -> tuple[float, float] | None:
    """Two neighbouring numbers that float32 does not tell apart."""
    if array.contents is None or array.dtype is None or array.dtype.wide != "float64":
        return None
    if len(array.contents.items) > MAX_ELEMENTS:
        return None
    pairs = itertools.pairwise(sorted({float(item) for item in array.contents.items}))
    return next(((a, b) for a, b in pairs if _in_single(a) == _in_single(b) and _tells_apart(a, b)), None)


def _in_single(number: float) -> float:
    try:
        single: float = struct.unpack("f", struct.pack("f", number))[0]
    except OverflowError:
        return number
    return single


def _tells_apart(first: float, second: float) -> bool:
    """False for numbers that differ by rounding only, or are both next to nothing."""
    return second - first > 1e-12 * max(abs(first), abs(second)) and max(abs(first), abs(second)) > 1e-30
