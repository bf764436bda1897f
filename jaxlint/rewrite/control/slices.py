"""Slices whose length or place depends on a loop's variable, before lax runs the loop and shapes must stay the same.

::

    jnp.dot(a[i, :i], x[:i])       ->     mask = jnp.arange(n) < i
                                          jnp.sum(jnp.where(mask, a[i] * x, 0))
    x[i : i + 5]                   ->     lax.dynamic_slice_in_dim(x, i, 5)

Needs: the forecast of the loop.  Gives: a fix that leaves the loop as it is; the next pass writes that with lax. A
window must be proven to lie within its array, since `dynamic_slice` would move it there.
"""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from jaxlint.edits import Fix, insert_before, replace
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.rewrite.control.forecast import Forecast
from jaxlint.rewrite.control.model import Plain
from jaxlint.rewrite.control.names import fresh
from jaxlint.rewrite.control.vector.actions import Store, action
from jaxlint.rewrite.control.vector.items import is_scalar
from jaxlint.rewrite.control.vector.lengths import Lengths, at_least, kind
from jaxlint.rewrite.control.vector.ranges import ends, runs_around
from jaxlint.rewrite.elementwise import hazard
from jaxlint.rewrite.polynomial import Polynomial, difference

WINDOW = "jax.lax.dynamic_slice_in_dim"
ZEROS, RESULT_TYPE = "jax.numpy.zeros", "jax.numpy.result_type"
ARANGE, WHERE, SUM, DOT = "jax.numpy.arange", "jax.numpy.where", "jax.numpy.sum", "jax.numpy.dot"


@dataclass(frozen=True, slots=True)
class Part:
    """``name[i, lower:upper]``: a slice of one axis, with plain indices for the others."""

    node: cst.Subscript
    name: str
    axis: int
    bounds: cst.Slice


def of_one_length(view: Forecast, top: cst.CSTNode) -> Fix | None:
    """The first slice in a statement that must change before its loops become lax; None if there is none that can."""
    for node in own_nodes(top):
        part = _part(view, node)
        if part is not None and (fix := _window(view, part) or _masked(view, part) or _counted(view, part)) is not None:
            return fix
    return None


def _part(view: Forecast, node: cst.CSTNode) -> Part | None:
    """A slice by what lax will make a tracer."""
    match node:
        case cst.Subscript(value=cst.Name(value=name), slice=elements):
            slices = [number for number, element in enumerate(elements) if isinstance(element.slice, cst.Slice)]
            if len(slices) != 1:
                return None
            bounds = elements[slices[0]].slice
            assert isinstance(bounds, cst.Slice)
            given = [bound for bound in (bounds.lower, bounds.upper) if bound is not None]
            if bounds.step is None and any(view.depends(bound) for bound in given):
                return Part(node, name, slices[0], bounds)
    return None


# --- windows ---------------------------------------------------------------------------------------------------------


def _window(view: Forecast, part: Part) -> Fix | None:
    """``x[i : i + 5]``  ->  ``lax.dynamic_slice_in_dim(x, i, 5)``"""
    lower, upper = part.bounds.lower, part.bounds.upper
    if lower is None or upper is None or part.axis != len(part.node.slice) - 1:
        return None
    size = difference(view, upper, lower)
    runs = dict(runs_around(view, part.node))
    first, last = ends(view, lower, runs), ends(view, upper, runs)
    length = Lengths(view).axis(part.name, part.axis)
    if size is None or first is None or last is None or length is None:
        return None
    stored = isinstance(view.parent(part.node), cst.AssignTarget | cst.AugAssign | cst.Attribute)
    if stored or not (at_least(first[0], {}) and at_least(length, last[1])):
        return None
    above = ", ".join(view.code(element.slice) for element in part.node.slice[:-1])
    base = f"{part.name}[{above}]" if above else part.name
    text = f"{view.spell(WINDOW)}({base}, {view.code(lower)}, {size})"
    message = "Take the window with `lax.dynamic_slice_in_dim`"
    return Fix(message, (replace(view, part.node, text),), "unsafe", (WINDOW,))


# --- triangles -------------------------------------------------------------------------------------------------------


def _masked(view: Forecast, part: Part) -> Fix | None:
    """The sum or product around a slice, over the whole axis, with zeros where the slice has nothing."""
    statement = view.statement(part.node)
    whole = _reduction(view, part.node)
    if whole is None or not isinstance(statement, cst.SimpleStatementLine) or _is_read_anew(view, statement, part):
        return None
    factors = _factors(view, whole)
    parts = [found for factor in factors for node in own_nodes(factor) if (found := _part(view, node)) is not None]
    if not _are_alike(view, parts) or not all(_is_vector(view, factor, parts) for factor in factors):
        return None
    extent = _extent(view, parts)
    if extent is None:
        return None
    mask = fresh(view)("mask", "inside")
    texts = [_unsliced(view, factor, parts, extent) for factor in factors]
    where = view.spell(WHERE)
    uses = [ARANGE, WHERE]
    if len(factors) == 1:
        new, uses = f"{view.spell(SUM)}({where}({mask}, {texts[0]}, 0))", [*uses, SUM]
    elif any(kind(view, factor) == "float" for factor in factors):
        new, uses = f"{view.spell(SUM)}({where}({mask}, {' * '.join(texts)}, 0))", [*uses, SUM]
    else:
        new, uses = f"{view.spell(DOT)}({', '.join(f'{where}({mask}, {text}, 0)' for text in texts)})", [*uses, DOT]
    edits = (
        insert_before(view, statement, f"{mask} = {_mask(view, parts[0], extent)}"),
        replace(view, whole, new),
    )
    return Fix("Mask the whole axis, since its shape must stay the same", edits, "unsafe", tuple(uses))


def _counted(view: Forecast, part: Part) -> Fix | None:
    """``s = jnp.sum(a[p[i] : p[i + 1]])``: a loop over the slice that adds up one number, which lax can run."""
    statement, whole = view.statement(part.node), _reduction(view, part.node)
    lower, upper = part.bounds.lower, part.bounds.upper
    if whole is None or lower is None or upper is None or not isinstance(statement, cst.SimpleStatementLine):
        return None
    factors = _factors(view, whole)
    parts = [found for factor in factors for node in own_nodes(factor) if (found := _part(view, node)) is not None]
    same = len({(_code(view, found.bounds.lower), _code(view, found.bounds.upper)) for found in parts}) == 1
    floating = _is_float_place(view, statement) or kind(view, factors[0]) == "float"
    if not same or not (floating or view.tracer.project.ported):
        return None
    if not all(_is_elementwise(view, factor, parts) for factor in factors) or _is_read_anew(view, statement, part):
        return None
    names = fresh(view)
    total, k = names("total", "partial"), names("k", "at")
    texts = [_indexed(view, factor, parts, k) for factor in factors]
    start = "0.0" if floating else _zero(view, factors, parts)
    lines = [
        f"{total} = {start}",
        f"for {k} in range({view.code(lower)}, {view.code(upper)}):",
        f"    {total} = {total} + {' * '.join(texts)}",
    ]
    edits = (insert_before(view, statement, *lines), replace(view, whole, total))
    uses = () if floating else (ZEROS, RESULT_TYPE)
    return Fix("Add up a slice of varying length item by item", edits, "unsafe", uses)


def _zero(view: Forecast, factors: list[cst.BaseExpression], parts: list[Part]) -> str:
    """A zero of the type of the items that are added up."""
    taken = {id(part.node) for part in parts}
    names: dict[str, None] = {}
    for node in (node for factor in factors for node in own_nodes(factor)):
        match node:
            case cst.Subscript(value=cst.Name(value=name), slice=[cst.SubscriptElement(slice=cst.Index(value=inner))]):
                if id(inner) in taken:
                    taken.discard(id(inner))
                    names[name] = None
    names |= {part.name: None for part in parts if id(part.node) in taken}
    return f"{view.spell(ZEROS)}((), {view.spell(RESULT_TYPE)}({', '.join(names)}))"


def _is_float_place(view: Forecast, line: cst.SimpleStatementLine) -> bool:
    """True for a store among floats."""
    found = action(view, Plain(line.body[0]))
    return isinstance(found, Store) and Lengths(view).kind(found.array) == "float"


def _is_elementwise(view: Forecast, factor: cst.BaseExpression, parts: list[Part]) -> bool:
    nodes = {id(part.node) for part in parts}

    def known(node: cst.BaseExpression) -> bool:
        match node:
            case cst.Subscript(value=cst.Name(), slice=[cst.SubscriptElement(slice=cst.Index(value=inner))]):
                return id(inner) in nodes
        return id(node) in nodes or is_scalar(view, node)

    return len(parts) > 0 and hazard(view, factor, known) is None


def _indexed(view: Forecast, factor: cst.BaseExpression, parts: list[Part], k: str) -> str:
    """The text of a factor with items in place of slices."""
    start, text = view.span(factor)[0], view.code(factor)
    inside = [part for part in parts if start <= view.span(part.node)[0] < view.span(factor)[1]]
    for part in sorted(inside, key=lambda part: -view.span(part.node)[0]):
        first, last = (offset - start for offset in view.span(part.node))
        indices = [
            k if number == part.axis else view.code(element.slice) for number, element in enumerate(part.node.slice)
        ]
        text = f"{text[:first]}{part.name}[{', '.join(indices)}]{text[last:]}"
    return text if isinstance(factor, cst.Subscript | cst.Call) or not factor.lpar else f"({text})"


def _reduction(view: Forecast, node: cst.CSTNode) -> cst.BaseExpression | None:
    """The sum or product that a slice goes into."""
    for above in view.ancestors(node):
        match above:
            case cst.Call(func=function) if view.name(function) in (SUM, DOT) or _is_method(above):
                return above
            case cst.BinaryOperation(operator=cst.MatrixMultiply()):
                return above
            case cst.BaseStatement() | cst.BaseSmallStatement():
                return None
    return None


def _is_method(call: cst.Call) -> bool:
    return isinstance(call.func, cst.Attribute) and call.func.attr.value == "sum" and not call.args


def _factors(view: Forecast, whole: cst.BaseExpression) -> list[cst.BaseExpression]:
    """What is summed, or the two factors of a product."""
    match whole:
        case cst.Call(func=cst.Attribute(value=array), args=[]):
            return [array]
        case cst.Call(args=args) if all(arg.keyword is None and not arg.star for arg in args):
            wanted = 1 if view.name(whole.func) == SUM else 2
            return [arg.value for arg in args] if len(args) == wanted else []
        case cst.BinaryOperation(left=left, right=right):
            return [left, right]
    return []


def _are_alike(view: Forecast, parts: list[Part]) -> bool:
    """True for slices with the same bounds."""
    bounds = {(_code(view, part.bounds.lower), _code(view, part.bounds.upper)) for part in parts}
    return len(bounds) == 1 and all(_is_counted(view, part) for part in parts)


def _code(view: Forecast, node: cst.BaseExpression | None) -> str:
    return view.code(node) if node is not None else ""


@dataclass(frozen=True, slots=True)
class Extent:
    """What is taken of each axis instead of a slice: so many items, from the first one on."""

    size: Polynomial
    text: str


def _extent(view: Forecast, parts: list[Part]) -> Extent | None:
    """The length of all axes, if they have one; else the number of turns that the slices end before."""
    lengths = [Lengths(view).axis(part.name, part.axis) for part in parts]
    if lengths[0] is not None and all(length == lengths[0] for length in lengths):
        stops = (found.stop for _, found in runs_around(view, parts[0].node) if found.stop.size == lengths[0])
        shape = f"{parts[0].name}.shape[{parts[0].axis}]"
        return Extent(lengths[0], next((stop.text for stop in stops), shape))
    upper = parts[0].bounds.upper
    if upper is None:
        return None
    if (size := Lengths(view).of(upper)) is not None:
        return Extent(size, view.code(upper))
    for name, found in runs_around(view, parts[0].node):
        reached = ends(view, upper, {name: found})
        if reached is not None and at_least(found.stop.size, reached[1]):
            return Extent(found.stop.size, found.stop.text)
    return None


def _is_counted(view: Forecast, part: Part) -> bool:
    """True if no bound is negative, which Python would count from the end."""
    runs = dict(runs_around(view, part.node))
    for bound in (part.bounds.lower, part.bounds.upper):
        if bound is not None:
            reached = ends(view, bound, runs)
            if reached is None or not at_least(reached[0], {}):
                return False
    return True


def _is_vector(view: Forecast, factor: cst.BaseExpression, parts: list[Part]) -> bool:
    """True for slices of one axis, and what is computed from them and from scalars element by element."""
    mine = [part for part in parts if any(node is part.node for node in own_nodes(factor))]
    nodes = {id(part.node) for part in mine}
    ranks = all(Lengths(view).rank(part.name) == len(part.node.slice) for part in mine)
    inner = (element.slice for part in mine for number, element in enumerate(part.node.slice) if number != part.axis)
    plain = all(isinstance(element, cst.Index) and is_scalar(view, element.value) for element in inner)

    def known(node: cst.BaseExpression) -> bool:
        return id(node) in nodes or is_scalar(view, node)

    return bool(mine) and ranks and plain and hazard(view, factor, known) is None


def _is_read_anew(view: Forecast, statement: cst.SimpleStatementLine, part: Part) -> bool:
    """True if a line binds what a bound reads before the slice is evaluated."""
    return len(statement.body) > 1 or any(isinstance(node, cst.NamedExpr | cst.Lambda) for node in own_nodes(statement))


def _unsliced(view: Forecast, factor: cst.BaseExpression, parts: list[Part], extent: Extent) -> str:
    """The text of a factor with whole axes."""
    start, text = view.span(factor)[0], view.code(factor)
    inside = [part for part in parts if view.span(factor)[0] <= view.span(part.node)[0] < view.span(factor)[1]]
    for part in sorted(inside, key=lambda part: -view.span(part.node)[0]):
        first, last = (offset - start for offset in view.span(part.node))
        text = text[:first] + _whole(view, part, extent) + text[last:]
    return text if isinstance(factor, cst.Subscript | cst.Name | cst.Call) else f"({text})" if factor.lpar else text


def _whole(view: Forecast, part: Part, extent: Extent) -> str:
    """``a[i, :i]``  ->  ``a[i]``"""
    whole = ":" if Lengths(view).axis(part.name, part.axis) == extent.size else f":{extent.text}"
    indices = [
        whole if number == part.axis else view.code(element.slice) for number, element in enumerate(part.node.slice)
    ]
    while indices and indices[-1] == ":":
        indices.pop()
    return f"{part.name}[{', '.join(indices)}]" if indices else part.name


def _mask(view: Forecast, part: Part, extent: Extent) -> str:
    """Where an axis has items of the slice."""
    count = f"{view.spell(ARANGE)}({extent.text})"
    lower, upper = part.bounds.lower, part.bounds.upper
    above = f"{count} >= {view.code(lower)}" if lower is not None else ""
    is_shorter = upper is not None and Lengths(view).of(upper) != extent.size
    below = f"{count} < {_code(view, upper)}" if is_shorter else ""
    return f"({above}) & ({below})" if above and below else above or below
