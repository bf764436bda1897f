"""When a change comes between two calls of a compiled function that read what it changes, and when it does not."""

from textwrap import dedent, indent

import pytest

from jaxlint.facts.model.events import StaleCapture
from jaxlint.facts.model.project import load
from jaxlint.facts.trace.tracer import Tracer
from jaxlint.source import SourceText

MODULE = """\
import jax
import jax.numpy as jnp

scale = 1.0
weights = [1.0, 2.0]
settings = {{"inner": {{"rate": 0.1}}}}


class Box:
    width = 1.0

    def __init__(self):
        self.height = 2.0


box = Box()


@jax.jit
def f(x):
    return x * {read}


def main(x, n):
    global scale
{body}
"""


def stale(read: str, body: str) -> list[str]:
    """The names that a compiled function reads again after they have changed."""
    text = MODULE.format(read=read, body=indent(dedent(body), "    "))
    tracer = Tracer(load([SourceText("page.py", text)]))
    tracer.run()
    found = [event.name for events in tracer.events.values() for _, event in events if isinstance(event, StaleCapture)]
    return sorted(set(found))


@pytest.mark.parametrize(
    ("read", "change", "name"),
    [
        ("scale", "scale = 2.0", "scale"),
        ("scale", "scale += 1.0", "scale"),
        ("weights[0]", "weights.append(x)", "weights"),
        ("sum(weights)", "weights[0] = 5.0", "weights"),
        ("len(weights)", "del weights[0]", "weights"),
        ("settings['inner']['rate']", "settings['inner'] = {}", "settings"),
        ("settings['inner']['rate']", "settings['inner']['rate'] = 0.2", "an item"),
        ("box.height", "box.height = 3.0", "height"),
        ("Box.width", "Box.width = 3.0", "width"),
    ],
)
def test_a_change_between_two_calls_is_not_seen(read: str, change: str, name: str) -> None:
    assert stale(read, f"f(x)\n{change}\nf(x)") == [name]
    assert stale(read, f"for _ in range(n):\n    f(x)\n    {change}") == [name]
    assert stale(read, f"{change}\nf(x)\nf(x)") == []
    assert stale(read, f"f(x)\n{change}") == []


def test_a_change_on_another_path_is_no_change() -> None:
    body = """
    for i in range(n):
        if i < 3:
            scale = 2.0
        else:
            f(x)
    """
    assert stale("scale", body) == []


def test_a_loop_body_is_kept_by_its_function() -> None:
    kept = """
    rate = 1.0
    def body(carry, x):
        return carry * rate, None
    for i in range(n):
        jax.lax.scan(body, 1.0, x)
        rate = rate / 2
    """
    assert stale("1.0", kept) == ["rate"]
    anew = """
    rate = 1.0
    for i in range(n):
        jax.lax.scan(lambda carry, x: (carry * rate, None), 1.0, x)
        rate = rate / 2
    """
    assert stale("1.0", anew) == []


def test_what_a_trace_changes_is_no_news_to_it() -> None:
    body = """
    shapes = []
    def body(carry, x):
        if len(shapes) < 3:
            shapes.append(x.shape)
        return carry, None
    for i in range(n):
        jax.lax.scan(body, 1.0, x)
    """
    assert stale("1.0", body) == []


def test_a_trace_for_shapes_keeps_nothing() -> None:
    body = """
    rate = 1.0
    def g(x):
        return x * rate
    for i in range(n):
        jax.eval_shape(g, x)
        rate = None
    """
    assert stale("1.0", body) == []
