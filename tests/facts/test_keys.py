"""Linear use of keys: `#? reuse` marks the lines on which a key is met again; other lines are quiet."""

from textwrap import dedent

import pytest

from jaxlint.engine.fix import fix
from jaxlint.facts import Tracer, load
from jaxlint.facts.model.events import KeyReuse
from jaxlint.source import SourceText

HEADER = "import jax\nimport jax.numpy as jnp\nfrom functools import partial\nfrom jax import random\n"


def reuses(code: str, path: str = "m.py") -> dict[int, KeyReuse]:
    """The reuses by line."""
    tracer = Tracer(load([SourceText(path, code)]))
    tracer.run()
    events = (pair for pairs in tracer.events.values() for pair in pairs)
    return {place.line: event for place, event in events if isinstance(event, KeyReuse)}


def marked(code: str) -> set[int]:
    return {number for number, line in enumerate(code.splitlines(), 1) if line.rstrip().endswith("#? reuse")}


REUSED = {
    "two samplers": """
        def f(key):
            a = random.normal(key)
            return a + random.uniform(key)  #? reuse
        """,
    "sampler then split": """
        def f(key):
            a = random.normal(key)
            k1, k2 = random.split(key)  #? reuse
            return a, k1, k2
        """,
    "split then sampler": """
        def f(key):
            k1, k2 = random.split(key)
            return random.normal(key), k1, k2  #? reuse
        """,
    "split twice": """
        def f(key):
            a, b = random.split(key)
            c, d = jax.random.split(key)  #? reuse
            return a, b, c, d
        """,
    "an alias": """
        def f(key):
            other = key
            return random.normal(key) + random.normal(other)  #? reuse
        """,
    "keyword argument and imported name": """
        from jax.random import normal as gauss
        def f(rng):
            a = gauss(key=rng, shape=(3,))
            return a + gauss(key=rng, shape=(3,))  #? reuse
        """,
    "both items of a tuple are one key": """
        def f(key):
            pair = (key, key)
            return random.normal(pair[0]) + random.normal(pair[1])  #? reuse
        """,
    "a dict": """
        def f(seed):
            rngs = {"a": random.key(seed)}
            x = random.normal(rngs["a"])
            return x + random.normal(rngs["a"])  #? reuse
        """,
    "the same index": """
        def f(keys):
            return random.normal(keys[0]) + random.normal(keys[1]) + random.normal(keys[0])  #? reuse
        """,
    "a NamedTuple field": """
        from typing import NamedTuple
        class S(NamedTuple):
            x: jax.Array
            key: jax.Array
        def f(s: S):
            a = random.normal(s.key)
            return s._replace(x=a + random.normal(s.key))  #? reuse
        """,
    "a field of self, method by method": """
        class A:
            def __init__(self, key):
                self.key = key
            def a(self):
                return random.normal(self.key)
            def b(self):
                return random.uniform(self.key)  #? reuse
            def both(self):
                return self.a() + self.b()
        """,
    "an object that is called twice": """
        class Dropout:
            def __init__(self, seed):
                self.key = random.key(seed)
            def __call__(self, x):
                return x * random.bernoulli(self.key, 0.5, x.shape)  #? reuse
        def main(x):
            drop = Dropout(0)
            return drop(drop(x))
        """,
    "at the call in the function that owns the key": """
        def noise(k, shape):
            return random.normal(k, shape)
        def deeper(k):
            return noise(k, (3,))
        def f(key):
            a = deeper(key)
            b = noise(key, (2,))  #? reuse
            return a, b
        """,
    "in one function, not where it is called": """
        def f(key):
            a = random.normal(key)
            return a + random.normal(key)  #? reuse
        def main():
            return f(random.key(0))
        """,
    "a Python loop": """
        def f(key, n):
            total = 0.0
            for _ in range(n):
                total += random.normal(key)  #? reuse
            return total
        """,
    "a while loop": """
        def f(key, x):
            while x > 0:
                x = x - random.uniform(key)  #? reuse
            return x
        """,
    "a comprehension": """
        def f(key, n):
            return [random.normal(key, (i,)) for i in range(n)]  #? reuse
        """,
    "a loop that splits but draws with the parent": """
        def f(key, n):
            for _ in range(n):
                key, sub = random.split(key)
                a = random.normal(key)
            return a
        """.replace("random.split(key)", "random.split(key)  #? reuse"),
    "a scan body with a captured key": """
        def f(key, xs):
            def body(c, x):
                return c + random.normal(key), x  #? reuse
            return jax.lax.scan(body, 0.0, xs)
        """,
    "a scan carry that is not advanced": """
        def f(key, xs):
            def body(carry, x):
                key, total = carry
                return (key, total + random.normal(key)), x  #? reuse
            return jax.lax.scan(body, (key, 0.0), xs)
        """,
    "fori_loop": """
        def f(key, n):
            return jax.lax.fori_loop(0, n, lambda i, t: t + random.normal(key), 0.0)  #? reuse
        """,
    "fori_loop whose carry is the key": """
        def f(key, n):
            def body(i, key):
                random.normal(key)  #? reuse
                return key
            return jax.lax.fori_loop(0, n, body, key)
        """,
    "tree.map": """
        def f(key, tree):
            return jax.tree.map(lambda x: x + random.normal(key, x.shape), tree)  #? reuse
        """,
    "a helper called in a loop": """
        def noise(k):
            return random.normal(k)
        def f(key, n):
            return sum(noise(key) for _ in range(n))  #? reuse
        """,
    "fold_in with the same data": """
        def f(key, i):
            a = random.normal(random.fold_in(key, i))
            return a + random.uniform(random.fold_in(key, i))  #? reuse
        """,
    "a key bound by partial": """
        def f(key):
            draw = partial(random.normal, key)  #? reuse
            return draw((3,)) + draw((3,))
        """,
    "a default argument": """
        def noise(x, key=random.key(0)):  #? reuse
            return x + random.normal(key, x.shape)
        def f(x):
            return noise(x) + noise(x)
        """,
    "a closure called twice": """
        def f(key):
            @jax.jit
            def step(x):
                return x + random.normal(key)  #? reuse
            return step(step(1.0))
        """,
    "Either": """
        def f(x, key=None):
            key = random.key(0) if key is None else key
            return random.normal(key) + random.normal(key)  #? reuse
        """,
    "vmapped samplers on one batch": """
        def f(key):
            keys = random.split(key, 8)
            a = jax.vmap(random.normal)(keys)
            return a + jax.vmap(random.uniform)(keys)  #? reuse
        """,
    "after a branch that drew": """
        def f(key, flag):
            x = 0.0
            if flag:
                x = random.normal(key)
            return x + random.normal(key)  #? reuse
        """,
    "after both branches drew": """
        def f(keys, flag):
            if flag:
                x = random.normal(keys[0])
            else:
                x = random.uniform(keys[0])
            return x + random.normal(keys[0])  #? reuse
        """,
    "a consumed key is returned": """
        def draw(key):
            return random.normal(key), key
        def f(key):
            a, key = draw(key)
            b, key = draw(key)  #? reuse
            return a + b
        """,
    "a global key": """
        KEY = random.key(0)
        def a():
            return random.normal(KEY)
        def b():
            return random.normal(KEY)  #? reuse
        def main():
            return a() + b()
        """,
    "helpers are followed however often they are called": """
        def noise(k, shape):
            return random.normal(k, shape)
        def a(k): return noise(k, ())
        def b(k): return noise(k, ())
        def c(k): return noise(k, ())
        def d(k): return noise(k, ())
        def e(k): return noise(k, ())
        def f(k):
            return noise(k, ()) + noise(k, ())  #? reuse
        """,
    "an initializer": """
        def f(key):
            init = jax.nn.initializers.lecun_normal()
            return init(key, (3, 3)) + init(key, (3, 3))  #? reuse
        """,
    "a layer of equinox": """
        import equinox as eqx
        def f(key):
            a = eqx.nn.Linear(2, 3, key=key)
            b = eqx.nn.Linear(3, 4, key=key)  #? reuse
            return a, b
        """,
    "a batched split": """
        def f(keys):
            a = jax.vmap(random.split)(keys)
            b = jax.vmap(random.split)(keys)  #? reuse
            return a, b
        """,
    "a generator function": """
        def noises(key, n):
            for _ in range(n):
                yield random.normal(key)  #? reuse
        """,
}
QUIET = {
    "exclusive branches": """
        def f(key, flag):
            if flag:
                return random.normal(key)
            elif flag is None:
                return random.uniform(key)
            return random.gumbel(key)
        """,
    "correlated guards": """
        def f(key, flag):
            if flag:
                x = random.normal(key)
            else:
                x = 0.0
            if not flag:
                x = random.uniform(key)
            return x
        """,
    "a conditional expression": """
        def f(key, flag):
            return random.normal(key) if flag else random.uniform(key)
        """,
    "fold_in with distinct data, and the parent once": """
        def f(key, n):
            a = random.normal(random.fold_in(key, 0)) + random.normal(random.fold_in(key, 1))
            for i in range(n):
                a += random.normal(random.fold_in(key, i + 2))
            return a + random.normal(key)
        """,
    "clone": """
        def f(key):
            return random.normal(key) - random.normal(random.clone(key))
        """,
    "only the children": """
        def f(key):
            a, b = random.split(key)
            return random.normal(a) + random.normal(b)
        """,
    "rebinding": """
        def f(key, n):
            key, sub = random.split(key)
            x = random.normal(sub)
            for _ in range(n):
                key, *subs = random.split(key, 3)
                x += random.normal(subs[0]) + random.uniform(subs[1])
            return x + random.normal(key)
        """,
    "keys of a loop": """
        def f(key, xs, n):
            for k in random.split(key, n):
                a = random.normal(k)
            for i, k in enumerate(random.split(random.key(1), n)):
                a += random.normal(k)
            for k, x in zip(random.split(random.key(2), n), xs):
                a += x * random.normal(k)
            return a
        """,
    "a changing index": """
        def f(keys, n):
            a = sum(random.normal(keys[i]) for i in range(n))
            i = 0
            while i < n:
                a += random.uniform(keys[n + i])
                i += 1
            return a
        """,
    "a list of keys of unknown length": """
        def f(seed, n):
            keys = [random.key(seed + i) for i in range(n)]
            a = [random.normal(keys[i]) for i in range(n)]
            others = [random.key(i) for i in range(n)]
            return a + [random.normal(k) for k in others]
        """,
    "a list of keys, unpacked and popped": """
        def f(seed, n):
            keys = [random.key(seed + i) for i in range(n)]
            a, b = [random.key(seed + i) for i in range(n)]
            return random.normal(keys.pop()) + random.normal(keys.pop()) + random.normal(a) + random.normal(b)
        """,
    "a dict of keys": """
        def f(key, names):
            rngs = dict(zip(names, random.split(key, 3)))
            rest = {name: k for name, k in zip(names, random.split(random.key(1), 3))}
            a = random.normal(rngs["a"]) + random.normal(rngs["b"])
            return a + sum(random.normal(k) for k in rest.values())
        """,
    "a generator of keys": """
        def sequence(key):
            while True:
                key, sub = random.split(key)
                yield sub
        def f(key):
            keys = sequence(key)
            return random.normal(next(keys)) + random.normal(next(keys))
        """,
    "iter over a split": """
        def f(key):
            keys = iter(random.split(key, 3))
            return random.normal(next(keys)) + random.normal(next(keys))
        """,
    "a method that advances its key": """
        class A:
            def __init__(self, key):
                self.key = key
            def next(self):
                self.key, sub = random.split(self.key)
                return sub
            def draw(self):
                return random.normal(self.next()) + random.normal(self.next())
        """,
    "an unknown callee does not consume": """
        def f(key, model):
            a = model(key)
            return a + model(key) + random.normal(key)
        """,
    "an unknown object may change its key": """
        def f(state):
            a = random.normal(state.key)
            state.advance()
            return a + random.normal(state.key)
        """,
    "eval_shape and make_jaxpr draw nothing": """
        def init(key):
            return random.normal(key, (3,))
        def f(key):
            shapes = jax.eval_shape(init, key)
            text = jax.make_jaxpr(init)(key)
            return init(key), shapes, text
        """,
    "try and except": """
        def f(key):
            try:
                return random.normal(key)
            except ValueError:
                return random.uniform(key)
        """,
    "a break": """
        def f(key, items):
            for item in items:
                if item.ready:
                    x = random.normal(key)
                    break
            else:
                x = random.uniform(key)
            return x
        """,
    "only in the first turn": """
        def f(key, n):
            for i in range(n):
                if i == 0:
                    x = random.normal(key)
            return x
        """,
    "cond": """
        def f(key, p):
            k1, k2 = random.split(key)
            p = random.uniform(k1) < p
            return jax.lax.cond(p, lambda: random.normal(k2), lambda: random.uniform(k2))
        """,
    "switch": """
        def f(key, i):
            return jax.lax.switch(i, [lambda k: random.normal(k), lambda k: random.uniform(k)], key)
        """,
    "a value and its gradient": """
        def loss(w, key):
            return w * random.normal(key)
        def f(w, key):
            return loss(w, key), jax.grad(loss)(w, key)
        """,
    "a scan over keys": """
        def f(key, xs):
            def body(c, inp):
                k, x = inp
                return c + random.normal(k) * x, c
            return jax.lax.scan(body, 0.0, (random.split(key, len(xs)), xs))
        """,
    "scan with fold_in": """
        def f(key, n):
            def body(c, i):
                return c + random.normal(random.fold_in(key, i)), None
            return jax.lax.scan(body, 0.0, jnp.arange(n))
        """,
    "vmap over keys": """
        def f(key, xs):
            keys = random.split(key, 8)
            return jax.vmap(lambda k, x: x + random.normal(k))(keys, xs)
        """,
    "tree.map over keys": """
        def f(key, params):
            leaves, treedef = jax.tree.flatten(params)
            keys = jax.tree.unflatten(treedef, list(random.split(key, len(leaves))))
            return jax.tree.map(lambda p, k: p + random.normal(k, p.shape), params, keys)
        """,
    "slices of a split": """
        def f(key, n):
            keys = random.split(key, 2 * n)
            a = [random.normal(k) for k in keys[:n]]
            b = [random.normal(k) for k in keys[n:]]
            first = [random.normal(k) for k in random.split(a, 3)[:1]]
            return a, b, first
        """,
    "slices at a constant": """
        def f(key):
            keys = random.split(key, 5)
            a = [random.normal(k) for k in keys[:1]]
            return a + [random.normal(k) for k in keys[1:]]
        """,
    "a split of a batch": """
        def f(keys):
            pairs = jax.vmap(random.split)(keys)
            a = jax.vmap(random.normal)(pairs[:, 0])
            return a + jax.vmap(random.normal)(pairs[:, 1])
        """,
    "a function that is defined on the other path": """
        def f(key, lazy):
            if lazy:
                def draw():
                    return random.normal(key)
                return draw
            return random.normal(key)
        """,
    "nested functions with keys of their own": """
        def f(key):
            def g(key):
                return random.normal(key)
            key, sub = random.split(key)
            return g(sub) + random.normal(key)
        """,
    "a key in a rebuilt state": """
        from typing import NamedTuple
        class S(NamedTuple):
            x: jax.Array
            key: jax.Array
        def step(s, _):
            key, sub = random.split(s.key)
            return S(s.x + random.normal(sub), key), s.x
        def f(key, xs):
            return jax.lax.scan(step, S(jnp.zeros(()), key), xs)
        """,
    "numpy's shuffle of a list called keys": """
        import numpy as np
        def f(keys):
            rng = np.random.default_rng(0)
            rng.shuffle(keys)
            rng.shuffle(keys)
            return keys
        """,
    "recursion": """
        def f(key, n):
            if n == 0:
                return random.normal(key)
            a, b = random.split(key)
            return f(a, n - 1) + f(b, n - 1)
        """,
    "flax and haiku streams": """
        import haiku as hk
        import flax.linen as nn
        class M(nn.Module):
            @nn.compact
            def __call__(self, x):
                return x + random.normal(self.make_rng("a")) + random.normal(self.make_rng("a"))
        def g(x):
            return x + random.normal(hk.next_rng_key()) + random.normal(hk.next_rng_key())
        def h(seed):
            seq = hk.PRNGSequence(seed)
            return random.normal(next(seq)) + random.normal(next(seq))
        """,
    "nnx streams": """
        from flax import nnx
        def f(rngs: nnx.Rngs):
            return random.normal(rngs.params()) + random.normal(rngs.params()) + random.normal(rngs())
        """,
    "called once, by the module": """
        KEY = random.key(0)
        def f():
            return random.normal(KEY)
        @jax.jit
        def g(x, key=random.key(1)):
            return x + random.normal(key)
        x = g(f())
        """,
    "called once, in a function": """
        def f(key, xs):
            def one(x):
                return x + random.normal(key)
            @jax.jit
            def two(x):
                return x * random.normal(key)
            return jax.jit(one)(xs) if xs is None else two(xs)
        """,
    "a carry that is not followed": """
        from collections import namedtuple
        S = namedtuple("S", ["x", "key"])
        def run(key):
            def body(s):
                x, key = s
                key, sub = random.split(key)
                return S(x + random.uniform(sub), key)
            return jax.lax.while_loop(lambda s: s.x < 3, body, S(x=0.0, key=key))
        def walk(model, key, n):
            def body(carry, _):
                x, key = carry
                key, sub = random.split(key)
                return model.step(x + random.normal(sub), key)
            return jax.lax.scan(body, (0.0, key), None, length=n)
        """,
    "one turn only": """
        def f(key):
            for _ in range(1):
                x = random.normal(key)
            return x
        """,
}


@pytest.mark.parametrize("name", REUSED)
def test_a_reuse_is_found_where_it_can_be_mended(name: str) -> None:
    code = HEADER + dedent(REUSED[name])
    assert set(reuses(code)) == marked(code)


@pytest.mark.parametrize("name", QUIET)
def test_linear_use_is_quiet(name: str) -> None:
    assert reuses(HEADER + dedent(QUIET[name])) == {}


COMPARED = """
    def draw(key):
        return random.normal(key)
    def same(key, other):
        assert draw(key) == draw(key)  #? reuse
        assert jnp.all(other(key) == random.split(key))  #? reuse
    """
DRAWN = """
    def inputs(key):
        return random.normal(key), random.bernoulli(key)  #? reuse
    """


@pytest.mark.parametrize("path", ["test_draw.py", "pkg/draw_test.py", "tests/draw.py", "conftest.py"])
def test_a_test_may_hand_one_key_to_the_codes_that_it_compares(path: str) -> None:
    assert reuses(HEADER + dedent(COMPARED), path) == {}
    assert set(reuses(HEADER + dedent(DRAWN), path)) == marked(HEADER + dedent(DRAWN))


@pytest.mark.parametrize("path", ["latest.py", "contest.py", "draw.py"])
def test_other_code_may_not(path: str) -> None:
    assert set(reuses(HEADER + dedent(COMPARED), path)) == marked(HEADER + dedent(COMPARED))


@pytest.mark.parametrize("name", REUSED)
def test_a_fix_converges_and_leaves_no_reuse_that_it_could_mend(name: str) -> None:
    code = (HEADER + dedent(REUSED[name])).replace("  #? reuse", "")
    outcome = fix([SourceText("m.py", code)], lambda rule: rule.code in ("JAX301", "JAX302"), "unsafe")
    assert outcome.settled and not outcome.undone
    assert all(finding.declined for finding in outcome.remaining["m.py"])
    assert outcome.texts["m.py"] == code or not outcome.remaining["m.py"]
