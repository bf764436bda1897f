"""`min`, `max`, `any`, `all`, `sorted` of tracers.  Page: rules/traced_builtin.md"""

from collections.abc import Iterator
from functools import reduce

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix, replace
from jaxlint.facts.model.events import Asked
from jaxlint.facts.model.values import Array, Const, Either, HostArray, Static, Value
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rewrite.control.comprehensions import mapped
from jaxlint.rewrite.text import Text, call, quoted
from jaxlint.rules import rule

_PAIRWISE = {"max": "jax.numpy.maximum", "min": "jax.numpy.minimum"}
_REDUCTIONS = {"max": "jax.numpy.max", "min": "jax.numpy.min", "any": "jax.numpy.any", "all": "jax.numpy.all"}


@rule("JAX404", since="0.1", fix="unsafe")
def traced_builtin(ctx: View, event: Asked) -> Iterator[Finding]:
    proofs = [proof for item in event.items if (proof := ctx.proof(item)) and proof.level == "full"]
    if not proofs or ctx.caught(ctx.node) or not isinstance(ctx.node, cst.Call):
        return
    verb = "asks for the truth of each item" if event.name in ("any", "all") else "compares with `bool()`"
    why = proofs[0].why
    yield Finding(ctx.node, f"builtin `{event.name}` {verb}, but {why}", _fix(ctx, event.name, ctx.node), why)


def _fix(ctx: View, name: str, node: cst.Call) -> Fix | Decline:
    if any(argument.keyword is not None or argument.star for argument in node.args):
        return Decline("the call passes keywords or unpacks its arguments")
    arguments = [argument.value for argument in node.args]
    text = _pairwise(ctx, name, arguments) if len(arguments) > 1 else _reduction(ctx, name, arguments[0])
    if isinstance(text, Decline):
        return text
    message = f"Use `{text.text.partition('(')[0]}`{_unlike(ctx, name, arguments)}"
    return Fix(message, (replace(ctx, node, text.text),), "unsafe", text.uses)


def _unlike(ctx: View, name: str, arguments: list[cst.BaseExpression]) -> str:
    """What the reader must know of the difference: which of NaN and a number builtin `max` gives depends on their
    order."""
    integers = all(kind_of(ctx.value(argument)) in ("int", "bool") for argument in arguments)
    return "; it is NaN where anything compared is" if name in ("max", "min") and not integers else ""


def _pairwise(ctx: View, name: str, arguments: list[cst.BaseExpression]) -> Text | Decline:
    """``max(a, b, c)`` -> ``jnp.maximum(jnp.maximum(a, b), c)``"""
    for argument in arguments:
        if not _is_number(ctx.value(argument)) and not ctx.jax_array(argument):
            return Decline(f"`{ctx.code(argument)}` is perhaps no number or array")
    return reduce(lambda a, b: call(ctx, _PAIRWISE[name], a, b), [quoted(ctx, argument) for argument in arguments])


def _reduction(ctx: View, name: str, source: cst.BaseExpression) -> Text | Decline:
    """``any(x)`` -> ``jnp.any(x)``, ``any(v > 0 for v in x)`` -> ``jnp.any(x > 0)``"""
    if name == "sorted":
        return Decline("`sorted` gives a list and `jnp.sort` an array")
    if isinstance(source, cst.GeneratorExp | cst.ListComp):
        rows = mapped(ctx, source)
        return rows if isinstance(rows, Decline) else call(ctx, _REDUCTIONS[name], rows)
    if not ctx.jax_array(source):
        return Decline(
            f"the items are perhaps not the rows of one array, as `{ctx.spell(_REDUCTIONS[name])}` wants them"
        )
    return call(ctx, _REDUCTIONS[name], quoted(ctx, source))


def _is_number(value: Value) -> bool:
    options = value.options if isinstance(value, Either) else (value,)
    return all(
        isinstance(option, Array | HostArray)
        or (isinstance(option, Static) and option.kind in ("int", "float", "bool"))
        or (isinstance(option, Const) and isinstance(option.value, int | float))
        for option in options
    )
