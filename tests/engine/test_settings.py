"""Configuration files: the closest one holds, `extend` inherits, mistakes are named with their place."""

import tomllib
from contextlib import nullcontext
from pathlib import Path

import jsonschema
import pytest

from jaxlint.engine.discover import discover
from jaxlint.engine.lint import lint
from jaxlint.engine.options import ConfigError, Options, json_schema, parse
from jaxlint.engine.own import ALWAYS, Known, Own
from jaxlint.engine.project import load
from jaxlint.engine.settings import Configuration, described, from_command_line

RULES: tuple[Known, ...] = (
    Own("JAX301", "key-reuse", "error", ""),
    Own("JAX302", "key-ignored", "warning", ""),
    Own("JAX401", "traced-branch", "error", ""),
)


def configuration(*overrides: Options, file: Path | None = None, isolated: bool = False) -> Configuration:
    return Configuration(overrides, file, isolated, lambda: RULES)


def codes(found: Configuration, path: Path) -> set[str]:
    return set(found(path.parent).codes_for(path, found.rules)) - ALWAYS - {"JAX002"}


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_closest_file_holds_and_nothing_is_merged(tmp_path: Path) -> None:
    put(tmp_path / "pyproject.toml", '[tool.jaxlint]\nignore = ["JAX401"]\n')
    put(tmp_path / "sub/jaxlint.toml", 'select = ["JAX3"]\n')
    put(tmp_path / "sub/deep/pyproject.toml", "[tool.other]\n")
    found = configuration()
    assert codes(found, tmp_path / "a.py") == {"JAX301", "JAX302"}
    assert found(tmp_path / "sub" / "deep").file == tmp_path / "sub/jaxlint.toml"
    assert codes(found, tmp_path / "sub/deep/a.py") == {"JAX301", "JAX302"}


def test_jaxlint_toml_goes_before_pyproject(tmp_path: Path) -> None:
    put(tmp_path / "pyproject.toml", '[tool.jaxlint]\nselect = ["JAX4"]\n')
    put(tmp_path / "jaxlint.toml", 'select = ["JAX3"]\n')
    assert codes(configuration(), tmp_path / "a.py") == {"JAX301", "JAX302"}


def test_extend_inherits(tmp_path: Path) -> None:
    put(tmp_path / "shared.toml", 'select = ["JAX3"]\nextend-exclude = ["gen"]\noutput-format = "github"\n')
    put(
        tmp_path / "p/jaxlint.toml",
        'extend = "../shared.toml"\nextend-select = ["traced-branch"]\nignore = ["JAX301"]\n',
    )
    found = configuration()
    assert codes(found, tmp_path / "p/a.py") == {"JAX302", "JAX401"}
    settings = found(tmp_path / "p")
    assert settings.output_format == "github"
    assert settings.excludes(tmp_path / "gen" / "x.py")


def test_extend_in_a_circle_is_an_error(tmp_path: Path) -> None:
    put(tmp_path / "a.toml", 'extend = "jaxlint.toml"\n')
    put(tmp_path / "jaxlint.toml", 'extend = "a.toml"\n')
    with pytest.raises(ConfigError, match="leads back"):
        configuration()(tmp_path)


def test_command_line_goes_over_the_file(tmp_path: Path) -> None:
    put(tmp_path / "jaxlint.toml", 'select = ["JAX3"]\n')
    assert codes(configuration(Options(select=["JAX4"])), tmp_path / "a.py") == {"JAX401"}
    assert codes(configuration(Options(ignore=["JAX302"])), tmp_path / "a.py") == {"JAX301"}


def test_isolated_reads_nothing(tmp_path: Path) -> None:
    put(tmp_path / "jaxlint.toml", "this is no TOML")
    assert codes(configuration(isolated=True), tmp_path / "a.py") == {"JAX301", "JAX302", "JAX401"}


def test_per_file_ignores(tmp_path: Path) -> None:
    put(tmp_path / "jaxlint.toml", '[per-file-ignores]\n"tests/**" = ["JAX3"]\n"!keep.py" = ["traced-branch"]\n')
    found = configuration()
    assert codes(found, tmp_path / "tests/x/a.py") == set()
    assert codes(found, tmp_path / "keep.py") == {"JAX301", "JAX302", "JAX401"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('selekt = ["JAX3"]', "unknown key `selekt`; did you mean `select`? (at `$.selekt`)"),
        ('select = "JAX3"', "expected `array | null`, got `str` (at `$.select`)"),
        ('select = ["JAX3", 7]', "expected `str`, got `int` (at `$.select[1]`)"),
        ('ignore = ["JAX309"]', "(at `$.ignore[0]`)"),
        ('ignore = ["key-resue"]', "unknown rule `key-resue`; did you mean `key-reuse`? (at `$.ignore[0]`)"),
        ('output-format = "xml"', "(at `$.output-format`)"),
        ("select = [", "not valid TOML"),
        ('[per-file-ignores]\n"a.py" = ["JAX30x"]', '$.per-file-ignores["a.py"][0]'),
    ],
)
def test_mistakes_are_named_with_file_and_place(tmp_path: Path, text: str, message: str) -> None:
    file = put(tmp_path / "jaxlint.toml", text)
    with pytest.raises(ConfigError) as caught:
        configuration()(tmp_path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(file))


def test_settings_on_the_command_line() -> None:
    found = from_command_line(['extend-exclude = ["gen"]', "force-exclude = true"], isolated=True, overrides=Options())
    assert found(Path.cwd()).force_exclude
    with pytest.raises(ConfigError, match="unknown key `gnu`"):
        from_command_line(["gnu = 1"], isolated=True, overrides=Options())(Path.cwd())
    with pytest.raises(ConfigError, match="cannot be read"):
        from_command_line(["nowhere.toml"], isolated=False, overrides=Options())(Path.cwd())


def test_default_excludes_are_relative_to_the_project(tmp_path: Path) -> None:
    root = tmp_path / "build" / "project"
    put(root / "jaxlint.toml", "")
    settings = configuration()(root)
    assert not settings.excludes(root / "a.py")
    assert settings.excludes(root / "build", folder=True)


def test_schema_and_description_name_every_key() -> None:
    keys = set(json_schema()["$defs"]["Options"]["properties"])
    assert {"select", "per-file-ignores", "extend", "include"} <= keys
    assert described(configuration(isolated=True), Path.cwd())["rules"][0] == "JAX000"
    assert parse({}, "x") == Options()


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ('target-jax = "0.4.30"\ninclude = ["*.py"]\noutput-format = "json"\nrules.unrolled-loop.limit = 3', True),
        ('selekt = ["JAX3"]', False),
        ('select = "JAX3"', False),
        ('output-format = "xml"', False),
        ("rules.unrolled-loop.limits = 3", False),
        ('rules.unrolled-loop.limit = "3"', False),
        ("rules.key-reuse.limit = 3", False),
    ],
)
def test_the_schema_and_the_parser_agree(tmp_path: Path, text: str, valid: bool) -> None:
    jsonschema.Draft7Validator.check_schema(json_schema())
    assert jsonschema.Draft7Validator(json_schema()).is_valid(tomllib.loads(text)) == valid
    put(tmp_path / "jaxlint.toml", text)
    with nullcontext() if valid else pytest.raises(ConfigError):
        configuration()(tmp_path)


def test_which_files_are_read(tmp_path: Path) -> None:
    for name in ("a.py", "b.ipynb", "c.pyw", "sub/d.py", "sub/e.pyi", "SConstruct", "f.txt"):
        put(tmp_path / name, "")

    def read(text: str) -> list[str]:
        put(tmp_path / "jaxlint.toml", text)
        found = discover([tmp_path], configuration()).files
        return [file.relative_to(tmp_path).as_posix() for file in found]

    assert read("") == ["a.py", "b.ipynb", "sub/d.py", "sub/e.pyi"]
    assert read('extend-include = ["*.pyw", "SConstruct"]') == [
        "SConstruct", "a.py", "b.ipynb", "c.pyw", "sub/d.py", "sub/e.pyi",
    ]  # fmt: skip
    assert read('include = ["*.py", "!sub/**"]') == ["a.py"]
    assert read('include = ["/sub"]\nexclude = ["*.pyi"]') == ["sub/d.py"]
    assert described(configuration(), tmp_path)["include"] == ["/sub"]


def test_options_of_rules_are_inherited_and_change_one_by_one(tmp_path: Path) -> None:
    put(tmp_path / "shared.toml", "[rules.unrolled-loop]\nlimit = 8\n[rules.loop-is-vmap]\nlimit = 4\n")
    put(tmp_path / "p/pyproject.toml", "[tool.jaxlint]\nextend = '../shared.toml'\nrules.unrolled-loop.limit = 64\n")
    found = configuration()(tmp_path / "p").rule_options
    assert dict(found) == {"loop-is-vmap": (("limit", 4),), "unrolled-loop": (("limit", 64),)}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "[rules.unroled-loop]\nlimit = 8\n",
            "unknown rule `unroled-loop`; did you mean `unrolled-loop`? (at `$.rules.",
        ),
        ("[rules.unrolled-loop]\nlimits = 8\n", "unknown option `limits`; did you mean `limit`?"),
        ("[rules.key-reuse]\nlimit = 8\n", "unknown option `limit`; `key-reuse` has none"),
        ("[rules.unrolled-loop]\nlimit = true\n", "expected `int`, got `bool`"),
        ("[rules]\nlimit = 8\n", "expected `object`, got `int`"),
    ],
)
def test_a_wrong_option_of_a_rule_is_named_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    put(tmp_path / "jaxlint.toml", text)
    with pytest.raises(ConfigError) as raised:
        configuration()(tmp_path)
    assert problem in str(raised.value)


def test_an_option_reaches_its_rule(tmp_path: Path) -> None:
    program = (
        "import jax\n\n\n@jax.jit\ndef f(x):\n    for i in range(10):\n        x = jax.numpy.sin(x)\n    return x\n"
    )
    file = put(tmp_path / "a.py", program)
    for limit, expected in ((32, []), (8, ["JAX406"])):
        put(tmp_path / "jaxlint.toml", f"[rules.unrolled-loop]\nlimit = {limit}\n")
        project = load([file], Configuration())
        found = lint(project.sources, project.select, keep=project.keep, check=project.checker())
        assert [one.code for listed in found.values() for one in listed] == expected
