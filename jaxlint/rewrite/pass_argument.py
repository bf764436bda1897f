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
from jaxlint.facts.events import StaleCapture
from jaxlint.facts.frames import Frame
from jaxlint.facts.usage import CallSite, Escapes, call_sites, sees_variable
from jaxlint.facts.view import View
from jaxlint.jaxapi import function as library_function
from jaxlint.rewrite.insertion import after_parameter, new_argument, opening
from jaxlint.source import children, walk

_JIT_OPTIONS = ("static_argnames", "donate_argnames", "inline", "device", "backend")


def as_argument(ctx: View, event: StaleCapture) -> Fix | Decline:
    """Give the compiled function a parameter of the variable's name."""
    name, function, owner = event.name, ctx.function, _owner(ctx, event.name)
    if not isinstance(ctx.node, cst.Name) or function is None or owner is None:
        return Decline(f"`{ctx.code(ctx.node)}` is no plain variable: its value has to be passed by the callers")
    node = function.node
    if not isinstance(node, cst.FunctionDef) or not _is_jitted(ctx, node, event):
        return Decline(f"`{event.boundary.function}` is not decorated with `jax.jit`: its calls are not all known")
    if node.params.star_kwarg is not None or isinstance(node.params.star_arg, cst.Param):
        return Decline(f"`{function.name}` takes any number of arguments")
    if not _can_be_traced(ctx, node, name):
        return Decline(f"`{function.name}` needs `{name}` as a Python value, not as a traced argument")
    try:
        sites = list(call_sites(ctx, function))
    except Escapes as escape:
        return Decline(str(escape))
    home = owner.definition.node if owner.definition is not None else None
    if not all(site.module or sees_variable(site, name, home) for site in sites):
        return Decline(f"`{name}` means something else where `{function.name}` is called")
    return _fix(ctx, node, name, sites)


def _owner(ctx: View, name: str) -> Frame | None:
    """The activation that a variable belongs to."""
    frame = ctx.frame.closure
    while frame is not None and name not in frame.scope.bound:
        frame = frame.closure
    return frame if frame is not None else ctx.tracer.module_frame(ctx.module)


def _is_jitted(ctx: View, node: cst.FunctionDef, event: StaleCapture) -> bool:
    """True for ``@jax.jit``, alone and with options that a further argument does not disturb."""
    place = event.boundary.why.place.node
    if event.boundary.name != "jax.jit" or len(node.decorators) != 1 or place is not node.decorators[0]:
        return False
    decorator = node.decorators[0].decorator
    options = decorator.args if isinstance(decorator, cst.Call) else ()
    return all(option.keyword is None or option.keyword.value in _JIT_OPTIONS for option in options)


def _can_be_traced(ctx: View, node: cst.FunctionDef, name: str) -> bool:
    """True if all uses of a variable are arithmetic, or arguments of JAX functions that may be traced."""
    around = {child: parent for parent in walk(node.body) for child in children(parent)}
    uses = [use for use in walk(node.body) if isinstance(use, cst.Name) and use.value == name]
    return all(_takes_tracer(ctx, use, around) for use in uses)


def _takes_tracer(ctx: View, use: cst.BaseExpression, around: dict[cst.CSTNode, cst.CSTNode]) -> bool:
    parent = around.get(use)
    match parent:
        case cst.BinaryOperation(operator=operator, right=right):
            return not isinstance(operator, cst.Power) or right is not use
        case cst.UnaryOperation(operator=operator):
            return not isinstance(operator, cst.Not)
        case cst.Subscript(
            value=value, slice=[cst.SubscriptElement(slice=cst.Index(cst.SimpleString() | cst.Integer()))]
        ):
            return value is use and _takes_tracer(ctx, parent, around)
        case cst.Arg(keyword=None, star=""):
            call = around.get(parent)
            return isinstance(call, cst.Call) and _parameter_is_traced(ctx, call, parent)
    return False


def _parameter_is_traced(ctx: View, call: cst.Call, arg: cst.Arg) -> bool:
    name = ctx.name(call.func) or ""
    row = library_function(name)
    if row is None or row.signature is None or row.sized is not None or not name.startswith(("jax.numpy.", "jax.nn.")):
        return False
    return row.signature.parameter(list(call.args).index(arg)) not in (None, *row.static)


def _fix(ctx: View, node: cst.FunctionDef, name: str, sites: list[CallSite]) -> Fix:
    by_keyword = bool(node.params.kwonly_params) or any(param.default is not None for param in node.params.params)
    edits: dict[str, list[Edit]] = defaultdict(list)
    place, text = _new_parameter(ctx, node, name, by_keyword)
    edits[ctx.module.path].append(Edit(place, place, text))
    for site in sites:
        value = f"{site.module}.{name}" if site.module else name
        named = by_keyword or any(arg.keyword is not None for arg in site.call.args)
        place, text = new_argument(site.chunk, site.call, f"{name}={value}" if named else value)
        edits[site.chunk.source.path].append(Edit(place, place, text))
    here = tuple(edits.pop(ctx.module.path))
    elsewhere = tuple((path, tuple(found)) for path, found in edits.items())
    return Fix(f"Pass `{name}` as an argument", here, "unsafe", elsewhere=elsewhere)


def _new_parameter(ctx: View, node: cst.FunctionDef, name: str, by_keyword: bool) -> tuple[int, str]:
    listed = [*node.params.posonly_params, *node.params.params, *node.params.kwonly_params]
    if not listed:
        return opening(ctx.chunk, node), name
    star = "*, " if by_keyword and not node.params.kwonly_params else ""
    return after_parameter(ctx.chunk, listed[-1]), f", {star}{name}"
