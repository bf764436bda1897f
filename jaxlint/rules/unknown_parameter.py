"""An option of `jax.jit` for a parameter that the function does not have.  Page: rules/unknown_parameter.md"""

import difflib
from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix, replace
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.events import MissingParameter
from jaxlint.facts.model.values import Function
from jaxlint.facts.queries.passed import option_of
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.boundary import function_name, parameter_names
from jaxlint.rules import rule


@rule("JAX705", since="0.1", fix="unsafe")
def unknown_parameter(ctx: View, event: MissingParameter) -> Iterator[Finding]:
    if event.callee.place.node is not ctx.node or ctx.caught(ctx.node):
        return
    option = option_of(ctx.node, event.option)
    name = function_name(event.callee)
    if isinstance(event.wanted, int):
        plural = "parameter" if event.count == 1 else "parameters"
        message = f"`{name}` has {event.count} positional {plural}, so there is none at position {event.wanted}"
    else:
        message = f"`{name}` has no parameter `{event.wanted}`"
    yield Finding(option or ctx.node, f"{message}: `{event.option}` raises a ValueError", _fix(ctx, event, option))


def _fix(ctx: View, event: MissingParameter, option: cst.BaseExpression | None) -> Fix | Decline:
    meant = _meant(event)
    literal = next((part for part in own_nodes(option) if _is_literal(part, event.wanted)), None) if option else None
    if meant is None or literal is None:
        return Decline("which parameter is meant is not clear")
    return Fix(f"Name the parameter `{meant[0]}`", (replace(ctx, literal, meant[1]),), "unsafe")


def _meant(event: MissingParameter) -> tuple[str, str] | None:
    """The parameter that is surely meant, and how the option says so."""
    function = event.callee.function
    names = parameter_names(function)
    if isinstance(event.wanted, str):
        close = difflib.get_close_matches(event.wanted, names, 1)
        return (close[0], f'"{close[0]}"') if close else None
    bound = isinstance(function, Function) and function.receiver is not None
    if bound and event.wanted == event.count > 0:  # counted with `self`
        return names[event.wanted - 1], str(event.wanted - 1)
    return None


def _is_literal(node: cst.CSTNode, wanted: int | str) -> bool:
    return isinstance(node, cst.SimpleString | cst.Integer) and node.evaluated_value == wanted
