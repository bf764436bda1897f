"""One small function for each construct: what jaxlint writes and what tf.autograph and Catalyst AutoGraph do with it.

The functions use what `jax.numpy` and TensorFlow's NumPy share. INPUTS holds a call for each.
"""

# ruff: noqa: SIM108, B905

import jax
import jax.numpy as jnp


@jax.jit
def if_else(x):
    if x > 0:
        y = x
    else:
        y = -2.0 * x
    return y


@jax.jit
def if_without_else(x):
    y = x * 2.0
    if y > 1.0:
        y = y - 1.0
    return y


@jax.jit
def elif_chain(x):
    if x < -1.0:
        y = -1.0
    elif x < 1.0:
        y = x
    else:
        y = 1.0
    return y


@jax.jit
def nested_if(x, a):
    y = x
    if x > 0.0:
        if a > 0.0:
            y = x + a
        else:
            y = x - a
    return y


@jax.jit
def ternary(x):
    return x if x > 0.0 else 0.1 * x


@jax.jit
def boolean_operators(x, a):
    if (x > 0.0 and not a > 2.0) or x < -5.0:
        return x
    return a


@jax.jit
def chained_comparison(x):
    if -1.0 < x <= 2.0:
        x = 0.5 * x
    return x


@jax.jit
def early_return(x):
    if x < 0.0:
        return 0.0 * x
    y = jnp.sqrt(x)
    if y > 2.0:
        return y - 2.0
    return y


@jax.jit
def first_bound_in_a_branch(x):
    if x > 0.0:
        low = 0.0 * x
        high = x
    else:
        low = x
        high = 0.0 * x
    return high - low


@jax.jit
def guarded_division(x, a):
    if a != 0.0:
        y = x / a
    else:
        y = 0.0 * x
    return y


@jax.jit
def match_statement(n: jax.Array, x):
    match n:
        case 0:
            y = x
        case 1:
            y = 2.0 * x
        case _:
            y = -x
    return y


@jax.jit
def while_loop(x):
    while x > 1.0:
        x = 0.5 * x
    return x


@jax.jit
def while_with_and(x, n):
    turns = 0
    while x > 1.0 and turns < n:
        x = 0.75 * x
        turns += 1
    return x, turns


@jax.jit
def range_of_a_tracer(x, n):
    y = 1.0
    for _ in range(n):
        y = y * x
    return y


@jax.jit
def long_range(x):
    for _ in range(200):
        x = x - 0.1 * jnp.sin(x)
    return x


@jax.jit
def range_with_step(xs: jax.Array):
    s = 0.0
    for i in range(xs.shape[0] - 1, -1, -2):
        s = 0.5 * s + xs[i]
    return s


@jax.jit
def reversed_range(xs: jax.Array):
    s = 0.0
    for i in reversed(range(xs.shape[0])):
        s = xs[i] + 0.5 * s
    return s


@jax.jit
def rows(xs: jax.Array):
    s = 0.0
    for x in xs:
        s = 0.5 * s + x
    return s


@jax.jit
def enumerated(xs: jax.Array):
    best = xs[0]
    where = 0
    for i, x in enumerate(xs):
        if x > best:
            best = x
            where = i
    return best, where


@jax.jit
def zipped(xs: jax.Array, ys: jax.Array):
    s = 0.0
    for x, y in zip(xs, ys):
        s = s + x * y
    return s


@jax.jit
def nested_loops(m: jax.Array):
    s = 0.0
    for i in range(m.shape[0]):
        for j in range(m.shape[1]):
            s = 0.5 * s + m[i, j]
    return s


@jax.jit
def triangular_loops(xs: jax.Array):
    count = 0
    for i in range(xs.shape[0]):
        for j in range(i):
            if xs[j] > xs[i]:
                count += 1
    return count


@jax.jit
def break_statement(xs: jax.Array):
    s = 0.0
    for x in xs:
        if s > 3.0:
            break
        s = s + x
    return s


@jax.jit
def continue_statement(xs: jax.Array):
    s = 0.0
    for x in xs:
        if x < 0.0:
            continue
        s = s + x
    return s


@jax.jit
def return_in_a_loop(xs: jax.Array, a):
    for i in range(xs.shape[0]):
        if xs[i] > a:
            return i
    return -1


@jax.jit
def return_in_nested_loops(m: jax.Array, a):
    for i in range(m.shape[0]):
        for j in range(m.shape[1]):
            if m[i, j] > a:
                return i, j
    return -1, -1


@jax.jit
def for_else(xs: jax.Array, a):
    found = 0
    for x in xs:
        if x > a:
            found = 1
            break
    else:
        found = 2
    return found


@jax.jit
def append(xs: jax.Array):
    s = 0.0
    out = []
    for x in xs:
        s = 0.5 * s + x
        out.append(s)
    return jnp.stack(out)


@jax.jit
def branch_and_append(xs: jax.Array):
    s = 0.0
    out = []
    for x in xs:
        if x > s:
            s = x
        out.append(s)
    return jnp.stack(out)


@jax.jit
def item_store(xs: jax.Array):
    out = jnp.zeros_like(xs)
    for i in range(xs.shape[0]):
        out[i] = 2.0 * xs[i]
    return out


@jax.jit
def store_in_a_branch(xs: jax.Array):
    out = jnp.zeros_like(xs)
    for i in range(xs.shape[0]):
        if xs[i] > 0.0:
            out[i] = xs[i]
    return out


@jax.jit
def dict_slots(x, n):
    state = {"position": x, "speed": 1.0}
    for _ in range(n):
        state["position"] = state["position"] + 0.1 * state["speed"]
        state["speed"] = 0.9 * state["speed"]
    return state["position"]


@jax.jit
def int_becomes_float(xs: jax.Array):
    s = 0
    for x in xs:
        s = s + x
    return s


@jax.jit
def append_in_a_branch(xs: jax.Array):
    out = []
    for x in xs:
        if x > 0.0:
            out.append(x)
    return len(out)


@jax.jit
def growing_array(x, n):
    ys = jnp.zeros(1)
    for _ in range(n):
        ys = jnp.concatenate([ys, ys])
    return jnp.sum(ys) + x


@jax.jit
def try_in_a_loop(xs: jax.Array, a):
    s = 0.0
    for x in xs:
        try:
            s = s + x / a
        except ZeroDivisionError:
            s = s + x
    return s


XS, YS = [1.0, -2.0, 0.5, 3.0, -1.0, 4.0, 2.0], [0.5, 1.0, -1.0, 2.0, 1.0, 0.25, 3.0]
M = [[1.0, -2.0, 3.0], [0.5, 4.0, -1.0], [2.0, 0.0, 1.0]]
INPUTS = {
    "if_else": [[1.5], [-1.5]],
    "if_without_else": [[1.5], [0.25]],
    "elif_chain": [[-2.0], [0.5], [3.0]],
    "nested_if": [[1.0, 2.0], [1.0, -2.0], [-1.0, 1.0]],
    "ternary": [[1.5], [-1.5]],
    "boolean_operators": [[1.0, 1.0], [1.0, 3.0], [-6.0, 0.0]],
    "chained_comparison": [[0.0], [2.0], [3.0]],
    "early_return": [[-1.0], [1.0], [9.0]],
    "first_bound_in_a_branch": [[1.5], [-1.5]],
    "guarded_division": [[1.0, 2.0], [1.0, 0.0]],
    "match_statement": [[0, 1.5], [1, 1.5], [7, 1.5]],
    "while_loop": [[9.0], [0.5]],
    "while_with_and": [[9.0, 3], [9.0, 0]],
    "range_of_a_tracer": [[1.5, 3], [1.5, 0]],
    "long_range": [[1.5]],
    "range_with_step": [[XS]],
    "reversed_range": [[XS]],
    "rows": [[XS]],
    "enumerated": [[XS]],
    "zipped": [[XS, YS]],
    "nested_loops": [[M]],
    "triangular_loops": [[XS]],
    "break_statement": [[XS]],
    "continue_statement": [[XS]],
    "return_in_a_loop": [[XS, 2.5], [XS, 9.0]],
    "return_in_nested_loops": [[M, 2.5], [M, 9.0]],
    "for_else": [[XS, 2.5], [XS, 9.0]],
    "append": [[XS]],
    "branch_and_append": [[XS]],
    "item_store": [[XS]],
    "store_in_a_branch": [[XS]],
    "dict_slots": [[1.0, 3], [1.0, 0]],
    "int_becomes_float": [[XS]],
    "append_in_a_branch": [[XS]],
    "growing_array": [[1.0, 3]],
    "try_in_a_loop": [[XS, 2.0]],
}
