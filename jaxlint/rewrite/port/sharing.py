"""Which variables share memory in a NumPy function, and what is changed in place through which of them.

An abstract interpretation of the body, path by path: a variable holds *objects*, a view holds those of its base.

::

    param p      what the caller passed
    site, age    what an expression made; the newest of a site apart from the older ones, so that a row that is made
                 anew in every turn of a loop is not mistaken for the one before

Needs: a `Reading`, what callees change.  Gives: `Sharing`: the parameters that are changed, the places where a change
would have to be seen through another variable, what every exit returns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import libcst as cst

from jaxlint.facts.queries.liveness import Liveness, liveness
from jaxlint.jaxapi import array_attribute, function
from jaxlint.rewrite.port.ranks import Ranks
from jaxlint.rewrite.port.reading import Key, Reading, Unit, arguments
from jaxlint.rewrite.port.roles import CHANGING_METHODS

Object = tuple[object, str]
Objects = frozenset[Object]
NOTHING: Objects = frozenset()
Memory = dict[str, Objects]
Memories = list[Memory]
"""All that may be there: two buffers that are swapped in every turn are two possibilities, and never one array."""
_APART = 12
_TURNS = 8

VIEWS = frozenset({"reshape", "ravel", "transpose", "view", "squeeze", "swapaxes", "diagonal"})
"""Methods whose result may show the array itself."""
_NUMPY_VIEWS = frozenset(
    f"numpy.{name}"
    for name in """asarray asanyarray ascontiguousarray asfortranarray atleast_1d atleast_2d atleast_3d ravel reshape
    transpose squeeze expand_dims broadcast_to swapaxes moveaxis rollaxis flip fliplr flipud rot90 split array_split
    hsplit vsplit diagonal real imag nditer ndenumerate require matrix_transpose lib.stride_tricks.as_strided
    lib.stride_tricks.sliding_window_view""".split()  # noqa: SIM905
)
_CHANGING = frozenset({"numpy.random.shuffle", "random.shuffle", "numpy.copyto", "numpy.putmask", "numpy.put",
                       "numpy.place", "numpy.fill_diagonal", "numpy.put_along_axis"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Effect:
    """What a call of a function does to its arguments: which parameters it changes in place, and which its result may
    be or show."""

    changes: frozenset[str] = frozenset()
    returns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Conflict:
    """At ``node``, memory is changed through ``name``; ``other`` shows it too and is read later."""

    node: cst.CSTNode
    name: str
    other: str


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out: the ``return`` (None: the end of the body) and what the variables hold there."""

    statement: cst.Return | None
    memory: Memory
    value: Objects = NOTHING


@dataclass
class Sharing:
    """What was found out about one function."""

    changed: dict[str, cst.CSTNode] = field(default_factory=dict)
    uncertain: dict[str, cst.CSTNode] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    exits: list[Exit] = field(default_factory=list)
    captured: dict[str, cst.CSTNode] = field(default_factory=dict)

    @property
    def effect(self) -> Effect:
        returned = {name for out in self.exits for sort, name in out.value if sort == "param"}
        return Effect(frozenset(self.changed), frozenset(returned))


def sharing(reading: Reading, ranks: Mapping[Key, Ranks]) -> dict[Key, Sharing]:
    """The analysis of every function, callees and callers agreeing."""
    found: dict[Key, Sharing] = {}
    effects: dict[Key, Effect] = {key: Effect() for key in reading.units}
    for _ in range(len(reading.units) + 1):
        found = {key: _Walk(reading, unit, ranks[key], effects).run() for key, unit in reading.units.items()}
        latest = {key: one.effect for key, one in found.items()}
        if latest == effects:
            break
        effects = latest
    return found


class _Walk:
    """One pass over a body."""

    def __init__(self, reading: Reading, unit: Unit, ranks: Ranks, effects: Mapping[Key, Effect]) -> None:
        self.reading, self.unit, self.ranks, self.effects = reading, unit, ranks, effects
        self.found = Sharing()
        self.live: Liveness = liveness(unit.node.body)
        self._loops: list[tuple[list[Memory], list[Memory]]] = []
        self._params = frozenset(("param", name) for name in unit.names)

    def run(self) -> Sharing:
        start: Memory = {
            name: NOTHING if self.ranks.of(cst.Name(name)) == 0 else frozenset({("param", name)})
            for name in self.unit.names
        }
        for end in self.block(self.unit.node.body.body, [start]):
            self.found.exits.append(Exit(None, end))
        return self.found

    # --- statements: each on all memories that may be there ------------------------------------------------------

    def block(self, body: Sequence[cst.CSTNode], memories: Memories) -> Memories:
        for statement in body:
            if not memories:
                break
            memories = self.statement(statement, memories)
        return memories

    def statement(self, node: cst.CSTNode, memories: Memories) -> Memories:
        match node:
            case (
                cst.SimpleStatementLine(body=body) | cst.SimpleStatementSuite(body=body) | cst.IndentedBlock(body=body)
            ):
                return self.block(body, memories)
            case cst.Return(value=value):
                for memory in memories:
                    held = self.value(value, memory) if value is not None else NOTHING
                    self.found.exits.append(Exit(node, memory, held))
                return []
            case cst.Raise():
                return []
            case cst.Break():
                self._loops[-1][0].extend(memories)
                return []
            case cst.Continue():
                self._loops[-1][1].extend(memories)
                return []
            case cst.If(test=test, body=body, orelse=orelse):
                for memory in memories:
                    self.value(test, memory)
                then = self.statement(body, _copies(memories))
                return _joined(then, self.statement(orelse, _copies(memories)) if orelse is not None else memories)
            case cst.Else(body=body) | cst.Finally(body=body) | cst.With(body=body):
                return self.statement(body, memories)
            case cst.For() | cst.While():
                return self.loop(node, memories)
            case cst.Try():
                handled = [self.statement(handler.body, _copies(memories)) for handler in node.handlers]
                return _joined(memories, self.statement(node.body, _copies(memories)), *handled)
            case cst.Match(cases=cases):
                return _joined(memories, *(self.statement(case.body, _copies(memories)) for case in cases))
            case cst.FunctionDef() | cst.ClassDef():
                return [{**memory, node.name.value: NOTHING} for memory in memories]
        return _joined([self.small(node, memory) for memory in memories])

    def loop(self, node: cst.For | cst.While, memories: Memories) -> Memories:
        ends: Memories = []
        for _ in range(_TURNS):
            self._loops.append(([], []))
            turn = _copies(memories)
            for memory in turn:
                if isinstance(node, cst.For):
                    self.bind_loop(node.target, node.iter, memory)
                else:
                    self.value(node.test, memory)
            last = self.statement(node.body, turn)
            breaks, continues = self._loops.pop()
            ends = _joined(ends, breaks)
            again = _joined(memories, last, continues)
            if all(memory in memories for memory in again):
                break
            memories = again
        end = self.statement(node.orelse, _copies(memories)) if node.orelse is not None else memories
        return _joined(end, ends)

    def bind_loop(self, target: cst.BaseExpression, source: cst.BaseExpression, memory: Memory) -> None:
        """Each turn's item is a row, hence a view, of what is iterated."""
        match target, source:
            case cst.Tuple(elements=targets), cst.Call(func=cst.Name(value="zip"), args=args) if len(targets) == len(
                args
            ):
                for one, arg in zip(targets, args, strict=True):
                    self.bind_loop(one.value, arg.value, memory)
            case cst.Tuple(elements=[first, second]), cst.Call(func=cst.Name(value="enumerate"), args=[arg, *_]):
                self.store(first.value, NOTHING, memory, first.value)
                self.bind_loop(second.value, arg.value, memory)
            case _, cst.Call(func=cst.Name(value="reversed"), args=[arg]):
                self.bind_loop(target, arg.value, memory)
            case _:
                held = self.value(source, memory)
                number = self.ranks.of(source) == 1
                self.store(target, NOTHING if number else held, memory, source)

    def small(self, node: cst.CSTNode, memory: Memory) -> Memory:
        match node:
            case cst.Assign(targets=targets, value=value):
                self.assign([each.target for each in targets], value, memory)
            case cst.AnnAssign(target=target, value=cst.BaseExpression() as value):
                self.assign([target], value, memory)
            case cst.AugAssign(target=target, value=value):
                self.value(value, memory)
                if isinstance(target, cst.Name):
                    self.change(node, target.value, memory.get(target.value, NOTHING), memory)
                else:
                    self.store(target, NOTHING, memory, node)
            case cst.Expr(value=value):
                self.value(value, memory)
            case cst.Del(target=cst.Name(value=name)):
                memory.pop(name, None)
            case cst.Assert(test=test):
                self.value(test, memory)
        return memory

    def assign(self, targets: list[cst.BaseExpression], value: cst.BaseExpression, memory: Memory) -> None:
        whole = self.value(value, memory) if not isinstance(value, cst.Tuple) else NOTHING
        parts = [self.value(each.value, memory) for each in value.elements] if isinstance(value, cst.Tuple) else []
        for target in targets:
            if isinstance(target, cst.Tuple) and len(target.elements) == len(parts):
                self.assign_parts([each.value for each in target.elements], parts, memory, value)
            else:
                self.store(target, whole.union(*parts), memory, value)

    def assign_parts(
        self, targets: list[cst.BaseExpression], parts: list[Objects], memory: Memory, value: cst.CSTNode
    ) -> None:
        """``A[i], A[j] = A[j], A[i]``: a view on the right shows what is stored on the left before."""
        for number, (target, held) in enumerate(zip(targets, parts, strict=True)):
            if isinstance(target, cst.Subscript):
                touched = self.value(target.value, memory)
                if any(later & touched for later in parts[number + 1 :]):
                    self.found.conflicts.append(Conflict(target, root(target) or "", "the right side"))
            self.store(target, held, memory, value)

    def store(self, target: cst.CSTNode, held: Objects, memory: Memory, source: cst.CSTNode) -> None:
        match target:
            case cst.Name(value=name):
                memory[name] = held
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                for element in elements:
                    self.store(element.value, held, memory, source)
            case cst.StarredElement(value=inner):
                self.store(inner, held, memory, source)
            case cst.Subscript(value=base):
                for each in target.slice:
                    self.value_of_index(each.slice, memory)
                self.change(target, root(base), self.value(base, memory), memory)
            case cst.Attribute(value=base, attr=cst.Name(value=attribute)):
                if (place := dotted(target)) is not None and array_attribute(attribute) is None:
                    memory[place] = held
                else:
                    self.change(target, root(base), self.value(base, memory), memory)

    def change(self, node: cst.CSTNode, name: str | None, objects: Objects, memory: Memory) -> None:
        """Memory is changed in place through a variable: who else shows it?"""
        touched = {obj[1] for obj in objects if obj[0] == "param"}
        certain = len(objects) == 1
        for param in touched:
            (self.found.changed if certain else self.found.uncertain).setdefault(param, node)
        if name is not None and name not in memory and not objects and name not in self.unit.bound:
            self.found.captured.setdefault(name, node)
        live = self.live.after.get(self._small(node), frozenset())
        for other, held in memory.items():
            if other == name or not held & objects:
                continue
            if other in live or "." in other or ("param", other) in objects:
                conflict = Conflict(node, name or "", other)
                if not any((c.node, c.other) == (node, other) for c in self.found.conflicts):
                    self.found.conflicts.append(conflict)

    def _small(self, node: cst.CSTNode) -> cst.CSTNode:
        for above in (node, *self.unit.ancestors(node)):
            if isinstance(above, cst.BaseSmallStatement | cst.BaseCompoundStatement):
                return above
        return node

    # --- expressions ---------------------------------------------------------------------------------------------

    def value(self, node: cst.BaseExpression, memory: Memory) -> Objects:
        """What an expression may share memory with; its calls take effect."""
        match node:
            case cst.Name(value=name):
                return memory.get(name, NOTHING)
            case cst.Attribute(value=base, attr=cst.Name(value=attribute)):
                if (place := dotted(node)) is not None and place in memory:
                    return memory[place]
                held = self.value(base, memory)
                return held if array_attribute(attribute) in ("array", None) else NOTHING
            case cst.Subscript(value=base, slice=slices):
                for element in slices:
                    self.value_of_index(element.slice, memory)
                held = self.value(base, memory)
                return self.fresh(node, memory) if self.copies(node) else NOTHING if self.ranks.of(node) == 0 else held
            case cst.Call():
                return self.call(node, memory)
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                return frozenset().union(*(self.value(each.value, memory) for each in elements))
            case cst.IfExp(test=test, body=body, orelse=orelse):
                self.value(test, memory)
                return self.value(body, memory) | self.value(orelse, memory)
            case cst.BooleanOperation(left=left, right=right):
                return self.value(left, memory) | self.value(right, memory)
            case cst.BinaryOperation(left=left, right=right):
                self.value(left, memory)
                self.value(right, memory)
                return NOTHING if self.ranks.of(node) == 0 else self.fresh(node, memory)
            case cst.UnaryOperation(expression=inner):
                self.value(inner, memory)
                return NOTHING if self.ranks.of(node) == 0 else self.fresh(node, memory)
            case cst.Comparison(left=left, comparisons=comparisons):
                self.value(left, memory)
                for each in comparisons:
                    self.value(each.comparator, memory)
                return self.fresh(node, memory)
            case cst.ListComp(for_in=cst.CompFor(iter=source)) | cst.GeneratorExp(for_in=cst.CompFor(iter=source)):
                return self.value(source, memory)
        return NOTHING

    def value_of_index(self, index: cst.BaseSlice, memory: Memory) -> None:
        parts = [index.value] if isinstance(index, cst.Index) else [index.lower, index.upper, index.step]  # type: ignore[attr-defined]
        for part in parts:
            if part is not None:
                self.value(part, memory)

    def copies(self, node: cst.Subscript) -> bool:
        """True for an index that certainly makes a copy: a mask, a list, an array of indices."""
        for element in node.slice:
            match element.slice:
                case cst.Index(value=cst.Comparison() | cst.List()):
                    return True
                case cst.Index(value=index) if (self.ranks.of(index) or 0) > 0:
                    return True
        return False

    def fresh(self, node: cst.CSTNode, memory: Memory) -> Objects:
        """A new object; what the same expression made before is an older one from now on."""
        newest, older = (node, "new"), (node, "old")
        for name, held in memory.items():
            if newest in held:
                memory[name] = (held - {newest}) | {older}
        return frozenset({newest})

    def call(self, node: cst.Call, memory: Memory) -> Objects:
        held = {arg: self.value(arg.value, memory) for arg in node.args}
        callee = self.reading.callee(self.unit, node)
        if callee is not None:
            return self.project_call(node, callee, held, memory)
        name = self.reading.name(self.unit, node.func)
        if name is None and isinstance(node.func, cst.Attribute):
            return self.method(node, node.func, held, memory)
        if name is None:
            known = isinstance(node.func, cst.Name) and node.func.value not in self.unit.bound
            return self.fresh(node, memory) if known else frozenset().union(*held.values())
        self.library_effects(node, name, held, memory)
        first = held[node.args[0]] if node.args else NOTHING
        out = next((objects for arg, objects in held.items() if _keyword(arg) == "out"), None)
        if out is not None:
            return out
        if name in _NUMPY_VIEWS:
            return first
        return self.fresh(node, memory)

    def library_effects(self, node: cst.Call, name: str, held: dict[cst.Arg, Objects], memory: Memory) -> None:
        known = function(name)
        changing = name in _CHANGING or (name.startswith("numpy.") and name.endswith(".at"))
        for position, (arg, objects) in enumerate(held.items()):
            out = _keyword(arg) == "out" or (
                known is not None and known.signature is not None and arg.keyword is None
                and known.signature.parameter(position) == "out"
            )  # fmt: skip
            if out or (changing and position == 0):
                self.change(node, root(arg.value), objects, memory)

    def method(self, node: cst.Call, called: cst.Attribute, held: dict[cst.Arg, Objects], memory: Memory) -> Objects:
        base, what = self.value(called.value, memory), called.attr.value
        for arg, objects in held.items():
            if _keyword(arg) == "out":
                self.change(node, root(arg.value), objects, memory)
                return objects
        if what in CHANGING_METHODS:
            self.change(node, root(called.value), base, memory)
            return NOTHING
        if what in ("append", "add", "insert", "extend"):
            name = root(called.value)
            if name is not None:
                memory[name] = base.union(*held.values())
            return NOTHING
        if what in VIEWS:
            return base
        if array_attribute(what) is not None:
            return self.fresh(node, memory)
        return base.union(*held.values())

    def project_call(self, node: cst.Call, callee: Unit, held: dict[cst.Arg, Objects], memory: Memory) -> Objects:
        effect = self.effects.get(callee.key, Effect())
        bound = arguments(callee, node)
        if bound is None:
            return frozenset().union(*held.values())
        result = self.fresh(node, memory)
        for name, arg in bound.items():
            if name in effect.changes:
                self.change(node, root(arg.value), held[arg], memory)
            if name in effect.returns:
                result |= held[arg]
        return result


def root(node: cst.CSTNode) -> str | None:
    """``x`` of ``x[i].T``; ``self.u`` of ``self.u[i]``."""
    while True:
        if (name := dotted(node)) is not None:
            return name
        if isinstance(node, cst.Attribute | cst.Subscript):
            node = node.value
        elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            node = node.func.value
        else:
            return None


def dotted(node: cst.CSTNode) -> str | None:
    """The name of a variable, or of an attribute of one that is no attribute of arrays: ``x``, ``self.u``."""
    match node:
        case cst.Name(value=name):
            return name
        case cst.Attribute(value=cst.Name(value=base), attr=cst.Name(value=attribute)):
            return f"{base}.{attribute}" if array_attribute(attribute) is None else None
    return None


def _keyword(arg: cst.Arg) -> str | None:
    return arg.keyword.value if arg.keyword is not None else None


def _copies(memories: Memories) -> Memories:
    return [dict(memory) for memory in memories]


def _joined(*parts: Memories) -> Memories:
    """What the variables may hold where paths meet; of too many possibilities, only what each variable may hold."""
    found: Memories = []
    for memory in (memory for part in parts for memory in part):
        if memory not in found:
            found.append(memory)
    if len(found) <= _APART:
        return found
    merged: Memory = {}
    for memory in found:
        for name, held in memory.items():
            merged[name] = merged.get(name, NOTHING) | held
    return [merged]
