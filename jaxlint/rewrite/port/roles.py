"""What each parameter of a NumPy function is for: data that JAX traces, or a Python value that must stay one.

Needs: a `Reading`.  Gives: for every parameter a `Role`.

::

    array     subscripted, measured, iterated, given to what takes arrays: traced
    data      an array or a number, nothing else is known: traced
    number    compared in a test, a loop's bound, a number by annotation or default: traced, no axes
    size      reaches a shape, the bound of a slice, the length of a list: static
    static    a flag, a string, a function, an axis: static

A size is found backwards: from where JAX needs a Python int, through local variables and calls, to the parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import libcst as cst

from jaxlint.facts.model.definitions import bound_names
from jaxlint.jaxapi import array_attribute, function, jax_equivalent
from jaxlint.rewrite.port.reading import Key, Reading, Unit, arguments
from jaxlint.source import children, walk

Role = Literal["array", "data", "number", "size", "static"]
Roles = dict[Key, dict[str, Role]]

_OPAQUE = (cst.Subscript, cst.Attribute, cst.Lambda, cst.ListComp, cst.GeneratorExp, cst.Comparison)
_THROUGH = ("int", "max", "min", "abs", "round", "range", "float", "tuple", "list", "reversed", "enumerate")
_SHAPING = {"reshape": None, "repeat": 1, "resize": None, "view": None}
CHANGING_METHODS = frozenset({"sort", "fill", "put", "partition", "resize", "itemset", "setfield", "byteswap"})
_SCALARS = ("int", "float", "complex")


def roles(reading: Reading) -> Roles:
    """The roles of all parameters, those of functions that call each other agreeing."""
    found: Roles = {}
    sizes = _sizes(reading)
    arrays = _arrays(reading)
    for key, unit in reading.units.items():
        found[key] = {
            parameter.name.value: _role(unit, parameter, sizes[key], arrays[key]) for parameter in unit.parameters
        }
    return found


def _role(unit: Unit, parameter: cst.Param, sizes: set[str], arrays: set[str]) -> Role:
    name = parameter.name.value
    annotation = unit.code(parameter.annotation.annotation) if parameter.annotation is not None else ""
    if _is_flag(unit, parameter, annotation):
        return "static"
    if name in arrays:
        return "array"
    if name in sizes:
        return "size"
    if annotation in _SCALARS or isinstance(parameter.default, cst.Integer | cst.Float | cst.UnaryOperation):
        return "number"
    return "number" if _is_tested(unit, name) else "data"


def indices(unit: Unit) -> list[str]:
    """The parameters that only ever index arrays: their text does not say whether they are masks."""
    whole: set[str] = set()
    otherwise: set[str] = set()
    for node in unit.nodes:
        if isinstance(node, cst.Name) and node.value in unit.names:
            single = isinstance(unit.parent(node), cst.Index)
            (whole if single and "mask" not in node.value.lower() else otherwise).add(node.value)
    return [name for name in unit.names if name in whole - otherwise]


# --- flags -------------------------------------------------------------------------------------------------------


def _is_flag(unit: Unit, parameter: cst.Param, annotation: str) -> bool:
    name = parameter.name.value
    if annotation.split("[")[0].rpartition(".")[2] in ("bool", "str", "Callable"):
        return True
    match parameter.default:
        case cst.Name(value="True" | "False") | cst.SimpleString() | cst.Tuple() | cst.Attribute() | cst.Lambda():
            return True
    return any(_uses_as_flag(unit, node, name) for node in unit.nodes)


def _uses_as_flag(unit: Unit, node: cst.CSTNode, name: str) -> bool:
    """``f(x)`` of a parameter ``f``, ``mode == "same"``, ``if flag``, ``axis=axis``, ``dtype=dtype``"""
    match node:
        case cst.Call(func=cst.Name(value=called)) if called == name:
            return True
        case cst.Comparison(left=cst.Name(value=left), comparisons=[cst.ComparisonTarget(comparator=right)]):
            strings = [part for part in walk(right) if isinstance(part, cst.SimpleString)]
            return left == name and bool(strings)
        case cst.If(test=test) | cst.IfExp(test=test) | cst.While(test=test):
            return any(isinstance(part, cst.Name) and part.value == name for part in _truths(test))
        case cst.Arg(
            keyword=cst.Name(value="axis" | "dtype" | "keepdims" | "ddof" | "order"), value=cst.Name(value=given)
        ):
            return given == name
    return False


def _truths(test: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """The operands of ``and``, ``or``, ``not`` in a test."""
    match test:
        case cst.BooleanOperation(left=left, right=right):
            yield from _truths(left)
            yield from _truths(right)
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            yield from _truths(inner)
        case _:
            yield test


def _is_tested(unit: Unit, name: str) -> bool:
    """True for what is compared in a test or bounds a loop: NumPy would refuse an array there."""
    for node in unit.nodes:
        match node:
            case cst.If(test=test) | cst.While(test=test) | cst.IfExp(test=test):
                if any(_is_operand(part, name) for truth in _truths(test) for part in _operands(truth)):
                    return True
            case cst.Call(func=cst.Name(value="range" | "float" | "int"), args=args):
                if any(_is_operand(part, name) for arg in args for part in _operands(arg.value)):
                    return True
    return False


def _operands(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    match node:
        case cst.Comparison(left=left, comparisons=comparisons):
            for each in (left, *(one.comparator for one in comparisons)):
                yield from _operands(each)
        case cst.BinaryOperation(left=left, right=right):
            yield from _operands(left)
            yield from _operands(right)
        case _:
            yield node


def _is_operand(node: cst.BaseExpression, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


# --- arrays ------------------------------------------------------------------------------------------------------


def _arrays(reading: Reading) -> dict[Key, set[str]]:
    """The parameters that are certainly arrays, or sequences in the place of one."""
    found = {key: set(used_as_array(reading, unit)) & set(unit.names) for key, unit in reading.units.items()}
    changed = True
    while changed:
        changed = False
        for key, unit in reading.units.items():
            for call, callee in reading.calls(unit):
                for name, arg in (arguments(callee, call) or {}).items():
                    if name in found[callee.key] and isinstance(arg.value, cst.Name):
                        given = arg.value.value
                        if given in unit.names and given not in found[key]:
                            found[key].add(given)
                            changed = True
    return found


def used_as_array(reading: Reading, unit: Unit) -> Iterator[str]:
    """The variables that a function uses as only arrays, or sequences, can be."""
    for parameter in unit.parameters:
        if parameter.annotation is not None and "rray" in unit.code(parameter.annotation.annotation):
            yield parameter.name.value
    for node in walk(unit.node.body):
        match node:
            case cst.Subscript(value=cst.Name(value=name)):
                yield name
            case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value=attribute)):
                if array_attribute(attribute) not in (None, "absent") or attribute in CHANGING_METHODS:
                    yield name
            case cst.Call(func=cst.Name(value="len" | "enumerate" | "zip" | "sum" | "reversed"), args=args):
                yield from (arg.value.value for arg in args if isinstance(arg.value, cst.Name))
            case cst.For(iter=cst.Name(value=name)) | cst.CompFor(iter=cst.Name(value=name)):
                yield name
            case cst.BinaryOperation(operator=cst.MatrixMultiply(), left=left, right=right):
                yield from (each.value for each in (left, right) if isinstance(each, cst.Name))
            case cst.Attribute(value=cst.BinaryOperation() as base, attr=cst.Name(value=attribute)):
                if array_attribute(attribute) not in (None, "absent"):
                    yield from _only_name(base)
            case cst.Call(func=func, args=[cst.Arg(value=value), *_]):
                if _measures(reading.name(unit, func)):
                    yield from _only_name(value)


def _only_name(node: cst.BaseExpression) -> Iterator[str]:
    """``v`` of ``2 * v**2``, which is an array only if that is."""
    match node:
        case cst.Name(value=name):
            yield name
        case cst.UnaryOperation(expression=inner):
            yield from _only_name(inner)
        case cst.BinaryOperation(left=left, right=right):
            for one, other in ((left, right), (right, left)):
                if isinstance(other, cst.Integer | cst.Float | cst.Imaginary):
                    yield from _only_name(one)


_ELEMENTWISE_OR_SIZE = frozenset(
    f"numpy.{name}"
    for name in """exp log sqrt sin cos tan tanh abs absolute fabs maximum minimum power arctan arctan2 log2 log10 log1p
    expm1 floor ceil round around rint sign square hypot where clip isfinite isnan isinf float64 float32 int64 int32 add
    subtract
    multiply divide mod fmod sinh cosh arcsin arccos cbrt deg2rad rad2deg full zeros ones empty arange linspace eye
    identity asarray array isclose asanyarray result_type dtype""".split()  # noqa: SIM905
)


def _measures(name: str | None) -> bool:
    """True for a function of NumPy whose first argument is an array: to a number it would mean little."""
    if name is None or not name.startswith("numpy.") or name.startswith("numpy.random."):
        return False
    known = function(jax_equivalent(name) or "")
    counts = known is not None and known.signature is not None and known.signature.parameter(0) in known.static
    return name not in _ELEMENTWISE_OR_SIZE and not counts


# --- sizes -------------------------------------------------------------------------------------------------------


def _sizes(reading: Reading) -> dict[Key, set[str]]:
    """The parameters that reach what must be a Python int, through calls too."""
    found: dict[Key, set[str]] = {key: set() for key in reading.units}
    changed = True
    while changed:
        changed = False
        for key, unit in reading.units.items():
            seeds = [*_needs_int(reading, unit), *_needs_int_in_callees(reading, unit, found)]
            reached = _origins(unit, seeds) & set(unit.names)
            changed = changed or not reached <= found[key]
            found[key] |= reached
    return found


def _needs_int_in_callees(reading: Reading, unit: Unit, sizes: dict[Key, set[str]]) -> Iterator[cst.BaseExpression]:
    for call, callee in reading.calls(unit):
        for name, arg in (arguments(callee, call) or {}).items():
            if name in sizes[callee.key]:
                yield arg.value


def _needs_int(reading: Reading, unit: Unit) -> Iterator[cst.BaseExpression]:
    """The expressions that decide about shapes."""
    for node in unit.nodes:
        match node:
            case cst.Call(func=func, args=args):
                if (name := reading.name(unit, func)) is not None:
                    yield from _static_arguments(name, args)
                elif isinstance(func, cst.Attribute) and func.attr.value in _SHAPING:
                    yield from (arg.value for arg in args)
            case cst.Slice(lower=lower, upper=upper, step=step):
                yield from (bound for bound in (lower, upper, step) if bound is not None)
            case cst.BinaryOperation(operator=cst.Multiply(), left=cst.List() | cst.Tuple(), right=times):
                yield times
            case cst.CompFor(iter=cst.Call(func=cst.Name(value="range")) as source):
                yield from (arg.value for arg in source.args)
            case cst.For(iter=cst.Call(func=cst.Name(value="range")) as source, body=body) if _appends(body):
                yield from (arg.value for arg in source.args)


def _static_arguments(name: str, args: Sequence[cst.Arg]) -> Iterator[cst.BaseExpression]:
    """The arguments of a NumPy function that its JAX namesake takes as Python values."""
    equivalent = name if name.startswith("jax.") else jax_equivalent(name)
    known = function(equivalent) if equivalent is not None else None
    if known is None or known.signature is None:
        return
    for position, arg in enumerate(args):
        parameter = arg.keyword.value if arg.keyword is not None else known.signature.parameter(position)
        if parameter in known.static and not arg.star:
            yield arg.value


def _appends(body: cst.BaseSuite) -> bool:
    return any(
        isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "append"
        for node in walk(body)
    )


def _origins(unit: Unit, seeds: list[cst.BaseExpression]) -> set[str]:
    """The variables that expressions are computed from, by plain arithmetic, through other variables."""
    sources = _sources(unit)
    found: set[str] = set()
    pending = [name for seed in seeds for name in _plain_names(seed)]
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += [other for value in sources.get(name, ()) for other in _plain_names(value)]
    return found


def _sources(unit: Unit) -> dict[str, list[cst.BaseExpression]]:
    """What each variable is assigned, or ranges over."""
    found: dict[str, list[cst.BaseExpression]] = {}
    for node in unit.nodes:
        match node:
            case cst.Assign(targets=targets, value=value):
                for target in targets:
                    for name in bound_names(target.target):
                        found.setdefault(name, []).append(_matching(target.target, value, name))
            case cst.AugAssign(target=cst.Name(value=name), value=value):
                found.setdefault(name, []).append(value)
            case cst.For(target=target, iter=cst.Call(func=cst.Name(value="range")) as source) if not _moving(
                unit, node
            ):
                for name in bound_names(target):
                    found.setdefault(name, []).append(source)
    return found


def _moving(unit: Unit, loop: cst.For) -> bool:
    """True for a loop whose variable is used in slices only, which may move with it: ``x[i:i + k]``."""
    names = set(bound_names(loop.target))
    for node in walk(loop.body):
        if isinstance(node, cst.Call):
            inside = {part.value for arg in node.args for part in walk(arg) if isinstance(part, cst.Name)}
            if names & inside and isinstance(node.func, cst.Attribute):
                shaped = [part for arg in node.args for part in _plain_names(arg.value)]
                if names & set(shaped) and node.func.attr.value in ("zeros", "ones", "empty", "arange", "eye", "full"):
                    return False
    return True


def _matching(target: cst.BaseExpression, value: cst.BaseExpression, name: str) -> cst.BaseExpression:
    """``a`` in ``a, b = x, y`` -> ``x``"""
    if isinstance(target, cst.Tuple) and isinstance(value, cst.Tuple) and len(target.elements) == len(value.elements):
        for left, right in zip(target.elements, value.elements, strict=True):
            if name in bound_names(left.value):
                return right.value
    return value


def _plain_names(node: cst.CSTNode) -> Iterator[str]:
    """The variables in an expression that are not measured, indexed or given to unknown functions there."""
    match node:
        case cst.Name(value=value):
            yield value
        case cst.Call(func=cst.Name(value=called), args=args) if called in _THROUGH:
            for arg in args:
                yield from _plain_names(arg.value)
        case cst.Call() | cst.BaseString():
            return
        case _ if isinstance(node, _OPAQUE):
            return
        case _:
            for child in children(node):
                yield from _plain_names(child)
