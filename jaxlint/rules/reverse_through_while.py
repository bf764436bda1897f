"""Reverse-mode differentiation of a loop whose number of turns is traced.  Page: rules/reverse_through_while.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding
from jaxlint.facts.model.frames import Boundary, Frame
from jaxlint.facts.model.values import Function, Partial, Value, any_tracing
from jaxlint.facts.queries.passed import Passed, passed
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.boundary import REVERSE_MODE
from jaxlint.rules import rule

_WHILE, _FORI = "jax.lax.while_loop", "jax.lax.fori_loop"


@rule("JAX409", since="0.1")
def reverse_through_while(ctx: View, node: cst.Call) -> Iterator[Finding]:
    name = ctx.name(node.func)
    reverse = _reverse(ctx.boundary)
    call = passed(ctx, node) if reverse is not None and name in (_WHILE, _FORI) else None
    if call is None or reverse is None or (name == _FORI and not _is_dynamic(ctx, call)) or ctx.caught(node):
        return
    if _differentiated(ctx, call, str(name)):
        loop = "`while_loop`" if name == _WHILE else "`fori_loop` with a traced bound"
        message = (
            f"a {loop} keeps no intermediate values, which reverse mode needs ({reverse.why.message}); "
            "use `lax.scan`, or a `fori_loop` with static bounds"
        )
        yield Finding(node, message, Decline("a bound on the number of turns is needed"), reverse.why)


def _reverse(boundary: Boundary | None) -> Boundary | None:
    """The transform around that differentiates backwards."""
    while boundary is not None and boundary.name.rpartition(".")[2].removeprefix("filter_") not in REVERSE_MODE:
        boundary = boundary.parent
    return boundary


def _is_dynamic(ctx: View, call: Passed) -> bool:
    bounds = [bound for name in ("lower", "upper") if (bound := call.single(name)) is not None]
    proof = any_tracing([ctx.value(bound) for bound in bounds])
    return proof is not None and proof.level == "full"


def _differentiated(ctx: View, call: Passed, name: str) -> bool:
    """True if the carry that the body returns depends on what is differentiated."""
    body = call.single("body_fun")
    function = _innermost(ctx.value(body)) if body is not None else None
    if function is None:
        return False
    for frame in ctx.tracer.activations.get(function.definition, ()):
        if frame.boundary is not None and frame.boundary.name == name and _reverse(frame.boundary) is not None:
            proof = any_tracing(_returned(frame))
            if proof is not None and proof.reverse:
                return True
    return False


def _innermost(value: Value) -> Function | None:
    while isinstance(value, Partial):
        value = value.function
    return value if isinstance(value, Function) else None


def _returned(frame: Frame) -> list[Value]:
    assert frame.definition is not None
    node = frame.definition.node
    if isinstance(node, cst.Lambda):
        return [value] if (value := frame.values.get(node.body)) is not None else []
    return [value for value, _ in frame.returns]
