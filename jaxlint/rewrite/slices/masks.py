"""Statements of slices -> statements of whole axes, with masks where elements must not count.

::

    s = a[:i] @ b[:i]          s = jnp.sum(a * b, where=jnp.arange(n) < i)
    m = x[i:].max()            m = x.max(where=jnp.arange(n) >= i, initial=-jnp.inf)
    A[k, :i] -= c * B[j, :i]   A[k] -= jnp.where(jnp.arange(n) < i, c * B[j], 0)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control.names import fresh
from jaxlint.rewrite.control.vector.lengths import Lengths, kind
from jaxlint.rewrite.masked import ELEMENTWISE
from jaxlint.rewrite.slices.bounds import Loops
from jaxlint.rewrite.slices.spans import Axes, Reader, Span, Stuck, Widened

SAME = ELEMENTWISE | {"jax.numpy.copy", "builtins.abs"}
PLAIN = ("sum", "prod", "any", "all", "mean", "std", "var")
EXTREME = {"max": "-{}", "min": "{}"}
PRODUCTS = ("jax.numpy.dot", "jax.numpy.inner", "jax.numpy.vdot")
POSITIVE = ("jax.numpy.abs", "jax.numpy.absolute", "jax.numpy.square", "builtins.abs")


def whole_axes(ctx: View, statement: cst.SimpleStatementLine | cst.If | cst.While) -> Fix | Decline | None:
    """The statement, or its test, without slices that a loop's variable bounds and items that a mask chooses; None if
    it has none."""
    loops = Loops(ctx, statement)
    reader = Reader(ctx, loops, Widened(ctx))
    parts = statement.body if isinstance(statement, cst.SimpleStatementLine) else [cst.Expr(statement.test)]
    if not any(map(reader.touched, parts)):
        return None
    try:
        masks = Masks(reader)
        for part in parts:
            masks.statement(part)
    except Stuck as reason:
        return Decline(str(reason))
    edits = _nested((*reader.widened.edits(), *masks.edits))
    uses = (*masks.uses, *reader.widened.uses)
    return Fix("Take whole axes and windows of one size, and mask what does not count", edits, "unsafe", uses)


def _nested(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    return tuple(sorted(edits, key=lambda edit: (edit.start, edit.end)))


@dataclass
class Masks:
    """The edits of one statement around its slices."""

    reader: Reader
    edits: list[Edit] = field(default_factory=list)
    uses: dict[str, None] = field(default_factory=dict)

    def statement(self, node: cst.BaseSmallStatement) -> None:
        match node:
            case cst.Assign(targets=[cst.AssignTarget(target=target)], value=value):
                self._assigned(target, value, None)
            case cst.Assign() if any(self.reader.touched(each) for each in node.targets):
                self._chained(node)
            case cst.Assign(value=value):
                self._whole(value)
            case cst.AugAssign(target=target, operator=operator, value=value):
                self._assigned(target, value, operator)
            case cst.Return(value=cst.BaseExpression() as value) | cst.Expr(value=value):
                self._whole(value)
            case _:
                raise Stuck(f"`{self._code(node)}` takes a part of an axis that a loop decides")

    def _assigned(self, target: cst.BaseExpression, value: cst.BaseExpression, op: cst.BaseAugOp | None) -> None:
        if not self.reader.touched(target):
            self._whole(value)
            return
        if not isinstance(target, cst.Subscript) or self.reader.mask_of(target) is not None:
            raise Stuck(f"`{self._code(target)}` is more than one store")
        given = self.axes(value)
        axes = self._fitted(target, given)
        if any(span is not None and (span.open or span.test) for span in given):
            raise Stuck(f"how many items `{self._code(value)}` has depends on values")
        self.reader.widened.put(target)
        if any(span is not None for span in axes):
            self._store(target, axes, value, op)

    def _fitted(self, target: cst.Subscript, given: Axes) -> Axes:
        """The axes of a store's target, those of what is stored made to fit."""
        axes = list(self.reader.subscript(target))
        if len(given) > len(axes):
            raise Stuck(f"what is stored has more axes than `{self._code(target)}`")
        for place in range(1, len(given) + 1):
            left, right = axes[-place], given[-place]
            if left is None and right is not None:
                raise Stuck(f"what is stored has not the axes of `{self._code(target)}`")
            if left is not None and right is not None:
                axes[-place] = self.reader.joined([left, right])
        return tuple(axes)

    def _chained(self, node: cst.Assign) -> None:
        """``a[:i] = b[:i] = v`` -> ``values = v``, and a store for each target."""
        ctx, widened = self.reader.ctx, self.reader.widened
        given = self.axes(node.value)
        name, lines = fresh(ctx)("values"), []
        for each in node.targets:
            target = each.target
            if not isinstance(target, cst.Subscript) or not self.reader.touched(target):
                raise Stuck(f"`{self._code(target)}` is assigned together with a slice")
            axes = self._fitted(target, given)
            if target in widened.windows or all(span is None for span in axes):
                raise Stuck(f"`{self._code(target)}` is a window")
            old, mask = f"{self._code(target.value)}{widened.text(target)}", self.reader.mask(axes)
            place = old if widened.text(target) else f"{old}[:]"
            lines.append(f"{place} = {self._spell('jax.numpy.where')}({mask}, {name}, {old})")
            del widened.texts[target]
        start, end = self._outer(node.value)
        begin, indent = ctx.span(node)[0], ctx.indent(node)
        after = "".join(f"\n{indent}{line}" for line in lines)
        self.edits = [Edit(begin, start, f"{name} = "), *self.edits, Edit(end, end, after)]

    def _store(self, target: cst.Subscript, axes: Axes, value: cst.BaseExpression, op: cst.BaseAugOp | None) -> None:
        """``A[:i] = v`` -> ``A[:] = jnp.where(mask, v, A)``; what is added is 0 where it does not count."""
        widened = self.reader.widened
        before, after = f"{self._spell('jax.numpy.where')}({self.reader.mask(axes)}, ", ", 0)"
        if not isinstance(op, cst.AddAssign | cst.SubtractAssign):
            old = f"{self._code(target.value)}{widened.text(target)}"
            after = f", {old})"
            if op is not None:
                symbol = self._code(op).strip().removesuffix("=")
                self.edits.append(Edit(*self.reader.ctx.span(op), " = "))
                self._grouped(value)
                before += f"{old} {symbol} "
        self._around(value, before, after)

    def _around(self, node: cst.BaseExpression, before: str, after: str) -> None:
        """Texts before and after an expression, outside of what is there already."""
        start, end = self._outer(node)
        self.edits = [Edit(start, start, before), *self.edits, Edit(end, end, after)]

    def _whole(self, value: cst.BaseExpression) -> None:
        """An expression of which all elements count."""
        found = self.axes(value)
        if any(span is not None for span in found):
            raise Stuck(f"how many items `{self._code(value)}` has changes from turn to turn")

    # --- expressions -------------------------------------------------------------------------------------------------

    def axes(self, node: cst.BaseExpression) -> Axes:
        """The axes of an expression, after its edits. Raises Stuck."""
        if not self.reader.touched(node):
            return self._plain(node)
        match node:
            case cst.Subscript(value=cst.Subscript() as inner, slice=[cst.SubscriptElement(slice=cst.Slice() as part)]):
                return self._turned(node, inner, part)
            case cst.Subscript():
                return self.reader.subscript(node)
            case cst.UnaryOperation(expression=inner):
                return self.axes(inner)
            case cst.BinaryOperation(operator=cst.MatrixMultiply(), left=left, right=right):
                return self._product(node, left, right)
            case cst.BinaryOperation(left=left, right=right):
                return self._elementwise([left, right])
            case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(comparator=right)]):
                return self._elementwise([left, right])
            case cst.Attribute(value=value, attr=cst.Name(value="T")):
                axes = self.axes(value)
                self._known(node)
                return axes[::-1]
            case cst.Call(args=arguments) if not any(argument.star for argument in arguments):
                return self._call(node)
        raise Stuck(f"`{self._code(node)}` takes a part of an axis that a loop decides")

    def _turned(self, node: cst.Subscript, inner: cst.Subscript, part: cst.Slice) -> Axes:
        """``x[:k][::-1]`` -> ``x[k - 1 - jnp.arange(n)]``, which wraps around where it does not count"""
        axes = self.reader.subscript(inner)
        if all(axis is None for axis in axes):
            return axes
        backwards = self._code(part).replace(" ", "") == "::-1"
        span = axes[0] if len(axes) == 1 else None
        if not backwards or span is None or span.lower is not None or span.test or len(inner.slice) > 1:
            raise Stuck(f"`{self._code(node)}` is a part of a part")
        del self.reader.widened.texts[inner]
        (sliced,) = (each.slice for each in inner.slice)
        assert isinstance(sliced, cst.Slice)
        upper = sliced.upper
        assert upper is not None
        places = f"{self._spell('jax.numpy.arange')}({self.reader.length(span.length)})"
        first = self.reader.ctx.grouped(upper)
        text = f"{self._code(inner.value)}[{first} - 1 - {places}]"
        self.edits.append(Edit(*self.reader.ctx.span(node), text))
        return (replace(span, parts=()),)

    def _elementwise(self, nodes: list[cst.BaseExpression]) -> Axes:
        return self.reader.meet([self.axes(node) for node in nodes])

    def _plain(self, node: cst.BaseExpression) -> Axes:
        try:
            return (None,) * self.reader.rank(node)
        except Stuck:
            self.reader.vague = True
            return ()

    def _call(self, node: cst.Call) -> Axes:
        name = self.reader.ctx.name(node.func) or ""
        positional = [argument.value for argument in node.args if argument.keyword is None]
        if name in SAME and len(positional) == len(node.args):
            return self._elementwise(positional)
        if name in PRODUCTS and len(node.args) == 2 and len(positional) == 2:
            return self._dot(node, *positional)
        if name == "jax.numpy.transpose" and len(positional) == 1 == len(node.args):
            axes = self.axes(positional[0])
            self._known(node)
            return axes[::-1]
        if name == "jax.numpy.outer" and len(positional) == 2 == len(node.args):
            return self._outer_product(node, *positional)
        if name.removeprefix("jax.numpy.") in (*PLAIN, *EXTREME) and len(positional) == 1:
            return self._reduced(node, name.removeprefix("jax.numpy."), positional[0], node.args[1:])
        if name in ("jax.numpy.argmax", "jax.numpy.argmin") and len(node.args) == 1:
            return self._place(node, name, positional[0])
        if isinstance(node.func, cst.Attribute) and not name:
            method, base = node.func.attr.value, node.func.value
            if method in (*PLAIN, *EXTREME) and not positional:
                return self._reduced(node, method, base, node.args)
            if method == "copy" and not node.args:
                return self.axes(base)
        if all(not any(self.axes(argument.value)) for argument in node.args):
            return (None,) * self.reader.rank(node)
        raise Stuck(f"`{self._code(node.func)}` minds how many items there are")

    def _reduced(self, node: cst.Call, name: str, base: cst.BaseExpression, options: Sequence[cst.Arg]) -> Axes:
        """``np.sum(x[:i])`` -> ``jnp.sum(x, where=mask)``"""
        axes = self.axes(base)
        if options and all(axis is None for axis in axes):
            self.reader.vague = True
            return ()
        if options:
            self._known(base)
        reduced = self._over(axes, options)
        left = tuple(span for place, span in enumerate(axes) if place not in reduced)
        spans = [axes[place] for place in reduced if axes[place] is not None]
        if not spans:
            return left
        if any(span is not None for span in left):
            raise Stuck(f"`{self._code(node)}` leaves a part of an axis")
        more = f"where={self.reader.mask(axes)}"
        if name in EXTREME:
            more += f", initial={self._initial(base, axes, EXTREME[name])}"
        self.reader.vague |= any(span is not None and span.open for span in axes)
        end = self.reader.ctx.span(node)[1] - 1
        self.edits.append(Edit(end, end, f"{', ' if node.args else ''}{more}"))
        return left

    def _initial(self, base: cst.BaseExpression, axes: Axes, infinity: str) -> str:
        """What an extreme begins with: an item that counts, or infinity."""
        if self._is_float(base):
            return infinity.format(self._spell("jax.numpy.inf"))
        if isinstance(base, cst.Subscript) and kind(self.reader.ctx, base.value) == "int":
            end = "min" if infinity.startswith("-") else "max"
            return f"{self._spell('jax.numpy.iinfo')}({self._code(base.value)}.dtype).{end}"
        if not isinstance(base, cst.Subscript) or any(span is None or span.test for span in axes):
            raise Stuck(f"`{self._code(base)}` may be of integers, which have no infinity")
        lowers = iter(span.lower or "0" for span in axes if span is not None)
        items = [next(lowers) if isinstance(each.slice, cst.Slice) else self._code(each.slice) for each in base.slice]
        return f"{self._code(base.value)}[{', '.join(items)}]"

    def _over(self, axes: Axes, options: Sequence[cst.Arg]) -> tuple[int, ...]:
        match list(options):
            case []:
                return tuple(range(len(axes)))
            case [cst.Arg(keyword=cst.Name(value="axis"), value=cst.Integer() as axis)]:
                return (axis.evaluated_value,)
        raise Stuck("what is reduced is not plain")

    def _product(self, node: cst.BinaryOperation, left: cst.BaseExpression, right: cst.BaseExpression) -> Axes:
        """``a[:i] @ b[:i]`` -> ``jnp.sum(a * b, where=mask)``; of matrices, both are masked."""
        a, b = self.axes(left), self.axes(right)
        inner = self._contracted(a, b, node)
        if inner is None:
            return (*a[:-1], *(b[:-2] + b[-1:] if len(b) > 1 else ()))
        if len(a) == len(b) == 1:
            at = self.reader.ctx.chunk.source.text.index("@", self.reader.ctx.span(node.operator)[0])
            self.edits.append(Edit(at, at + 1, "*"))
            self._around(node, f"{self._spell('jax.numpy.sum')}(", f", where={self.reader.mask((inner,))})")
            return ()
        self._masked(left, (None,) * (len(a) - 1) + (inner,))
        self._masked(right, (inner,) if len(b) == 1 else (inner, None))
        return (*a[:-1], *(b[-1:] if len(b) > 1 else ()))

    def _dot(self, node: cst.Call, left: cst.BaseExpression, right: cst.BaseExpression) -> Axes:
        a, b = self.axes(left), self.axes(right)
        inner = self._contracted(a, b, node)
        if inner is None or len(a) != 1 or len(b) != 1:
            raise Stuck(f"`{self._code(node)}` is a product of matrices")
        between = (self._outer(left)[1], self._outer(right)[0])
        end = self.reader.ctx.span(node)[1] - 1
        self.edits += [
            Edit(*self.reader.ctx.span(node.func), self._spell("jax.numpy.sum")),
            Edit(*between, " * "),
            Edit(end, end, f", where={self.reader.mask((inner,))}"),
        ]
        self._grouped(left)
        self._grouped(right)
        return ()

    def _outer_product(self, node: cst.Call, left: cst.BaseExpression, right: cst.BaseExpression) -> Axes:
        """``np.outer(a, b)`` -> ``jnp.outer(a, b)``, of whole vectors"""
        a, b = self.axes(left), self.axes(right)
        self._known(node)
        if len(a) != 1 or len(b) != 1:
            raise Stuck(f"`{self._code(node)}` is an outer product of more than vectors")
        return (*a, *b)

    def _place(self, node: cst.Call, name: str, base: cst.BaseExpression) -> Axes:
        """``k + np.argmax(abs(x[k:]))`` -> ``jnp.argmax(jnp.where(mask, abs(x), -1))``"""
        axes = self.axes(base)
        called = self.reader.ctx.name(base.func) if isinstance(base, cst.Call) else None
        span = axes[0] if len(axes) == 1 else None
        if span is None or span.test or span.step or called not in POSITIVE or name != "jax.numpy.argmax":
            raise Stuck(f"which place of `{self._code(base)}` is wanted depends on where it begins")
        self._around(base, f"{self._spell('jax.numpy.where')}({self.reader.mask(axes)}, ", ", -1)")
        if span.lower is not None:
            self._from(node, span.lower)
        return ()

    def _from(self, node: cst.Call, lower: str) -> None:
        """The place counts from the start of the axis: what was added to it is not any more."""
        above = self.reader.ctx.parent(node)
        match above:
            case cst.BinaryOperation(operator=cst.Add(), left=left) if left is not node and self._code(left) == lower:
                self.edits.append(Edit(self.reader.ctx.span(left)[0], self.reader.ctx.span(node)[0], ""))
            case cst.BinaryOperation(operator=cst.Add(), right=right) if self._code(right) == lower:
                self.edits.append(Edit(self.reader.ctx.span(node)[1], self.reader.ctx.span(right)[1], ""))
            case _:
                raise Stuck(f"`{self._code(node)}` counts from `{lower}`")

    def _contracted(self, a: Axes, b: Axes, node: cst.BaseExpression) -> Span | None:
        """The axis over which a product sums."""
        self._known(node)
        if not a or not b or len(a) > 2 or len(b) > 2:
            raise Stuck(f"`{self._code(node)}` is no product of vectors and matrices")
        left, right = a[-1], b[-2] if len(b) > 1 else b[0]
        if any(span is not None and (span.open or span.step) for span in (left, right)):
            raise Stuck(f"`{self._code(node)}` is a product of parts")
        if left is None and right is None:
            return None
        if left is None or right is None:
            raise Stuck(f"`{self._code(node)}` is the product of a slice and of a whole axis")
        return self.reader.joined([left, right])

    def _known(self, node: cst.BaseExpression) -> None:
        if self.reader.vague:
            raise Stuck(f"how many axes `{self._code(node)}` has is not known")

    def _masked(self, node: cst.BaseExpression, axes: Axes) -> None:
        self._around(node, f"{self._spell('jax.numpy.where')}({self.reader.mask(axes)}, ", ", 0)")

    def _grouped(self, node: cst.BaseExpression) -> None:
        if isinstance(node, cst.BinaryOperation | cst.Comparison | cst.UnaryOperation) and not node.lpar:
            self._around(node, "(", ")")

    # --- text --------------------------------------------------------------------------------------------------------

    def _is_float(self, node: cst.BaseExpression) -> bool:
        names = [part.value for part in own_nodes(node) if isinstance(part, cst.Subscript)]
        kinds = {Lengths(self.reader.ctx).kind(each.value) for each in names if isinstance(each, cst.Name)}
        return kinds == {"float"} or kind(self.reader.ctx, node) == "float"

    def _outer(self, node: cst.BaseExpression) -> tuple[int, int]:
        """The extent of an expression with its parentheses."""
        start, end = self.reader.ctx.span(node)
        text = self.reader.ctx.chunk.source.text
        for _ in getattr(node, "lpar", ()):
            start, end = text.rindex("(", 0, start), text.index(")", end) + 1
        return start, end

    def _spell(self, name: str) -> str:
        self.uses[name] = None
        return self.reader.ctx.spell(name)

    def _code(self, node: cst.CSTNode) -> str:
        return self.reader.ctx.code(node)
