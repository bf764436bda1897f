"""Imports that a fix needs: added once, in the file's own style, where they belong; nothing that is there already."""

import subprocess
import sys

import pytest

from jaxlint.engine.bindings import loaded_with_root
from jaxlint.engine.fix import FixOutcome, fix
from jaxlint.source import SourceText
from tests.engine.small_check import replacing, rules


def outcome(text: str, new: str, *uses: str) -> FixOutcome:
    return fix([SourceText("a.py", text)], lambda rule: True, check=replacing("OLD", new, uses=uses), rules=rules)


def where(text: str) -> str:
    return outcome(text, "jnp.where", "jax.numpy.where").texts["a.py"]


def scan(text: str) -> str:
    return outcome(text, "lax.scan", "jax.lax.scan").texts["a.py"]


@pytest.mark.parametrize(
    "head",
    [
        "import jax.numpy as jnp\n",
        "from jax import numpy as jnp\n",
        "import jax\n\njnp = jax.numpy\n",
        "try:\n    import jax.numpy as jnp\nexcept ImportError:\n    jnp = None\n",
    ],
)
def test_nothing_is_added_to_what_is_there(head: str) -> None:
    assert where(f"{head}\nOLD\n") == f"{head}\njnp.where\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import jax\n\nOLD\n", "import jax\nimport jax.numpy as jnp\n\njnp.where\n"),
        (
            "import numpy as np\nimport os\n\nOLD\n",
            "import numpy as np\nimport os\nimport jax.numpy as jnp\n\njnp.where\n",
        ),
        ("from jax import lax\n\nOLD\n", "import jax.numpy as jnp\nfrom jax import lax\n\njnp.where\n"),
        ('"""Doc."""\n\nOLD\n', '"""Doc."""\n\nimport jax.numpy as jnp\n\njnp.where\n'),
        (
            '"""Doc."""\nfrom __future__ import annotations\n\nOLD\n',
            '"""Doc."""\nfrom __future__ import annotations\n\nimport jax.numpy as jnp\n\njnp.where\n',
        ),
        ("#!/usr/bin/env python\nOLD\n", "#!/usr/bin/env python\nimport jax.numpy as jnp\n\njnp.where\n"),
        ("OLD", "import jax.numpy as jnp\n\njnp.where"),
        ("import jax; OLD\n", "import jax.numpy as jnp\n\nimport jax; jnp.where\n"),
        ("import jax\r\n\r\nOLD\r\n", "import jax\r\nimport jax.numpy as jnp\r\n\r\njnp.where\r\n"),
        ("from a import (\n    b,\n)\nOLD\n", "from a import (\n    b,\n)\nimport jax.numpy as jnp\njnp.where\n"),
        ("import jax\nx = OLD\nimport os\n", "import jax\nimport jax.numpy as jnp\nx = jnp.where\nimport os\n"),
        ("import jax.scipy\nOLD\n", "import jax.numpy as jnp\nimport jax.scipy\njnp.where\n"),
        (
            "if x:\n    import jax\nimport os\nOLD\n",
            "if x:\n    import jax\nimport os\nimport jax.numpy as jnp\njnp.where\n",
        ),
    ],
)
def test_where_the_import_goes(before: str, after: str) -> None:
    assert where(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import jax\nOLD\n", "import jax\nfrom jax import lax\nlax.scan\n"),
        ("from jax import random\nOLD\n", "from jax import lax, random\nlax.scan\n"),
        ("from jax import jit\nOLD\n", "from jax import jit, lax\nlax.scan\n"),
        ("from jax import vmap, jit\nOLD\n", "from jax import vmap, jit, lax\nlax.scan\n"),
        ("from jax import (\n    vmap,\n)\nOLD\n", "from jax import (\n    vmap,\n)\nfrom jax import lax\nlax.scan\n"),
        ("from jax import vmap  # why\nOLD\n", "from jax import vmap  # why\nfrom jax import lax\nlax.scan\n"),
    ],
)
def test_from_imports_are_joined_where_that_is_plain(before: str, after: str) -> None:
    assert scan(before) == after


def test_the_spelling_decides() -> None:
    assert outcome("OLD\n", "jax.lax.scan", "jax.lax.scan").texts["a.py"] == "import jax\n\njax.lax.scan\n"
    assert (
        outcome("OLD\n", "partial", "functools.partial").texts["a.py"] == "from functools import partial\n\npartial\n"
    )
    special = "jax.scipy.special.logsumexp"
    assert outcome("import jax\nOLD\n", special, special).texts["a.py"] == (
        f"import jax\nimport jax.scipy.special\n{special}\n"
    )
    assert outcome("import jax.numpy as np\nOLD\n", "np.where", "jax.numpy.where").texts["a.py"] == (
        "import jax.numpy as np\nnp.where\n"
    )


def test_one_import_for_many_fixes_and_two_in_order() -> None:
    assert where("import jax\nOLD\nOLD\n").count("import jax.numpy") == 1
    both = outcome("import jax\nOLD\n", "jnp.where(lax.scan)", "jax.numpy.where", "jax.lax.scan").texts["a.py"]
    assert both == "import jax\nimport jax.numpy as jnp\nfrom jax import lax\njnp.where(lax.scan)\n"


def test_imports_for_type_checkers_do_not_count() -> None:
    text = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import jax.numpy as jnp\n\nOLD\n"
    assert "import jax.numpy as jnp\n\nif TYPE_CHECKING:" in where(text)


def test_an_import_in_the_function_counts_there_only() -> None:
    local = "def f():\n    import jax.numpy as jnp\n    return {}\n\n\ndef g():\n    return {}\n"
    assert where(local.format("OLD", "1")) == local.format("jnp.where", "1")
    assert where(local.format("1", "OLD")).startswith("import jax.numpy as jnp\n\ndef f")


@pytest.mark.parametrize("head", ["jnp = 3", "import other as jnp", "def jnp(): ...", "for jnp in []: ..."])
def test_a_name_that_is_taken_is_not_taken_over(head: str) -> None:
    done = outcome(f"{head}\nOLD\n", "jnp.where", "jax.numpy.where")
    assert done.texts["a.py"] == f"{head}\nOLD\n"
    assert done.undone[0].reason == (
        "`jnp` means something else in this module, so `import jax.numpy as jnp` cannot be added"
    )


def test_what_import_jax_brings_is_true_of_the_installed_jax() -> None:
    names = ["numpy", "lax", "random", "nn", "tree", "tree_util", "debug"]
    program = f"import jax; print(*[name for name in {names} if hasattr(jax, name)])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == names
    assert all(loaded_with_root(f"jax.{name}.x") for name in names)
    assert not loaded_with_root("jax.experimental.pallas.x")
