"""Real measurements of small functions, in this process."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlint.verify.child.execute import Call
from jaxlint.verify.child.machine import machine
from jaxlint.verify.child.measure import Subject, measure
from jaxlint.verify.speed.record import EAGER, JITTED, REWRITE

SECONDS = 0.1


def filtered(x: Any) -> Any:
    y = np.zeros_like(x)
    for i in range(1, len(x)):
        y[i] = y[i - 1] * 0.5 + x[i]
    return y


def scanned(x: Any) -> Any:
    return jax.lax.scan(lambda carry, v: ((carry * 0.5 + v),) * 2, jnp.zeros((), x.dtype), x)[1]


def powers(x: Any, n: int) -> Any:
    for _ in range(n):
        x = jnp.sin(x) + 1
    return x


def test_a_loop_under_numpy_against_a_scan() -> None:
    calls = [Call((np.ones(n, np.float32),)) for n in (10, 4000)]
    speed = measure(Subject("f", filtered, scanned, jax_code=False), calls, seconds=SECONDS)
    eager, rewrite = speed[EAGER], speed[REWRITE]
    assert eager and rewrite and rewrite.compilation and speed[JITTED] is None
    assert speed.arguments == "f32[4000]" and speed.platform == "cpu"
    assert min(eager.samples) > 2 * min(rewrite.samples)
    assert rewrite.compilations == 2 and rewrite.compilation.total < rewrite.first
    assert rewrite.compilation.flops and rewrite.compilation.bytes and rewrite.compilation.peak
    assert "HloModule" in rewrite.compilation.hlo and rewrite.compilation.instructions > 3
    assert 0 < speed.dispatch < 1e-3


def test_jax_code_is_timed_eagerly_and_under_jit() -> None:
    calls = [Call((np.ones(8, np.float32), n), static=frozenset({"n"})) for n in (3, 4, 3)]
    speed = measure(Subject("f", powers, jax.jit(powers, static_argnames="n"), jax_code=True), calls, seconds=SECONDS)
    eager, jitted, rewrite = speed[EAGER], speed[JITTED], speed[REWRITE]
    assert eager and jitted and rewrite
    assert min(eager.samples) > 2 * min(jitted.samples)
    assert jitted.compilations == rewrite.compilations == 2


def test_what_cannot_run_says_why_and_the_rest_is_timed() -> None:
    def branches(x: Any) -> Any:
        return x if x.sum() > 0 else -x

    speed = measure(Subject("f", branches, abs, jax_code=True), [Call((np.ones(3),))], seconds=SECONDS)
    assert speed[EAGER] and speed[REWRITE] and speed[JITTED] is None
    (failed,) = [variant.failed for variant in speed.variants if variant.name == JITTED]
    assert failed and failed.startswith("TracerBoolConversionError: ")


def test_stores_into_arrays_are_timed_on_numpy_arrays() -> None:
    def doubles(x: Any) -> Any:
        x[:] = 2 * x
        return jnp.sum(x)

    given = np.ones(3, np.float32)
    speed = measure(Subject("f", doubles, lambda x: jnp.sum(2 * x), jax_code=True), [Call((given,))], seconds=SECONDS)
    eager = speed[EAGER]
    assert eager and eager.how == "on NumPy arrays"
    assert given.tolist() == [1, 1, 1], "each call must get arguments of its own"


def test_donated_arguments_are_made_anew() -> None:
    donating = jax.jit(lambda x: x + 1, donate_argnums=0)
    speed = measure(Subject("f", lambda x: x + 1, donating, jax_code=True), [Call((np.ones(300),))], seconds=SECONDS)
    assert speed[REWRITE], speed.variants


def test_an_objects_bool_is_static() -> None:
    def chosen(x: Any, flag: bool, mode: str) -> Any:
        return x if flag and mode == "same" else -x

    speed = measure(Subject("f", chosen, chosen, jax_code=True), [Call((np.ones(3), True, "same"))], seconds=SECONDS)
    assert speed[REWRITE], speed.variants


class Scaled:
    def __init__(self, factor: float) -> None:
        self.factor = [factor]

    def apply(self, x: Any) -> Any:
        return self.factor[0] * x


def test_an_object_is_closed_over() -> None:
    call = Call((Scaled(2.0), np.ones(300, np.float32)))
    speed = measure(Subject("Scaled.apply", Scaled.apply, Scaled.apply, jax_code=True), [call], seconds=SECONDS)
    rewrite = speed[REWRITE]
    assert rewrite and rewrite.compilation and rewrite.compilations is None


def test_the_machine_is_told() -> None:
    found = machine()
    assert found.platform == "cpu" and found.cores >= 1 and found.processor
    assert found.versions["jax"] == jax.__version__ and "jax_enable_x64" in found.flags
