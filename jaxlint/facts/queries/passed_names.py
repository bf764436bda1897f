"""Keyword arguments by the function that gets them: ``f(x, a=1)`` and ``partial(f, a=1)``, functions by imports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from jaxlint.facts.queries.compat import compatible
from jaxlint.facts.queries.references import meanings, mentioned
from jaxlint.jaxapi import RemovedParameter, removed_parameter
from jaxlint.jaxapi.removals import parameters_gone
from jaxlint.source import Module

if TYPE_CHECKING:
    from jaxlint.facts.queries.view import View


@dataclass(frozen=True, slots=True)
class Passed:
    """An argument for a parameter that is gone or going. ``args``: all arguments of the function, as far as given."""

    row: RemovedParameter
    arg: cst.Arg
    args: tuple[cst.Arg, ...]
    partial: bool = False


def passed_to_functions(ctx: View) -> Iterator[Passed]:
    """Arguments of functions that are named by imports, in the whole chunk."""
    words = _words(ctx.module)
    if words is None or not words.search(ctx.chunk.text):
        return
    names = meanings(ctx.tracer.project, ctx.module, ctx.chunk)
    for node, name in names.items():
        above = ctx.parent(node)
        if isinstance(above, cst.Call) and above.func is node:
            yield from _gone(ctx, name, tuple(above.args))
        call = ctx.parent(above) if isinstance(above, cst.Arg) else None
        if isinstance(call, cst.Call) and call.args[0] is above and names.get(call.func) == "functools.partial":
            yield from _gone(ctx, name, tuple(call.args[1:]), partial=True)


def passed_to_method(ctx: View, call: cst.Call) -> Iterator[Passed]:
    """Arguments of a method of an array: ``x.clip(a_min=0)``."""
    func = call.func
    if isinstance(func, cst.Attribute) and any(arg.keyword is not None for arg in call.args):
        name = f"jax.Array.{func.attr.value}"
        found = list(_gone(ctx, name, tuple(call.args)))
        if found and ctx.jax_array(func.value):
            yield from found


def _gone(ctx: View, name: str, args: tuple[cst.Arg, ...], *, partial: bool = False) -> Iterator[Passed]:
    for arg in args:
        row = removed_parameter(name, arg.keyword.value) if arg.keyword is not None else None
        if row is not None and not compatible(ctx, arg) and (row.status == "removed" or _stated(arg.value)):
            yield Passed(row, arg, args, partial)


def _stated(value: cst.BaseExpression) -> bool:
    """False for a variable: it may be the caller's None, which stands for leaving the argument out."""
    return not isinstance(value, cst.Attribute | cst.Name)


def _words(module: Module) -> re.Pattern[str] | None:
    """What a chunk of the module has to hold to pass such an argument; None if none of the functions is mentioned."""
    if "_words" not in module.__dict__:
        params = {param for name in set(mentioned(module)) for param in parameters_gone(name)}
        module.__dict__["_words"] = re.compile(rf"\b(?:{'|'.join(sorted(params))})\s*=(?!=)") if params else None
    found: re.Pattern[str] | None = module.__dict__["_words"]
    return found
