"""Loops as people write them, for the rewriter; `hand_written.py` has the same with lax."""

import jax
import jax.numpy as jnp
import numpy as np


@jax.jit
def smooth(xs: jax.Array, alpha):
    average = xs[0]
    out = []
    for x in xs:
        average = (1.0 - alpha) * average + alpha * x
        out.append(average)
    return jnp.stack(out)


@jax.jit
def biquad(xs: jax.Array, b0, b1, b2, a1, a2):
    x1 = x2 = y1 = y2 = 0.0
    ys = []
    for x in xs:
        y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
        x1, x2 = x, x1
        y1, y2 = y, y1
        ys.append(y)
    return jnp.array(ys)


@jax.jit
def best_sum(xs: jax.Array):
    best, current = xs[0], xs[0]
    for i in range(1, xs.shape[0]):
        current = jnp.maximum(xs[i], current + xs[i])
        if current > best:
            best = current
    return best


@jax.jit
def edit_distance(a: jax.Array, b: jax.Array):
    n, m = a.shape[0], b.shape[0]
    table = jnp.zeros((n + 1, m + 1), jnp.int32)
    for i in range(n + 1):
        table[i, 0] = i
    for j in range(m + 1):
        table[0, j] = j
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            if a[i - 1] == b[j - 1]:
                table[i, j] = table[i - 1, j - 1]
            else:
                best = jnp.minimum(table[i - 1, j], table[i, j - 1])
                table[i, j] = 1 + jnp.minimum(best, table[i - 1, j - 1])
    return table[n, m]


@jax.jit
def conjugate_gradient(a, b):
    x = jnp.zeros_like(b)
    r = b - a @ x
    p = r
    rr = r @ r
    turns = 0
    while rr > 1e-6 and turns < 200:
        ap = a @ p
        alpha = rr / (p @ ap)
        x = x + alpha * p
        r = r - alpha * ap
        new = r @ r
        p = r + (new / rr) * p
        rr = new
        turns += 1
    return x


@jax.jit
def bisect(low, high):
    while high - low > 1e-6:
        middle = 0.5 * (low + high)
        if middle**3 - middle - 2.0 > 0.0:
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)


@jax.jit
def inversions(xs: jax.Array):
    count = 0
    for i in range(xs.shape[0]):
        for j in range(i + 1, xs.shape[0]):
            if xs[i] > xs[j]:
                count += 1
    return count


@jax.jit
def escape(real, imaginary, most):
    x = y = 0.0
    turns = 0
    for _ in range(most):
        if x * x + y * y > 4.0:
            break
        x, y = x * x - y * y + real, 2.0 * x * y + imaginary
        turns += 1
    return turns


@jax.jit
def substitution(lower: jax.Array, b: jax.Array):
    x = jnp.zeros_like(b)
    for i in range(b.shape[0]):
        total = b[i]
        for j in range(i):
            total = total - lower[i, j] * x[j]
        x[i] = total / lower[i, i]
    return x


@jax.jit
def first_above(xs: jax.Array, level):
    for i in range(xs.shape[0]):
        if xs[i] > level:
            return i
    return -1


@jax.jit
def recurrent(wx, wh, xs: jax.Array):
    h = jnp.zeros(wh.shape[0])
    states = []
    for x in xs:
        h = jnp.tanh(x @ wx + h @ wh)
        states.append(h)
    return jnp.stack(states)


@jax.jit
def bounce(height, speed):
    heights = []
    for _ in range(500):
        speed = speed - 0.0981
        height = height + speed * 0.01
        if height < 0.0:
            height = -height
            speed = -0.8 * speed
        heights.append(height)
    return jnp.stack(heights)


@jax.jit
def laplace(u: jax.Array):
    n, m = u.shape
    v = jnp.zeros((n, m))
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            v[i, j] = u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - 4.0 * u[i, j]
    return v


@jax.jit
def product(a: jax.Array, b: jax.Array):
    n, k = a.shape
    _, m = b.shape
    c = jnp.zeros((n, m))
    for i in range(n):
        for j in range(m):
            s = 0.0
            for q in range(k):
                s += a[i, q] * b[q, j]
            c[i, j] = s
    return c


@jax.jit
def smoothed(x: jax.Array, w: jax.Array):
    n = x.shape[0]
    out = jnp.zeros(n - 4)
    for i in range(n - 4):
        for k in range(5):
            out[i] += w[k] * x[i + k]
    return out


@jax.jit
def knapsack(weights: jax.Array, values: jax.Array):
    n = weights.shape[0]
    best = jnp.zeros((n + 1, 51))
    for i in range(1, n + 1):
        for c in range(51):
            best[i, c] = best[i - 1, c]
            if weights[i - 1] <= c:
                best[i, c] = jnp.maximum(best[i, c], best[i - 1, c - weights[i - 1]] + values[i - 1])
    return best[n, 50]


@jax.jit
def sparse(data: jax.Array, indices: jax.Array, starts: jax.Array, x: jax.Array):
    n = starts.shape[0] - 1
    y = jnp.zeros(n)
    for i in range(n):
        for k in range(starts[i], starts[i + 1]):
            y[i] += data[k] * x[indices[k]]
    return y


@jax.jit
def distances(x: jax.Array):
    n, d = x.shape
    out = jnp.zeros((n, n))
    for i in range(n):
        for j in range(n):
            s = 0.0
            for k in range(d):
                s += (x[i, k] - x[j, k]) ** 2
            out[i, j] = jnp.sqrt(s)
    return out


def inputs():
    rng = np.random.default_rng(0)

    def normal(*shape):
        return jnp.asarray(rng.normal(size=shape), jnp.float32)

    matrix = normal(64, 64)
    return {
        "smooth": (normal(400), 0.1),
        "biquad": (normal(400), 0.2, 0.3, 0.2, -0.5, 0.25),
        "best_sum": (normal(400),),
        "edit_distance": (jnp.asarray(rng.integers(0, 4, 24)), jnp.asarray(rng.integers(0, 4, 24))),
        "conjugate_gradient": (matrix @ matrix.T + 64 * jnp.eye(64), normal(64)),
        "bisect": (jnp.float32(1.0), jnp.float32(2.0)),
        "inversions": (normal(32),),
        "escape": (jnp.float32(0.1), jnp.float32(0.2), 200),
        "substitution": (jnp.tril(normal(24, 24)) + 8 * jnp.eye(24), normal(24)),
        "first_above": (jnp.arange(400.0), 350.5),
        "recurrent": (normal(16, 32), 0.1 * normal(32, 32), normal(100, 16)),
        "bounce": (jnp.float32(1.0), jnp.float32(0.0)),
        "laplace": (normal(24, 24),),
        "product": (normal(12, 16), normal(16, 12)),
        "smoothed": (normal(200), normal(5)),
        "knapsack": (jnp.asarray(rng.integers(1, 20, 12)), jnp.abs(normal(12))),
        "sparse": (normal(128), jnp.asarray(rng.integers(0, 64, 128)), jnp.arange(0, 129, 4), normal(64)),
        "distances": (normal(16, 4),),
    }
