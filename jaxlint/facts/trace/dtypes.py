"""Which element type the result of an operation has, as far as JAX's rules of promotion determine it."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.dtypes import BOOL, FLOAT, INT, Dtype, inexact, named, of_number, promote, promote_all, summed
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.values import Array, Const, HostArray, Library, Ref, Static, Tuple, Value
from jaxlint.facts.trace import access

_STATED = ("float32", "float64", "float16", "bfloat16", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
           "uint64", "complex64", "complex128", "bool_", "float_", "int_", "double", "single", "uint")  # fmt: skip
_FLOATS = frozenset(
    """zeros ones empty linspace logspace geomspace eye identity tri normal uniform truncated_normal exponential gamma
    beta dirichlet laplace gumbel logistic cauchy multivariate_normal t maxwell pareto rayleigh weibull_min poisson
    one_hot""".split()  # noqa: SIM905
) - {"poisson"}
"""Functions whose result is of the default float type unless a dtype is stated."""
_KEEP = frozenset(
    """array asarray copy zeros_like ones_like empty_like full_like reshape ravel squeeze transpose permute_dims
    swapaxes moveaxis expand_dims flip fliplr flipud roll rot90 tile
    repeat broadcast_to atleast_1d atleast_2d atleast_3d
    negative positive abs absolute square sign round floor ceil trunc cumsum cumprod diag diagonal tril triu take
    stop_gradient relu relu6 dynamic_slice dynamic_update_slice""".split()  # noqa: SIM905
)
_STRONG = frozenset("sort max min amax amin nanmax nanmin delete pad unique flatten".split())  # noqa: SIM905
"""Functions that keep the type but not that it is weak."""
_INEXACT = frozenset(
    """sqrt cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh
    arctanh sigmoid softplus silu swish gelu elu selu log_sigmoid softmax log_softmax erf rsqrt reciprocal degrees
    radians""".split()  # noqa: SIM905
)
_MEANS = frozenset("mean std var median average percentile quantile nanmean nanstd nanvar norm logsumexp".split())  # noqa: SIM905
_SUMS = frozenset("sum prod nansum nanprod trace".split())  # noqa: SIM905
_BINARY = frozenset(
    """add subtract multiply maximum minimum fmax fmin mod remainder floor_divide power pow where select dot matmul
    vdot inner outer kron cross tensordot convolve""".split()  # noqa: SIM905
)
_DIVIDED = frozenset("divide true_divide logaddexp arctan2 atan2 hypot".split())  # noqa: SIM905
_JOINED = frozenset("stack concatenate vstack hstack dstack column_stack append".split())  # noqa: SIM905
_INDICES = frozenset("argmax argmin argsort searchsorted count_nonzero randint flatnonzero".split())  # noqa: SIM905


def of(value: Value | None) -> Dtype | None:
    """Of a number or an array, where it is known."""
    match value:
        case Const(value=number):
            return of_number(number)
        case Static(kind="bool"):
            return BOOL
        case Static(kind="int"):
            return of_number(0)
        case Static(kind="float"):
            return of_number(0.0)
        case Array(dtype=dtype) | HostArray(dtype=dtype):
            return dtype
    return None


def stated(value: Value | None) -> Dtype | None:
    """Of a ``dtype=`` argument."""
    match value:
        case Library(name=name):
            return named(name.rpartition(".")[2])
        case Const(value=str() as name):
            return named(name)
    return None


def of_call(frame: Frame, name: str, bound: dict[str, Value]) -> Dtype | None:
    """Of the result of a function of JAX (or NumPy), by its canonical name."""
    short = name.rpartition(".")[2]
    if "dtype" in bound or "new_dtype" in bound:
        return stated(bound.get("dtype") or bound.get("new_dtype"))
    if short in _STATED:
        return named(short)
    if short in _FLOATS:
        return FLOAT
    operands = [value for parameter, value in bound.items() if parameter not in _SETTINGS]
    if short == "arange":
        number = promote_all([of(value) for value in operands])
        return number.strong if number is not None else None
    if short == "full":
        return of(bound.get("fill_value"))
    if short == "clip":
        return promote_all([of(value) for value in operands])
    if short in _JOINED:
        items = access.exact_items(frame, operands[0]) if operands else None
        return promote_all([of(item) for item in items]) if items else of(operands[0]) if operands else None
    if short in ("array", "asarray"):
        return _of_literal(frame, operands[0]) if operands else None
    return _of_operands(short, operands)


_SETTINGS = ("condition", "axis", "keepdims", "where", "out", "shape", "ddof", "precision", "decimals", "q")


def _of_operands(short: str, operands: list[Value]) -> Dtype | None:
    first = of(operands[0]) if operands else None
    if short in _KEEP:
        return first
    if short in _STRONG:
        return first.strong if first is not None else None
    if short in _INEXACT:
        return inexact(first)
    if short in _MEANS:
        found = inexact(first)
        return found.strong if found is not None else None
    if short in _SUMS:
        return summed(first)
    if short in _INDICES:
        return INT
    if short in _BINARY or short in _DIVIDED:
        both = promote(first, of(operands[1])) if len(operands) > 1 else None
        return inexact(both) if short in _DIVIDED else both
    return None


def of_method(
    base: Array | HostArray, name: str, positional: tuple[Value, ...], keywords: dict[str, Value]
) -> Dtype | None:
    """Of ``x.name(...)``."""
    if name in ("astype", "view"):
        return stated(keywords.get("dtype", positional[0] if positional else None))
    if "dtype" in keywords:
        return stated(keywords["dtype"])
    if name in ("all", "any"):
        return BOOL
    operands: list[Value] = [base, *positional] if name in _BINARY else [base]
    return _of_operands(name, operands)


def of_operation(op: cst.CSTNode, left: Value, right: Value) -> Dtype | None:
    """Of ``left op right``."""
    both = promote(of(left), of(right))
    return inexact(both) if isinstance(op, cst.Divide | cst.DivideAssign) else both


def of_host_operation(op: cst.CSTNode, left: Value, right: Value) -> Dtype | None:
    """Of ``left op right`` in NumPy, where both are alike or a Python number gives way."""
    a, b = of(left), of(right)
    if a is None or b is None:
        return None
    if a.weak == b.weak:
        found = a.strong if a.strong == b.strong else None
    else:
        array, number = (a, b) if b.weak else (b, a)
        found = FLOAT if number.is_float and not array.is_float else array if number.kind != "complex" else None
    if found is None:
        return None
    return FLOAT if isinstance(op, cst.Divide | cst.DivideAssign) and not found.is_float else found


def _of_literal(frame: Frame, value: Value) -> Dtype | None:
    """Of what ``array`` makes of a number, an array, or a (nested) list of them."""
    items = access.exact_items(frame, value) if isinstance(value, Ref | Tuple) else None
    if items is None:
        return of(value)
    found = promote_all([_of_literal(frame, item) for item in items])
    return found.strong if found is not None else None
