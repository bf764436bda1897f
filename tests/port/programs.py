# ruff: noqa: E501
"""Small NumPy programs about memory and meaning, each with arguments: what a port must keep, or decline."""

EQUAL = {
    "view_row": ("def view_row(A):\n    row = A[1]\n    row[0] = 7.0\n    return A.sum()\n", "np.ones((3, 3))"),
    "view_slice": ("def view_slice(u):\n    inner = u[1:-1]\n    inner += 1.0\n    return u\n", "np.arange(5.0)"),
    "second_name": ("def second_name(a):\n    b = a\n    b[0] = 5.0\n    return b.sum()\n", "np.arange(4.0)"),
    "rows": ("def rows(A):\n    for row in A:\n        row /= row.sum()\n", "np.arange(1.0, 7.0).reshape(2, 3)"),
    "swapped_rows": (
        "def swapped_rows(A, i, j):\n    kept = A[i].copy()\n    A[i] = A[j]\n    A[j] = kept\n",
        "np.arange(9.0).reshape(3, 3), 0, 2",
    ),
    "swapped_by_list": (
        "def swapped_by_list(A, i, j):\n    A[[i, j]] = A[[j, i]]\n",
        "np.arange(9.0).reshape(3, 3), 0, 2",
    ),
    "insertion": (
        "def insertion(x):\n    for i in range(1, len(x)):\n        key = x[i]\n        j = i - 1\n"
        "        while j >= 0 and x[j] > key:\n            x[j + 1] = x[j]\n            j -= 1\n        x[j + 1] = key\n",
        "np.array([3.0, 1.0, 2.0, 5.0, 4.0])",
    ),
    "buffers": (
        "def buffers(u, n):\n    a = u.copy()\n    b = np.empty_like(a)\n    for _ in range(n):\n        b[:] = 0.5 * a\n"
        "        a, b = b, a\n    return a\n",
        "np.arange(4.0), 3",
    ),
    "row_before": (
        "def row_before(n):\n    before = np.zeros(4)\n    for _ in range(n):\n        row = np.ones(4)\n"
        "        row[1:] += before[:-1]\n        before = row\n    return before\n",
        "3",
    ),
    "out": (
        "def out(a, b, c):\n    np.add(a, b, out=c)\n    np.multiply(c, 2.0, out=c)\n",
        "np.arange(3.0), np.ones(3), np.zeros(3)",
    ),
    "sorts": ("def sorts(x):\n    x.sort()\n    return x[0]\n", "np.array([3.0, 1.0, 2.0])"),
    "fills": ("def fills(x, v):\n    x.fill(v)\n", "np.zeros(3), 2.0"),
    "shape": ("def shape(x):\n    x = x.copy()\n    x.shape = (2, 3)\n    return x.T\n", "np.arange(6.0)"),
    "repeated": (
        "def repeated(c, i, v):\n    c[i] += v\n",
        "np.zeros(4), np.array([0, 1, 1, 3]), np.array([1.0, 2.0, 3.0, 4.0])",
    ),
    "every_one": ("def every_one(c, i):\n    np.add.at(c, i, 1.0)\n", "np.zeros(4), np.array([0, 1, 1, 3])"),
    "mask_of_rows": (
        "def mask_of_rows(A):\n    A[A[:, 0] > 1.0] = 0.0\n    return A\n",
        "np.arange(6.0).reshape(3, 2)",
    ),
    "scaled_mask": ("def scaled_mask(x):\n    x[x > 1.0] *= 2.0\n    return x\n", "np.arange(4.0)"),
    "wraps": (
        "def wraps(x):\n    y = np.zeros_like(x)\n    for i in range(len(x)):\n        y[i] = x[i - 1]\n    return y\n",
        "np.arange(4.0)",
    ),
    "guarded": (
        "def guarded(x):\n    y = np.zeros_like(x)\n    for i in range(len(x)):\n        if i + 1 < len(x):\n"
        "            y[i] = x[i + 1]\n        else:\n            y[i] = -1.0\n    return y\n",
        "np.arange(4.0)",
    ),
    "nothing_to_do": (
        "def nothing_to_do(n):\n    x = np.zeros(3)\n    for i in range(n):\n        x[i] = i\n    return x\n",
        "0",
    ),
    "counted": (
        "def counted(x, n):\n    h = np.zeros(n, dtype=int)\n    for v in x:\n        h[v] += 1\n    return h\n",
        "np.array([0, 2, 2]), 4",
    ),
    "truths": ("def truths(x):\n    return (x > 2).sum(), np.mean(x > 2)\n", "np.arange(5.0)"),
    "by_index": ("def by_index(x):\n    n = int(x[0])\n    return x[n]\n", "np.array([2.0, 1.0, 5.0])"),
    "left_early": (
        "def left_early(x, low):\n    for i in range(len(x)):\n        if x[i] > low:\n            return i\n    return -1\n",
        "np.arange(6.0), 2.5",
    ),
    "kept": (
        "def kept(x, n):\n    old = x\n    for _ in range(n):\n        x = x + 1.0\n        x[0] = 0.0\n    return old, x\n",
        "np.arange(3.0), 2",
    ),
}
"""Ported, with the same results."""

DECLINED = {
    "swapped_views": (
        "def swapped_views(A, i, j):\n    A[i], A[j] = A[j], A[i]\n",
        "line 5 changes `A` in place, and `the right side` may show the same memory",
    ),
    "reshaped": (
        "def reshaped(x):\n    y = x.reshape(2, 3)\n    y[0, 0] = 100.0\n    return x\n",
        "line 6 changes `y` in place, and `x` may show the same memory",
    ),
    "two_names": (
        "def two_names(n):\n    a = b = np.zeros(n)\n    a[0] = 1.0\n    return b\n",
        "line 6 changes `a` in place, and `b` may show the same memory",
    ),
    "perhaps_a_copy": (
        "def perhaps_a_copy(x, inplace=False):\n    if not inplace:\n        x = x.copy()\n    x[0] = 1.0\n    return x\n",
        "it changes its arguments and returns something else on each path",
    ),
    "buffer_of_the_caller": (
        "def buffer_of_the_caller(u, n):\n    a = u\n    b = np.zeros_like(a)\n    for _ in range(n):\n"
        "        b[1:-1] = 0.5 * (a[2:] + a[:-2])\n        a, b = b, a\n    return a\n",
        "line 8 changes `b` in place, and `u` may show the same memory",
    ),
    "number_or_array": (
        "def number_or_array(x):\n    x += 1.0\n    return x * 2.0\n",
        "line 5: if `x` is an array, it is changed in place; if a number, not",
    ),
    "every_item": (
        "def every_item(A):\n    B = np.zeros_like(A)\n    for i, j in np.ndindex(A.shape):\n        B[i, j] = 2 * A[i, j]\n"
        "    return B\n",
        "line 6: the loop over `np.ndindex(A.shape)` is unrolled",
    ),
    "of_its_own_length": (
        "def of_its_own_length(x):\n    return x[x > 1.0]\n",
        "line 5: the result would have as many items as the mask is true: keep the shape and mask the reduction",
    ),
}
"""Left as they are, with the reason."""
