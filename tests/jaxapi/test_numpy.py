"""NumPy and Python functions are given tracers, and what happens is compared with the table."""

import math
import operator
from collections.abc import Callable
from typing import Any, get_args

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlint.jaxapi import OnTracer, function, jax_equivalent, on_tracer
from jaxlint.jaxapi.signatures import declarations
from jaxlint.jaxapi.tables import index, table
from tests.jaxapi.resolve import resolve
from tests.jaxapi.samples import INTEGERS, accepts, sample

pytestmark = pytest.mark.filterwarnings("ignore")
LISTED = index("on_tracer", "on_tracer")
UNTESTABLE = ("datetime", "busday", "format_", "info", "printoptions", "load", "save", "fromfile", "test")
NAMES = [
    name
    for area in ("numpy", "python")
    for name in declarations(area)
    if name.startswith(("numpy.", "math."))
    and not name.startswith("numpy.random.")
    and not any(part in name for part in UNTESTABLE)
]

# Functions of Python, which have no signature to make a call from.
CALLS: dict[str, Callable[[Any], object]] = {
    "math.log": lambda x: math.log(x[0]),
    "numpy.bool_": lambda x: np.bool_(x),
    "builtins.abs": abs,
    "builtins.all": all,
    "builtins.any": any,
    "builtins.bin": lambda x: bin(x[0]),
    "builtins.bool": lambda x: bool(x[0]),
    "builtins.callable": callable,
    "builtins.chr": lambda x: chr(x[0]),
    "builtins.complex": lambda x: complex(x[0]),
    "builtins.dir": dir,
    "builtins.divmod": lambda x: divmod(x, 2),
    "builtins.enumerate": lambda x: [value for _, value in enumerate(x)],
    "builtins.filter": lambda x: list(filter(lambda row: row is not None, x)),
    "builtins.float": lambda x: float(x[0]),
    "builtins.frozenset": frozenset,
    "builtins.getattr": lambda x: getattr(x, "shape"),  # noqa: B009
    "builtins.hasattr": lambda x: hasattr(x, "shape"),
    "builtins.hash": hash,
    "builtins.hex": lambda x: hex(x[0]),
    "builtins.id": id,
    "builtins.int": lambda x: int(x[0]),
    "builtins.isinstance": lambda x: isinstance(x, jax.Array),
    "builtins.iter": lambda x: [*iter(x)],
    "builtins.len": len,
    "builtins.list": list,
    "builtins.map": lambda x: list(map(lambda row: row, x)),  # noqa: C417
    "builtins.max": max,
    "builtins.min": min,
    "builtins.oct": lambda x: oct(x[0]),
    "builtins.pow": lambda x: pow(x, 2),
    "builtins.range": lambda x: range(x[0]),
    "builtins.reversed": lambda x: list(reversed(x)),
    "builtins.round": round,
    "builtins.set": set,
    "builtins.sorted": sorted,
    "builtins.sum": sum,
    "builtins.tuple": tuple,
    "builtins.type": type,
    "builtins.vars": lambda x: accepts(lambda: vars(x)),
    "builtins.zip": lambda x: [row for row, _ in zip(x, x, strict=True)],
    "math.hypot": lambda x: math.hypot(x[0], x[1]),
    "math.prod": math.prod,
    "operator.contains": lambda x: operator.contains(x, 1),
    "operator.index": lambda x: operator.index(x[0]),
    "operator.is_": lambda x: operator.is_(x, None),
    "operator.is_not": lambda x: operator.is_not(x, None),
    "operator.length_hint": operator.length_hint,
    "operator.not_": lambda x: operator.not_(x[0]),
    "operator.setitem": lambda x: operator.setitem(x, 0, 1),
    "operator.truth": lambda x: operator.truth(x[0]),
    "numpy.broadcast_shapes": lambda x: np.broadcast_shapes(x.shape, (1,)),
    "numpy.dtype": lambda x: np.dtype(x.dtype),
    "numpy.dsplit": lambda x: np.dsplit(jnp.ones((3, 3, 3)) * x[0], 3),
    "numpy.finfo": lambda x: np.finfo(jnp.float32),
    "numpy.iinfo": lambda x: np.iinfo(x.dtype),
    "numpy.isdtype": lambda x: np.isdtype(x.dtype, "integral"),
    "numpy.argsort": np.argsort,
    "numpy.reshape": lambda x: np.reshape(x, (3, 1)),
    "numpy.vectorize": lambda x: np.vectorize(lambda v: v)(x),
    "numpy.float32": np.float32,
}


@pytest.mark.parametrize("name", [*NAMES, *(name for name in LISTED if name not in NAMES)])
def test_on_tracer(name: str) -> None:
    seen = meet(name)
    word = on_tracer(name)
    assert word in get_args(OnTracer)
    match word:
        case "works" | "unrolls":
            assert seen in ("traced", None)
        case "static" | "wrong":
            assert seen in ("static", None)
        case _:
            assert seen in ("fails", None)


def meet(name: str) -> str | None:
    """What comes of calling the function under `jax.jit`: "fails", "traced", "static"; None where we have no call."""
    if call := CALLS.get(name):
        return outcome(lambda: jax.jit(lambda x: look(call(x)))(INTEGERS))
    example = sample(name)
    if example is None or not example.arrays:
        return None
    return outcome(lambda: jax.jit(lambda tracers: look(example(**tracers))).lower(example.arrays))


seen: list[str] = []


def look(result: Any) -> Any:
    seen.append("traced" if any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(result)) else "static")
    return result if seen[-1] == "traced" else None


def outcome(run: Callable[[], object]) -> str:
    try:
        run()
    except (TypeError, ValueError, IndexError, NotImplementedError, AttributeError):
        return "fails"
    return seen.pop()


def test_listed_functions_are_all_called() -> None:
    assert [name for name in LISTED if name not in CALLS and meet(name) is None] == []


def test_unrolling_takes_a_slice_for_each_row() -> None:
    for name, word in LISTED.items():
        if word == "unrolls":
            short, long = (str(jax.make_jaxpr(lambda x: jax.tree.leaves(CALLS[name](x)))(np.arange(n))) for n in (2, 9))  # noqa: B023
            assert len(long) > 2 * len(short), name


def test_unknown_names() -> None:
    assert on_tracer("numpy.pi") is None
    assert on_tracer("torch.exp") is None
    assert on_tracer("scipy.special.gammaln") == "fails"


SAME = {
    "numpy.exp": "jax.numpy.exp",
    "numpy.linalg.norm": "jax.numpy.linalg.norm",
    "numpy.float64": "jax.numpy.float64",
    "math.sqrt": "jax.numpy.sqrt",
    "math.lgamma": "jax.scipy.special.gammaln",
    "scipy.special.gammaln": "jax.scipy.special.gammaln",
    "scipy.stats.norm.logpdf": "jax.scipy.stats.norm.logpdf",
    "builtins.max": "jax.numpy.max",
    "numpy.put": None,
    "numpy.savez": None,
    "numpy.random.normal": None,
    "numpy.ndenumerate": None,
    "numpy.copyto": None,
}


@pytest.mark.parametrize(("name", "expected"), SAME.items())
def test_jax_equivalent(name: str, expected: str | None) -> None:
    assert jax_equivalent(name) == expected


COMPARED = [name for name in NAMES if name.startswith("numpy.") and jax_equivalent(name)]


@pytest.mark.parametrize("name", COMPARED)
def test_equivalents_agree(name: str) -> None:
    """Called alike, the two give arrays of the same shapes, where the shape does not depend on values."""
    other = function(str(jax_equivalent(name)))
    example = sample(name)
    if example is None or other is None or other.sized or other.returns == "static" or name in UNLIKE:
        return
    named = [example.arguments[param] for param in example.arguments]
    ours = jax.eval_shape(lambda: resolve(other.name)(*named))
    assert shapes(ours) == shapes(example())


def shapes(result: object) -> list[tuple[int, ...]]:
    return [np.shape(leaf) for leaf in jax.tree.leaves(result)]


# The example is one that only NumPy accepts (`meshgrid` of a matrix, `permute_dims` without axes).
UNLIKE = (
    "numpy.meshgrid",
    "numpy.permute_dims",
    "numpy.piecewise",
    "numpy.polydiv",
    "numpy.linalg.lstsq",
    "numpy.histogram",
)


@pytest.mark.parametrize("name", [*table("equivalents")["function"], *table("equivalents")["different"]])
def test_the_rows_exist(name: str) -> None:
    if name not in ("numpy.in1d", "numpy.product", "numpy.trapz", "numpy.row_stack", "numpy.fix"):  # NumPy 1 only
        resolve(name)
    if equivalent := jax_equivalent(name):
        assert callable(resolve(equivalent))
