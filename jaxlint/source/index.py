"""What a module imports, defines, assigns and calls, from the stdlib's `ast` alone: the basis for what to read.

Importing this does not import LibCST, and indexing runs as fast as Python's own parser.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from jaxlint.source.outline import Outline, Piece, outline, parse
from jaxlint.source.survey import TRIGGERS, Survey, Trigger, dotted
from jaxlint.source.text import SourceError, SourceText


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name. ``from .m import a as b``: local ``b``, module ``m``, attribute ``a``, level 1.

    ``import a.b`` binds ``a`` to the package (local ``a``, module ``a.b``, not aliased); ``import a.b as c`` binds
    ``c`` to ``a.b`` (aliased). A star import has the attribute ``*``. ``scope`` is the definition whose body imports.
    """

    local: str
    module: str
    attribute: str | None
    level: int
    line: int
    aliased: bool = False
    scope: str | None = None

    @property
    def star(self) -> bool:
        return self.attribute == "*"

    @property
    def target(self) -> str:
        """The dotted name that the local name stands for (relative to ``level``)."""
        if self.attribute is None:
            return self.module if self.aliased else self.local
        return f"{self.module}.{self.attribute}" if self.module else self.attribute


@dataclass(frozen=True, slots=True)
class Definition:
    """A function or class at the top of a module, a method, or the module's own code (name "").

    ``names`` are the dotted names that it reads, ``calls`` those that it calls, as written; what hangs on something
    else than a name begins with a dot (``x[0].item()`` calls ``.item``). Nested functions count as part of it, methods
    do not. Lines are 1-based and inclusive, decorators included.
    """

    name: str
    kind: Literal["function", "class", "module"]
    start_line: int
    end_line: int
    calls: frozenset[str]
    names: frozenset[str]
    triggers: frozenset[Trigger]
    decorators: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    methods: tuple["Definition", ...] = ()


@dataclass(frozen=True, slots=True)
class ModuleIndex:
    """The index of one module. ``aliases`` are its plain assignments ``name = dotted.name``; ``rebound`` the globals
    that functions declare as such."""

    name: str
    imports: tuple[Import, ...]
    definitions: tuple[Definition, ...]
    body: Definition
    assigned: frozenset[str]
    aliases: tuple[tuple[str, str], ...]
    rebound: frozenset[str] = frozenset()

    def every(self) -> Iterator[Definition]:
        """The module's own code, then all definitions and their methods."""
        stack = [self.body, *self.definitions]
        for definition in stack:
            yield definition
            stack.extend(definition.methods)


def index(source: SourceText, name: str) -> ModuleIndex:
    """The index of any text, however broken: what `ast` cannot read counts as holding every trigger."""
    return index_outline(outline(source), source, name)


def index_outline(parts: Outline, source: SourceText, name: str) -> ModuleIndex:
    """The same, of a text whose outline is there already."""
    indexer = _Indexer()
    for tree in parts.trees:
        indexer.block(tree.body)
    for piece in parts.pieces:
        if piece.error:
            indexer.opaque(piece, source)
    return indexer.finish(name, len(source.line_starts))


class _Indexer:
    """Collects while it goes over the top-level statements, those under `if`, `try` and `with` included."""

    def __init__(self) -> None:
        self.imports: list[Import] = []
        self.definitions: list[Definition] = []
        self.aliases: list[tuple[str, str]] = []
        self.assigned: set[str] = set()
        self.rebound: set[str] = set()
        self.body = Survey()

    def block(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            match statement:
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                    self.definitions.append(self.definition(statement, ""))
                case ast.Import() | ast.ImportFrom():
                    self.imports.extend(_imported(statement, None))
                case ast.If() | ast.Try() | ast.TryStar() | ast.With() | ast.For() | ast.While():
                    self.compound(statement)
                case _:
                    self.assign(statement)
                    self.body.add([statement])
        self.imports.extend(found for node in self.body.imports for found in _imported(node, None))
        self.body.imports.clear()

    def compound(self, statement: ast.If | ast.Try | ast.TryStar | ast.With | ast.For | ast.While) -> None:
        """A statement with blocks: its head is the module's own code, the blocks are as if at the top."""
        inner = {"body", "orelse", "finalbody", "handlers"}
        head = {name: [] if name in inner else value for name, value in ast.iter_fields(statement)}
        self.body.add([type(statement)(**head)])
        self.assign(statement)
        for handler in getattr(statement, "handlers", ()):
            self.body.add([handler.type] if handler.type else [])
            self.block(handler.body)
        for name in ("body", "orelse", "finalbody"):
            self.block(getattr(statement, name, ()))

    def assign(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name() | ast.Attribute() as value):
                self.assigned.add(name)
                if (target := dotted(value)) and not target.startswith("."):
                    self.aliases.append((name, target))
            case ast.Assign(targets=targets):
                self.assigned.update(_bound(targets))
            case ast.AnnAssign(target=target) | ast.AugAssign(target=target) | ast.For(target=target):
                self.assigned.update(_bound([target]))
            case ast.With(items=items):
                self.assigned.update(_bound(item.optional_vars for item in items if item.optional_vars))

    def definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, outer: str) -> Definition:
        name = outer + node.name
        survey = Survey()
        methods: tuple[Definition, ...] = ()
        bases: tuple[str, ...] = ()
        if isinstance(node, ast.ClassDef):
            defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
            methods = tuple(self.definition(item, f"{name}.") for item in node.body if isinstance(item, defined))
            bases = tuple(dotted(base) for base in node.bases)
            survey.add(item for item in node.body if not isinstance(item, defined))
            survey.add([*node.bases, *node.keywords, *node.decorator_list])
        else:
            survey.add([node])
        self.imports.extend(found for statement in survey.imports for found in _imported(statement, name))
        self.assigned |= survey.rebound
        self.rebound |= survey.rebound
        return Definition(
            name,
            "class" if isinstance(node, ast.ClassDef) else "function",
            min((decorator.lineno for decorator in node.decorator_list), default=node.lineno),
            node.end_lineno or node.lineno,
            frozenset(survey.calls),
            frozenset(survey.names),
            frozenset(survey.triggers),
            tuple(dotted(item.func if isinstance(item, ast.Call) else item) for item in node.decorator_list),
            bases,
            methods,
        )

    def opaque(self, piece: Piece, source: SourceText) -> None:
        """A statement that `ast` refused: every name in it is read and called, every trigger is there."""
        text = source.text[piece.start : piece.end].lstrip()
        first, _ = source.position(piece.end - len(text))
        names = frozenset(match[0] for match in _DOTTED.finditer(text))
        if piece.name is None:
            self.body.names |= names
            self.body.calls |= names
            self.body.triggers |= TRIGGERS
            self.assigned.update(_ASSIGNED.findall(text))
        else:
            last, _ = source.position(max(piece.start, piece.end - 1))
            self.definitions.append(_opaque_definition(piece.name, text, first, last, names))
        for match in _IMPORT_LINE.finditer(text):
            line = first + len(_LINE_END.findall(text, 0, match.start(1)))
            self.imports.extend(_import_line(match[1], line, piece.name))

    def finish(self, name: str, lines: int) -> ModuleIndex:
        own = self.body
        body = Definition("", "module", 1, lines, frozenset(own.calls), frozenset(own.names), frozenset(own.triggers))
        math = frozenset(item.local for item in self.imports if item.module == "math")
        definitions = (_converting(item, math) if math else item for item in self.definitions)
        return ModuleIndex(
            name,
            tuple(self.imports),
            tuple(sorted(definitions, key=lambda item: item.start_line)),
            _converting(body, math),
            frozenset(self.assigned | own.rebound),
            tuple(self.aliases),
            frozenset(self.rebound),
        )


def _imported(node: ast.Import | ast.ImportFrom, scope: str | None) -> Iterator[Import]:
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            local, aliased = alias.asname or alias.name, alias.asname is not None
            yield Import(local, node.module or "", alias.name, node.level, node.lineno, aliased, scope)
        else:
            local = alias.asname or alias.name.partition(".")[0]
            yield Import(local, alias.name, None, 0, node.lineno, alias.asname is not None, scope)


def _bound(targets: Iterable[ast.expr]) -> Iterator[str]:
    """The names that assignment targets bind."""
    for target in targets:
        match target:
            case ast.Name(id=name):
                yield name
            case ast.Tuple(elts=items) | ast.List(elts=items):
                yield from _bound(items)
            case ast.Starred(value=value):
                yield from _bound([value])


def _converting(definition: Definition, math: frozenset[str]) -> Definition:
    """Adds the trigger of `math` under whatever name it was imported."""
    methods = tuple(_converting(method, math) for method in definition.methods)
    triggers = definition.triggers
    if any(call.partition(".")[0] in math for call in definition.calls):
        triggers |= {"conversion"}
    return replace(definition, methods=methods, triggers=triggers)


_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*|(?:\.[^\W\d]\w*)+")
_LINE_END = re.compile(r"\r\n|\n|\r")
_IMPORT_LINE = re.compile(r"(?:^|[\r\n])[ \t]*((?:from[ \t][^\r\n]*[ \t])?import[ \t][^\r\n]*)")
_METHOD = re.compile(r"[\r\n][ \t]+(?:async[ \t]+)?def[ \t]+(\w+)")
_DECORATOR = re.compile(r"(?:^|[\r\n])@([\w.]+)")
_ASSIGNED = re.compile(r"(?:^|[\r\n])(?:type[ \t]+)?([^\W\d]\w*)[^\r\n=]*=")
_CLASS = re.compile(r"(?:^|[\r\n])class\b")


def _opaque_definition(name: str, text: str, first: int, last: int, names: frozenset[str]) -> Definition:
    methods: tuple[Definition, ...] = ()
    if is_class := _CLASS.search(text) is not None:
        methods = tuple(
            Definition(f"{name}.{match[1]}", "function", first, last, names, names, TRIGGERS)
            for match in _METHOD.finditer(text)
        )
    kind: Literal["class", "function"] = "class" if is_class else "function"
    decorators = tuple(_DECORATOR.findall(text))
    return Definition(name, kind, first, last, names, names, TRIGGERS, decorators, methods=methods)


def _import_line(text: str, line: int, scope: str | None) -> Iterator[Import]:
    try:
        (statement,) = parse(text.strip(), line).body
    except (SourceError, ValueError):
        return
    if isinstance(statement, ast.Import | ast.ImportFrom):
        yield from _imported(statement, scope)
