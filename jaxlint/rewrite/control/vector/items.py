"""An expression of one turn as the expression of all turns: `a * x[i] + y[i - 1]` -> `a * x[1:] + y[:-1]`.

Only what is elementwise is translated. So where the result of a turn is a scalar, every operand is one, and what no
loop variable selects needs no axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Array, Const, HostArray, Ref, Static, Tree, Tuple, Value
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rewrite.control.model import Declined
from jaxlint.rewrite.control.vector.axes import Axes, Item, joined
from jaxlint.rewrite.control.vector.calls import mapped
from jaxlint.rewrite.control.vector.lengths import Lengths, at_least, constant, every_call
from jaxlint.rewrite.control.vector.ranges import Run, Shift, ends, runs_around, shift
from jaxlint.rewrite.elementwise import hazard, is_elementwise
from jaxlint.rewrite.polynomial import plus, polynomial
from jaxlint.rewrite.text import Text

WHERE = "jax.numpy.where"
_SYMBOLS: dict[type[cst.CSTNode], str] = {
    cst.Add: "+", cst.Subtract: "-", cst.Multiply: "*", cst.Divide: "/", cst.FloorDivide: "//", cst.Modulo: "%",
    cst.Power: "**", cst.BitAnd: "&", cst.BitOr: "|", cst.BitXor: "^", cst.LeftShift: "<<", cst.RightShift: ">>",
    cst.LessThan: "<", cst.LessThanEqual: "<=", cst.GreaterThan: ">", cst.GreaterThanEqual: ">=", cst.Equal: "==",
    cst.NotEqual: "!=", cst.Minus: "-", cst.Plus: "+", cst.BitInvert: "~",
}  # fmt: skip
Place = tuple[tuple[int, str], ...]
"""The indices of a store that depend on loops: which, and how they are written."""


@dataclass(eq=False)
class Turns:
    """What is known of the turns of some nested loops. ``runs``: their ranges; ``items``: the variables that a turn
    binds; ``stored``: where it stores into each array; ``counted``: loop variables that are used as numbers."""

    ctx: View
    lengths: Lengths
    loop: cst.For
    """The outermost of them."""
    runs: dict[str, Run] = field(default_factory=dict)
    kept: dict[str, Run] = field(default_factory=dict)
    """The ranges of loops that stay."""
    items: dict[str, Item] = field(default_factory=dict)
    stored: dict[str, Place] = field(default_factory=dict)
    targets: dict[str, cst.Subscript] = field(default_factory=dict)
    known: dict[str, Item] = field(default_factory=dict)
    """What a turn has stored at a place, where it will store again."""
    scattered: set[str] = field(default_factory=set)
    """Arrays that several turns may store into at one place."""
    own: frozenset[str] = frozenset()
    tested: frozenset[str] = frozenset()
    """The texts of what an ``if`` asks."""
    counted: dict[str, None] = field(default_factory=dict)
    read: list[cst.BaseExpression] = field(default_factory=list)
    """The arrays of which the turns read items."""
    widest: int = 0
    """The most axes of an array that is read or stored into."""
    uses: dict[str, None] = field(default_factory=dict)

    @property
    def order(self) -> Axes:
        return tuple(self.runs)

    def spell(self, name: str) -> str:
        self.uses[name] = None
        return self.ctx.spell(name)

    def call(self, function: str, *arguments: Text | str) -> Text:
        """A call of a library function."""
        parts = (argument.text if isinstance(argument, Text) else argument for argument in arguments)
        return Text(f"{self.spell(function)}({', '.join(parts)})")

    # --- expressions -------------------------------------------------------------------------------------------------

    def item(self, node: cst.BaseExpression) -> Item:
        """What an expression is in all turns. Raises ``Declined``."""
        if "#" in (code := self.ctx.code(node)):
            raise Declined(f"a comment stands inside of `{code}`")
        match node:
            case cst.Name(value=name):
                return self._name(name)
            case cst.Subscript(value=cst.Name(value=name)):
                return self._selected(node, name)
            case cst.UnaryOperation(operator=cst.Minus() | cst.Plus() | cst.BitInvert(), expression=inner):
                found = self.item(inner)
                return replace(found, text=Text(f"{_SYMBOLS[type(node.operator)]}{found.text.grouped}", False))
            case cst.BinaryOperation(operator=operator, left=left, right=right) if type(operator) in _SYMBOLS:
                return self.combined(_SYMBOLS[type(operator)], [(left, self.item(left)), (right, self.item(right))])
            case cst.Comparison(left=left, comparisons=[only]):
                return self._compared(left, only)
            case cst.BooleanOperation(operator=operator, left=left, right=right) if _is_logic(left) and _is_logic(
                right
            ):
                symbol = "&" if isinstance(operator, cst.And) else "|"
                return self.combined(symbol, [(None, self.item(left)), (None, self.item(right))])
            case cst.UnaryOperation(operator=cst.Not(), expression=inner) if _is_logic(inner):
                found = self.item(inner)
                return replace(found, text=Text(f"~{found.text.grouped}"))
            case cst.Comparison(left=left, comparisons=[first, second]):
                links = (self._compared(left, first), self._compared(first.comparator, second))
                return self.combined("&", [(None, link) for link in links])
            case cst.IfExp(test=test, body=body, orelse=orelse):
                return self.choice(self.item(test), self.value(body), self.value(orelse))
            case cst.Call(func=function, args=args) if self._is_elementwise(function):
                if any(argument.keyword is not None or argument.star for argument in args):
                    raise Declined(f"`{code}` passes keywords")
                items = [self.item(argument.value) for argument in args]
                axes = joined(items, self.order)
                text = f"{self.ctx.code(function)}({', '.join(item.along(axes).text for item in items)})"
                return Item(Text(text), axes, _sure(items))
        if isinstance(node, cst.Call) and self.moves(node):
            return mapped(self, node)
        if not self.moves(node):
            return Item(Text(code, self.ctx.grouped(node) == code))
        raise Declined(f"`{code}` is not known to be computed element by element")

    def value(self, node: cst.BaseExpression) -> Item:
        """What may be computed where a test rules it out. Raises ``Declined``."""
        if (reason := hazard(self.ctx, node, self._is_read)) is not None:
            raise Declined(reason)
        return self.item(node)

    def _is_read(self, node: cst.BaseExpression) -> bool:
        """True for an item that a turn reads, and for what it has computed from such: there is one in every turn."""
        if self.ctx.code(node) in self.tested:
            return True
        match node:
            case cst.Subscript(value=cst.Name() as base):
                return bool(self.place(node)) or _is_array(self.ctx.value(base))
            case cst.Name(value=name):
                return name in self.items or name in self.runs
        return False

    def choice(self, test: Item, then: Item, orelse: Item) -> Item:
        """``jnp.where``"""
        items = [test, then, orelse]
        axes = joined(items, self.order)
        return Item(self.call(WHERE, *(item.along(axes) for item in items)), axes, _sure(items))

    def combined(self, symbol: str, operands: Sequence[tuple[cst.BaseExpression | None, Item]]) -> Item:
        """An operator between items; the user's parentheses stay."""
        items = [item for _, item in operands]
        axes = joined(items, self.order)
        texts = []
        for node, item in operands:
            text = item.along(axes)
            bare = node is not None and not node.lpar and isinstance(node, cst.BinaryOperation | cst.UnaryOperation)
            texts.append(text.text if bare and text == item.text else text.grouped)
        return Item(Text(f" {symbol} ".join(texts), False), axes, _sure(items))

    def _compared(self, left: cst.BaseExpression, target: cst.ComparisonTarget) -> Item:
        right = target.comparator
        if type(target.operator) not in _SYMBOLS:
            raise Declined(f"`{self.ctx.code(target)}` is no comparison of numbers")
        return self.combined(_SYMBOLS[type(target.operator)], [(left, self.item(left)), (right, self.item(right))])

    def check_scalars(self, node: cst.BaseExpression) -> None:
        """Raise ``Declined`` unless what an expression combines are scalars in each turn; what Python tests is one."""
        ctx = self.ctx
        if ctx.code(node) in self.tested:
            return
        match node:
            case cst.Subscript(value=cst.Name(value=name)):
                if self.lengths.rank(name) != len(node.slice) and not is_scalar(ctx, node):
                    raise Declined(f"how many axes `{name}` has is not known")
                for element in node.slice:
                    if isinstance(element.slice, cst.Index) and not self._shifted(element.slice):
                        self._check_index(element.slice.value)
            case cst.Name(value=name):
                if name not in {*self.runs, *self.items} and not is_scalar(ctx, node):
                    raise Declined(f"`{name}` is perhaps an array")
            case cst.UnaryOperation(expression=inner):
                self.check_scalars(inner)
            case cst.BinaryOperation(left=left, right=right):
                self.check_scalars(left)
                self.check_scalars(right)
            case cst.Comparison(left=left, comparisons=comparisons):
                for part in (left, *(item.comparator for item in comparisons)):
                    self.check_scalars(part)
            case cst.BooleanOperation(left=left, right=right):
                self.check_scalars(left)
                self.check_scalars(right)
            case cst.IfExp(test=test, body=body, orelse=orelse):
                for part in (test, body, orelse):
                    self.check_scalars(part)
            case cst.Call(args=args):
                for argument in args:
                    self.check_scalars(argument.value)
            case _ if not is_scalar(ctx, node):
                raise Declined(f"`{ctx.code(node)}` is perhaps an array")

    def _check_index(self, node: cst.BaseExpression) -> None:
        """Raise ``Declined`` unless an index is one number: a bool would make an axis."""
        self.check_scalars(node)
        summed = isinstance(node, cst.BinaryOperation)
        if not summed and self.moves(node) and kind_of(self.ctx.value(node)) != "int":
            raise Declined(f"`{self.ctx.code(node)}` is perhaps no integer")

    def _is_elementwise(self, function: cst.BaseExpression) -> bool:
        return is_elementwise(self.ctx, function) or self.ctx.name(function) == "builtins.abs"

    def _name(self, name: str) -> Item:
        if name in self.runs:
            self.counted[name] = None
            return Item(Text(name), (name,), frozenset((name,)))
        if name in self.items:
            return self.item_of(name)
        if name in self.own or name in self.stored:
            raise Declined(f"`{name}` is carried from turn to turn")
        return Item(Text(name))

    def item_of(self, name: str) -> Item:
        """A variable of the turn, by its name."""
        return replace(self.items[name], text=Text(name))

    def moves(self, node: cst.CSTNode) -> bool:
        """True for what perhaps differs from turn to turn."""
        names = {part.value for part in own_nodes(node) if isinstance(part, cst.Name)}
        return not names.isdisjoint({*self.runs, *self.items, *self.own, *self.stored})

    # --- items of arrays ---------------------------------------------------------------------------------------------

    def _selected(self, node: cst.Subscript, name: str) -> Item:
        ctx = self.ctx
        if (known := self.known.get(ctx.code(node))) is not None:
            return known
        if name in self.items or (name in self.own and name not in self.stored):
            raise Declined(f"`{ctx.code(node)}` takes an item of what the turn computes")
        place = self.place(node)
        if name in self.stored and place != self.stored[name] and not self._is_elsewhere(node, self.targets[name]):
            raise Declined(f"one turn reads `{ctx.code(node)}`, which perhaps another one has stored")
        if not place:
            if self.moves(node):
                raise Declined(f"where `{ctx.code(node)}` is depends on what the turn computes")
            return Item(Text(ctx.code(node)))
        if not _is_array(ctx.value(node.value)) and not self.lengths.has_shape(name):
            raise Declined(f"`{name}` is perhaps no array")
        self.read.append(node.value)
        if (gathered := self._gathered(node, name)) is not None:
            return gathered
        index, axes, sure = self.index(node, name, exact=False)
        return Item(Text(f"{name}[{index}]" if index else name), axes, sure)

    def _is_elsewhere(self, node: cst.Subscript, target: cst.Subscript) -> bool:
        """True for ``t[i - 1, …]`` where ``t[i, …]`` is stored, and ``i`` is the same in all turns."""
        around = dict(runs_around(self.ctx, self.loop))
        for one, other in zip(node.slice, target.slice, strict=False):
            if isinstance(one.slice, cst.Index) and isinstance(other.slice, cst.Index):
                indices = (one.slice.value, other.slice.value)
                sums = [polynomial(self.ctx, index) for index in indices]
                reached = [ends(self.ctx, index, around) for index in indices]
                if any(self.moves(index) for index in indices) or None in sums or None in reached:
                    continue
                first, second = sums
                assert first is not None and second is not None
                apart = constant(plus(first, second, -1))
                if apart and all(end is not None and at_least(end[0], {}) for end in reached):
                    return True
        return False

    def place(self, node: cst.Subscript) -> Place:
        """The indices that depend on loops."""
        return tuple(
            (number, self.ctx.code(element.slice))
            for number, element in enumerate(node.slice)
            if self.moves(element.slice)
        )

    def index(self, node: cst.Subscript, name: str, *, exact: bool) -> tuple[str, Axes, frozenset[str]]:
        """The part of an array that a subscript selects in all turns, "" for all of it; its axes, and the sure ones.

        ``exact``: it must not reach beyond the array, or it is stored elsewhere than turn by turn.
        """
        texts: list[str] = []
        axes: list[str] = []
        sure: set[str] = set()
        for number, element in enumerate(node.slice):
            if (variable := self._mirrored(element.slice, name, number)) is not None and not exact:
                texts.append("::-1")
                axes.append(variable)
                sure.add(variable)
                continue
            moved = self._shifted(element.slice)
            if moved is None:
                texts.append(self._still(element.slice))
                continue
            variable, by = moved
            length = self.lengths.axis(name, number)
            part = self.runs[variable].part(by, length, self.lengths.positive)
            code = self.ctx.code(node)
            if part is None:
                raise Declined(f"`{code}` is perhaps out of range in some turn")
            if length is not None and self.runs[variable].within(by, length, self.lengths.positive):
                sure.add(variable)
            elif exact:
                raise Declined(f"`{code}` is perhaps out of range in some turn")
            if variable in axes:
                raise Declined(f"`{code}` is on a diagonal")
            texts.append(part)
            axes.append(variable)
        self.widest = max(self.widest, len(axes))
        while texts and texts[-1] == ":":
            texts.pop()
        return ", ".join(texts), tuple(axes), frozenset(sure)

    def _still(self, element: cst.BaseSlice) -> str:
        """An index that is the same number in all turns."""
        if not isinstance(element, cst.Index) or self.moves(element):
            raise Declined(f"the index `{self.ctx.code(element)}` is not one of a plain loop")
        value = self.ctx.value(element.value)
        if kind_of(value) not in ("int", None) or (isinstance(value, Const) and value.value in (None, ...)):
            raise Declined(f"`{self.ctx.code(element)}` is perhaps no number")
        return self.ctx.code(element)

    def _shifted(self, element: cst.BaseSlice) -> tuple[str, Shift] | None:
        """``i``, ``1 + i``, ``i + di - 1``: the loop variable, and how far from it. ``di`` is the variable of a
        loop that stays."""
        if not isinstance(element, cst.Index):
            return None
        found = polynomial(self.ctx, element.value)
        if found is None or any(len(term) > 1 for term in found):
            return None
        variables = [term for term in found if term and term[0] in self.runs]
        if len(variables) != 1 or found[variables[0]] != 1:
            return None
        rest = {term: size for term, size in found.items() if term != variables[0]}
        if any(term and term[0] not in self.kept for term in rest):
            return None
        return variables[0][0], shift(rest, self.kept)

    def is_far(self, name: str, number: int, element: cst.BaseSlice) -> bool:
        """True for an index that is no loop's variable, moved by a number."""
        return self.moves(element) and not self._shifted(element) and not self._mirrored(element, name, number)

    def _mirrored(self, element: cst.BaseSlice, name: str, number: int) -> str | None:
        """The variable of ``n - 1 - i``, where that runs through an axis from its end to its start."""
        if not isinstance(element, cst.Index) or not isinstance(element.value, cst.BinaryOperation):
            return None
        match element.value:
            case cst.BinaryOperation(operator=cst.Subtract(), left=left, right=cst.Name(value=variable)):
                rest, length = self.lengths.of(left), self.lengths.axis(name, number)
                if variable in self.runs and rest is not None and length is not None:
                    return variable if self.runs[variable].is_mirrored(rest, length) else None
        return None

    def _gathered(self, node: cst.Subscript, name: str) -> Item | None:
        """``x[p[i]]`` -> ``x[p]``, ``x[abs(i - j)]`` -> ``x[abs(i[:, None] - j)]``, ``a[k, p[i]]`` -> ``a[k, p]``"""
        elements = [element.slice for element in node.slice]
        far = [number for number, element in enumerate(elements) if self.is_far(name, number, element)]
        if not far:
            return None
        code = self.ctx.code(node)
        if len(far) > 1 or any(self.moves(element) for number, element in enumerate(elements) if number not in far):
            raise Declined(f"`{code}` combines indices of several sorts")
        index = elements[far[0]]
        if not isinstance(index, cst.Index) or kind_of(self.ctx.value(index.value)) not in ("int", None):
            raise Declined(f"`{self.ctx.code(index)}` is perhaps no integer")
        found = self.item(index.value)
        texts = [found.text.text if number in far else self._still(element) for number, element in enumerate(elements)]
        return replace(found, text=Text(f"{name}[{', '.join(texts)}]"))


def _is_array(value: Value) -> bool:
    """True for an array, and for an argument that may be one: as a list it could not be indexed by a tracer either."""
    return isinstance(value, Array | HostArray) or (
        isinstance(value, Tree) and not isinstance(value.origin, Ref | Tuple)
    )


def _is_logic(node: cst.BaseExpression) -> bool:
    """True for what gives bools, of Python or in an array."""
    match node:
        case cst.Comparison():
            return True
        case cst.BooleanOperation(left=left, right=right):
            return _is_logic(left) and _is_logic(right)
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return _is_logic(inner)
    return False


def _sure(items: Sequence[Item]) -> frozenset[str]:
    return frozenset[str]().union(*(item.sure for item in items))


def is_scalar(ctx: View, node: cst.BaseExpression) -> bool:
    """True for a number, or an array without axes, in every call of the function that is known."""
    return all(_is_number(view.value(node)) for view in every_call(ctx))


def _is_number(value: Value) -> bool:
    match value:
        case Const(value=bool() | int() | float()) | Static(kind="int" | "float" | "bool") | Array(ndim=0):
            return True
    return False
