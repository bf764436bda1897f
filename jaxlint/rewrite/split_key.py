"""Splits a key that is used up more than once: each use gets a subkey of its own.

Needs: the places of one function that use the key up.  Gives::

    x = normal(key)             ->      key_x, key_y = split(key)
    y = normal(key)                     x = normal(key_x)
                                        y = normal(key_y)

and in loops, or where the key is needed later, ``key, subkey = split(key)`` before the use.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix, insert_before, replace
from jaxlint.facts.model.definitions import COMPREHENSIONS
from jaxlint.facts.model.events import KeyReuse
from jaxlint.facts.model.state import Step
from jaxlint.facts.model.values import Ref
from jaxlint.facts.notes.reuse import sites
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace import classes
from jaxlint.rewrite.fold_index import fold_index
from jaxlint.rewrite.key_names import child_names
from jaxlint.rewrite.next_key import next_key, other_data
from jaxlint.rewrite.variable import Variable
from jaxlint.source import Chunk

SPLIT = "jax.random.split"


def split_key(ctx: View, event: KeyReuse) -> Fix | Decline:
    """Give every use of the event's key a key of its own."""
    if event.kind == "frozen":
        return Decline("the key is bound once, here; pass a new key in each call instead")
    found = sites(ctx.frame, event)
    if event.frame.definition is None and isinstance(event.expression, cst.Name):
        return _in_module(ctx, event, [step for step in found if step is not None and step.frame is event.frame])
    if any(step is None or step.place.chunk is not ctx.chunk for step in found):
        return Decline("the key is used up in another function as well; give one of them a key of its own")
    expressions = [step.expression for step in found if step is not None]
    uses = sorted((node for node in expressions if node is not None), key=ctx.span)
    if len(uses) < len(expressions) and all(step.place.node is not event.first.node for step in found if step):
        return Decline("the function that gives back this key has used it up; let it give back a fresh one")
    if len(uses) < len(expressions):
        return Decline("the key comes inside of another value here; split it where that value is made")
    if any(isinstance(node, cst.Subscript) for node in uses):
        return next_key(ctx, uses)
    if any(isinstance(node, cst.Call) for node in uses):
        return other_data(ctx, uses)
    if (refusal := _refusal(ctx, event, uses)) is not None:
        return refusal
    return _Plan(ctx, event, tuple(uses)).fix()


def _in_module(ctx: View, event: KeyReuse, found: Sequence[Step]) -> Fix | Decline:
    """Advance a global variable before each statement that uses it up. Each statement is a chunk of its own."""
    chunks: dict[Chunk, list[cst.BaseExpression]] = {}
    for step in found:
        if isinstance(step.expression, cst.Name) and step.expression.value == event.name:
            chunks.setdefault(step.place.chunk, []).append(step.expression)
    edits: list[Edit] = []
    for chunk, uses in chunks.items():
        view = dataclasses.replace(ctx, chunk=chunk)
        result = _Plan(view, event, tuple(sorted(uses, key=view.span))).one_by_one()
        if isinstance(result, Decline):
            return result
        edits += result.edits
    return Fix(f"split `{event.name}`", tuple(edits), "unsafe", (SPLIT,))


def _refusal(ctx: View, event: KeyReuse, uses: Sequence[cst.BaseExpression]) -> Decline | None:
    key = ctx.code(uses[0])
    if any(ctx.code(node) != key for node in uses):
        return Decline("the key goes by several names here")
    if isinstance(uses[0], cst.Name):
        return None
    if not _is_field_of_self(ctx, uses[0]):
        return Decline(f"`{key}` is a field; split it and return the object with the new key in it")
    return None


def _is_field_of_self(ctx: View, node: cst.BaseExpression) -> bool:
    """True for `self.key` where a method may store it: a mutable object, outside of a trace."""
    if not isinstance(node, cst.Attribute) or ctx.boundary is not None:
        return False
    receiver = ctx.value(node.value)
    named = isinstance(node.value, cst.Name) and next(iter(ctx.frame.arguments), None) == node.value.value
    if not named or not isinstance(receiver, Ref) or receiver.cls is None:
        return False
    sort = classes.sort_of(ctx.frame, receiver.cls)
    return sort in ("plain", "mutable", "dataclass") and classes.mutability(ctx.frame, receiver.cls) == "mutable"


@dataclass(frozen=True, slots=True)
class _Plan:
    """A variable (or field of ``self``) and the expressions that use it up, in the order of the text."""

    ctx: View
    event: KeyReuse
    uses: tuple[cst.BaseExpression, ...]

    @property
    def key(self) -> str:
        return self.ctx.code(self.uses[0])

    def fix(self) -> Fix | Decline:
        """One split for all uses where they stand together, else one before each statement."""
        if (odd := self._odd_place()) is not None:
            return odd
        block = self._common_block()
        if self.variable.is_bound_between(self.uses[0], self.ctx.statement(self.uses[-1])):
            if not self._rebinds(block):
                return Decline(f"`{self.key}` changes between its uses")
            block = None
        return self._advancing(block) if self._rebinds(block) else self._parted(block)

    def one_by_one(self) -> Fix | Decline:
        """A split before each statement that uses the key up, none before a split that advances it."""
        uses = tuple(node for node in self.uses if not self._advances(node))
        return self._odd_place() or self._split(None, uses, rebind=True)

    def _odd_place(self) -> Fix | Decline | None:
        """What to do where no statement stands for each use."""
        if any(self._repeats_in_expression(node) for node in self.uses):
            return fold_index(self.ctx, self.event, self.uses)
        if any(self._anchor(node) is None for node in self.uses):
            return Decline("there is no line of its own to split the key on")
        return None

    def _parted(self, block: cst.CSTNode | None) -> Fix:
        """The key is split into one for each use; a use that is a split itself can go on with the rest."""
        others = tuple(node for node in self.uses if not self._splits(node))
        if others and len(others) == len(self.uses) - 1 and self.variable.may_be_bound:
            return self._split(block, others, rebind=True)
        return self._split(block, self.uses, rebind=False)

    def _advancing(self, block: cst.CSTNode | None) -> Fix | Decline:
        """The variable holds a fresh key after each split."""
        if not self.variable.may_be_bound:
            return fold_index(self.ctx, self.event, self.uses)
        if self._is_made_anew():
            return Decline(f"`{self.key}` is made anew here, the same each time; make it from what differs")
        uses = tuple(node for node in self.uses if not self._advances(node))
        if not uses:
            return Decline(f"`{self.key}` is advanced here, but a used one comes back")
        if self.event.kind == "again" and any(map(self._binds, uses)):
            return Decline(f"what gives back `{self.key}` has used it up; let it give back a fresh one")
        if self.event.kind == "body" and not self._is_read_later():
            return Decline(f"the loop's body does not give back `{self.key}`; carry it, and split it in the body")
        return self._split(block, uses, rebind=True)

    def _split(self, block: cst.CSTNode | None, uses: tuple[cst.BaseExpression, ...], *, rebind: bool) -> Fix:
        ctx = self.ctx
        edits: list[Edit] = []
        for line, group in self._groups(block, uses):
            names = child_names(ctx, self.key, group)
            targets = [self.key, *names] if rebind else names
            count = f", {len(targets)}" if len(targets) > 2 else ""
            edits.append(insert_before(ctx, line, f"{', '.join(targets)} = {ctx.spell(SPLIT)}({self.key}{count})"))
            edits += [replace(ctx, node, name) for node, name in zip(group, names, strict=True)]
        return Fix(f"split `{self.key}`", tuple(edits), "unsafe", (SPLIT,))

    def _groups(
        self, block: cst.CSTNode | None, uses: tuple[cst.BaseExpression, ...]
    ) -> list[tuple[cst.CSTNode, list[cst.BaseExpression]]]:
        """The uses that one split serves, with the statement before which it goes."""
        if block is not None:
            first = self._anchor(self.uses[0], block)
            assert first is not None
            return [(first, list(uses))]
        groups: dict[cst.CSTNode, list[cst.BaseExpression]] = {}
        for node in uses:
            line = self._anchor(node)
            assert line is not None
            groups.setdefault(line, []).append(node)
        return list(groups.items())

    # --- where -------------------------------------------------------------------------------------------------------

    def _anchor(self, node: cst.CSTNode, block: cst.CSTNode | None = None) -> cst.CSTNode | None:
        """The statement around a node that stands in a block (or in this one); None on a line that it shares."""
        statement = node
        for above in self.ctx.ancestors(node):
            if isinstance(above, cst.SimpleStatementSuite | cst.Lambda):
                return None
            if isinstance(above, cst.IndentedBlock | cst.Module) and block in (None, above):
                return statement
            statement = above
        return statement if block in (None, self.ctx.chunk.tree) else None

    def _common_block(self) -> cst.CSTNode | None:
        """The innermost block that holds all uses, if they run as often as that block does."""
        paths = [list(self.ctx.ancestors(node)) for node in self.uses]
        blocks = [n for n in paths[0] if isinstance(n, cst.IndentedBlock | cst.Module) and all(n in p for p in paths)]
        if not blocks:
            return None
        crossed = (above for path in paths for above in path[: path.index(blocks[0])])
        return blocks[0] if not any(isinstance(above, cst.For | cst.While) for above in crossed) else None

    def _loops(self, node: cst.CSTNode) -> list[cst.For | cst.While]:
        """The Python loops around a node within the function."""
        found: list[cst.For | cst.While] = []
        for above in self.ctx.ancestors(node):
            if isinstance(above, cst.FunctionDef | cst.ClassDef):
                break
            if isinstance(above, cst.For | cst.While):
                found.append(above)
        return found

    def _repeats_in_expression(self, node: cst.CSTNode) -> bool:
        """In a comprehension, a lambda or a `while` test: no statement runs as often as the use."""
        below: cst.CSTNode = node
        for above in self.ctx.ancestors(node):
            if isinstance(above, (*COMPREHENSIONS, cst.Lambda)):
                return True
            if isinstance(above, cst.While) and below is above.test:
                return True
            if isinstance(above, cst.IndentedBlock):
                return False
            below = above
        return False

    # --- what happens to the variable --------------------------------------------------------------------------------

    @property
    def variable(self) -> Variable:
        return Variable(self.ctx, self.key, type(self.uses[0]))

    def _rebinds(self, block: cst.CSTNode | None) -> bool:
        """True if the variable must hold a new key afterwards: it is read later, or the place is run again."""
        repeated = self.event.kind in ("loop", "body", "call") or block is None
        loops = [self._loops(node) for node in self.uses]
        in_loop = any(around and not self.variable.is_bound_in(around[0].body) for around in loops)
        return repeated or in_loop or self._is_read_later() or any(self._advances(node) for node in self.uses)

    def _is_read_later(self) -> bool:
        return self.variable.is_read_from(self.ctx.statement(self.uses[0]), self.uses)

    def _is_made_anew(self) -> bool:
        """True for a local variable that each call, or each turn of the loop, sets to the same key."""
        if not isinstance(self.uses[0], cst.Name) or self.event.kind not in ("call", "loop"):
            return False
        loops = self._loops(self.uses[0]) if self.event.kind == "loop" else []
        return self.variable.is_made_in(loops[0].body if loops else self.variable.body)

    def _binds(self, node: cst.BaseExpression) -> bool:
        """True if the statement of a use binds the variable."""
        return self.variable.is_bound_in(self.ctx.statement(node))

    def _advances(self, node: cst.BaseExpression) -> bool:
        """True for a split whose statement stores the new key under the same name."""
        return self._splits(node) and self._binds(node)

    def _splits(self, node: cst.BaseExpression) -> bool:
        call = next((above for above in self.ctx.ancestors(node) if isinstance(above, cst.Call)), None)
        return call is not None and self.ctx.name(call.func) == SPLIT
