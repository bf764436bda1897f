"""Compiled functions that must stay in their loop."""

from .lowered import HEAD, outcome

LATE = """\
def f(w, n):
    k = 0
    loss = lambda v: (v * k).sum()
    while k < n:
        w = w - jax.jit(jax.grad(loss))(w)
        k += 1
    return w
"""


def test_a_lambda_reads_what_the_loop_binds() -> None:
    made = outcome(LATE)
    assert made.texts.get("m.py", HEAD + LATE) == HEAD + LATE
    assert [found for found in made.remaining["m.py"] if found.code == "JAX701" and "`k`" in (found.declined or "")]
