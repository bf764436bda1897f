"""Compares two outcomes: pytree structure, shapes, dtypes, and values within what their dtype can hold.

Tolerances allow another order of the same operations, as XLA chooses it, and no more: a relative part, a part relative
to the largest expected element (cancellation in sums), and one unit of the dtype's resolution at 1.
"""

from dataclasses import dataclass, replace
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from jaxlint.verify.outcome import Leaf, Tree

# The type that JAX gives in place of a 64-bit one while x64 is off.
_NARROW = {"float64": "float32", "int64": "int32", "uint64": "uint32", "complex128": "complex64"}
_RELATIVE = {"bfloat16": 4e-2, "float16": 5e-3, "float32": 2e-5, "float64": 1e-11}
_REAL = {"complex64": "float32", "complex128": "float64"}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs (nothing: they agree), what could not be compared, and the largest errors seen.

    ``max_ulp`` counts in units of the last place of the expected element, ``used`` is the largest share of its
    tolerance that an element's error takes.
    """

    differences: tuple[str, ...] = ()
    incomparable: tuple[str, ...] = ()
    max_abs: float = 0.0
    max_rel: float = 0.0
    max_ulp: float = 0.0
    notes: tuple[str, ...] = ()
    used: float = 0.0

    @property
    def agrees(self) -> bool:
        return not self.differences and not self.incomparable

    def __add__(self, other: "Comparison") -> "Comparison":
        return Comparison(
            self.differences + other.differences,
            self.incomparable + other.incomparable,
            max(self.max_abs, other.max_abs),
            max(self.max_rel, other.max_rel),
            max(self.max_ulp, other.max_ulp),
            self.notes + other.notes,
            max(self.used, other.used),
        )


def compare(expected: Tree, actual: Tree, *, x64: bool, label: str = "result", slack: float = 1.0) -> Comparison:
    """Compare two trees. With x64 off, expected 64-bit types stand for their 32-bit ones.

    ``slack`` widens the tolerances: gradients lose digits that values keep.
    """
    if expected.structure != actual.structure:
        return Comparison((f"{label}: structure is {actual.structure}, expected {expected.structure}",))
    total = Comparison()
    for want, got in zip(expected.leaves, actual.leaves, strict=True):
        total += _leaves(want, got, x64, f"{label}{want.path}", slack)
    return total


def _leaves(want: Leaf, got: Leaf, x64: bool, label: str, slack: float) -> Comparison:
    if "opaque" in (want.kind, got.kind):
        return Comparison(incomparable=(f"{label}: a `{want.dtype}` is not data",))
    if want.shape != got.shape:
        return Comparison((f"{label}: shape is {got.shape}, expected {want.shape}",))
    if want.kind in ("text", "key") or got.kind in ("text", "key"):
        same = (want.kind, want.dtype, want.data) == (got.kind, got.dtype, got.data)
        return Comparison() if same else Comparison((f"{label}: {got.kind} values differ",))
    if problem := _dtypes(want, got, x64):
        return Comparison((f"{label}: {problem}",))
    return _weakness(want, got, label) + _values(want, got, x64, label, slack)


def _weakness(want: Leaf, got: Leaf, label: str) -> Comparison:
    """Weak types decide how later operations promote, not what is computed here: a note."""
    if want.kind != got.kind or want.weak == got.weak:
        return Comparison()
    return Comparison(notes=(f"{label} is {'' if got.weak else 'no longer '}weakly typed",))


def _dtypes(want: Leaf, got: Leaf, x64: bool) -> str | None:
    """How the dtypes disagree. A bare Python number fits any dtype of its kind: jit returns it as an array."""
    if "python" in (want.kind, got.kind):
        same = _kind(want.dtype) == _kind(got.dtype)
    else:
        same = _canonical(want.dtype, x64) == _canonical(got.dtype, x64)
    return None if same else f"dtype is {got.dtype}, expected {_canonical(want.dtype, x64)}"


def _values(want: Leaf, got: Leaf, x64: bool, label: str, slack: float) -> Comparison:
    dtype = _canonical(want.dtype if want.kind == "array" else got.dtype, x64)
    exact = _kind(dtype) in "bi"
    a, b = array(want), array(got)
    if exact:
        wrong = a != b
        differing = np.abs(a.astype(np.float64) - b.astype(np.float64))
        absolute = float(np.max(differing, initial=0.0))
        return _report(label, a, b, wrong, absolute) if wrong.any() else Comparison()
    wide = np.complex128 if _kind(dtype) == "c" else np.float64
    a, b = a.astype(wide), b.astype(wide)
    with np.errstate(invalid="ignore", over="ignore"):
        error = np.where(_same(a, b), 0.0, np.abs(a - b))
        error = np.where(np.isnan(error), np.inf, error)
        size = np.where(np.isfinite(a), np.abs(a), 0.0)
    scale = float(np.max(size, initial=0.0))
    relative, resolution = _tolerance(dtype)
    allowed = slack * (relative * size + max(relative / 10 * scale, resolution))
    wrong = error > allowed
    absolute = float(np.max(error, initial=0.0))
    rel = float(np.max(error / np.maximum(size, max(scale, resolution) * 1e-3), initial=0.0))
    ulp = float(np.max(error / _unit(size, dtype), initial=0.0))
    used = float(np.max(error / allowed, initial=0.0))
    if wrong.any():
        return replace(_report(label, a, b, wrong, absolute, rel, ulp), used=used)
    return Comparison((), (), absolute, rel, ulp, used=used)


def _unit(size: NDArray[Any], dtype: str) -> NDArray[Any]:
    """One unit in the last place of numbers of that size."""
    info = ml_dtypes.finfo(_REAL.get(dtype, dtype))  # type: ignore[no-untyped-call]
    exponent = np.floor(np.log2(np.maximum(size, float(info.smallest_normal))))
    return np.asarray(float(info.eps) * np.exp2(exponent))


def _same(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.bool_]:
    """Equal, NaN with NaN; a complex number is NaN if either part is."""
    return np.asarray((a == b) | (np.isnan(a) & np.isnan(b)))


def _report(
    label: str,
    a: NDArray[Any],
    b: NDArray[Any],
    wrong: NDArray[np.bool_],
    absolute: float,
    rel: float = 0.0,
    ulp: float = 0.0,
) -> Comparison:
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = f"{label}[{', '.join(map(str, place))}]" if place else label
    count = int(wrong.sum())
    more = f" ({count} of {wrong.size} elements differ)" if wrong.size > 1 else ""
    return Comparison((f"{where}: {b[place].item()!r}, expected {a[place].item()!r}{more}",), (), absolute, rel, ulp)


def _tolerance(dtype: str) -> tuple[float, float]:
    real = _REAL.get(dtype, dtype)
    resolution = float(ml_dtypes.finfo(real).eps)  # type: ignore[no-untyped-call]
    return _RELATIVE.get(real, 4 * resolution), resolution


def array(leaf: Leaf) -> NDArray[Any]:
    """The leaf's numbers. bfloat16 and the float8 types come from ml_dtypes, which jax depends on."""
    return np.frombuffer(leaf.data, _dtype(leaf.dtype)).reshape(leaf.shape)


def _dtype(name: str) -> np.dtype[Any]:
    return np.dtype(getattr(ml_dtypes, name)) if hasattr(ml_dtypes, name) else np.dtype(name)


def _kind(name: str) -> str:
    """b, i, f or c; signed and unsigned integers are one kind. NumPy calls the types of ml_dtypes void."""
    kind = _dtype(name).kind
    if kind == "V":
        return "i" if "int" in name else "f"
    return "i" if kind == "u" else kind


def _canonical(name: str, x64: bool) -> str:
    return name if x64 else _NARROW.get(name, name)
