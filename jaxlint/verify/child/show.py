"""A call as a person would write it, short."""

from typing import Any

import jax
import numpy as np

from jaxlint.verify.child.execute import Call
from jaxlint.verify.child.generators import is_generator

_FEW = 12
_SHORT = {"float": "f", "int": "i", "uint": "u", "complex": "c", "bfloat": "bf"}


def show(function: str, call: Call) -> str:
    """`f(f32[2] [0, nan], n=3)`"""
    arguments = [_value(value) for value in call.args] + [f"{k}={_value(v)}" for k, v in call.kwargs.items()]
    return f"{function}({', '.join(arguments)})"


def _value(value: Any) -> str:
    match value:
        case jax.Array() | np.ndarray() | np.generic():
            return _array(value)
        case tuple():
            return f"({''.join(f'{_value(item)}, ' for item in value).rstrip(' ')})"
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            return f"{{{', '.join(f'{key!r}: {_value(item)}' for key, item in value.items())}}}"
    if callable(value) and hasattr(value, "__qualname__"):
        return str(value.__qualname__)
    text = type(value).__name__ if is_generator(value) else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _array(value: Any) -> str:
    head = f"{dtype_name(value.dtype)}[{','.join(map(str, value.shape))}]"
    if jax.numpy.issubdtype(value.dtype, jax.dtypes.prng_key):
        return f"{head} {np.asarray(jax.random.key_data(value)).tolist()}"
    if value.size > _FEW or value.dtype.kind not in "biufcV":
        return head
    if value.dtype.kind == "V":
        value = np.asarray(value).astype(np.float32)
    return f"{head} {np.array2string(np.asarray(value), separator=', ', max_line_width=10**6)}".replace("\n", "")


def dtype_name(dtype: Any) -> str:
    """`float32` -> `f32`"""
    name = str(dtype)
    letters = name.rstrip("0123456789")
    return f"{_SHORT[letters]}{name[len(letters) :]}" if letters in _SHORT else name
