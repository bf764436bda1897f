"""A call that works for nearly every function on arrays, made from its parameters' names, or written down."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np

from jaxlint.jaxapi import signature
from tests.jaxapi.resolve import resolve

MATRIX = np.arange(1.0, 10.0, dtype=np.float32).reshape(3, 3) / 10
VECTOR = np.arange(1.0, 4.0, dtype=np.float32) / 10
INTEGERS = np.array([1, 0, 2], dtype=np.int32)
ARRAYS = (MATRIX, VECTOR, np.float32(0.3), np.array([[1, 2], [3, 4]], dtype=np.int32), INTEGERS)
IMAGE = np.ones((1, 1, 3, 3), dtype=np.float32)
MASK = MATRIX > 0.3

KEY = jax.random.key(0)

# What a parameter of this name is given, unless an array will do.
USUAL: dict[str, Any] = {
    "axes": (0, 1), "axis": 0, "axis1": 0, "axis2": 1, "axisa": -1, "bins": 3, "condition": MASK, "ddof": 0,
    "decimals": 1, "deg": 1, "destination": 1, "dims": (3, 3), "dimension": 0, "dtype": "float32", "fill_value": 0,
    "independent": False, "indices": np.array([0, 1]), "indices_or_sections": 3, "k": 1, "keepdims": False,
    "key": KEY, "kth": 1, "length": 3, "M": 3, "mask": MASK, "maxval": 5, "minlength": 3, "minval": 0, "mode": "clip",
    "N": 3, "n": 1, "n_max": 2, "ndim": 2, "new_dtype": "float32", "new_shape": (2, 2), "num": 3, "num_classes": 3,
    "num_segments": 3, "obj": 1, "offset": 0, "p": VECTOR, "pad_width": 1, "permutation": (1, 0), "q": 0.5,
    "repeats": 2, "replace": True, "reps": 2, "return_index": True, "shape": (2, 3), "shift": 1, "size": 2, "source": 0,
    "start": 0, "stop": 4, "strip_zeros": False, "total_repeat_length": 6, "values": 1.0, "where": MASK,
}  # fmt: skip

# Calls that the names do not give.
WRITTEN: dict[str, dict[str, Any]] = {
    "jax.numpy.arange": {"start": 0.0, "stop": 2.0},
    "jax.numpy.full": {"shape": (2,), "fill_value": 0.0},
    "jax.numpy.where": {"condition": MASK, "x": MATRIX, "y": MATRIX},
    "jax.numpy.choose": {"a": INTEGERS, "choices": [VECTOR, VECTOR, VECTOR]},
    "jax.numpy.clip": {"arr": VECTOR, "min": 0.1},
    "jax.numpy.compress": {"condition": np.array([True, False, True]), "a": MATRIX, "axis": 0},
    "jax.numpy.digitize": {"x": VECTOR, "bins": VECTOR},
    "jax.numpy.dsplit": {"ary": np.ones((3, 3, 3)), "indices_or_sections": 3},
    "jax.numpy.einsum": {"subscripts": "ij->ji", "operands": MATRIX},
    "jax.numpy.fill_diagonal": {"a": MATRIX, "val": 0.0, "inplace": False},
    "jax.numpy.place": {"arr": MATRIX, "mask": MASK, "vals": VECTOR, "inplace": False},
    "jax.numpy.put": {"a": MATRIX, "ind": INTEGERS, "v": VECTOR, "inplace": False},
    "jax.numpy.put_along_axis": {"arr": VECTOR, "indices": INTEGERS, "values": VECTOR, "axis": 0, "inplace": False},
    "jax.numpy.ravel_multi_index": {"multi_index": (INTEGERS, INTEGERS), "dims": (3, 3)},
    "jax.numpy.reshape": {"a": MATRIX, "shape": (9,)},
    "jax.numpy.take": {"a": VECTOR, "indices": INTEGERS},
    "jax.numpy.unpackbits": {"a": np.array([3], dtype=np.uint8)},
    "jax.numpy.histogram": {"a": VECTOR, "bins": 3},
    "jax.numpy.squeeze": {"a": np.ones((1, 3)), "axis": 0},
    "jax.numpy.tensordot": {"a": MATRIX, "b": MATRIX, "axes": 1},
    "jax.numpy.unravel_index": {"indices": INTEGERS, "shape": (3, 3)},
    "jax.numpy.resize": {"a": MATRIX, "new_shape": (2, 2)},
    "jax.lax.argmax": {"operand": MATRIX, "axis": 0, "index_dtype": "int32"},
    "jax.lax.argmin": {"operand": MATRIX, "axis": 0, "index_dtype": "int32"},
    "jax.lax.bitcast_convert_type": {"operand": VECTOR, "new_dtype": "float32"},
    "jax.lax.broadcast_shapes": {"shapes": (2, 3)},
    "jax.lax.full": {"shape": (2,), "fill_value": 0.0},
    "jax.lax.broadcast": {"operand": VECTOR, "sizes": (2,)},
    "jax.lax.broadcast_in_dim": {"operand": VECTOR, "shape": (2, 3), "broadcast_dimensions": (1,)},
    "jax.lax.broadcast_to_rank": {"x": VECTOR, "rank": 2},
    "jax.lax.collapse": {"operand": MATRIX, "start_dimension": 0, "stop_dimension": 2},
    "jax.lax.concatenate": {"operands": [VECTOR, VECTOR], "dimension": 0},
    "jax.lax.conv": {"lhs": IMAGE, "rhs": IMAGE, "window_strides": (1, 1), "padding": "SAME"},
    "jax.lax.conv_general_dilated": {"lhs": IMAGE, "rhs": IMAGE, "window_strides": (1, 1), "padding": "SAME"},
    "jax.lax.dot_general": {"lhs": MATRIX, "rhs": MATRIX, "dimension_numbers": (((1,), (0,)), ((), ()))},
    "jax.lax.dynamic_index_in_dim": {"operand": MATRIX, "index": 1},
    "jax.lax.dynamic_slice": {"operand": VECTOR, "start_indices": (0,), "slice_sizes": (2,)},
    "jax.lax.dynamic_slice_in_dim": {"operand": VECTOR, "start_index": 0, "slice_size": 2},
    "jax.lax.dynamic_update_index_in_dim": {"operand": VECTOR, "update": np.float32(1), "index": 0, "axis": 0},
    "jax.lax.dynamic_update_slice": {"operand": VECTOR, "update": VECTOR[:2], "start_indices": (0,)},
    "jax.lax.dynamic_update_slice_in_dim": {"operand": VECTOR, "update": VECTOR[:2], "start_index": 0, "axis": 0},
    "jax.lax.expand_dims": {"array": VECTOR, "dimensions": (0,)},
    "jax.lax.fft": {"x": VECTOR.astype("complex64"), "fft_type": "fft", "fft_lengths": (3,)},
    "jax.lax.imag": {"x": VECTOR.astype("complex64")},
    "jax.lax.real": {"x": VECTOR.astype("complex64")},
    "jax.lax.index_in_dim": {"operand": MATRIX, "index": 1},
    "jax.lax.integer_pow": {"x": VECTOR, "y": 2},
    "jax.lax.iota": {"dtype": "float32", "size": 3},
    "jax.lax.pad": {"operand": VECTOR, "padding_value": np.float32(0), "padding_config": ((1, 1, 0),)},
    "jax.lax.reduce_precision": {"operand": VECTOR, "exponent_bits": 8, "mantissa_bits": 7},
    "jax.lax.reshape": {"operand": MATRIX, "new_sizes": (9,)},
    "jax.lax.rev": {"operand": VECTOR, "dimensions": (0,)},
    "jax.lax.rng_bit_generator": {"key": np.zeros(4, "uint32"), "shape": (3,)},
    "jax.lax.select": {"pred": MASK, "on_true": MATRIX, "on_false": MATRIX},
    "jax.lax.slice": {"operand": VECTOR, "start_indices": (0,), "limit_indices": (2,)},
    "jax.lax.slice_in_dim": {"operand": VECTOR, "start_index": 0, "limit_index": 2},
    "jax.lax.sort_key_val": {"keys": VECTOR, "values": VECTOR},
    "jax.lax.split": {"operand": VECTOR, "sizes": (1, 2)},
    "jax.lax.squeeze": {"array": np.ones((1, 3)), "dimensions": (0,)},
    "jax.lax.tile": {"operand": VECTOR, "reps": (2,)},
    "jax.lax.top_k": {"operand": VECTOR, "k": 2},
    "jax.lax.transpose": {"operand": MATRIX, "permutation": (1, 0)},
    "jax.lax.linalg.lu": {"x": MATRIX},
    "jax.nn.glu": {"x": np.ones(4)},
    "jax.nn.dot_product_attention": {p: np.ones((1, 2, 2, 2), "float32") for p in ("query", "key", "value")},
    "jax.nn.scaled_matmul": {},
    "jax.random.PRNGKey": {"seed": 0},
    "jax.random.key": {"seed": 0},
    "jax.random.ball": {"key": KEY, "d": 2},
    "jax.random.binomial": {"key": KEY, "n": 3.0, "p": 0.5, "shape": (2, 3)},
    "jax.random.choice": {"key": KEY, "a": VECTOR, "shape": (2,)},
    "jax.random.dirichlet": {"key": KEY, "alpha": VECTOR, "shape": (2,)},
    "jax.random.generalized_normal": {"key": KEY, "p": 2.0, "shape": (2,)},
    "jax.random.key_data": {"keys": KEY},
    "jax.random.key_impl": {"keys": KEY},
    "jax.random.multivariate_normal": {"key": KEY, "mean": VECTOR, "cov": np.eye(3)},
    "jax.random.orthogonal": {"key": KEY, "n": 3},
    "jax.random.triangular": {"key": KEY, "left": 0.0, "mode": 1.0, "right": 2.0},
    "jax.random.wrap_key_data": {"key_bits_array": np.zeros(2, "uint32")},
    "jax.ops.segment_sum": {"data": VECTOR, "segment_ids": INTEGERS, "num_segments": 3},
    "jax.scipy.special.bessel_jn": {"z": VECTOR, "v": 1},
    "jax.scipy.special.zeta": {"x": VECTOR + 1, "q": VECTOR},
    "jax.scipy.special.sph_harm_y": {"n": INTEGERS, "m": INTEGERS, "theta": VECTOR, "phi": VECTOR},
}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A function with arguments by name that it accepts."""

    function: Callable[..., Any]
    positional: tuple[str, ...]
    arguments: dict[str, Any]

    def __call__(self, **changed: Any) -> Any:
        """Call the function, some arguments changed or added."""
        keywords = {name: value for name, value in (self.arguments | changed).items() if value is not None}
        return self.function(*[keywords.pop(name) for name in self.positional if name in keywords], **keywords)

    def traced(self, *names: str, look: Callable[[Any], Any] = lambda result: result) -> Any:
        """Call the function under a trace, with tracers for these arguments (default: the arrays); what `look` sees."""
        seen = []
        arguments = {name: self.arguments.get(name, USUAL.get(name)) for name in names} or self.arrays
        jax.eval_shape(lambda tracers: seen.append(look(self(**tracers))), arguments)
        return seen[0]

    def given(self, param: str) -> "Sample":
        """The same call with the usual value of one more parameter."""
        return replace(self, arguments={param: USUAL.get(param), **self.arguments})

    @property
    def arrays(self) -> dict[str, Any]:
        """The arguments that are arrays or keys."""
        return {name: value for name, value in self.arguments.items() if hasattr(value, "dtype")}


@functools.cache
def sample(name: str) -> Sample | None:
    """A working call of the function, None where there is none that needs only arrays."""
    return next((s for s in candidates(name) if accepts(s.traced) or accepts(s)), None)


def candidates(name: str) -> Iterator[Sample]:
    called = signature(name)
    if called is None:
        return
    function = resolve(name)
    by_position = called.positional[: called.positional_only]
    if called.variadic:
        by_position = (*called.positional, called.variadic)
    if (written := WRITTEN.get(name)) is not None:
        yield Sample(function, by_position, written)
        return
    needed = called.positional[: called.required] or called.positional[:1] or (called.variadic,)
    for array in ARRAYS:
        yield Sample(function, by_position, {param: USUAL.get(param, array) for param in needed if param})


def accepts(call: Callable[[], Any]) -> bool:
    try:
        call()
    except Exception:
        return False
    return True
