"""What a rule may ask: the facts of one activation, and the text of its nodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import libcst as cst

from jaxlint.facts.model.definitions import (
    FunctionDefinition,
    bound_names,
    catches_tracer_errors,
    expects_errors,
    own_nodes,
)
from jaxlint.facts.model.events import Event
from jaxlint.facts.model.frames import Boundary, Frame
from jaxlint.facts.model.values import (
    Array,
    Const,
    Either,
    HostArray,
    Library,
    Static,
    Tree,
    Unknown,
    Value,
    identity,
    tracing,
)
from jaxlint.facts.model.why import Place, Traced, Why
from jaxlint.facts.queries.liveness import Liveness, liveness
from jaxlint.facts.trace.tracer import Tracer
from jaxlint.jaxapi import Version, newest
from jaxlint.source import Chunk, Module, children

E = TypeVar("E", bound=Event)


@dataclass(eq=False)
class View:
    """Queries about one function (or module or class body) in one calling context."""

    tracer: Tracer
    frame: Frame
    chunk: Chunk
    node: cst.CSTNode = field(default_factory=lambda: cst.Pass())
    """The node that the rule is called for (for a rule that subscribes to an event: where it happened)."""

    # --- values --------------------------------------------------------------------------------------------------

    def value(self, node: cst.CSTNode) -> Value:
        """What an expression evaluates to in this context."""
        return self.frame.values.get(node) or Unknown()

    def traced(self, node: cst.CSTNode) -> Why | None:
        """Why an expression is certainly a tracer without a value, on which ``bool()`` fails; else None."""
        proof = self._array_proof(node)
        return proof.why if proof is not None and proof.level == "full" else None

    def abstract(self, node: cst.CSTNode) -> Why | None:
        """Why an expression is certainly a tracer, be it one with a known primal (eager ``grad``); else None."""
        proof = self._array_proof(node)
        return proof.why if proof is not None else None

    def _array_proof(self, node: cst.CSTNode) -> Traced | None:
        proof = self.proof(self.value(node))
        return None if proof is None or self.caught(node) else proof

    def proof(self, value: Value) -> Traced | None:
        """The proof that a value is a tracer itself, and no container of some."""
        if not self._settled(value):
            return None
        return value.traced if isinstance(value, Tree) else tracing(value)

    def _settled(self, value: Value) -> bool:
        options = value.options if isinstance(value, Either) else (value,)
        trees = [option for option in options if isinstance(option, Tree)]
        return all(identity(tree) in self.tracer.settled for tree in trees)

    def caught(self, node: cst.CSTNode) -> bool:
        """True where the error that JAX raises on a tracer would be caught, here or by a caller."""
        if self.frame.caught:
            return True
        inner = node
        for above in self.ancestors(node):
            if isinstance(above, cst.Try | cst.TryStar) and above.body is inner and catches_tracer_errors(above):
                return True
            if isinstance(above, cst.With) and above.body is inner and expects_errors(above):
                return True
            inner = above
        return False

    def tracers(self, node: cst.CSTNode) -> Traced | None:
        """The proof that an expression is a tracer, or a container of an unknown sort with nothing but tracers in
        it."""
        proof = tracing(self.value(node))
        return None if proof is None or self.caught(node) else proof

    def jax_array(self, node: cst.CSTNode) -> bool:
        """True for what is certainly a jax array, concrete or traced."""
        value = self.value(node)
        options = value.options if isinstance(value, Either) else (value,)
        return all(isinstance(option, Array | Tree) and self._settled(option) for option in options)

    def static(self, node: cst.CSTNode) -> bool:
        """True for what is certainly known while tracing."""
        return isinstance(self.value(node), Const | Static | HostArray)

    def name(self, node: cst.CSTNode) -> str | None:
        """The canonical name of what an expression refers to, ``jax.numpy.where``; None for anything else."""
        value = self.value(node)
        return value.name if isinstance(value, Library) else None

    def events(self, node: cst.CSTNode, kind: type[E]) -> Iterator[E]:
        """What of a kind happened at a node."""
        for _, event in self.tracer.events.get(node, ()):
            if isinstance(event, kind):
                yield event

    # --- the context ---------------------------------------------------------------------------------------------

    @property
    def boundary(self) -> Boundary | None:
        """The trace that the node is part of; None on the host, and under ``jax.ensure_compile_time_eval()``."""
        eager = self.frame.eager
        return None if eager and any(above in eager for above in self.ancestors(self.node)) else self.frame.boundary

    def contexts(self) -> Iterator[View]:
        """The activations of this function in traces that stage."""
        for frame in self.tracer.activations.get(self.frame.definition, ()):
            if frame.boundary is not None and frame.boundary.staging is not None:
                yield View(self.tracer, frame, self.chunk, self.node)

    def others(self) -> Iterator[View]:
        """The other activations of this function, traced or not."""
        for frame in self.tracer.activations.get(self.frame.definition, ()) if self.frame.definition else ():
            if frame is not self.frame:
                yield View(self.tracer, frame, self.chunk, self.node)

    @property
    def always_traced(self) -> bool:
        """True if the function runs in no other way than traced: a decorator of it, or of one around it, sees to
        that."""
        frame: Frame | None = self.frame
        while frame is not None and frame.definition is not None:
            trace, decorators = frame.boundary, getattr(frame.definition.node, "decorators", ())
            while trace is not None:
                if trace.why.place.node in decorators:
                    return True
                trace = trace.parent
            frame = frame.closure
        return False

    def failing(self, node: cst.CSTNode) -> bool:
        """True for a node in a `raise` or in the message of an `assert`: it is for a run that fails anyway."""
        inner = node
        for above in self.ancestors(node):
            if isinstance(above, cst.Raise) or (isinstance(above, cst.Assert) and above.msg is inner):
                return True
            inner = above
        return False

    @property
    def module(self) -> Module:
        return self.frame.module

    @property
    def x64(self) -> bool:
        """True if 64-bit types may be enabled in the program that this is part of."""
        return self.tracer.project.may_enable_x64

    @property
    def target_jax(self) -> Version:
        """The oldest JAX that this module has to run with."""
        stated = self.tracer.project.target(self.module.path)
        return newest() if stated is None else min(stated, newest())

    @property
    def function(self) -> FunctionDefinition | None:
        """The function that this is an activation of; None for a module or class body."""
        return self.frame.definition

    def nodes(self) -> Iterator[cst.CSTNode]:
        """All nodes of the function, not those of nested functions."""
        return own_nodes(self.frame.definition.node.body) if self.frame.definition is not None else iter(())

    def binding(self, name: str) -> cst.BaseExpression | None:
        """What the function binds a name to, if it does so in one place only and by a plain assignment."""
        if self.function is None or name not in self.function.scope.bound or name in self.frame.arguments:
            return None
        places = self.tracer.once(_bindings, self.function.node.body).get(name, ())
        only = places[0] if len(places) == 1 else None
        plain = isinstance(only, cst.Assign) and any(isinstance(target.target, cst.Name) for target in only.targets)
        return only.value if plain and isinstance(only, cst.Assign) else None

    def live_after(self, statement: cst.CSTNode) -> frozenset[str] | None:
        """The variables that may be read after a statement of this function; None at module level, where all may be."""
        if self.frame.definition is None:
            return None
        scope = self.frame.definition.scope
        found = self.tracer.once(_liveness, self.frame.definition.node)
        return found.after.get(statement, frozenset()) | scope.globals | scope.nonlocals

    # --- text ----------------------------------------------------------------------------------------------------

    def code(self, node: cst.CSTNode) -> str:
        """The source text of a node, without surrounding whitespace and parentheses."""
        start, end = self.chunk.span(node)
        return self.chunk.source.text[start:end]

    def grouped(self, node: cst.CSTNode) -> str:
        """The source text of an expression, in parentheses unless it can stand beside any operator as it is."""
        text = self.code(node)
        return text if isinstance(node, _ATOMS) else f"({text})"

    def spell(self, canonical: str) -> str:
        """How this function would write a library name: ``jnp.where`` for ``jax.numpy.where``.

        By an import that is in scope, else as the usual import would give it (`jnp` also where `jax` is imported); a
        fix that uses it lists the canonical name in ``Fix.uses``, so that the import is added where it is missing.
        """
        found: dict[str, str] = {}
        scope: Frame | None = self.frame
        hidden: set[str] = set()
        while scope is not None:
            for name, value in self.tracer.contents(scope).items():
                if name not in hidden and isinstance(value, Library) and _within(canonical, value.name):
                    found.setdefault(value.name, name)
            hidden |= scope.scope.bound
            scope = scope.closure
        target = max(found, key=len, default="")
        for module, alias in _ALIASES.items():
            if _within(canonical, module) and not _within(target, module) and alias not in hidden:
                return alias + canonical[len(module) :]
        return found[target] + canonical[len(target) :] if found else canonical

    def indent(self, node: cst.CSTNode) -> str:
        """The white space before the statement that a node is in."""
        start = self.span(self.statement(node))[0]
        text = self.chunk.source.text
        line = text[self.chunk.source.line_starts[self.chunk.source.position(start)[0] - 1] : start]
        return line if not line.strip() else ""

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end offset of a node in the module's text."""
        return self.chunk.span(node)

    def line(self, node: cst.CSTNode) -> int:
        return self.chunk.line(node)

    def place(self, node: cst.CSTNode) -> Place:
        return Place(self.chunk, node)

    def told(self, place: Place) -> str:
        """Where a place is, in words: ``line 6``, ``line 2 of cell 3``, ``line 9 of model.py``."""
        cell = place.chunk.source.cell_at(place.line)
        line = f"line {cell[1]} of cell {cell[0]}" if cell else f"line {place.line}"
        return line if place.path == self.module.path else f"{line} of {place.path}"

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node around a node."""
        return parents(self.chunk).get(node)

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes around a node, innermost first, up to the chunk."""
        above = self.parent(node)
        while above is not None:
            yield above
            above = self.parent(above)

    def statement(self, node: cst.CSTNode) -> cst.CSTNode:
        """The statement that a node is in (or is)."""
        for above in (node, *self.ancestors(node)):
            if isinstance(above, cst.SimpleStatementLine | cst.BaseCompoundStatement):
                return above
        return node


def seen_in(ctx: View, chunk: Chunk) -> View:
    """The view of another chunk of the same module."""
    return ctx if chunk is ctx.chunk else View(ctx.tracer, ctx.frame, chunk, chunk.tree)


def _liveness(function: cst.FunctionDef | cst.Lambda) -> Liveness:
    return liveness(function.body)


_ATOMS = (
    cst.Name, cst.Attribute, cst.Subscript, cst.Call, cst.Integer, cst.Float, cst.Imaginary, cst.SimpleString,
    cst.FormattedString, cst.List, cst.Dict, cst.Set, cst.ListComp, cst.SetComp, cst.DictComp, cst.Ellipsis,
)  # fmt: skip
_BINDING = frozenset(
    {
        cst.Assign,
        cst.AugAssign,
        cst.AnnAssign,
        cst.For,
        cst.AsName,
        cst.NamedExpr,
        cst.CompFor,
        cst.FunctionDef,
        cst.ClassDef,
    }
)
_ALIASES = {"jax.numpy": "jnp", "numpy": "np"}


def _bindings(body: cst.CSTNode) -> dict[str, list[cst.CSTNode]]:
    """The statements of a function that bind each name."""
    found: dict[str, list[cst.CSTNode]] = {}
    for node in own_nodes(body):
        for name in _binds(node) if type(node) in _BINDING else ():
            found.setdefault(name, []).append(node)
    return found


def _binds(node: cst.CSTNode) -> Iterator[str]:
    """The names that a statement binds, as far as statements of functions do."""
    match node:
        case cst.Assign(targets=targets):
            for target in targets:
                yield from bound_names(target.target)
        case (
            cst.AugAssign(target=target)
            | cst.AnnAssign(target=target)
            | cst.For(target=target)
            | cst.AsName(name=target)
        ):
            yield from bound_names(target)
        case cst.NamedExpr(target=target) | cst.CompFor(target=target):
            yield from bound_names(target)
        case cst.FunctionDef(name=name) | cst.ClassDef(name=name):
            yield name.value


def _within(canonical: str, module: str) -> bool:
    return canonical == module or canonical.startswith(module + ".")


def parents(chunk: Chunk) -> dict[cst.CSTNode, cst.CSTNode]:
    """Child -> parent for a chunk's tree, made when first asked for and kept with the chunk."""
    found: dict[cst.CSTNode, cst.CSTNode] | None = chunk.__dict__.get("_parents")
    if found is None:
        found = {}
        stack: list[cst.CSTNode] = [chunk.tree]
        while stack:
            node = stack.pop()
            for child in children(node):
                found[child] = node
                stack.append(child)
        chunk.__dict__["_parents"] = found
    return found
