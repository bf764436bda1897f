"""The functions of `loops.py` as a JAX engineer writes them."""

import jax
import jax.numpy as jnp
from jax import lax


@jax.jit
def smooth(xs, alpha):
    def step(average, x):
        average = (1.0 - alpha) * average + alpha * x
        return average, average

    return lax.scan(step, xs[0], xs)[1]


@jax.jit
def biquad(xs, b0, b1, b2, a1, a2):
    def step(carry, x):
        x1, x2, y1, y2 = carry
        y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
        return (x, x1, y, y1), y

    zero = jnp.zeros((), xs.dtype)
    return lax.scan(step, (zero, zero, zero, zero), xs)[1]


@jax.jit
def best_sum(xs):
    def body(i, carry):
        best, current = carry
        current = jnp.maximum(xs[i], current + xs[i])
        return jnp.maximum(best, current), current

    return lax.fori_loop(1, xs.shape[0], body, (xs[0], xs[0]))[0]


@jax.jit
def edit_distance(a, b):
    n, m = a.shape[0], b.shape[0]
    table = jnp.zeros((n + 1, m + 1), jnp.int32)
    table = table.at[:, 0].set(jnp.arange(n + 1)).at[0, :].set(jnp.arange(m + 1))

    def row(i, table):
        def cell(j, table):
            diagonal = table[i - 1, j - 1]
            other = 1 + jnp.minimum(jnp.minimum(table[i - 1, j], table[i, j - 1]), diagonal)
            return table.at[i, j].set(jnp.where(a[i - 1] == b[j - 1], diagonal, other))

        return lax.fori_loop(1, m + 1, cell, table)

    return lax.fori_loop(1, n + 1, row, table)[n, m]


@jax.jit
def conjugate_gradient(a, b):
    def unfinished(state):
        _, _, _, rr, turns = state
        return (rr > 1e-6) & (turns < 200)

    def body(state):
        x, r, p, rr, turns = state
        ap = a @ p
        alpha = rr / (p @ ap)
        x = x + alpha * p
        r = r - alpha * ap
        new = r @ r
        return x, r, r + (new / rr) * p, new, turns + 1

    return lax.while_loop(unfinished, body, (jnp.zeros_like(b), b, b, b @ b, 0))[0]


@jax.jit
def bisect(low, high):
    def body(interval):
        low, high = interval
        middle = 0.5 * (low + high)
        above = middle**3 - middle - 2.0 > 0.0
        return jnp.where(above, low, middle), jnp.where(above, middle, high)

    low, high = lax.while_loop(lambda interval: interval[1] - interval[0] > 1e-6, body, (low, high))
    return 0.5 * (low + high)


@jax.jit
def inversions(xs):
    def outer(i, count):
        return lax.fori_loop(i + 1, xs.shape[0], lambda j, count: count + (xs[i] > xs[j]), count)

    return lax.fori_loop(0, xs.shape[0], outer, 0)


@jax.jit
def escape(real, imaginary, most):
    def inside(state):
        x, y, turns = state
        return (turns < most) & (x * x + y * y <= 4.0)

    def body(state):
        x, y, turns = state
        return x * x - y * y + real, 2.0 * x * y + imaginary, turns + 1

    zero = jnp.zeros_like(real)
    return lax.while_loop(inside, body, (zero, zero, 0))[2]


@jax.jit
def substitution(lower, b):
    def body(i, x):
        total = lax.fori_loop(0, i, lambda j, total: total - lower[i, j] * x[j], b[i])
        return x.at[i].set(total / lower[i, i])

    return lax.fori_loop(0, b.shape[0], body, jnp.zeros_like(b))


@jax.jit
def first_above(xs, level):
    n = xs.shape[0]
    i = lax.while_loop(lambda i: (i < n) & (xs[jnp.minimum(i, n - 1)] <= level), lambda i: i + 1, 0)
    return jnp.where(i < n, i, -1)


@jax.jit
def recurrent(wx, wh, xs):
    def step(h, x):
        h = jnp.tanh(x @ wx + h @ wh)
        return h, h

    return lax.scan(step, jnp.zeros(wh.shape[0]), xs)[1]


@jax.jit
def bounce(height, speed):
    def step(carry, _):
        height, speed = carry
        speed = speed - 0.0981
        height = height + speed * 0.01
        below = height < 0.0
        height, speed = jnp.where(below, -height, height), jnp.where(below, -0.8 * speed, speed)
        return (height, speed), height

    return lax.scan(step, (height, speed), length=500)[1]


@jax.jit
def laplace(u):
    inner = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4.0 * u[1:-1, 1:-1]
    return jnp.pad(inner, 1)


@jax.jit
def product(a, b):
    return a @ b


@jax.jit
def smoothed(x, w):
    return jnp.convolve(x, w[::-1], mode="valid")


@jax.jit
def knapsack(weights, values):
    room = jnp.arange(51)

    def add(best, item):
        weight, value = item
        taken = best[jnp.maximum(room - weight, 0)] + value
        return jnp.where(weight <= room, jnp.maximum(best, taken), best), None

    best, _ = lax.scan(add, jnp.zeros(51), (weights, values))
    return best[50]


@jax.jit
def sparse(data, indices, starts, x):
    def row(i, y):
        total = lax.fori_loop(starts[i], starts[i + 1], lambda k, s: s + data[k] * x[indices[k]], 0.0)
        return y.at[i].set(total)

    n = starts.shape[0] - 1
    return lax.fori_loop(0, n, row, jnp.zeros(n))


@jax.jit
def distances(x):
    return jnp.sqrt(jnp.sum((x[:, None] - x) ** 2, axis=2))
