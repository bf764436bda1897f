"""A captured variable becomes an argument, and every call passes it.

::

    @jax.jit                            @jax.jit
    def soften(logits):            ->   def soften(logits, temperature):
        return logits / temperature         return logits / temperature

    soften(logits)                 ->   soften(logits, temperature)
"""

from __future__ import annotations

from collections import defaultdict

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix
from jaxlint.facts.model.definitions import FunctionDefinition
from jaxlint.facts.model.events import Capture, StaleCapture
from jaxlint.facts.model.values import (
    Array,
    Const,
    Either,
    HostArray,
    Ref,
    Static,
    Tree,
    Tuple,
    Unknown,
    Value,
)
from jaxlint.facts.queries.usage import CallSite, Escapes, call_sites, sees_variable
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import function as library_function
from jaxlint.rewrite.insertion import after_parameter, new_argument, opening
from jaxlint.source import children, walk

_JIT_OPTIONS = ("static_argnames", "donate_argnames", "inline", "device", "backend")


def as_argument(ctx: View, event: Capture | StaleCapture) -> Fix | Decline:
    """Give the compiled function a parameter of the variable's name."""
    name, function = event.name, ctx.function
    if not isinstance(ctx.node, cst.Name) or function is None:
        return Decline(f"`{ctx.code(ctx.node)}` is no plain variable: its value has to be passed by the callers")
    node, variable = function.node, _variable(function, name)
    if variable is None:
        return Decline(f"the default of `{name}` is no plain variable")
    if not isinstance(node, cst.FunctionDef) or not _is_jitted(ctx, node, event):
        return Decline(f"`{event.boundary.function}` is not decorated with `jax.jit`: its calls are not all known")
    if node.params.star_kwarg is not None or isinstance(node.params.star_arg, cst.Param):
        return Decline(f"`{function.name}` takes any number of arguments")
    if not _can_be_traced(ctx, node, name):
        return Decline(f"`{function.name}` needs `{name}` as a Python value, not as a traced argument")
    if not _is_pytree(ctx, ctx.value(ctx.node)):
        return Decline(
            f"`{name}` holds more than numbers and arrays, or perhaps does: pass what `{function.name}` reads"
        )
    try:
        sites = list(call_sites(ctx, function))
    except Escapes as escape:
        return Decline(str(escape))
    sites = [site for site in sites if not _passes(function, site.call, name)]
    home = _home(ctx, variable)
    if not all(site.module or sees_variable(site, variable, home) for site in sites):
        return Decline(f"`{variable}` means something else where `{function.name}` is called")
    return _fix(ctx, node, name, variable, sites)


def _variable(function: FunctionDefinition, name: str) -> str | None:
    """What callers are to pass: the variable itself, or the one that is the parameter's default."""
    for parameter in function.parameters:
        if parameter.name == name:
            return parameter.default.value if isinstance(parameter.default, cst.Name) else None
    return name


def _passes(function: FunctionDefinition, call: cst.Call, name: str) -> bool:
    """True for a call that gives an argument for a parameter already."""
    names = [parameter.name for parameter in function.parameters]
    named = any(arg.keyword is not None and arg.keyword.value == name for arg in call.args)
    return named or name in names[: sum(arg.keyword is None for arg in call.args)]


def _home(ctx: View, variable: str) -> cst.CSTNode | None:
    """The function that a variable belongs to; None for the module."""
    frame = ctx.frame.closure
    while frame is not None and variable not in frame.scope.bound:
        frame = frame.closure
    return frame.definition.node if frame is not None and frame.definition is not None else None


def _is_jitted(ctx: View, node: cst.FunctionDef, event: Capture | StaleCapture) -> bool:
    """True for ``@jax.jit``, alone and with options that a further argument does not disturb."""
    place = event.boundary.why.place.node
    if event.boundary.name != "jax.jit" or len(node.decorators) != 1 or place is not node.decorators[0]:
        return False
    decorator = node.decorators[0].decorator
    options = decorator.args if isinstance(decorator, cst.Call) else ()
    return all(option.keyword is None or option.keyword.value in _JIT_OPTIONS for option in options)


def _is_pytree(ctx: View, value: Value) -> bool:
    """True for a number or array, and for a container with nothing else in it."""
    match value:
        case Ref(kind="list" | "dict") if ctx.tracer.base is not None:
            items = list(ctx.tracer.base.contents(value).values())
            return bool(items) and all(not isinstance(item, Unknown) and _is_pytree(ctx, item) for item in items)
        case Ref():
            return False
        case Tuple(items=several) | Either(options=several):
            return all(_is_pytree(ctx, item) for item in several)
        case Const(value=constant):
            return constant is None or isinstance(constant, bool | int | float | complex)
    return isinstance(value, Unknown | Array | HostArray | Static | Tree)


def _can_be_traced(ctx: View, node: cst.FunctionDef, name: str) -> bool:
    """True if all uses of a variable are arithmetic, or arguments of JAX functions that may be traced."""
    around = {child: parent for parent in walk(node.body) for child in children(parent)}
    uses = [use for use in walk(node.body) if isinstance(use, cst.Name) and use.value == name]
    return all(_takes_tracer(ctx, use, around) for use in uses)


def _takes_tracer(ctx: View, use: cst.BaseExpression, around: dict[cst.CSTNode, cst.CSTNode]) -> bool:
    """True if an expression may become a tracer: it meets an array, or goes where an array may go."""
    parent = around.get(use)
    match parent:
        case cst.BinaryOperation(left=left, operator=operator, right=right):
            if isinstance(operator, cst.Power) and right is use:
                return False
            return _is_array(ctx, right if left is use else left) or _takes_tracer(ctx, parent, around)
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator, right)]):
            return not isinstance(operator, _STATIC_COMPARISONS) and _takes_tracer(ctx, parent, around)
        case cst.ComparisonTarget():
            comparison = around[parent]
            static = isinstance(parent.operator, _STATIC_COMPARISONS)
            return not static and isinstance(comparison, cst.Comparison) and _takes_tracer(ctx, comparison, around)
        case cst.UnaryOperation(operator=operator):
            return not isinstance(operator, cst.Not) and _takes_tracer(ctx, parent, around)
        case cst.Attribute(value=value) | cst.Subscript(value=value) if value is use and _is_array(ctx, use):
            result = around.get(parent) if isinstance(around.get(parent), cst.Call) else parent
            return result is not None and ctx.abstract(result) is not None  # it is a tracer as things are
        case cst.Subscript(value=value):
            return value is use and _is_literal(parent) and _takes_tracer(ctx, parent, around)
        case cst.Arg(keyword=None, star=""):
            call = around.get(parent)
            return isinstance(call, cst.Call) and _parameter_is_traced(ctx, call, parent)
        case cst.Return():
            return True
    return False


_STATIC_COMPARISONS = (cst.Is, cst.IsNot, cst.In, cst.NotIn)


def _is_array(ctx: View, node: cst.BaseExpression) -> bool:
    return ctx.abstract(node) is not None or ctx.jax_array(node)


def _is_literal(node: cst.Subscript) -> bool:
    index = node.slice[0].slice if len(node.slice) == 1 else None
    return isinstance(index, cst.Index) and isinstance(index.value, cst.SimpleString | cst.Integer)


def _parameter_is_traced(ctx: View, call: cst.Call, arg: cst.Arg) -> bool:
    name = ctx.name(call.func) or ""
    row = library_function(name)
    if row is None or row.signature is None or not name.startswith(("jax.numpy.", "jax.nn.")):
        return False
    given = {row.signature.parameter(number) for number in range(len(call.args))}
    if row.sized is not None and row.sized.unless not in given:
        return False
    return row.signature.parameter(list(call.args).index(arg)) not in (None, *row.static)


def _fix(ctx: View, node: cst.FunctionDef, name: str, variable: str, sites: list[CallSite]) -> Fix:
    by_keyword = bool(node.params.kwonly_params) or any(param.default is not None for param in node.params.params)
    edits: dict[str, list[Edit]] = defaultdict(list)
    if name == variable:
        place, text = _new_parameter(ctx, node, name, by_keyword)
        edits[ctx.module.path].append(Edit(place, place, text))
    for site in sites:
        value = f"{site.module}.{variable}" if site.module else variable
        named = by_keyword or any(arg.keyword is not None for arg in site.call.args)
        place, text = new_argument(site.chunk, site.call, f"{name}={value}" if named else value)
        edits[site.chunk.source.path].append(Edit(place, place, text))
    here = tuple(edits.pop(ctx.module.path, ()))
    elsewhere = tuple((path, tuple(found)) for path, found in edits.items())
    return Fix(f"Pass `{variable}` as an argument", here, "unsafe", elsewhere=elsewhere)


def _new_parameter(ctx: View, node: cst.FunctionDef, name: str, by_keyword: bool) -> tuple[int, str]:
    listed = [*node.params.posonly_params, *node.params.params, *node.params.kwonly_params]
    if not listed:
        return opening(ctx.chunk, node), name
    star = "*, " if by_keyword and not node.params.kwonly_params else ""
    return after_parameter(ctx.chunk, listed[-1]), f", {star}{name}"
