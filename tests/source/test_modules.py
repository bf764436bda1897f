"""Which modules are linked by imports."""

from pathlib import PurePath

import pytest

from jaxlint.source import SourceText
from jaxlint.source.modules import components, imported, module_name, neighbours


def linked(**texts: str) -> set[frozenset[str]]:
    sources = [SourceText(f"{name}.py", text) for name, text in texts.items()]
    return {frozenset(source.path.removesuffix(".py") for source in part) for part in components(sources)}


def test_texts_without_imports_stand_alone() -> None:
    assert linked(a="x = 1", b="import jax") == {frozenset({"a"}), frozenset({"b"})}


@pytest.mark.parametrize(
    "text",
    [
        "import a",
        "import jax, a as other",
        "from a import f",
        "from  a  import (\n    f,\n)",
        "def g():\n    import a",
        "x = 1; import a",
        "from \\\n  a import f",
        "import \\\n  a",
        "import jax, \\\n  a",
        "import a.b",
        "if True: from a import *",
    ],
)
def test_an_import_links(text: str) -> None:
    assert linked(a="def f(): pass", b=text) == {frozenset({"a", "b"})}


def test_links_are_followed() -> None:
    assert linked(a="", b="import a", c="import b", d="") == {frozenset({"a", "b", "c"}), frozenset({"d"})}


def test_modules_of_a_package_belong_together() -> None:
    paths = ["pkg/__init__.py", "pkg/a.py", "pkg/sub/__init__.py", "pkg/sub/b.py", "script.py"]
    found = components([SourceText(path, "") for path in paths])
    assert [[source.path for source in part] for part in found] == [paths[:4], paths[4:]]


def test_of_two_modules_with_one_name_an_importer_is_linked_to_both() -> None:
    paths = {"one/tools.py": "", "two/tools.py": "", "main.py": "import tools"}
    assert len(components([SourceText(path, text) for path, text in paths.items()])) == 1


def test_what_pytest_runs_first_belongs_to_the_tests_below() -> None:
    paths = ["tests/conftest.py", "tests/test_a.py", "tests/deep/test_b.py", "other/test_c.py"]
    found = components([SourceText(path, "") for path in paths])
    assert [len(part) for part in found] == [3, 1]


@pytest.mark.parametrize(
    ("text", "is_package", "names"),
    [
        ("from . import x", False, ["pkg.sub"]),
        ("from .m import x", False, ["pkg.sub.m"]),
        ("from .. m import x", False, ["pkg.m"]),
        ("from . import x", True, ["pkg.sub.mod"]),
        ("from .....far import x", False, ["far"]),
        ("importance = 1\nfromage = 2", False, []),
    ],
)
def test_relative_names(text: str, is_package: bool, names: list[str]) -> None:
    assert list(imported(text, "pkg.sub.mod", is_package)) == names


def test_names_of_modules() -> None:
    packages = {PurePath("src/pkg"), PurePath("src/pkg/sub")}
    assert module_name(PurePath("src/pkg/sub/m.py"), packages) == "pkg.sub.m"
    assert module_name(PurePath("src/pkg/__init__.py"), packages) == "pkg"
    assert module_name(PurePath("src/script.py"), packages) == "script"


def test_the_closest_modules_come_along_while_there_is_room() -> None:
    texts = {
        "p/__init__.py": "",
        "p/near.py": "from p.start import f\n" + "#" * 100,
        "p/start.py": "from p import used\nfrom p.sub import inner\n",
        "p/sub/__init__.py": "from p.sub.inner import g\n",
        "p/sub/inner.py": "#" * 100,
        "p/used.py": "from p.far import h\n" + "#" * 100,
        "p/far.py": "#" * 1_000,
        "script.py": "import p.far\n",
    }
    sources = [SourceText(path, text) for path, text in texts.items()]
    start = sources[2]

    def near(limit: int) -> list[str]:
        return [source.path for source in neighbours(sources, start, limit)]

    assert near(0) == ["p/__init__.py", "p/start.py"]
    assert near(10_000) == list(texts)
    assert near(500) == [path for path in texts if path != "p/far.py" and path != "script.py"]
