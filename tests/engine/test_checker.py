"""Components, cache and workers: the findings are those of one run over everything."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import jaxlint.engine.checker
from jaxlint.engine.cache import Cache, Found
from jaxlint.engine.checker import Checker
from jaxlint.engine.lint import check_all
from jaxlint.engine.manner import Manner
from jaxlint.engine.own import Select
from jaxlint.engine.rule_options import Stated
from jaxlint.engine.target import Target, unstated
from jaxlint.rules import all_rules, catalogue
from jaxlint.source import SourceText

BRANCH = "import jax\n\n\n@jax.jit\ndef f(x):\n    return helper(x)\n\n\ndef helper(x):\n    return 1 if x > 0 else 2\n"
SPLIT = {
    "callee.py": "def helper(x):\n    return 1 if x > 0 else 2\n",
    "caller.py": "import jax\nfrom callee import helper\n\n\n@jax.jit\ndef f(x):\n    return helper(x)\n",
}


def texts(**more: str) -> list[SourceText]:
    named = {**SPLIT, **{f"{name}.py": text for name, text in more.items()}}
    return [SourceText(path, text) for path, text in named.items()]


def checker(cache: Cache | None = None, jobs: int = 1) -> Checker:
    return Checker(unstated, cache or Cache(), jobs)


def every(rule: object) -> bool:
    return True


def said(found: Found) -> dict[str, list[tuple[str, tuple[int, int]]]]:
    return {path: [(one.code, one.start) for one in listed] for path, listed in found.items() if listed}


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The paths that were really looked at, component by component."""
    seen: list[list[str]] = []

    def look(
        sources: Sequence[SourceText],
        select: Select,
        target: Target,
        options: Callable[[str], Stated],
        manner: Manner,
    ) -> Found:
        seen.append([source.path for source in sources])
        return check_all(sources, select, target, options, manner)

    monkeypatch.setattr(jaxlint.engine.checker, "check_all", look)
    return seen


def test_the_catalogue_is_what_the_rules_say() -> None:
    assert [(entry.code, entry.name, entry.level) for entry in catalogue()] == [
        (rule.code, rule.name, rule.level) for rule in all_rules()
    ]


def test_contexts_flow_within_a_component() -> None:
    found = checker()(texts(alone=BRANCH), every)
    assert said(found) == said(check_all(texts(alone=BRANCH), every))
    assert {"callee.py", "alone.py"} <= said(found).keys()


def test_workers_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jaxlint.engine.checker, "WORTH", 10)
    sources = texts(alone=BRANCH, other=BRANCH.replace("helper", "aid"))
    assert said(checker(jobs=3)(sources, every)) == said(check_all(sources, every))


def test_what_did_not_change_is_not_looked_at_again(tmp_path: Path, looks: list[list[str]]) -> None:
    first = checker(Cache(tmp_path))(texts(alone=BRANCH), every)
    assert checker(Cache(tmp_path))(texts(alone=BRANCH), every) == first
    assert looks == [["callee.py", "caller.py"], ["alone.py"]]
    checker(Cache(tmp_path))(texts(alone=BRANCH + "\n"), every)
    assert looks[2:] == [["alone.py"]]


def test_a_changed_caller_is_looked_at_with_its_callee(tmp_path: Path, looks: list[list[str]]) -> None:
    assert checker(Cache(tmp_path))(texts(), every)["callee.py"]
    sources = texts()
    sources[1] = SourceText("caller.py", SPLIT["caller.py"].replace("@jax.jit\n", ""))
    assert not said(checker(Cache(tmp_path))(sources, every))
    assert looks == [["callee.py", "caller.py"]] * 2


def test_other_rules_are_another_question(tmp_path: Path, looks: list[list[str]]) -> None:
    checker(Cache(tmp_path))(texts(), every)
    assert not said(checker(Cache(tmp_path))(texts(), lambda rule: rule.code == "JAX301"))
    assert len(looks) == 2


def test_another_target_is_another_question(tmp_path: Path, looks: list[list[str]]) -> None:
    for target in ((0, 4, 30), (0, 4, 30), None):
        Checker(lambda path, target=target: target, Cache(tmp_path))(texts(), every)  # type: ignore[misc]
    assert len(looks) == 2


@pytest.mark.parametrize("damage", [b"", b"\x00\xff", b"\x81\xa4a.py\x91\x01"])
def test_a_damaged_entry_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    first = checker(Cache(tmp_path))(texts(), every)
    damaged = [entry for entry in tmp_path.iterdir() if "." not in entry.name]
    for entry in damaged:
        entry.write_bytes(damage)
    assert checker(Cache(tmp_path))(texts(), every) == first
    assert len(damaged) == len([entry for entry in damaged if entry.read_bytes() != damage])


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert said(checker(Cache(tmp_path / "file" / "cache"))(texts(), every))


def test_the_cache_ignores_itself_and_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path / "cache")
    monkeypatch.setattr("jaxlint.engine.cache.MAX_ENTRIES", 4)
    for number in range(6):
        cache.put(f"{number}", {"a.py": []})
    cache.trim()
    names = {entry.name for entry in (tmp_path / "cache").iterdir()}
    assert {".gitignore", "CACHEDIR.TAG"} < names
    assert len(names) == 4


def test_findings_come_back_whole(tmp_path: Path) -> None:
    found = check_all(
        [SourceText("a.py", "import jax\n\n\n@jax.jit\ndef f(x):\n    x = x * 2.0\n    x[0] = 1\n    return x\n")],
        every,
    )
    Cache(tmp_path).put("key", found)
    assert Cache(tmp_path).get("key") == found
    assert found["a.py"][0].fix
    assert found["a.py"][0].trace
