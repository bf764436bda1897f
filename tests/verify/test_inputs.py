"""The three kinds of input files."""

from pathlib import Path

import numpy as np
import pytest

from jaxlint.verify.child.load import load_inputs


def test_json_lists_of_numbers_are_arrays(tmp_path: Path) -> None:
    path = tmp_path / "inputs.json"
    path.write_text(
        '{"cases": {"f": [[[1, 2], 3, "a", [[1.5], [2]]], {"x": {"w": [1.0]}, "n": 2}]}, '
        '"static": {"f": ["n"]}, "host": ["g"], "timing": {"f": [[[1], 4, "b", 0]]}}'
    )
    inputs = load_inputs(path)
    first, second = inputs.calls["f"]
    assert [type(value) for value in first.args] == [np.ndarray, int, str, np.ndarray]
    assert first.args[3].shape == (2, 1) and first.static == {"n"}
    assert isinstance(second.kwargs["x"]["w"], np.ndarray) and second.kwargs["n"] == 2
    assert inputs.host == {"g"}
    (timed,) = inputs.timing["f"]
    assert timed.args[1:] == (4, "b", 0) and timed.static == {"n"}


def test_an_archive_names_function_case_and_parameter(tmp_path: Path) -> None:
    path = tmp_path / "inputs.npz"
    arrays = {"f/0/0": np.ones(2), "f/0/1": np.zeros(3), "f/1/x": np.ones(1)}
    np.savez(path, **arrays)
    first, second = load_inputs(path).calls["f"]
    assert [value.shape for value in first.args] == [(2,), (3,)]
    assert list(second.kwargs) == ["x"]


def test_a_module_is_seeded_and_keeps_its_objects(tmp_path: Path) -> None:
    path = tmp_path / "some_inputs.py"
    path.write_text(
        "import numpy as np\ncases = {'f': [(np.random.rand(), [1])]}\noracle = {'f': len}\nstatic = {'f': ('n',)}\n"
    )
    first, second = load_inputs(path), load_inputs(path)
    assert first.calls["f"][0].args == second.calls["f"][0].args
    assert first.oracles == {"f": len} and first.calls["f"][0].args[1] == [1]


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("inputs.txt", "", "inputs are a .py, .json or .npz file"),
        ("inputs.json", "{}", "inputs must have `cases"),
        ("inputs.json", '{"cases": {"f": [1]}}', "a case is a tuple"),
    ],
)
def test_malformed_inputs_are_refused(tmp_path: Path, name: str, text: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        load_inputs(path)


def test_json_may_be_the_cases_themselves(tmp_path: Path) -> None:
    path = tmp_path / "inputs.json"
    path.write_text('{"f": [[[1.0, 2.0]], {"x": 3}]}')
    first, second = load_inputs(path).calls["f"]
    assert first.args[0].tolist() == [1.0, 2.0] and second.kwargs == {"x": 3}
