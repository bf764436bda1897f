"""Expressions of slices, written for whole axes: which axes, and which part of each counts.

Needs: the loops around, whose variables bound the slices.  Gives: the axes of an expression, and the edits that make
its text one of whole axes; ``Stuck`` with the reason for what minds the elements that do not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from jaxlint.edits import Edit
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Array, Const, Static
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.masked import is_like
from jaxlint.rewrite.polynomial import Polynomial, difference, plus, written
from jaxlint.rewrite.slices.bounds import Loops


class Stuck(Exception):
    """The expression cannot be written for whole axes."""


@dataclass(frozen=True, slots=True)
class Part:
    """One axis of a subscript that is sliced, and how long that axis is."""

    node: cst.Subscript
    place: int
    length: Polynomial


@dataclass(frozen=True, slots=True)
class Span:
    """The part ``lower:upper`` of an axis, as the user wrote it (None: from the start, to the end), in all that has the
    axis, and the same as numbers. ``length`` is how long it is as a whole."""

    lower: str | None
    upper: str | None
    first: Polynomial
    last: Polynomial
    length: Polynomial
    parts: tuple[Part, ...]
    doubt: str = ""
    """An end that may be negative, and would then count from the end."""
    test: str = ""
    """The mask that takes the places, ``x[good]``; all axes of the mask at once."""
    open: bool = False
    """Whether more axes may follow, nobody knows how many."""
    step: str = ""

    def same(self, other: Span) -> bool:
        mine, its = ((one.lower, one.upper, one.test, one.step, one.open) for one in (self, other))
        return mine == its


@dataclass(frozen=True, slots=True)
class Window:
    """``start : start + size`` along one axis, always within it."""

    place: int
    start: str
    size: str


Axes = tuple[Span | None, ...]
"""None: an axis that is there as a whole."""


@dataclass
class Widened:
    """Subscripts that take whole axes, or the first places of an axis, where they took a slice."""

    ctx: View
    texts: dict[cst.Subscript, dict[int, str]] = field(default_factory=dict)
    windows: dict[cst.Subscript, list[Window]] = field(default_factory=dict)
    stored: set[cst.Subscript] = field(default_factory=set)
    uses: dict[str, None] = field(default_factory=dict)

    def take(self, part: Part, text: str) -> None:
        self.texts.setdefault(part.node, {})[part.place] = text

    def edits(self) -> list[Edit]:
        return [self._edit(node) for node in dict.fromkeys((*self.texts, *self.windows))]

    def _edit(self, node: cst.Subscript) -> Edit:
        """The brackets anew; without them if all is taken, but for a store."""
        text = self.text(node) or ("[:]" if node in self.stored else "")
        if node in self.windows and node not in self.stored:
            return Edit(*self.ctx.span(node), self._windowed(node) + text)
        return Edit(self.ctx.span(node.value)[1], self.ctx.span(node)[1], text)

    def _windowed(self, node: cst.Subscript) -> str:
        """``lax.dynamic_slice_in_dim(x, i, k)`` around the array, once for each axis."""
        name, text = "jax.lax.dynamic_slice_in_dim", self.ctx.code(node.value)
        self.uses[name] = None
        for window in self.windows[node]:
            axis = f", axis={window.place}" if window.place else ""
            text = f"{self.ctx.spell(name)}({text}, {window.start}, {window.size}{axis})"
        return text

    def put(self, node: cst.Subscript) -> None:
        """The windows of a store, by the indices of their places: slices must stand behind them."""
        self.stored.add(node)
        found = self.windows.get(node, ())
        places = [window.place for window in found]
        if len(places) > 1 or any(isinstance(each.slice, cst.Slice) for each in node.slice[: max(places, default=0)]):
            raise Stuck(f"`{self.ctx.code(node)}` stores into more than one window")
        for window in found:
            arange = "jax.numpy.arange"
            self.uses[arange] = None
            start = "" if window.start == "0" else f"{window.start} + "
            self.texts.setdefault(node, {})[window.place] = f"{start}{self.ctx.spell(arange)}({window.size})"

    def text(self, node: cst.Subscript) -> str:
        own = self.texts.get(node, {})
        items = [own.get(place, self.ctx.code(element.slice)) for place, element in enumerate(node.slice)]
        while items and items[-1] == ":":
            items.pop()
        return f"[{', '.join(items)}]" if items else ""


@dataclass
class Reader:
    """Reads the expressions of one statement."""

    ctx: View
    loops: Loops
    widened: Widened
    vague: bool = False
    """Whether something was met of which only the axes that it has in common with a slice are known."""

    def touched(self, node: cst.CSTNode) -> bool:
        """True if an expression holds a slice that a loop's variable bounds, or takes items by a mask."""
        return any(
            (isinstance(part, cst.Slice) and self.is_moving(part))
            or (isinstance(part, cst.Subscript) and self.mask_of(part) is not None)
            for part in own_nodes(node)
        )

    def mask_of(self, node: cst.Subscript) -> cst.BaseExpression | None:
        """The truth values of ``x[mask]``."""
        match node.slice:
            case [cst.SubscriptElement(slice=cst.Index(value=mask))]:
                value = self.ctx.value(mask)
                return mask if isinstance(value, Array) and value.kind == "bool" and value.ndim != 0 else None
        return None

    def is_moving(self, node: cst.Slice) -> bool:
        return any(map(self.loops.moves, (node.lower, node.upper, node.step)))

    def rank(self, node: cst.BaseExpression) -> int:
        """The number of axes of an expression. Raises Stuck if it is not known."""
        match self.ctx.value(node):
            case Array(ndim=int() as ndim):
                return ndim
            case Const(value=bool() | int() | float() | complex()) | Static(kind="int" | "float" | "bool"):
                return 0
        match node:
            case cst.Name(value=name) if (found := self.loops.lengths.rank(name)) is not None:
                return found
            case cst.Name(value=name) if any(counter.name == name for counter in self.loops.counters):
                return 0
            case cst.Integer() | cst.Float():
                return 0
            case cst.UnaryOperation(expression=inner):
                return self.rank(inner)
            case cst.Subscript(value=cst.Name() as base, slice=elements):
                return self.rank(base) - sum(isinstance(each.slice, cst.Index) for each in elements)
            case cst.BinaryOperation(left=left, right=right) if not isinstance(node.operator, cst.MatrixMultiply):
                return max(self.rank(left), self.rank(right))
        raise Stuck(f"how many axes `{self.ctx.code(node)}` has is not known")

    def subscript(self, node: cst.Subscript) -> Axes:
        """``A[k + 1 :, j]``: the axes that are left."""
        if not isinstance(node.value, cst.Name):
            raise Stuck(f"`{self.ctx.code(node.value)}` is no variable")
        if self.touched(node.value):
            raise Stuck(f"`{self.ctx.code(node)}` is a part of a part")
        if (mask := self.mask_of(node)) is not None:
            return self._chosen(node, mask)
        axes: list[Span | None] = []
        new = [_is_new_axis(element.slice) for element in node.slice]
        if sorted(new) != new:
            raise Stuck(f"`{self.ctx.code(node)}` makes an axis before others")
        for place, element in enumerate(node.slice):
            match element.slice:
                case cst.Slice() as part if (window := self._window(node, place, part)) is not None:
                    self.widened.windows.setdefault(node, []).append(window)
                    self.widened.texts.setdefault(node, {})[place] = ":"
                    axes.append(None)
                case cst.Slice() as part if self.is_moving(part):
                    span = self.span(node, place, part)
                    self.widened.take(span.parts[0], ":")
                    axes.append(span)
                case cst.Slice():
                    axes.append(None)
                case cst.BaseSlice() as index if _is_new_axis(index):
                    axes.append(None)
                case cst.Index(value=index) if self.rank(index) == 0 and not self.touched(index):
                    continue
                case _:
                    raise Stuck(f"`{self.ctx.code(element)}` is not known to be a number")
        if all(axis is None for axis in axes) and self._is_vague(node.value):
            return tuple(axes)
        return (*axes, *(None for _ in range(self.rank(node.value) - new.count(False))))

    def _chosen(self, node: cst.Subscript, mask: cst.BaseExpression) -> Axes:
        """``x[good]``, of which the first axes are one."""
        part = Part(node, 0, {})
        span = Span(None, None, {}, {}, {}, (part,), test=self.ctx.grouped(mask))
        self.widened.take(part, ":")
        if is_like(self.ctx, mask, self.ctx.code(node.value)):
            return (span,)
        try:
            rest = self.rank(node.value) - self.rank(mask)
        except Stuck:
            return (replace(span, test=self._expanded(node.value, mask), open=True),)
        if rest < 0 or (rest and self.rank(mask) > 1):
            raise Stuck(f"`{self.ctx.code(mask)}` has not the axes of `{self.ctx.code(node.value)}`")
        return (span, *(None for _ in range(rest)))

    def _expanded(self, array: cst.BaseExpression, mask: cst.BaseExpression) -> str:
        """A mask of one axis with all that an array has besides."""
        if self.rank(mask) != 1:
            raise Stuck(f"how many axes `{self.ctx.code(array)}` has is not known")
        self.widened.uses["jax.numpy.expand_dims"] = None
        expand = self.ctx.spell("jax.numpy.expand_dims")
        return f"{expand}({self.ctx.code(mask)}, tuple(range(1, {self.ctx.code(array)}.ndim)))"

    def _is_vague(self, node: cst.BaseExpression) -> bool:
        try:
            self.rank(node)
        except Stuck:
            self.vague = True
        return self.vague

    def _window(self, node: cst.Subscript, place: int, part: cst.Slice) -> Window | None:
        """A slice of a length that no loop changes, if it is always within the axis."""
        if part.lower is None or part.upper is None or part.step is not None or not self.is_moving(part):
            return None
        size = difference(self.ctx, part.upper, part.lower)
        if size is None or self.loops.moves(cst.parse_expression(size)):
            return None
        assert isinstance(node.value, cst.Name)
        first, last = self.loops.number(part.lower), self.loops.number(part.upper)
        length = self.loops.lengths.axis(node.value.value, place)
        if first is None or last is None or length is None:
            raise Stuck(f"how long `{node.value.value}` is, or where `{self.ctx.code(part)}` ends, is not known")
        if not self.loops.never_negative(first) or not self.loops.never_negative(plus(length, last, -1)):
            raise Stuck(f"`{self.ctx.code(part)}` may reach beyond the ends of `{node.value.value}`")
        return Window(place, self.ctx.code(part.lower), size)

    def span(self, node: cst.Subscript, place: int, part: cst.Slice) -> Span:
        """The places that a slice takes; its ends are never negative."""
        assert isinstance(node.value, cst.Name)
        if part.step is not None and (part.lower is None or not self._is_sure(plus(self._number(part.step), {(): -1}))):
            raise Stuck(f"`{self.ctx.code(part)}` has a step that may be negative")
        length = self.loops.lengths.axis(node.value.value, place)
        if length is None:
            raise Stuck(f"how long `{node.value.value}` is may change")
        first = self._number(part.lower) if part.lower is not None else {}
        last = self._number(part.upper) if part.upper is not None else length
        lower = self.ctx.code(part.lower) if part.lower is not None and first else None
        upper = self.ctx.code(part.upper) if part.upper is not None else None
        doubt = next((end for end, size in ((lower, first), (upper, last)) if end and not self._is_sure(size)), "")
        step = self.ctx.grouped(part.step) if part.step is not None else ""
        return Span(lower, upper, first, last, length, (Part(node, place, length),), doubt, step=step)

    def _number(self, end: cst.BaseExpression) -> Polynomial:
        number = self.loops.number(end)
        if number is None:
            raise Stuck(f"whether `{self.ctx.code(end)}` may be negative is not known")
        return number

    def _is_sure(self, size: Polynomial) -> bool:
        return self.loops.never_negative(size)

    def meet(self, found: Sequence[Axes]) -> Axes:
        """The axes of an elementwise operation; the spans that meet are the same.

        What meets a span and is none has one item there: it could not fit the slice in every turn otherwise.
        """
        result: list[Span | None] = []
        full = [axes for axes in found if axes]
        if any(span is not None and span.open for axes in full for span in axes) and len(set(map(len, full))) > 1:
            raise Stuck("how many axes a masked array has is not known")
        for place in range(1, max(map(len, found)) + 1):
            spans = [span for axes in found if len(axes) >= place and (span := axes[-place]) is not None]
            result.append(self.joined(spans) if spans else None)
        return tuple(reversed(result))

    def joined(self, spans: Sequence[Span]) -> Span:
        """One axis from several that are sliced alike; those that may be longer are cut to one length."""
        if not all(span.same(spans[0]) for span in spans):
            spans = self._aligned(spans)
        if not all(span.same(spans[0]) for span in spans):
            raise Stuck(f"`{_shown(spans[0])}` and `{_shown(next(s for s in spans if not s.same(spans[0])))}` differ")
        if spans[0].test:
            return spans[0]
        ends = [plus(counter.last, {(): 1}) for counter in self.loops.counters if counter.last is not None]
        chosen = next((span for span in spans if span.length in ends), spans[0])
        parts = tuple(part for span in spans for part in span.parts)
        if chosen.upper is not None:
            for part in parts:
                if part.length != chosen.length:
                    self.widened.take(part, f":{self.length(chosen.length)}")
        return replace(chosen, parts=parts)

    def _aligned(self, spans: Sequence[Span]) -> list[Span]:
        """Spans of one length of which one begins at the start: ``x[k:]`` is taken as ``x[k + jnp.arange(n)]``."""
        anchor = next((span for span in spans if span.lower is None), None)
        if (
            anchor is None
            or any(span.step or span.test for span in spans)
            or any(plus(span.last, span.first, -1) != anchor.last for span in spans)
        ):
            return list(spans)
        for span in spans:
            for part in span.parts if span.lower is not None else ():
                if len(part.node.slice) != 1:
                    raise Stuck(f"`{self.ctx.code(part.node)}` begins at `{span.lower}`, and what it meets does not")
                name = "jax.numpy.arange"
                self.widened.uses[name] = None
                places = f"{self.ctx.spell(name)}({self.length(part.length)})"
                self.widened.take(part, f"{span.lower} + {places}")
        return [
            replace(anchor, parts=span.parts if span.lower is None else (), doubt=self._doubt(spans)) for span in spans
        ]

    def _doubt(self, spans: Sequence[Span]) -> str:
        """Below zero, ``n - k`` leaves nothing of ``x[k:]``, and so of all that fits it."""
        rests = [span for span in spans if span.upper is None and not span.doubt]
        certain = rests and all(span.length == rests[0].length for span in spans)
        return "" if certain else next((span.doubt for span in spans if span.doubt), "")

    def length(self, size: Polynomial) -> str:
        """How the function would write a length."""
        names = {
            node.value
            for node in self.ctx.nodes()
            if isinstance(node, cst.Name) and isinstance(self.ctx.value(node), Const | Static)
        }
        lengths = self.loops.lengths
        fitting = [name for name in sorted(names) if lengths.of(cst.Name(name)) == size]
        return fitting[0] if fitting else written(size) or "0"

    def mask(self, axes: Axes) -> str:
        """The test for the places that count, of the shape of the axes or broadcast to it."""
        arange = self.ctx.spell("jax.numpy.arange")
        tests: list[str] = []
        for place, span in enumerate(axes):
            if span is None:
                continue
            if span.doubt:
                raise Stuck(f"`{span.doubt}` may be negative, and then counts from the end")
            after = len(axes) - 1 - place
            if span.test:
                tests.append(f"{span.test}[:{', None' * after}]" if after else span.test)
                continue
            places = f"{arange}({self.length(span.length)})" + (f"[:{', None' * after}]" if after else "")
            tests += [f"{places} >= {span.lower}"] if span.lower is not None else []
            tests += [f"{places} < {span.upper}"] if span.upper is not None else []
            tests += [f"({places} - {span.lower or 0}) % {span.step} == 0"] if span.step else []
        return tests[0] if len(tests) == 1 else " & ".join(f"({test})" for test in tests)


def _shown(span: Span) -> str:
    return f"{span.lower or ''}:{span.upper or ''}"


def _is_new_axis(index: cst.BaseSlice) -> bool:
    match index:
        case cst.Index(value=cst.Name(value="None") | cst.Attribute(attr=cst.Name(value="newaxis"))):
            return True
    return False
