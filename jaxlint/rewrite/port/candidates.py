"""Which functions of a project are there to be ported: those that compute with NumPy, and what they call."""

from __future__ import annotations

import libcst as cst

from jaxlint.rewrite.port.reading import Key, Reading, Unit
from jaxlint.rewrite.port.roles import used_as_array
from jaxlint.source import walk

_NUMERIC = ("numpy", "scipy", "math", "numba")
_NEUTRAL = (
    "functools",
    "itertools",
    "typing",
    "collections",
    "dataclasses",
    "operator",
    "__future__",
    "warnings",
    "enum",
    "abc",
)
_HOST_CALLS = ("open", "input", "exec", "eval", "exit")


def candidates(reading: Reading) -> tuple[set[Key], dict[Key, str]]:
    """The functions to port, and those that stay on the host with what keeps them there."""
    apart: dict[Key, str] = {}
    numeric: set[Key] = set()
    for key, unit in reading.units.items():
        reason = _host(reading, unit)
        if reason is not None:
            apart[key] = reason
        elif of_numpy(unit) and _computes(reading, unit):
            numeric.add(key)
    growing = True
    while growing:
        callers = {
            key
            for key, unit in reading.units.items()
            if key not in numeric
            and key not in apart
            and any(callee.key in numeric for _, callee in reading.calls(unit))
        }
        numeric |= callers
        growing = bool(callers)
    pending = list(numeric)
    while pending:
        for _, callee in reading.calls(reading.units[pending.pop()]):
            if callee.key not in numeric and callee.key not in apart:
                numeric.add(callee.key)
                pending.append(callee.key)
    for key, unit in reading.units.items():
        if key not in numeric and key not in apart and (made := _object(reading, unit, numeric)) is not None:
            apart[key] = f"it works with an object, a `{made}`"
    return numeric, {key: reason for key, reason in apart.items() if reason}


def _object(reading: Reading, unit: Unit, numeric: set[Key]) -> str | None:
    """The class of the project with ported methods of which a function makes an object."""
    classes = {name.partition(".")[0] for path, name in numeric if path == unit.module.path and "." in name}
    for node in unit.nodes:
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in classes:
            return node.func.value
    return None


def _host(reading: Reading, unit: Unit) -> str | None:
    """What keeps a function on the host; "" for one that is JAX already."""
    for node in walk(unit.node):
        if isinstance(node, cst.Name | cst.Attribute):
            name = reading.name(unit, node)
            package = name.partition(".")[0] if name is not None else None
            if package in ("jax", "flax", "equinox", "optax"):
                return ""
            if (
                name is not None
                and package not in (*_NUMERIC, *_NEUTRAL)
                and reading.project.get(package or "") is None
            ):
                return f"it uses `{name}`"
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in _HOST_CALLS:
            return f"it calls `{node.func.value}`"
    return None


def of_numpy(unit: Unit) -> bool:
    """True for a function of a module that imports NumPy or a kin of it."""
    return any(name.module.partition(".")[0] in _NUMERIC for name in unit.module.index.imports)


def _computes(reading: Reading, unit: Unit) -> bool:
    """True for a function that uses NumPy or stores into what it was given."""
    for node in unit.nodes:
        if isinstance(node, cst.Name | cst.Attribute) and (reading.name(unit, node) or "").startswith(_NUMERIC):
            return True
        if isinstance(node, cst.AssignTarget | cst.AugAssign) and isinstance(node.target, cst.Subscript):
            return True
        if (
            isinstance(node, cst.BinaryOperation)
            and _is_number(node)
            and not set(unit.names).isdisjoint(_operands(node))
        ):
            return True
    return not set(used_as_array(reading, unit)).isdisjoint(unit.names)


def _is_number(node: cst.BinaryOperation) -> bool:
    """True for what is done with numbers only: lists and strings are added and multiplied, too."""
    return isinstance(
        node.operator, cst.Subtract | cst.Divide | cst.Power | cst.FloorDivide | cst.MatrixMultiply
    ) or any(isinstance(part, cst.Float) for part in (node.left, node.right))


def _operands(node: cst.BaseExpression) -> set[str]:
    return {part.value for part in walk(node) if isinstance(part, cst.Name)}
