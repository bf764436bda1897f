"""Slices that a loop bounds: the port is the same on arrays of one and of several items, or the slice is left alone."""

from textwrap import dedent
from typing import Any

import jax
import numpy as np
import pytest

from jaxlint.engine.port import PortOutcome, port
from jaxlint.source import SourceText
from jaxlint.verify.child.execute import Call, original, subject
from jaxlint.verify.verdict import judge
from tests.rewrites.story import loaded

HEAD = "import numpy as np\n\n\n"
RNG = np.random.default_rng(0)
SIZES = (1, 2, 5)


def ported(code: str) -> PortOutcome:
    return port([SourceText("m.py", HEAD + dedent(code))])


def square(n: int) -> Any:
    return RNG.normal(size=(n, n)) + 3.0 * np.eye(n)


def vector(n: int) -> Any:
    return RNG.normal(size=n)


PROGRAMS: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "a product of prefixes": (
        """
        def f(L, b):
            n = len(b)
            x = np.zeros(n)
            for i in range(n):
                x[i] = (b[i] - L[i, :i] @ x[:i]) / L[i, i]
            return x
        """,
        [(square(n), vector(n)) for n in SIZES],
    ),
    "a matrix that is wider": (
        """
        def f(L, b):
            n = len(b)
            x = np.zeros(n)
            for i in range(n):
                x[i] = b[i] - np.dot(L[i, :i], x[:i])
            return x
        """,
        [(RNG.normal(size=(n, n + 2)), vector(n)) for n in SIZES],
    ),
    "what does not count is not a number": (
        """
        def f(A):
            n = A.shape[0]
            out = np.zeros(n)
            for i in range(n):
                out[i] = np.sum(A[i, :i] * A[i, :i]) + np.prod(A[i, i + 1 :])
            return out
        """,
        [(np.where(np.eye(n, dtype=bool), np.nan, square(n)),) for n in SIZES],
    ),
    "the largest of the rest": (
        """
        def f(x):
            n = len(x)
            out = np.zeros(n)
            for i in range(n):
                out[i] = np.max(x[i:]) - x[: i + 1].min()
            return out
        """,
        [(vector(n),) for n in SIZES],
    ),
    "rows that are subtracted from below a pivot": (
        """
        def f(A):
            n = A.shape[0]
            for k in range(n - 1):
                p = k + np.argmax(np.abs(A[k:, k]))
                A[[k, p]] = A[[p, k]]
                A[k + 1 :, k] /= A[k, k]
                A[k + 1 :, k + 1 :] -= np.outer(A[k + 1 :, k], A[k, k + 1 :])
            return A
        """,
        [(square(n),) for n in (1, 2, 5)],
    ),
    "a prefix backwards": (
        """
        def f(r):
            n = r.shape[0]
            y = np.zeros_like(r)
            for k in range(1, n):
                y[:k] += 0.5 * y[:k][::-1]
                y[k] = np.dot(r[:k][::-1], y[:k]) + r[k]
            return y
        """,
        [(vector(n),) for n in SIZES],
    ),
    "lags beyond the length": (
        """
        def f(x, lags):
            n = len(x)
            r = np.zeros(lags)
            for k in range(lags):
                r[k] = np.sum(x[: n - k] * x[k:])
            return r
        """,
        [(vector(n), lags) for n in SIZES for lags in (1, 2, n, n + 1)],
    ),
    "windows": (
        """
        def f(x, k):
            n = len(x) - k + 1
            out = np.zeros(n)
            for i in range(n):
                out[i] = np.median(x[i : i + k])
            return out
        """,
        [(vector(n), k) for n, k in ((1, 1), (5, 2), (4, 4))],
    ),
    "a window of an image": (
        """
        def f(image):
            h, w = image.shape
            out = np.zeros((h, w))
            for i in range(1, h - 1):
                for j in range(1, w - 1):
                    out[i, j] = image[i - 1 : i + 2, j - 1 : j + 2].max()
            return out
        """,
        [(RNG.normal(size=(n, m)),) for n, m in ((3, 3), (5, 4), (3, 6))],
    ),
    "a window that is stored into": (
        """
        def f(x, k):
            out = np.zeros_like(x)
            for i in range(len(x) - k + 1):
                out[i : i + k] += x[i]
            return out
        """,
        [(vector(n), k) for n, k in ((1, 1), (5, 2), (4, 4))],
    ),
    "two stores of one value": (
        """
        def f(data):
            d = data.shape[1]
            cov = np.zeros((d, d))
            for i in range(d):
                cov[i:, i] = cov[i, i:] = data[:, i:].T @ data[:, i]
            return cov
        """,
        [(RNG.normal(size=(n, m)),) for n, m in ((3, 1), (4, 3), (0, 2))],
    ),
}


@pytest.mark.parametrize("x64", [False, True], ids=["float32", "x64"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_port_is_the_same(name: str, x64: bool) -> None:
    code, cases = PROGRAMS[name]
    outcome = ported(code)
    assert [one.status for one in outcome.functions] == ["ported"], outcome.functions
    with jax.enable_x64(x64):
        old, new = loaded(HEAD + dedent(code), "before").f, loaded(outcome.texts["m.py"], "after").f
        pairs = [(original(old, Call(case), jax_code=False), subject(new, Call(case))) for case in cases]
        verdicts = judge("f", pairs, x64=x64)
    assert not [verdict for verdict in verdicts if not verdict.kind.passes], outcome.texts["m.py"]


@pytest.mark.parametrize(
    "statement, reason",
    [
        ("out[i] = np.sum(x[: i - 3])", "`i - 3` may be negative"),
        ("out[i] = np.median(x[:i])", "minds how many items there are"),
        ("out[i] = np.median(x[i : i + 3])", "may reach beyond the ends"),
        ("out[i] = np.argmax(x[i:])", "depends on where it begins"),
        ("out[i] = np.sum(x[:i:2])", "has a step"),
        ("y = x[:i]; out[i] = len(y)", "changes from turn to turn"),
    ],
)
def test_what_would_mean_something_else_stays(statement: str, reason: str) -> None:
    code = f"""
    def f(x):
        n = len(x)
        out = np.zeros(n)
        for i in range(n):
            {statement}
        return out
    """
    outcome = ported(code)
    (found,) = outcome.functions
    assert found.status == "declined"
    assert reason in found.reason
    assert outcome.texts["m.py"] == HEAD + dedent(code)
