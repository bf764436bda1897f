"""Arguments from their descriptions."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

import jax
import numpy as np

from jaxlint.verify.child.execute import Call
from jaxlint.verify.child.sides import attribute
from jaxlint.verify.inputs.spec import (
    Arguments,
    ArraySpec,
    DictSpec,
    Expression,
    InstanceSpec,
    NumberSpec,
    SequenceSpec,
    Spec,
    size,
)


class Source(Protocol):
    """Where values come from."""

    def array(self, dtype: str, shape: tuple[int, ...]) -> Any: ...

    def number(self, kind: str) -> Any: ...

    def seed(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds the arguments of calls, with the module's own classes and names."""

    module: ModuleType
    sizes: Mapping[str, int]
    source: Source

    def call(self, arguments: Arguments) -> Call:
        """Raises whatever a constructor or an expression raises."""
        args = tuple(self._value(spec) for spec in arguments.args)
        return Call(args, {name: self._value(spec) for name, spec in arguments.kwargs})

    def _value(self, spec: Spec) -> Any:
        match spec:
            case ArraySpec("key", dims):
                return self._key(tuple(size(dim, self.sizes) for dim in dims))
            case ArraySpec(dtype, dims):
                return self.source.array(dtype, tuple(size(dim, self.sizes) for dim in dims))
            case NumberSpec(kind):
                return self.source.number(kind)
            case SequenceSpec(items, is_list):
                values = [self._value(item) for item in items]
                return values if is_list else tuple(values)
            case DictSpec(items):
                return {key: self._value(item) for key, item in items}
            case InstanceSpec(name, arguments):
                call = self.call(arguments)
                return attribute(self.module, name)(*call.args, **call.kwargs)
            case Expression(text):
                return eval(text, {"jax": jax, "jnp": jax.numpy, "np": np} | vars(self.module))

    def _key(self, shape: tuple[int, ...]) -> Any:
        key = jax.random.key(self.source.seed())
        return jax.random.split(key, shape) if shape else key


class Plain:
    """Numbers that are exact in any floating type, the same in every run."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(0)

    def array(self, dtype: str, shape: tuple[int, ...]) -> Any:
        """Steps of a sixteenth between -2 and 2; indices of three things; both truth values."""
        wanted = jax.numpy.dtype(dtype)
        if wanted.kind == "b":
            return self._random.integers(0, 2, shape).astype(bool)
        if jax.numpy.issubdtype(wanted, np.integer):
            return self._random.integers(0, 3, shape).astype(wanted)
        values = self._random.integers(-32, 33, shape) / 16
        if jax.numpy.issubdtype(wanted, np.complexfloating):
            values = values + 1j * self._random.integers(-32, 33, shape) / 16
        return np.asarray(values).astype(wanted)

    def number(self, kind: str) -> Any:
        return {"int": 3, "float": 1.5, "bool": True, "complex": 1.5 - 0.5j}[kind]

    def seed(self) -> int:
        return int(self._random.integers(0, 2**31))
