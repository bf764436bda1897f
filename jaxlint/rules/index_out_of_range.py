"""A constant index that is out of range, which JAX clamps or drops.  Page: rules/index_out_of_range.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding
from jaxlint.facts.model.values import Array, Const, HostArray, Member, Value
from jaxlint.facts.queries.ends import past_the_end
from jaxlint.facts.queries.passed import passed
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule


@rule("JAX821", since="0.1")
def index_out_of_range(ctx: View, node: cst.Subscript | cst.Call) -> Iterator[Finding]:
    if isinstance(node, cst.Subscript) and (past := _runs_past(ctx, node)) is not None:
        number, part = past
        message = (
            f"`{ctx.code(part)}` gets past the end of axis {number} of `{ctx.code(node.value)}`; {_fate(ctx, node)}"
        )
        yield Finding(node, message, Decline("which element is meant is for the author to say"))
        return
    found = _taken(ctx, node) if isinstance(node, cst.Call) else _indexed(ctx, node)
    if found is None:
        return
    index, axis, length, what = found
    message = (
        f"{what} is out of range: axis {axis} has length {length}, and there is no element {index}; {_fate(ctx, node)}"
    )
    yield Finding(node, message, Decline("which element is meant is for the author to say"))


def _fate(ctx: View, node: cst.Subscript | cst.Call) -> str:
    if isinstance(node, cst.Call):
        return "JAX does not raise, it gives NaN or a meaningless integer"
    if _method(ctx, node) in (None, "get"):
        return "JAX does not raise, it reads the nearest one"
    return "JAX does not raise, it drops the update"


def _indexed(ctx: View, node: cst.Subscript) -> tuple[int, int, int, str] | None:
    """The index, the axis and its length, and the code, where ``x[index]`` is out of range."""
    base = ctx.value(node.value)
    if isinstance(base, Member) and base.name == "at":
        base = base.base
        if _mode_stated(ctx, node):
            return None
    if not isinstance(base, Array) or base.dims is None:
        return None
    for axis, element in _axes(ctx, node, base):
        length = base.dims[axis] if axis < len(base.dims) else None
        index = _beyond(ctx.value(element), length) if length is not None else None
        if index is not None and length is not None:
            return index, axis, length, f"`{ctx.code(node)}`"
    return None


def _runs_past(ctx: View, node: cst.Subscript) -> tuple[int, cst.BaseExpression] | None:
    base = ctx.value(node.value)
    if not isinstance(base, Array):
        return None
    return next(((a, part) for a, part in _axes(ctx, node, base) if past_the_end(ctx, node.value, a, part)), None)


def _axes(ctx: View, node: cst.Subscript, base: Array) -> Iterator[tuple[int, cst.BaseExpression]]:
    """The expressions that index one axis each, with the axis."""
    parts = [element.slice for element in node.slice]
    values = [ctx.value(part.value) if isinstance(part, cst.Index) else None for part in parts]
    if any(not _takes_one_axis(value) for value in values):
        return
    axis = 0
    for number, (part, value) in enumerate(zip(parts, values, strict=True)):
        if value == Const(...):
            rest = sum(later != Const(None) for later in values[number + 1 :])
            if base.ndim is None:
                return
            axis = base.ndim - rest
        elif value != Const(None):
            if isinstance(part, cst.Index):
                yield axis, part.value
            axis += 1


def _takes_one_axis(value: Value | None) -> bool:
    """False for masks and unknown indices, which may take several axes or be a tuple."""
    match value:
        case None:
            return True
        case Const(value=bool()):
            return False
        case Const(value=int()) | Array(kind="int") | HostArray(kind="int"):
            return True
    return value in (Const(None), Const(...)) or getattr(value, "kind", None) == "int"


def _beyond(value: Value, length: int) -> int | None:
    """An index that is out of range for sure."""
    match value:
        case Const(value=int() as index):
            return index if not -length <= index < length else None
        case Array(contents=contents) if contents is not None and contents.bounds is not None:
            outside = [bound for bound in contents.bounds if isinstance(bound, int) and not -length <= bound < length]
            return outside[0] if outside else None
    return None


def _method(ctx: View, node: cst.Subscript) -> str | None:
    """``set`` in ``x.at[i].set(v)``."""
    above = ctx.parent(node)
    at = isinstance(ctx.value(node.value), Member)
    return above.attr.value if at and isinstance(above, cst.Attribute) and above.value is node else None


def _mode_stated(ctx: View, node: cst.Subscript) -> bool:
    """True for ``x.at[i].get(mode=...)``: the author knows."""
    above = ctx.parent(node)
    call = ctx.parent(above) if above is not None else None
    names = (
        {argument.keyword.value for argument in call.args if argument.keyword} if isinstance(call, cst.Call) else set()
    )
    return bool(names & {"mode", "fill_value"})


def _taken(ctx: View, node: cst.Call) -> tuple[int, int, int, str] | None:
    """The same of ``jnp.take(x, index)``."""
    call = passed(ctx, node)
    if call is None or call.function.name != "jax.numpy.take" or call.arguments.keys() & {"mode", "fill_value"}:
        return None
    array, indices, stated = call.single("a"), call.single("indices"), call.single("axis")
    base = ctx.value(array) if array is not None else None
    axis = ctx.value(stated) if stated is not None else Const(0)
    if not isinstance(base, Array) or base.dims is None or indices is None or (stated is None and base.ndim != 1):
        return None
    match axis:
        case Const(value=int() as number) if 0 <= number < len(base.dims) and (length := base.dims[number]) is not None:
            index = _beyond(ctx.value(indices), length)
            return (index, number, length, f"`{ctx.code(indices)}`") if index is not None else None
    return None
