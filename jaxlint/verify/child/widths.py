"""Wider inputs, for what lax refuses with 64-bit types on.

Python's numbers become 64-bit arrays then, and lax takes no branch or carry that mixes them with 32-bit inputs. It says
so while it traces, and eager code does not care: nothing is silently wrong, and inputs of 64 bits show the rest.
"""

from typing import Any

import jax
import numpy as np

from jaxlint.verify.child.execute import Call
from jaxlint.verify.outcome import Outcome, Raised

_WIDE = {"float32": "float64", "int32": "int64", "complex64": "complex128"}
_REFUSALS = ("must have equal types", "must have equal output types")
WIDENED = "with 64-bit types on, lax refuses inputs of 32 bits: compared with inputs of 64"


def widened(call: Call, actual: Outcome) -> Call | None:
    """The call with 64-bit numbers, if lax refused it and there is something to widen."""
    if not isinstance(actual, Raised) or not any(text in actual.message for text in _REFUSALS):
        return None
    if not any(_is_narrow(leaf) for leaf in jax.tree_util.tree_leaves((call.args, call.kwargs))):
        return None
    args, kwargs = jax.tree_util.tree_map(_wide, (call.args, call.kwargs))
    return Call(args, kwargs, call.static)


def _is_narrow(leaf: Any) -> bool:
    return isinstance(leaf, (jax.Array, np.ndarray, np.generic)) and str(leaf.dtype) in _WIDE


def _wide(leaf: Any) -> Any:
    return leaf.astype(_WIDE[str(leaf.dtype)]) if _is_narrow(leaf) else leaf
