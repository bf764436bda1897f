"""Views and second names written out: what is stored through them is stored into the array itself.

::

    row = A[i]                              for row in A:              for i in range(A.shape[0]):
    row[0] = v     ->   A[i, 0] = v             row /= row.sum()  ->       A[i] /= A[i].sum()

That is the same NumPy program, if the variable is bound once and nothing that its expression reads is bound anew where
it is used. Where the analysis of sharing finds no conflict, a view stays a variable.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Edit
from jaxlint.facts.model.definitions import bound_names
from jaxlint.facts.queries.names import free_names
from jaxlint.rewrite.port.reading import Unit
from jaxlint.rewrite.port.sharing import Conflict
from jaxlint.source import walk


def written_out(unit: Unit, conflicts: list[Conflict]) -> list[Edit]:
    """The edits that write out one of the variables in the way; none if there is none that can be."""
    for conflict in conflicts:
        for name in (conflict.name, conflict.other):
            edits = _of_variable(unit, name) or _of_row(unit, name)
            if edits:
                return edits
    return []


def _bindings(unit: Unit, name: str) -> list[cst.CSTNode]:
    """The statements and loops that bind a variable."""
    found: list[cst.CSTNode] = []
    for node in unit.nodes:
        match node:
            case cst.Assign(targets=targets):
                if any(name in bound_names(target.target) for target in targets):
                    found.append(node)
            case cst.AugAssign(target=target) | cst.AnnAssign(target=target) | cst.For(target=target):
                if name in bound_names(target):
                    found.append(node)
            case cst.NamedExpr(target=target) | cst.AsName(name=target) | cst.Del(target=target):
                if name in bound_names(target):
                    found.append(node)
    return found


def _of_variable(unit: Unit, name: str) -> list[Edit]:
    """``row = A[i]`` taken away, and ``A[i]`` in the place of ``row``."""
    binders = [node for node in _bindings(unit, name) if not isinstance(node, cst.AugAssign)]
    if name in unit.names or len(binders) != 1:
        return []
    match binders[0]:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name())], value=value) as binder if _is_view(value):
            pass
        case _:
            return []
    line = unit.parent(binder)
    uses = [node for node in _uses(unit, name) if unit.parent(unit.parent(node)) is not binder]  # type: ignore[arg-type]
    uses = [node for node in uses if node is not binder.targets[0].target]
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1 or line.trailing_whitespace.comment:
        return []
    if not _holds(unit, binder, value, uses) or not isinstance(unit.parent(line), cst.IndentedBlock):
        return []
    block = unit.parent(line)
    assert isinstance(block, cst.IndentedBlock)
    if len(block.body) == 1 or any(leading.comment for leading in line.leading_lines):
        return []
    return [_without_line(unit, binder), *_replaced(unit, value, uses)]


def _is_view(value: cst.BaseExpression) -> bool:
    """True for a variable, or items of one, by indices that are plain expressions."""
    match value:
        case cst.Name():
            return True
        case cst.Subscript(value=cst.Name()):
            return not any(isinstance(part, cst.Call | cst.Lambda | cst.Comparison | cst.List) for part in walk(value))
    return False


def _uses(unit: Unit, name: str) -> list[cst.Name]:
    return [
        node
        for node in walk(unit.node.body)
        if isinstance(node, cst.Name) and node.value == name and not _is_label(unit, node)
    ]


def _is_label(unit: Unit, node: cst.Name) -> bool:
    """True for the name of an attribute or keyword."""
    match unit.parent(node):
        case cst.Attribute(attr=attr):
            return attr is node
        case cst.Arg(keyword=keyword):
            return keyword is node
    return False


def _holds(unit: Unit, binder: cst.CSTNode, value: cst.BaseExpression, uses: list[cst.Name]) -> bool:
    """True if the expression means the same wherever the variable is used."""
    start = unit.span(binder)[0]
    block = unit.parent(unit.statement(binder))
    inside = set(walk(block)) if block is not None else set()
    if any(unit.span(use)[0] < start or use not in inside for use in uses):
        return False
    for name in free_names(value):
        for other in _bindings(unit, name):
            loop = isinstance(other, cst.For) and not (set(walk(other.target)) & inside)
            plain_change = isinstance(other, cst.AugAssign) and name == _root(value)
            if other in inside and not plain_change and unit.span(other)[0] > start:
                return False
            if other in inside and not loop and _in_loop_with(unit, other, binder):
                return False
    nested = (node for node in walk(unit.node.body) if isinstance(node, cst.FunctionDef | cst.Lambda))
    return not any(use in set(walk(each)) for each in nested for use in uses)


def _in_loop_with(unit: Unit, other: cst.CSTNode, binder: cst.CSTNode) -> bool:
    """True for two bindings of the same turn of which the other one comes later, or in a loop within."""
    return unit.span(other)[0] > unit.span(binder)[0] and not isinstance(other, cst.AugAssign)


def _root(value: cst.BaseExpression) -> str | None:
    base = value.value if isinstance(value, cst.Subscript) else value
    return base.value if isinstance(base, cst.Name) else None


def _without_line(unit: Unit, node: cst.CSTNode) -> Edit:
    """A statement gone with its line."""
    source = unit.chunk.source
    start, end = unit.span(node)
    line = source.text.rfind("\n", 0, start) + 1
    newline = source.text.find("\n", end)
    return Edit(line, len(source.text) if newline < 0 else newline + 1, "")


def _replaced(unit: Unit, value: cst.BaseExpression, uses: list[cst.Name]) -> Iterator[Edit]:
    text = unit.code(value)
    for use in uses:
        above = unit.parent(use)
        if isinstance(above, cst.Subscript) and above.value is use and _is_item(value):
            assert isinstance(value, cst.Subscript)
            start, _ = unit.span(use)
            first = unit.span(above.slice[0])[0]
            inner = ", ".join(unit.code(element).rstrip(", ") for element in value.slice)
            yield Edit(start, first, f"{unit.code(value.value)}[{inner}, ")
        else:
            yield unit.edit(use, text)


def _is_item(value: cst.BaseExpression) -> bool:
    """True for indices that each take away an axis, so that those of a second subscript follow them."""
    return isinstance(value, cst.Subscript) and all(
        isinstance(element.slice, cst.Index)
        and isinstance(element.slice.value, cst.Name | cst.Integer | cst.BinaryOperation)
        for element in value.slice
    )


# --- for row in A ------------------------------------------------------------------------------------------------


def _of_row(unit: Unit, name: str) -> list[Edit]:
    """``for row in A`` by number, ``A[i]`` in the place of ``row``."""
    binders = [node for node in _bindings(unit, name) if not isinstance(node, cst.AugAssign)]
    if len(binders) != 1 or not isinstance(binders[0], cst.For) or name in unit.names:
        return []
    loop = binders[0]
    match loop.target, loop.iter:
        case cst.Name(), cst.Name(value=array):
            number = _fresh(unit)
        case (
            cst.Tuple(elements=[cst.Element(value=cst.Name(value=number)), cst.Element(value=cst.Name(value=row))]),
            cst.Call(func=cst.Name(value="enumerate"), args=[cst.Arg(value=cst.Name(value=array))]),
        ) if row == name:
            pass
        case _:
            return []
    inside = set(walk(loop.body))
    uses = [use for use in _uses(unit, name) if use not in set(walk(loop.target))]
    rebound = [node for node in (*_bindings(unit, array), *_bindings(unit, number)) if node in inside]
    if any(use not in inside for use in uses) or any(not isinstance(node, cst.AugAssign) for node in rebound):
        return []
    item = cst.Subscript(cst.Name(array), [cst.SubscriptElement(cst.Index(cst.Name(number)))])
    edits = [Edit(unit.span(loop.target)[0], unit.span(loop.iter)[1], f"{number} in range({array}.shape[0])")]
    for use in uses:
        above = unit.parent(use)
        if isinstance(above, cst.Subscript) and above.value is use:
            edits.append(Edit(unit.span(use)[0], unit.span(above.slice[0])[0], f"{array}[{number}, "))
        else:
            edits.append(unit.edit(use, cst.Module(()).code_for_node(item)))
    return edits


def _fresh(unit: Unit) -> str:
    taken = {node.value for node in walk(unit.node) if isinstance(node, cst.Name)}
    return next(name for name in ("i", "j", "k", *(f"i{number}" for number in range(1, 100))) if name not in taken)
