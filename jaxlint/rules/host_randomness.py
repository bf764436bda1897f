"""NumPy's or Python's random numbers in a trace: drawn once, then constants.  Page: rules/host_randomness.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.events import HostEffect
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.library import HOST_OBJECTS
from jaxlint.rules import rule


@rule("JAX206", since="0.1")
def host_randomness(ctx: View, event: HostEffect) -> Iterator[Finding]:
    program, call = event.boundary.program, ctx.node
    if event.category != "random" or program is None or ctx.boundary is None or not isinstance(call, cst.Call):
        return
    if _repeatable(ctx, event, call):
        return
    drawn = f"`{ctx.code(call.func)}` runs once, while `{event.boundary.function}` is traced"
    baked = "its result is a constant of the compiled function, the same in every call"
    advice = "use `jax.random` with a key argument"
    yield Finding(call, f"{drawn}: {baked}; {advice}", why=program.why)


def _repeatable(ctx: View, event: HostEffect, call: cst.Call) -> bool:
    """True for a generator that the trace itself seeds: its numbers are the same each time, traced or not."""
    if event.name in HOST_OBJECTS:
        return bool(call.args)
    if event.name.rpartition(".")[0] not in HOST_OBJECTS.values():
        return False
    generator = call.func.value if isinstance(call.func, cst.Attribute) else call.func
    if isinstance(generator, cst.Call):
        return True
    return isinstance(generator, cst.Name) and _made_in_trace(ctx, generator.value)


def _made_in_trace(ctx: View, name: str) -> bool:
    """True for a variable of the traced function, or of one around it that is traced as well."""
    frame: Frame | None = ctx.frame
    while frame is not None and name not in frame.scope.bound:
        frame = frame.closure
    return frame is not None and frame.boundary is not None
