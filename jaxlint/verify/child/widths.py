"""Wider inputs, where 64-bit types are on and nobody has asked for inputs of 32.

Python's numbers become 64-bit arrays then. Where they meet such inputs, lax may refuse a branch or a carry, and the
width of a result may hang on which of the two a value came from. Inputs of 64 bits show all else.
"""

from typing import Any

import jax
import numpy as np

from jaxlint.verify.child.execute import Call
from jaxlint.verify.outcome import Outcome, Raised, Returned, blank
from jaxlint.verify.verdict import judge_case

_WIDE = {"float32": "float64", "int32": "int64", "complex64": "complex128"}
_REFUSALS = ("must have equal types", "must have equal output types")
WIDENED = "with 64-bit types on, inputs of 32 bits are refused or give other widths: compared with inputs of 64"


def widened(call: Call, expected: Outcome, actual: Outcome) -> Call | None:
    """The call with 64-bit numbers, if widths are what is wrong with it and there is something to widen."""
    if not (_refused(actual) or _only_widths_differ(expected, actual)):
        return None
    if not any(_is_narrow(leaf) for leaf in jax.tree_util.tree_leaves((call.args, call.kwargs))):
        return None
    args, kwargs = jax.tree_util.tree_map(_wide, (call.args, call.kwargs))
    return Call(args, kwargs, call.static)


def _refused(actual: Outcome) -> bool:
    return isinstance(actual, Raised) and any(text in actual.message for text in _REFUSALS)


def _only_widths_differ(expected: Outcome, actual: Outcome) -> bool:
    if not (isinstance(expected, Returned) and isinstance(actual, Returned)):
        return False
    old, new, mutated = blank(expected), blank(actual), set(expected.mutated)
    exactly, roughly = (judge_case("", old, new, mutated, x64=x64).kind.passes for x64 in (True, False))
    return roughly and not exactly


def _is_narrow(leaf: Any) -> bool:
    return isinstance(leaf, (jax.Array, np.ndarray, np.generic)) and str(leaf.dtype) in _WIDE


def _wide(leaf: Any) -> Any:
    return leaf.astype(_WIDE[str(leaf.dtype)]) if _is_narrow(leaf) else leaf
