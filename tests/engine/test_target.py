"""Which JAX a project asks for, and what fixes then write."""

from pathlib import Path

import pytest

from jaxlint.engine.cache import Cache
from jaxlint.engine.checker import Checker
from jaxlint.engine.fix import fix
from jaxlint.engine.options import ConfigError, parse
from jaxlint.engine.project import load
from jaxlint.engine.settings import Configuration
from jaxlint.engine.target import lower_bound
from jaxlint.source import SourceText


@pytest.mark.parametrize(
    ("name", "text", "bound"),
    [
        ("pyproject.toml", '[project]\ndependencies = ["numpy>=2", "jax[cpu] >= 0.4.20, <0.6"]', (0, 4, 20)),
        ("pyproject.toml", '[project]\ndependencies = ["jaxlib>=0.4.1", "jaxtyping>=0.2"]', None),
        ("pyproject.toml", '[project]\ndependencies = ["jax"]', None),
        ("pyproject.toml", '[project]\ndependencies = ["jax~=0.5.1"]', (0, 5, 1)),
        ("pyproject.toml", '[project]\ndependencies = ["jax<0.6"]', None),
        (
            "pyproject.toml",
            "[project.optional-dependencies]\njax = [\"jax>=0.4.30; python_version>'3.9'\"]",
            (0, 4, 30),
        ),
        ("pyproject.toml", '[tool.poetry.dependencies]\njax = "^0.4.26"', (0, 4, 26)),
        ("pyproject.toml", '[tool.poetry.dependencies]\njax = {version = ">=0.7", extras = ["cuda12"]}', (0, 7)),
        ("pyproject.toml", "[project\nbroken", None),
        ("setup.cfg", "[options]\ninstall_requires =\n  numpy\n  jax>=0.4.14\n", (0, 4, 14)),
        ("setup.py", 'from setuptools import setup\nsetup(install_requires=["jax==0.4.25", "flax"])', (0, 4, 25)),
        ("setup.py", "def broken(:\n", None),
    ],
)
def test_lower_bound(tmp_path: Path, name: str, text: str, bound: tuple[int, ...] | None) -> None:
    file = tmp_path / name
    file.write_text(text)
    assert lower_bound(file) == bound


OLD = "import jax\n\n\ndef double(tree):\n    return jax.tree_map(lambda x: 2 * x, tree)\n"


def target_and_fix(root: Path, text: str = OLD) -> tuple[tuple[int, ...] | None, str]:
    """What is supported, and what the safe fixes make of a file in a package of the project."""
    file = root / "src" / "package" / "module.py"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    project = load([file], Configuration())
    outcome = fix(project.sources, project.select, keep=project.keep, check=project.checker())
    (after,) = outcome.texts.values()
    return project.target(str(file)), after


def test_the_dependencies_decide(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "p"\ndependencies = ["jax>=0.4.20"]')
    target, after = target_and_fix(tmp_path)
    assert target == (0, 4, 20)
    assert "jax.tree_util.tree_map(" in after


def test_the_configuration_wins(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "p"\ndependencies = ["jax>=0.4.20"]\n[tool.jaxlint]\ntarget-jax = "0.4.25"'
    )
    target, after = target_and_fix(tmp_path)
    assert target == (0, 4, 25)
    assert "jax.tree.map(" in after


def test_a_bound_that_no_supported_python_runs_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_text('from setuptools import setup\nsetup(install_requires=["jax>=0.1.71"])')
    target, after = target_and_fix(tmp_path)
    assert target is None
    assert "jax.tree.map(" in after


def test_what_the_target_lacks_is_no_safe_fix(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "p"\ndependencies = ["jax>=0.4.20"]')
    text = 'import jax\n\np = jax.core.Primitive("p")\n'
    assert target_and_fix(tmp_path, text)[1] == text


def test_a_successor_that_the_target_lacks_leaves_the_deprecated_name_alone(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "p"\ndependencies = ["jax>=0.4.20"]')
    file = tmp_path / "module.py"
    file.write_text("from jax.experimental.shard_map import shard_map\n\n__all__ = [shard_map]\n")
    project = load([file], Configuration())
    assert not any(project.checker()(project.sources, project.select).values())


def test_keywords_go_by_position_where_the_target_has_no_new_name(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "p"\ndependencies = ["jax>=0.4.20"]')
    text = "import jax.numpy as jnp\n\n\ndef f(x):\n    return jnp.clip(x, a_min=0.0, a_max=1.0)\n"
    assert "jnp.clip(x, 0.0, 1.0)" in target_and_fix(tmp_path, text)[1]


def test_nonsense_is_refused() -> None:
    with pytest.raises(ConfigError, match="`newest` is no version"):
        parse({"target-jax": "newest"}, "jaxlint.toml")


def test_the_cache_tells_targets_apart(tmp_path: Path) -> None:
    source = SourceText("module.py", OLD)
    cache = Cache(tmp_path)
    for version, name in (((0, 4, 20), "jax.tree_util.tree_map"), ((0, 4, 30), "jax.tree.map")):
        checker = Checker(lambda path, version=version: version, cache)  # type: ignore[misc]
        (found,) = checker((source,), lambda rule: True)["module.py"]
        assert f"use `{name}`" in found.message
