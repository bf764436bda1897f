"""A branch that only chooses between values, as `jnp.where`.

::

    if t: y = a       ->  y = jnp.where(t, a, b)         if t: return a   ->  return jnp.where(t, a, b)
    else: y = b                                          return b

Both values are computed whatever the test says, so both must be cheap and harmless; a division that the test guards
gets a divisor that is harmless there (``safe``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from jaxlint.facts.model.values import Kind
from jaxlint.facts.queries.truth import undecidable
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.conditions import condition
from jaxlint.rewrite.control.forecast import Forecast
from jaxlint.rewrite.control.held import is_number, is_surely_python_number, values_before
from jaxlint.rewrite.control.lowering import Lines, Lowering
from jaxlint.rewrite.control.model import Block, Branch, Exit, Test
from jaxlint.rewrite.control.scalars import Scalars
from jaxlint.rewrite.control.simple import acting, bindings, gathered
from jaxlint.rewrite.elementwise import guarded, hazard
from jaxlint.rewrite.text import Text, call, infix, quoted

WHERE = "jax.numpy.where"
MOST = 3
"""More values than this are chosen by one `lax.cond`."""
SHORT = 30
"""A longer test is not written more than once."""


FILLS = "where a path gives a number, it fills an array of the other path's shape"


class Unfit(Exception):
    """Why a branch is no mere choice of values."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that a path gives. ``scalar``: it certainly has no axes; ``kind``: that of its numbers, if known;
    ``number``: it is one of Python's."""

    text: Text
    scalar: bool
    kind: Kind = None
    number: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """``then`` where the test holds, else ``orelse``."""

    test: Test
    then: Leaf | Choice
    orelse: Leaf | Choice


@dataclass(frozen=True, slots=True)
class Chooser:
    """How values are chosen. ``safe``: guarded divisions and logarithms get a harmless operand inside; what is only
    costly may be computed for nothing."""

    low: Lowering
    scalars: Scalars
    safe: bool = False

    @property
    def ctx(self) -> Forecast:
        return self.low.ctx

    # --- statements --------------------------------------------------------------------------------------------------

    def assigned(self, branch: Branch, names: Sequence[str]) -> Lines:
        """A line for each name that the branch binds. Raises Unfit."""
        if len(names) > MOST:
            raise Unfit("more than a few names are bound")
        if set(flow.writes((*branch.then, *branch.orelse))) - set(names):
            raise Unfit("a branch has variables of its own")
        choices = [(name, self._bound(branch, name, branch.node)) for name in names]
        self._check_order(branch, names)
        texts = [(name, self._where(choice)) for name, choice in choices]
        return [*_inside(branch), *(f"{name} = {text.text}" for name, text in texts)]

    def returned(self, branch: Branch) -> Lines:
        """One ``return``. Raises Unfit."""
        sizes = {len(value.elements) if isinstance(value, cst.Tuple) else 0 for value in _results(branch)}
        if len(sizes) != 1 or max(sizes) > MOST:
            raise Unfit("the paths return different structures")
        (size,) = sizes
        self._check_short(branch, size)
        choices = [self._result(branch, item) for item in range(size)] if size else [self._result(branch, None)]
        text = ", ".join(self._where(choice).text for choice in choices)
        return [*_inside(branch), f"return {text}"]

    def expression(self, node: cst.IfExp) -> Text:
        """``a if t else b``. Raises Unfit."""
        return self._where(self._leaf(node, None))

    def _check_short(self, branch: Branch, count: int) -> None:
        if count > 1 and any(len(condition(self.low, test).text) > SHORT for test in branch_tests(branch)):
            raise Unfit("a long test would be written several times")

    def _check_order(self, branch: Branch, names: Sequence[str]) -> None:
        """The names are bound one after the other, in one order, and a test must not read what is bound by then."""
        self._check_short(branch, len(names))
        for arm in _leaf_arms(branch):
            _check_arm(arm, names)
        if any(flow.reads(test) & set(names[:-1]) for test in branch_tests(branch)):
            raise Unfit("the test reads what the branch binds")

    def _bound(self, branch: Branch, name: str, before: cst.CSTNode | None, outermost: bool = True) -> Choice:
        """What a branch binds a name to; ``before``: the branch before which it may have a value already."""
        self._check_dynamic(branch.test)
        arms = [
            self._bound_in(arm, name, before, (branch.test, holds) if outermost else None)
            for arm, holds in ((branch.then, True), (branch.orelse, False))
        ]
        return Choice(branch.test, *arms)

    def _bound_in(self, block: Block, name: str, before: cst.CSTNode | None, guard: Guard) -> Leaf | Choice:
        match list(acting(block)):
            case [Branch() as inner]:
                return self._bound(inner, name, before, outermost=False)
            case inner:
                found = [bindings(statement) for statement in inner]
        if None in found:
            raise Unfit("a branch does more than bind a name")
        values = [value for bound in found for other, value in bound or () if other == name]
        if len(values) > 1:
            raise Unfit(f"`{name}` is bound more than once")
        return self._value(name, values[0], before, guard) if values else self._before(name, before)

    def _value(self, name: str, value: str | cst.CSTNode, before: cst.CSTNode | None, guard: Guard) -> Leaf | Choice:
        match value:
            case str():
                return Leaf(Text(value), True)
            case cst.AugAssign(operator=operator, value=added):
                if not isinstance(operator, cst.AddAssign | cst.SubtractAssign | cst.MultiplyAssign):
                    raise Unfit("the division may not be finite where the test rules it out, which spoils gradients")
                right = self._leaf(added, guard)
                if isinstance(right, Choice):
                    raise Unfit("a choice within a sum")
                symbol = cst.Module(()).code_for_node(operator).strip().removesuffix("=")
                old = self._before(name, before)
                text = infix(symbol, old.text, right.text)
                return Leaf(text, right.scalar and old.scalar, number=right.number and old.number)
        assert isinstance(value, cst.BaseExpression)
        return self._leaf(value, guard)

    def _before(self, name: str, branch: cst.CSTNode | None) -> Leaf:
        """The name itself, if it holds a number or an array before a branch."""
        if branch is None or name in self.ctx.made:
            return Leaf(Text(name), self.scalars.is_scalar_name(name))
        before = values_before(self.ctx, branch, name) or [None]
        if not all(map(is_number, before)):
            raise Unfit(f"`{name}` is perhaps no array before the `if`")
        number = all(map(is_surely_python_number, before))
        return Leaf(Text(name), number or self.scalars.is_scalar_name(name), number=number)

    def _result(self, branch: Branch, item: int | None, depth: int = 0) -> Leaf | Choice:
        """What a branch whose paths all return gives, or one item of that."""
        self._check_dynamic(branch.test)
        arms: list[Leaf | Choice] = []
        for arm, holds in ((branch.then, True), (branch.orelse, False)):
            match list(acting(arm)):
                case [Exit(kind="return", value=str() as name)]:
                    arms.append(Leaf(Text(name), self.scalars.is_scalar_name(name)))
                case [Exit(kind="return", value=cst.BaseExpression() as value)]:
                    if item is not None:
                        assert isinstance(value, cst.Tuple)
                        value = value.elements[item].value
                    arms.append(self._leaf(value, (branch.test, holds) if depth == 0 else None))
                case [Branch() as inner]:
                    arms.append(self._result(inner, item, depth + 1))
                case _:
                    raise Unfit("a branch does more than return a value")
        return Choice(branch.test, *arms)

    def _check_dynamic(self, test: Test) -> None:
        if not self.low.ctx.dynamic(test):
            text = self.low.test(test)
            raise Unfit(f"`{text}` is known while tracing and may protect its branch: keep that `if` outside")

    # --- values ------------------------------------------------------------------------------------------------------

    def _leaf(self, node: cst.BaseExpression, guard: Guard) -> Leaf | Choice:
        ctx = self.ctx
        if isinstance(node, cst.IfExp) and undecidable(ctx, node.test):
            first = self._leaf(node.body, (node.test, True) if guard is None else None)
            return Choice(node.test, first, self._leaf(node.orelse, (node.test, False) if guard is None else None))
        if isinstance(node, cst.Tuple):
            raise Unfit("several values depend on the test")
        if "#" in ctx.code(node):
            raise Unfit("a comment stands inside of a value")
        reason = hazard(ctx, node, costly=self.safe)
        if reason is None:
            value = ctx.value(node)
            return Leaf(quoted(ctx, node), self.scalars.is_scalar(node), kind_of(value), is_surely_python_number(value))
        if self.safe and guard is not None and (text := self._safe(node, guard)) is not None:
            return Leaf(text, self.scalars.is_scalar(node))
        raise Unfit(reason)

    def _safe(self, node: cst.BaseExpression, guard: tuple[Test, bool]) -> Text | None:
        """``x / n`` -> ``x / jnp.where(n > 0, n, 1)``: the text of a value that is finite on the other path, too."""
        risky = guarded(self.ctx, node)
        test, holds = guard
        if risky is None or len(condition(self.low, test).text) > SHORT:
            return None
        operand = quoted(self.ctx, risky)
        arms = (operand, Text("1")) if holds else (Text("1"), operand)
        inner = call(self.ctx, WHERE, condition(self.low, test), *arms)
        start, (first, last) = self.ctx.span(node)[0], extent(self.ctx, risky)
        code = self.ctx.code(node)
        text = code[: first - start] + inner.text + code[last - start :]
        return Text(text, self.ctx.grouped(node) == code, inner.uses)

    def _where(self, choice: Leaf | Choice) -> Text:
        if isinstance(choice, Leaf):
            return choice.text
        self._check_shapes(choice)
        self._note_kinds(choice)
        text = self._spelled(choice)
        self.low.uses.update(dict.fromkeys(text.uses))
        return text

    def _check_shapes(self, choice: Choice) -> None:
        """`jnp.where` broadcasts: a number of Python's fills an array, as no trace could keep both. An array that is
        tested is a scalar; of the others nothing is known."""
        leaves = list(_values(choice))
        arrays = {leaf.scalar for leaf in leaves if not leaf.number}
        if len(arrays) > 1:
            raise Unfit("one value has no axes and the other perhaps some, to which `jnp.where` would broadcast")
        if False in arrays and any(leaf.number for leaf in leaves):
            self.low.changes[FILLS] = None

    def _note_kinds(self, choice: Choice) -> None:
        """`jnp.where` gives one type, which Python would not on the path of an int."""
        kinds = {leaf.kind for leaf in _values(choice)}
        if None not in kinds and len(kinds) > 1:
            self.low.changes[one_kind(kinds)] = None

    def _spelled(self, choice: Leaf | Choice) -> Text:
        if isinstance(choice, Leaf):
            return choice.text
        test = condition(self.low, choice.test)
        match choice:
            case Choice(then=Leaf(text=Text(text="True")), orelse=Leaf(text=Text(text=flag))) if flag in self.ctx.made:
                return infix("|", Text(flag), test)
            case Choice(then=Leaf(text=Text(text="True")), orelse=Leaf(text=Text(text="False"))):
                if test.text in self.ctx.made:
                    return test
        then, orelse = self._spelled(choice.then), self._spelled(choice.orelse)
        return then if then.text == orelse.text else call(self.ctx, WHERE, test, then, orelse)


Guard = tuple[Test, bool] | None


def _inside(branch: Branch) -> Lines:
    """The comments of a branch, but for the one beside its head."""
    return [*branch.comments.above, *gathered((*branch.then, *branch.orelse))]


def _results(branch: Branch) -> Iterator[cst.CSTNode | None]:
    for statement in flow.statements((branch,)):
        if isinstance(statement, Exit):
            yield statement.value if isinstance(statement.value, cst.CSTNode) else None


def branch_tests(branch: Branch) -> Iterator[Test]:
    """The tests of a branch and of those in it."""
    return (statement.test for statement in flow.statements((branch,)) if isinstance(statement, Branch))


def _leaf_arms(branch: Branch) -> Iterator[Block]:
    for arm in (branch.then, branch.orelse):
        match list(acting(arm)):
            case [Branch() as inner]:
                yield from _leaf_arms(inner)
            case _:
                yield arm


def _check_arm(arm: Block, names: Sequence[str]) -> None:
    """Raise Unfit if a value is computed from another name that, by the order of ``names``, has another value then."""
    bound = [pair for statement in acting(arm) for pair in bindings(statement) or ()]
    order = [name for name, _ in bound]
    for place, (name, node) in enumerate(bound):
        reads = flow.reads(node) if isinstance(node, cst.CSTNode) else frozenset()
        for other in reads & set(order) - {name}:
            if (names.index(other) < names.index(name)) != (other in order[:place]):
                raise Unfit("one value is computed from another")


def extent(ctx: Forecast, node: cst.BaseExpression) -> tuple[int, int]:
    """Start and end of an expression with its parentheses."""
    if not node.lpar:
        return ctx.span(node)
    return ctx.span(node.lpar[0])[0], ctx.span(node.rpar[-1])[1]


def one_kind(kinds: set[Kind]) -> str:
    """What a reader must know where paths that give numbers of several kinds become one array."""
    highest = next(kind for kind in ("complex", "float", "int", "bool") if kind in kinds)
    return f"all paths give {_ARTICLES[highest]} then"


_ARTICLES = {"complex": "a complex number", "float": "a float", "int": "an int", "bool": "a bool"}


def _values(choice: Leaf | Choice) -> Iterator[Leaf]:
    if isinstance(choice, Leaf):
        yield choice
    else:
        yield from _values(choice.then)
        yield from _values(choice.orelse)
