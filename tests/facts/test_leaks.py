"""Which tracers outlive their trace."""

from textwrap import dedent, indent

import pytest

from jaxlint.facts.model.events import Mutation
from jaxlint.facts.model.project import load
from jaxlint.facts.trace.tracer import Tracer
from jaxlint.source import SourceText

MODULE = """\
from functools import partial

import jax
import jax.numpy as jnp

kept = []


@jax.jit
def f(x):
    local = []
{body}
    return x
"""


def leaks(body: str) -> bool:
    """Whether a tracer is stored outside of its trace."""
    text = MODULE.format(body=indent(dedent(body), "    "))
    tracer = Tracer(load([SourceText("page.py", text)]))
    tracer.run()
    events = [event for events in tracer.events.values() for _, event in events]
    return any(isinstance(event, Mutation) and event.leaked is not None for event in events)


@pytest.mark.parametrize(
    "value",
    ["x", "jnp.ones(3)", "[x]", "{'a': (1, x)}", "lambda v: v + x", "partial(jnp.add, x)", "jax.jit(lambda v: v + x)"],
)
def test_tracers_in_containers_and_closures(value: str) -> None:
    assert leaks(f"kept.append({value})")
    assert not leaks(f"local.append({value})")


@pytest.mark.parametrize("value", ["x.shape", "1", "jax.jit(lambda v: v + 1)", "len(local)"])
def test_static_values(value: str) -> None:
    assert not leaks(f"kept.append({value})")


def test_a_list_of_the_trace_around_may_keep_its_tracers_but_not_those_of_the_loop() -> None:
    scan = """
    def body(carry, _):
        local.append({value})
        return carry, None
    jax.lax.scan(body, 0.0, None, length=2)
    """
    assert not leaks(scan.format(value="x"))
    assert leaks(scan.format(value="carry"))
