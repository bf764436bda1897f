"""What a stretch of code holds, from one pass over its `ast`: the names it reads, what it calls, and its triggers.

A trigger is a construct that some rule may care about. The pass over-approximates: what has none of a rule's triggers
cannot have its finding; what has one is read properly, by LibCST.
"""

import ast
from collections.abc import Callable, Iterable
from typing import Any, Literal, get_args

Trigger = Literal[
    "branch", "loop", "comprehension", "subscript", "slice", "subscript-store", "attribute-store", "global",
    "conversion", "discard", "fstring", "out", "try", "yield",
]  # fmt: skip
TRIGGERS: frozenset[Trigger] = frozenset(get_args(Trigger))

_CONVERSIONS = frozenset({"float", "int", "bool", "complex"})
_CONVERTING_METHODS = ("item", "tolist", "__float__", "__int__", "__bool__", "__complex__", "__index__", "__array__")
_BRANCHING = frozenset({"any", "all", "min", "max", "sorted", "filter"})
_STATIC_CALLS = frozenset({"isinstance", "issubclass", "callable", "hasattr", "len", "type"})
_STATIC_ATTRIBUTES = frozenset({"shape", "ndim", "dtype", "size"})
_ATOMS = frozenset(
    {"ctx", "op", "ops", "id", "attr", "kind", "type_comment", "arg", "conversion", "simple", "is_async"}
)


class _Fields(dict[type, tuple[str, ...]]):
    """The fields of each class that can hold nodes."""

    def __missing__(self, kind: type) -> tuple[str, ...]:
        fields = tuple(name for name in getattr(kind, "_fields", ()) if name not in _ATOMS)
        self[kind] = fields
        return fields


_FIELDS = _Fields()
_FIELDS |= {ast.arg: ("annotation",), ast.keyword: ("value",), ast.Global: (), ast.Nonlocal: (), ast.Constant: ()}


class Survey:
    """Grows while code is added to it. ``imports`` are the statements met on the way, ``rebound`` the globals."""

    __slots__ = ("calls", "imports", "names", "rebound", "triggers")

    def __init__(self) -> None:
        self.calls: set[str] = set()
        self.names: set[str] = set()
        self.triggers: set[Trigger] = set()
        self.imports: list[ast.Import | ast.ImportFrom] = []
        self.rebound: set[str] = set()

    def add(self, roots: Iterable[ast.AST]) -> None:
        """Takes in code, depth first, without recursion."""
        names, checks, fields = self.names, _CHECKS, _FIELDS
        stack: list[Any] = list(roots)
        pop, push, extend = stack.pop, stack.append, stack.extend
        while stack:
            node = pop()
            kind = type(node)
            if kind is ast.Name:
                names.add(node.id)
                continue
            if kind is ast.Constant or kind is str or node is None:
                continue
            if kind is ast.Attribute:
                root = self.attribute(node)
                if root is not None:
                    push(root)
                continue
            if (check := checks.get(kind)) is not None:
                check(self, node)
            for name in fields[kind]:
                value = getattr(node, name)
                if type(value) is list:
                    extend(value)
                elif value is not None:
                    push(value)

    def attribute(self, node: ast.Attribute) -> ast.expr | None:
        """Notes an attribute chain; returns what it hangs on unless that is a name."""
        if type(node.ctx) is not ast.Load:
            self.triggers.add("attribute-store")
        name, root = _chain(node)
        self.names.add(name)
        return root


def dotted(node: ast.expr) -> str:
    """``a.b.c`` as written; an attribute of anything but a name begins with a dot; "" for other expressions."""
    return _chain(node)[0]


def _chain(node: ast.expr) -> tuple[str, ast.expr | None]:
    if type(node) is ast.Name:
        return node.id, None
    parts: list[str] = []
    while type(node) is ast.Attribute:
        parts.append(node.attr)
        node = node.value
    root = None if type(node) is ast.Name else node
    parts.append(node.id if type(node) is ast.Name else "")
    parts.reverse()
    return ".".join(parts), root


def _expression(survey: Survey, node: ast.Expr) -> None:
    if isinstance(node.value, ast.Call):
        survey.triggers.add("discard")


def _call(survey: Survey, node: ast.Call) -> None:
    if any(keyword.arg == "out" for keyword in node.keywords):
        survey.triggers.add("out")
    name = dotted(node.func)
    if not name:
        return
    survey.calls.add(name)
    if name in _CONVERSIONS or name.startswith("math.") or name.endswith(_CONVERTING_METHODS):
        survey.triggers.add("conversion")
    elif name in _BRANCHING:
        survey.triggers.add("branch")


def _subscript(survey: Survey, node: ast.Subscript) -> None:
    if type(node.ctx) is not ast.Load:
        survey.triggers.add("subscript-store")
    for index in node.slice.elts if isinstance(node.slice, ast.Tuple) else (node.slice,):
        match index:
            case ast.Constant() | ast.UnaryOp(operand=ast.Constant()):
                pass
            case ast.Slice(lower, upper, step):
                if not all(bound is None or isinstance(bound, ast.Constant) for bound in (lower, upper, step)):
                    survey.triggers.add("slice")
            case _:
                survey.triggers.add("subscript")


def _test(survey: Survey, node: ast.If | ast.While | ast.Assert | ast.IfExp) -> None:
    if "branch" not in survey.triggers and not plainly_static(node.test):
        survey.triggers.add("branch")
    if isinstance(node, ast.While):
        survey.triggers.add("loop")


def _operator(survey: Survey, node: ast.BoolOp | ast.UnaryOp | ast.Compare) -> None:
    """`and`, `or`, `not`, `in` and chained comparisons ask for a bool."""
    match node:
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Invert()):
            return
        case ast.Compare(ops=[operator]) if not isinstance(operator, ast.In | ast.NotIn):
            return
    if "branch" not in survey.triggers and not plainly_static(node):
        survey.triggers.add("branch")


def _comprehension(survey: Survey, node: ast.comprehension) -> None:
    survey.triggers.add("comprehension")
    if not all(map(plainly_static, node.ifs)):
        survey.triggers.add("branch")


def _global(survey: Survey, node: ast.Global | ast.Nonlocal) -> None:
    survey.triggers.add("global")
    if isinstance(node, ast.Global):
        survey.rebound.update(node.names)


def _import(survey: Survey, node: ast.Import | ast.ImportFrom) -> None:
    survey.imports.append(node)


def _always(trigger: Trigger) -> Callable[[Survey, ast.AST], None]:
    return lambda survey, node: survey.triggers.add(trigger)


_CHECKS: dict[type, Callable[[Survey, Any], None]] = {
    ast.Call: _call,
    ast.Expr: _expression,
    ast.Subscript: _subscript,
    ast.If: _test,
    ast.While: _test,
    ast.Assert: _test,
    ast.IfExp: _test,
    ast.BoolOp: _operator,
    ast.UnaryOp: _operator,
    ast.Compare: _operator,
    ast.comprehension: _comprehension,
    ast.Match: _always("branch"),
    ast.For: _always("loop"),
    ast.AsyncFor: _always("loop"),
    ast.FormattedValue: _always("fstring"),
    ast.Try: _always("try"),
    ast.TryStar: _always("try"),
    ast.Yield: _always("yield"),
    ast.YieldFrom: _always("yield"),
    ast.Global: _global,
    ast.Nonlocal: _global,
    ast.Import: _import,
    ast.ImportFrom: _import,
}


def plainly_static(test: ast.expr) -> bool:
    """Whether a test is static whatever its variables are: `is None`, isinstance, shapes, comparison with a string."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return plainly_static(operand)
        case ast.BoolOp(values=values):
            return all(map(plainly_static, values))
        case ast.Compare(ops=[ast.Is() | ast.IsNot()]):
            return True
        case ast.Compare(left=left, ops=[_], comparators=[right]):
            return _textual(left) or _textual(right) or (_static_value(left) and _static_value(right))
    return _static_value(test)


def _textual(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=str()):
            return True
        case ast.Tuple(elts=[_, *_] as items) | ast.List(elts=[_, *_] as items) | ast.Set(elts=items):
            return all(map(_textual, items))
    return False


def _static_value(node: ast.expr) -> bool:
    match node:
        case ast.Constant() | ast.Name(id="TYPE_CHECKING" | "__debug__" | "__name__"):
            return True
        case ast.Attribute(attr=attribute):
            return attribute in _STATIC_ATTRIBUTES or attribute == "TYPE_CHECKING"
        case ast.Call(func=ast.Name(id=name)):
            return name in _STATIC_CALLS
        case ast.Subscript(value=value, slice=ast.Constant() | ast.UnaryOp(operand=ast.Constant())):
            return _static_value(value)
        case ast.BinOp(left=left, right=right):
            return _static_value(left) and _static_value(right)
    return False
