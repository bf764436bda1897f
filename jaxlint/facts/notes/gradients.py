"""Notes where `jax.grad` and its like refuse: what they differentiate by, and what the function returns."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.facts.model.arguments import Arguments, constant_ints
from jaxlint.facts.model.dtypes import BOOL, Dtype
from jaxlint.facts.model.events import RefusedInput, RefusedOutput
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.values import NONE, Array, Const, Ref, Transformed, Tuple, Value
from jaxlint.facts.trace import access, boundary, dtypes

_CHECKED = ("jax.grad", "jax.value_and_grad", "jax.jacrev", "jax.jacfwd", "jax.hessian")
_SCALAR_VALUED = ("jax.grad", "jax.value_and_grad")
_MAX_DEPTH = 4


def note_inputs(frame: Frame, callee: Transformed, args: Arguments, node: cst.CSTNode) -> bool:
    """Note an integer among what is differentiated by, and a position that only has a keyword argument; True if there
    is any."""
    if callee.name not in _CHECKED or frame.caught or callee.options.get("allow_int", Const(False)) != Const(False):
        return False
    value = callee.options.get("argnums", Const(0))
    for number in sorted(constant_ints(value, access.exact_items(frame, value)) or ()):
        if not -len(args.positional) <= number < len(args.positional):
            if args.exact and args.keywords:
                frame.tracer.record(frame, node, RefusedInput(callee.name, number, None, ""))
                return True
            continue
        for path, dtype in _leaf_types(frame, args.positional[number], "", 0):
            if dtype == BOOL or dtype.is_integer:
                frame.tracer.record(frame, node, RefusedInput(callee.name, number, dtype, path))
                return True
    return False


def _leaf_types(frame: Frame, value: Value, path: str, depth: int) -> Iterator[tuple[str, Dtype]]:
    """The element types of a tree's leaves, as far as they are known, and where in it they are."""
    if (dtype := dtypes.of(value)) is not None:
        yield path, dtype
    elif depth < _MAX_DEPTH:
        for name, item in _items(frame, value):
            yield from _leaf_types(frame, item, path + name, depth + 1)


def _items(frame: Frame, value: Value) -> Iterator[tuple[str, Value]]:
    match value:
        case Tuple(items=items):
            yield from ((f"[{number}]", item) for number, item in enumerate(items))
        case Ref() if (static := boundary.static_fields(frame, value)) is not None:
            for name, item in frame.state.contents(value).items():
                if name not in static and isinstance(name, str | int):
                    yield (f".{name}" if value.kind == "object" else f"[{name!r}]"), item


def note_output(frame: Frame, callee: Transformed, result: Value) -> None:
    """Note a result that is no scalar of floats."""
    has_aux = callee.options.get("has_aux", Const(False))
    if callee.name not in _SCALAR_VALUED or frame.caught or has_aux not in (Const(True), Const(False)):
        return
    pair = isinstance(result, Tuple) and len(result.items) == 2
    if has_aux == Const(True):
        if isinstance(result, Array | Const) or (isinstance(result, Tuple) and not pair):
            _record(frame, callee, RefusedOutput(callee.name, "aux", ""))
            return
        result = result.items[0] if isinstance(result, Tuple) else result
    match result:
        case Tuple(items=items):
            _record(frame, callee, RefusedOutput(callee.name, "tuple", f"a tuple of {len(items)}"))
        case Ref(kind="list" | "dict" as kind):
            _record(frame, callee, RefusedOutput(callee.name, "container", f"a {kind}"))
        case Const() if result == NONE:
            _record(frame, callee, RefusedOutput(callee.name, "container", "None"))
        case Array(ndim=int() as ndim) if ndim > 0:
            _record(
                frame, callee, RefusedOutput(callee.name, "shape", f"an array of {ndim} dimension{'s'[: ndim > 1]}")
            )
        case Array(dtype=Dtype() as dtype) if dtype == BOOL or dtype.is_integer:
            _record(frame, callee, RefusedOutput(callee.name, "dtype", f"a number of {dtype.name}"))


def _record(frame: Frame, callee: Transformed, event: RefusedOutput) -> None:
    frame.tracer.record_at(callee.place, event)
