"""Element types, and how JAX promotes them.

::

    bool ─ i* ─┬─ uint8 ─ uint16 ─ uint32 ─ uint64 ─┐           i*, f*, c*: weak, of Python numbers
               └─ int8 ─ int16 ─ int32 ─ int64 ─────┴─ f* ─┬─ bfloat16, float16 ─ float32 ─ float64 ─┐
                       (uintN also lies below the next intM)  └─ c* ─────────────── complex64 ─ complex128

https://docs.jax.dev/en/latest/jep/9407-type-promotion.html
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

_ABOVE: dict[str, tuple[str, ...]] = {
    "bool": ("i*",),
    "i*": ("uint8", "int8"),
    "uint8": ("uint16", "int16"),
    "uint16": ("uint32", "int32"),
    "uint32": ("uint64", "int64"),
    "uint64": ("f*",),
    "int8": ("int16",),
    "int16": ("int32",),
    "int32": ("int64",),
    "int64": ("f*",),
    "f*": ("c*", "bfloat16", "float16"),
    "bfloat16": ("float32",),
    "float16": ("float32",),
    "float32": ("float64", "complex64"),
    "float64": ("complex128",),
    "c*": ("complex64",),
    "complex64": ("complex128",),
    "complex128": (),
}
_WEAK = {"i*": "int64", "f*": "float64", "c*": "complex128"}
_NARROW = {"int64": "int32", "uint64": "uint32", "float64": "float32", "complex128": "complex64"}
_CALLED = {
    "float": "float64", "int": "int64", "complex": "complex128", "bool_": "bool", "float_": "float64", "int_": "int64",
    "uint": "uint64", "double": "float64", "single": "float32", "half": "float16", "complex_": "complex128",
    "cdouble": "complex128", "csingle": "complex64", "intp": "int64",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dtype:
    """An element type. ``wide``: its name where x64 is enabled, which is what the code asks for; ``weak``: of a Python
    number, so that it gives way to what it meets."""

    wide: str
    weak: bool = False

    @property
    def name(self) -> str:
        """Its name where x64 is not enabled, as by default."""
        return _NARROW.get(self.wide, self.wide)

    @property
    def strong(self) -> Dtype:
        return Dtype(self.wide) if self.weak else self

    @property
    def limits(self) -> tuple[int, int] | None:
        """The least and the greatest integer where x64 is not enabled; None of what are no integers."""
        prefix, _, digits = self.name.partition("int")
        if prefix not in ("", "u") or not digits:
            return None
        bits = int(digits)
        return (0, 2**bits - 1) if prefix == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)

    @property
    def largest(self) -> float | None:
        """The largest finite number of a float type where x64 is not enabled."""
        return {"float16": 65504.0, "bfloat16": 3.39e38, "float32": 3.4028236e38}.get(self.name)

    @property
    def kind(self) -> Literal["bool", "int", "float", "complex"]:
        if self.is_float:
            return "float"
        return "bool" if self.wide == "bool" else "complex" if self.wide.startswith("complex") else "int"

    @property
    def is_float(self) -> bool:
        return "float" in self.wide

    @property
    def is_integer(self) -> bool:
        return self.limits is not None


BOOL, INT, FLOAT = Dtype("bool"), Dtype("int64"), Dtype("float64")
_PYTHON: dict[type, Dtype] = {
    bool: BOOL, int: Dtype("int64", True), float: Dtype("float64", True), complex: Dtype("complex128", True),
}  # fmt: skip


def named(name: str) -> Dtype | None:
    """``float32``, ``float`` and ``float_`` by the last part of a name; None for what is no dtype."""
    wide = _CALLED.get(name, name)
    return Dtype(wide) if wide in _ABOVE and wide not in _WEAK else None


def of_number(value: object) -> Dtype | None:
    """Of a Python number."""
    return _PYTHON.get(type(value))


def promote(first: Dtype | None, second: Dtype | None) -> Dtype | None:
    """The element type of ``first + second``; None if either is not known."""
    if first is None or second is None or first == second:
        return first if second is not None else None
    node = _least_above(_node(first), _node(second))
    return Dtype(_WEAK[node], weak=True) if node in _WEAK else Dtype(node)


def promote_all(dtypes: list[Dtype | None]) -> Dtype | None:
    """What all of them become together."""
    found = dtypes[0] if dtypes else None
    for dtype in dtypes[1:]:
        found = promote(found, dtype)
    return found


def inexact(dtype: Dtype | None) -> Dtype | None:
    """Of ``sqrt``, ``mean`` and true division: integers become floats."""
    if dtype is None or dtype.is_float or dtype.wide.startswith("complex"):
        return dtype
    return Dtype("float64" if dtype.wide in ("int64", "uint64") else "float32", dtype.weak)


def summed(dtype: Dtype | None) -> Dtype | None:
    """Of ``sum`` and ``prod``: small integers become default ones."""
    if dtype is None or not (dtype.is_integer or dtype == BOOL):
        return dtype.strong if dtype is not None else None
    return Dtype("uint64" if dtype.wide.startswith("uint") else "int64")


def _node(dtype: Dtype) -> str:
    return {wide: node for node, wide in _WEAK.items()}[dtype.wide] if dtype.weak else dtype.wide


@cache
def _all_above(node: str) -> frozenset[str]:
    return frozenset({node}).union(*(_all_above(above) for above in _ABOVE[node]))


@cache
def _least_above(first: str, second: str) -> str:
    common = _all_above(first) & _all_above(second)
    return next(node for node in common if common <= _all_above(node))
