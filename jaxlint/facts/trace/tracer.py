"""The static tracer: runs every module, then every function as a root of its own, and keeps what it saw.

Needs: a `Project`.  Gives: activations (`Frame`s with the value of every expression) and events.

A function is entered again for every calling context that reaches it, as JAX itself would trace it. Alternative
considered: one symbolic pass per function, contexts substituted afterwards. Following calls with real abstract values
needs no second language for closures, containers of functions, partials and objects, which are where real bugs hide.
The work is bounded per root by `calls.MAX_STEPS` and per function by `MAX_ACTIVATIONS`.
"""

from __future__ import annotations

import builtins
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

import libcst as cst

from jaxlint.facts.model.arguments import Arguments
from jaxlint.facts.model.compiled import Making, Run
from jaxlint.facts.model.definitions import ClassDefinition, FunctionDefinition, scope_of
from jaxlint.facts.model.events import Event
from jaxlint.facts.model.frames import Boundary, Frame
from jaxlint.facts.model.history import History
from jaxlint.facts.model.project import Project, Stated
from jaxlint.facts.model.state import Guard, State, Use
from jaxlint.facts.model.values import (
    Array,
    Cached,
    Class,
    Const,
    Either,
    Function,
    HostArray,
    Key,
    Keys,
    Library,
    Member,
    Partial,
    ProjectModule,
    Ref,
    Static,
    Transformed,
    Tree,
    Tuple,
    Unknown,
    Value,
    identity,
    tracing,
    without_contents,
)
from jaxlint.facts.model.why import Place
from jaxlint.facts.notes import transferred
from jaxlint.facts.trace import access, boundary, calls, classes
from jaxlint.facts.trace.expressions import defaults
from jaxlint.facts.trace.screen import concerns_jax, plain_function
from jaxlint.facts.trace.statements import execute
from jaxlint.source import Chunk, Module, SourceError

N = TypeVar("N", bound=cst.CSTNode)
T = TypeVar("T")

MAX_ACTIVATIONS = 6
"""Contexts of one function that are kept for the rules."""
MAX_FOLLOWED = 4
"""How often a function is followed in one and the same context."""
MAX_ENTERED = 40
"""How often a function is entered at all by callers that pass the same sorts of arguments."""


class Tracer:
    """Runs a project. After `run`: ``activations`` by function (or module), ``events`` by node.

    ``environment``: the environment variables that the project sets. ``pause`` is called now and then while running;
    what it raises ends the run.
    """

    def __init__(self, project: Project, *, everything: bool = False, pause: Callable[[], None] = lambda: None) -> None:
        self.project = project
        self._pause = pause
        self._state: State | None = State()
        self._limbo = State()
        self.unreachable = False
        self.refused: int | None = None
        """Under how many guards a call in the ``try`` that is being followed surely raised, on a tracer."""
        self.activations: dict[object, list[Frame]] = defaultdict(list)
        self.events: dict[cst.CSTNode, list[tuple[Place, Event]]] = defaultdict(list)
        self.registered: dict[ClassDefinition, set[str] | None] = {}
        """Classes that a call has made pytrees, with the fields that are no leaves; None where they are not known."""
        self.handed: set[ClassDefinition] = set()
        """Classes that were handed to code which was not followed."""
        self.environment: set[str] = set()
        self.builtins = frozenset(dir(builtins))
        self.base: State | None = None
        self.finals: dict[Frame, dict[str, Value]] = {}
        self.steps = 0
        self.turns = 0
        self._root_start = 0
        self._modules: dict[Module, Frame] = {}
        self._definitions: dict[cst.CSTNode, FunctionDefinition] = {}
        self._classes: dict[cst.CSTNode, ClassDefinition] = {}
        self._bodies: dict[ClassDefinition, tuple[Frame, list[Value], list[Value]]] = {}
        self._class_frames: dict[Frame, ClassDefinition] = {}
        self._captured: set[Frame] = set()
        self._defined: list[tuple[Frame, Function, tuple[Guard, ...]]] = []
        self._wrapped: list[tuple[Transformed, tuple[Guard, ...]]] = []
        self._arguments: dict[Value, Boundary] = {}
        self._stack: list[FunctionDefinition] = []
        self._partials: list[Partial] = []
        self._followed: dict[tuple[object, ...], tuple[int, Value]] = {}
        self._done: set[tuple[object, ...]] = set()
        self.settled: set[Value] = set()
        self.numeric: set[Value] = set()
        self.written: set[Value] = set()
        self.flat: set[cst.CSTNode] = set()
        self.rows: set[Value] = set()
        """What stands for a row, any row, of something of which nothing is known."""
        self._always: set[FunctionDefinition] = set()
        self._made: dict[tuple[object, cst.CSTNode], object] = {}
        self.reused: set[Value] = set()
        self.called: set[Transformed] = set()
        self.uses: dict[Value, list[Use]] = defaultdict(list)
        self.makings: dict[Transformed, Making] = {}
        self.compiled: dict[tuple[cst.CSTNode, cst.CSTNode], list[Run]] = defaultdict(list)
        self.jitted: set[FunctionDefinition | None] = set()
        self.doubtful: set[FunctionDefinition] = set()
        self._entered: dict[FunctionDefinition | None, int] = defaultdict(int)
        self._sorts: set[tuple[object, ...]] = set()
        self._evaluated: set[FunctionDefinition] = set()
        self._everything = everything
        self.unread: list[tuple[str, SourceError]] = []

    @property
    def state(self) -> State | None:
        """The state of the path being followed; None where the path has ended."""
        return self._state

    @state.setter
    def state(self, state: State | None) -> None:
        if state is None and self._state is not None:
            self._limbo = self._state
        self._state = state

    def end_of_path(self) -> None:
        """A call that never returns ends the path, but only when its statement is done: until then it has a state."""
        self._state, self.unreachable = self._limbo, True

    def revive(self) -> None:
        """Go on after a body that certainly raises, with what was known there."""
        self._state = self._limbo

    # --- driving -------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Evaluate all modules, then every function and every transformed function from unknown arguments."""
        for module in self.project.modules:
            self.module_frame(module)
        base, defined, wrapped = self.state or State(), self._defined, self._wrapped
        self.base = base
        prototypes = {definition: self._prototype(definition, base) for definition in list(self._bodies)}
        for frame, function, _ in defined:
            if not self._everything and not concerns_jax(function.definition.module):
                continue
            self._root(base, partial(self._generic, function, frame, prototypes))
        for transformed, _ in wrapped:
            self._root(base, partial(self._generic_transformed, transformed, None))
        for definition, receiver in prototypes.items():
            for value in list(base.contents(self._bodies[definition][0]).values()):
                if isinstance(value, Transformed):
                    given = None if classes.is_static(self._bodies[definition][0], value) else receiver
                    self._root(base, partial(self._generic_transformed, value, given))

    def _root(self, base: State, run: Callable[[], None]) -> None:
        """Run one root from the state after all imports, then the functions that it defined, in its final state."""
        self._pause()
        self.state, self._root_start = State(base), self.steps
        self._defined, self._wrapped = [], []
        run()
        final = self.state or State(base)
        seen = 0
        while seen < len(self._defined) and self.root_steps() < calls.MAX_STEPS:
            frame, function, guards = self._defined[seen]
            seen += 1
            if function.definition not in self.activations:
                self.state = final.fork()
                self.state.guards = guards
                self.state.history = History()
                self._generic(function, frame, {})
        for transformed, guards in self._wrapped:
            self.state = final.fork()
            self.state.guards = guards
            self.state.history = History()
            if transformed in self.called:
                # What its keys are used for was seen when it was called.
                self.state.uses, self.state.seeds = {}, {}
            self._generic_transformed(transformed, None)

    def _prototype(self, definition: ClassDefinition, base: State) -> Ref | None:
        body = self._bodies[definition][0]
        self.state, self._root_start = base, self.steps
        if body.closure is None or body.closure.definition is not None:
            return None
        receiver = classes.prototype(body, definition)
        self.state = base
        return receiver

    def _generic(self, function: Function, owner: Frame, prototypes: dict[ClassDefinition, Ref | None]) -> None:
        """Enter a function with unknown arguments; a method with a typical instance."""
        cls = function.definition.cls
        kinds = classes.method_kinds(owner, function)
        if cls is not None and "class" in kinds:
            function = function.bound_to(Class(cls))
        elif cls is not None and "static" not in kinds and (receiver := prototypes.get(cls)) is not None:
            function = function.bound_to(receiver)
        self.call(owner, function, self.unknown_arguments(owner, function), function.definition.node)

    def _generic_transformed(self, transformed: Transformed, receiver: Ref | None) -> None:
        """Enter a transformed function with unknown arguments."""
        key = (transformed.place.node, boundary.function_name(transformed.function))
        if key in self._done and receiver is None:
            return
        self._done.add(key)
        inner = self._innermost(transformed)
        if inner is None:
            return
        owner = inner.closure
        args = self.unknown_arguments(owner, transformed)
        if receiver is not None:
            args = Arguments((receiver, *args.positional[1:]), args.keywords)
        elif inner.definition.cls is not None and inner.receiver is None and not classes.is_static(owner, transformed):
            return
        self.call(owner, transformed, args, transformed.place.node)

    def _innermost(self, value: Value) -> Function | None:
        while isinstance(value, Transformed | Partial | Cached):
            value = value.function
        return value if isinstance(value, Function) else None

    def unknown_arguments(self, frame: Frame, function: Value) -> Arguments:
        """Arguments of which nothing is known, one for each parameter without default, and the defaults that are
        certain."""
        inner = self._innermost(function)
        if inner is None:
            return Arguments()
        names = boundary.parameter_names(function)
        positional, keywords = [], {}
        stated = self.stated(inner)
        skipped = False
        for parameter in inner.definition.parameters:
            if parameter.name in boundary.bound_names(function):
                skipped = True
            if parameter.name not in names or parameter.kind in ("args", "kwargs"):
                continue
            if parameter.default is not None and parameter.name not in stated:
                default = self.defaults(inner).get(parameter.name)
                if default is not None and _only_by_default(function, default):
                    keywords[parameter.name] = default
                continue
            value = Unknown(f"parameter {parameter.name}")
            if _rules_out_none(parameter.annotation):
                assert self.state is not None
                self.state.nones[value] = False
            if parameter.kind == "keyword" or skipped:
                keywords[parameter.name] = value
            else:
                positional.append(value)
        return Arguments(tuple(positional), keywords, exact=False)

    def stated(self, function: Function) -> Mapping[str, Stated]:
        """What is stated of the parameters of a function of a module or class body."""
        definition = function.definition
        if function.closure.definition is not None:
            return {}
        name = f"{definition.cls.qualname}.{definition.name}" if definition.cls is not None else definition.name
        return self.project.stated(definition.module.path, name)

    def once(self, make: Callable[[N], T], node: N) -> T:
        """``make(node)``, computed once."""
        found = self._made.get((make, node))
        if found is None:
            found = self._made[make, node] = make(node)
        return found  # type: ignore[return-value]

    # --- modules, functions, classes -----------------------------------------------------------------------------

    def module_frame(self, module: Module) -> Frame:
        """The frame of a module, evaluated when first asked for."""
        frame = self._modules.get(module)
        if frame is None:
            scope = scope_of(cst.Module(()))
            start = module.chunks[0] if module.chunks else Chunk(module.source, 0, 0, None)
            frame = self._modules[module] = Frame(self, module, start, scope)
            self.activations[module].append(frame)
            for chunk in module.chunks:
                self._pause()
                frame.chunk = chunk
                self._run_chunk(frame, chunk)
        return frame

    def _run_chunk(self, frame: Frame, chunk: Chunk) -> None:
        """Execute top-level statements; a plain function is bound without being read."""
        entry = plain_function(frame.module, chunk)
        if entry is None:
            try:
                execute(frame, chunk.tree.body)
            except SourceError as error:
                self.unread.append((frame.module.path, error))
            if self.state is None:
                self.revive()
            return
        function = Function(FunctionDefinition(frame.module, chunk, entry.name), frame)
        assert self.state is not None
        self.state.store(frame, entry.name, function)
        self.defined(frame, function)

    def defaults(self, function: Function) -> dict[str, Value]:
        """The values of a function's defaults; those of a function bound without being read are evaluated now."""
        definition = function.definition
        if definition not in self._evaluated and definition._node is None:
            frame = function.closure
            chunk, frame.chunk = frame.chunk, definition.chunk
            function.defaults.update(defaults(frame, definition))
            frame.chunk = chunk
        self._evaluated.add(definition)
        return function.defaults

    def global_(self, module: Module, name: str) -> Value | None:
        """A global variable of a module."""
        frame = self.module_frame(module)  # first: running the module may go on in another state
        assert self.state is not None
        return self.state.contents(frame).get(name)

    def contents(self, frame: Frame) -> dict[str, Value]:
        """The variables of a frame as they are known after its last activation (for spelling, not for reasoning)."""
        return self.finals.get(frame) or (self.base.contents(frame) if self.base is not None else {})

    def submodule(self, module: Module, name: str) -> Value | None:
        child = self.project.get(f"{module.name}.{name}")
        return ProjectModule(child) if child is not None else None

    def public_names(self, origin: str) -> list[tuple[str, Value]]:
        """What ``from origin import *`` binds."""
        module = self.project.get(origin)
        if module is None or self.state is None:
            return []
        frame = self.module_frame(module)
        contents = self.state.contents(frame)
        return [(name, value) for name, value in contents.items() if not name.startswith("_")]

    def function(self, frame: Frame, node: cst.FunctionDef | cst.Lambda) -> FunctionDefinition:
        """The definition of a function node."""
        found = self._definitions.get(node)
        if found is None:
            name = node.name.value if isinstance(node, cst.FunctionDef) else "<lambda>"
            cls = self._class_frames.get(frame)
            found = self._definitions[node] = FunctionDefinition(frame.module, frame.chunk, name, cls, node)
        return found

    def class_(self, frame: Frame, node: cst.ClassDef) -> ClassDefinition:
        """The definition of a class node."""
        found = self._classes.get(node)
        if found is None:
            found = self._classes[node] = ClassDefinition(frame.module, frame.chunk, node, node.name.value)
        return found

    def declare(self, definition: ClassDefinition, body: Frame, bases: list[Value], decorators: list[Value]) -> None:
        self._bodies[definition] = (body, bases, decorators)
        self._class_frames[body] = definition
        self.activations[definition] = [body]
        for decorator in decorators:
            name = decorator.function if isinstance(decorator, Partial) else decorator
            if isinstance(name, Library) and name.name.startswith("jax.tree_util.register"):
                self.registered[definition] = set()

    def classes(self) -> list[ClassDefinition]:
        """The classes of the project that were defined so far."""
        return list(self._bodies)

    def class_frame(self, definition: ClassDefinition) -> Frame | None:
        entry = self._bodies.get(definition)
        return entry[0] if entry is not None else None

    def bases(self, definition: ClassDefinition) -> list[Value]:
        entry = self._bodies.get(definition)
        return entry[1] if entry is not None else []

    def decorators(self, definition: ClassDefinition) -> list[Value]:
        entry = self._bodies.get(definition)
        return entry[2] if entry is not None else []

    def closure_of(self, frame: Frame) -> Frame:
        """The frame in which a function defined here finds its free variables: class bodies are skipped."""
        scope = frame
        while scope in self._class_frames and scope.closure is not None:
            scope = scope.closure
        self._captured.add(scope)
        return scope

    def defined(self, frame: Frame, function: Function) -> None:
        """Note a function, to be entered once from unknown arguments."""
        self._defined.append((frame, function, self._state.guards if self._state is not None else ()))

    def decorate(self, frame: Frame, decorator: Value, function: Value, node: cst.Decorator) -> Value:
        """The value of a decorated function."""
        match decorator:
            case Library(name="builtins.property" | "builtins.staticmethod" | "builtins.classmethod"):
                return function
            case Member(base=Transformed()):
                return function
            case Member(base=Function()):
                return function
        result = self.call(frame, decorator, Arguments((function,)), node)
        if isinstance(result, Transformed) and result.transform.kind == "jit" and isinstance(function, Function):
            self.jitted.add(function.definition)
        if not isinstance(result, Unknown | Const | Ref | Either):
            return result
        if isinstance(function, Function) and decorator not in _HARMLESS:
            self.doubtful.add(function.definition)
        return function

    # --- calls ---------------------------------------------------------------------------------------------------

    def call(self, frame: Frame, callee: Value, args: Arguments, node: cst.CSTNode) -> Value:
        return calls.call(frame, callee, args, node)

    def havoc(self, frame: Frame, args: Arguments) -> None:
        calls.havoc(frame, args)

    def root_steps(self) -> int:
        """Statements followed since the current root was entered."""
        return self.steps - self._root_start

    def running(self, frame: Frame, definition: FunctionDefinition) -> bool:
        """True for a function that is being followed already."""
        return definition in self._stack

    def enter(self, frame: Frame) -> None:
        assert frame.definition is not None
        self._stack.append(frame.definition)

    def replay(self, frame: Frame) -> Value | None:
        """The value of an activation whose context was followed often enough, None if it is to be followed.

        Keys, objects and variables that change always are: what a call does matters as much as what it returns.
        """
        if frame.definition in self._always or any(
            isinstance(value, Key | Keys | Ref) for value in frame.arguments.values()
        ):
            return None
        entry = self._followed.get(_context(frame))
        if entry is None or entry[0] < MAX_FOLLOWED:
            return None
        return _of_any_call(entry[1]) if _repeatable(entry[1]) else Unknown("replayed")

    def exhausted(self, frame: Frame) -> bool:
        """True for a function that was entered very often, and by one more caller that brings nothing new."""
        sort = (frame.definition, *_context(frame)[2:])
        entered = self._entered[frame.definition] = self._entered[frame.definition] + 1
        known = sort in self._sorts
        self._sorts.add(sort)
        return known and entered > MAX_ENTERED

    def follow_always(self) -> None:
        """The functions that are being followed use up a key, or read in a trace a global that functions rebind."""
        self._always.update(self._stack)

    def leave(self, frame: Frame, value: Value) -> None:
        """Keep the activation if its context is a new one."""
        definition = self._stack.pop()
        context = _context(frame)
        followed, _ = self._followed.get(context, (0, value))
        self._followed[context] = (followed + 1, value)
        kept = self.activations[definition]
        if not followed and len(kept) < MAX_ACTIVATIONS:
            kept.append(frame)
            if self.state is not None:
                self.finals[frame] = self.state.contents(frame)
        if self.state is not None and frame not in self._captured:
            self.state.drop(frame)

    @contextmanager
    def through(self, partial: Partial) -> Iterator[None]:
        """While a partial's function runs, keys bound in it count as frozen there."""
        self._partials.append(partial)
        yield
        self._partials.pop()

    def frozen_in(self, links: list[object]) -> Place | None:
        """Where a key, or what it is an item of, was bound into a partial that is being called now."""
        for bound in self._partials:
            if any(_links(value, links) for value in (*bound.args, *dict(bound.kwargs).values())):
                return bound.place
        return None

    def wrapped(self, frame: Frame, value: Transformed) -> None:
        """Note a transformed function, to be entered once from unknown arguments."""
        self._wrapped.append((value, self._state.guards if self._state is not None else ()))

    def mark_rule(self, value: Value) -> None:
        """A function given to ``defvjp`` and its like; it needs no further treatment yet."""

    # --- events --------------------------------------------------------------------------------------------------

    def record(self, frame: Frame, node: cst.CSTNode, event: Event) -> None:
        self.record_at(frame.place(node), event)

    def record_at(self, place: Place, event: Event) -> None:
        known = self.events[place.node]
        if len(known) < 8:
            known.append((place, event))

    def stored(self, frame: Frame, target: cst.Subscript, base: Value, index: Value, value: Value) -> None:
        """An item store: what its base was in each turn. An index that only arrays take proves that it is one."""
        transferred.note_store(frame, target)
        if isinstance(target.value, cst.Name):
            frame.state.donated.pop((frame, target.value.value), None)
        if isinstance(base, Tree) and access.is_array_index(target, index):
            base = Array(base.traced)
        frame.stores.setdefault(target, []).append(base)
        if not isinstance(frame.values.get(target.value), Array):
            frame.values[target.value] = base

    def note_argument(self, ref: Ref, trace: Boundary) -> None:
        self._arguments[ref] = trace

    def is_argument(self, base: Value, trace: Boundary) -> bool:
        """True for a container that is (part of) an argument of the traced function."""
        return self._arguments.get(base) is trace


def _rules_out_none(annotation: cst.BaseExpression | None) -> bool:
    """True for ``n: int``, ``x: jax.Array``; no default speaks against it."""
    match annotation:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name in ("int", "float", "bool", "str", "Array", "ndarray")
    return False


_HARMLESS = [Library(name) for name in ("contextlib.contextmanager", "typing.override", "abc.abstractmethod")]
"""Decorators that keep nothing of what their function returns."""


def _links(value: Value, links: list[object]) -> bool:
    held = identity(value)
    return held in links or (isinstance(held, Keys) and held.base in links)


def _only_by_default(function: Value, default: Value) -> bool:
    """True where a parameter always has its default: it is a function, which `jax.jit` does not take as an argument."""
    if not isinstance(function, Transformed) or function.name != "jax.jit":
        return False
    static = "static_argnums" in function.options or "static_argnames" in function.options
    return not static and isinstance(default, Function | Library | Transformed | Partial)


def _context(frame: Frame) -> tuple[object, ...]:
    looks = (_look(value) for value in frame.arguments.values())
    return (frame.definition, frame.closure, *looks, _names(frame.boundary))


def _repeatable(value: Value) -> bool:
    """True for a value that may stand for the results of several calls: its identity does not matter."""
    if isinstance(value, Tuple):
        return all(map(_repeatable, value.items))
    return isinstance(value, Const | Static | Array | HostArray | Library | Class)


def _of_any_call(value: Value) -> Value:
    """What a value says of all calls in a context: extents and elements may differ."""
    match value:
        case Array():
            return Array(value.traced, value.kind, dtype=value.dtype)
        case Tuple(items=items):
            return Tuple(tuple(map(_of_any_call, items)))
    return without_contents(value)


def _look(value: Value) -> tuple[object, ...]:
    """What of an argument makes a context differ from another."""
    proof = tracing(value)
    constant = value.value if isinstance(value, Const) and isinstance(value.value, bool | str | None) else None
    name = value.name if isinstance(value, Library) else None
    cls = value.cls if isinstance(value, Ref) else value.definition if isinstance(value, Class) else None
    return type(value), proof.level if proof is not None else None, constant, name, cls


def _names(trace: Boundary | None) -> tuple[str, ...]:
    return () if trace is None else (trace.name, *_names(trace.parent))
