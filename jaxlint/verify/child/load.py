"""Imports the module under test and the inputs, from their files."""

import importlib.util
import json
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from jaxlint.verify.child.execute import Call, Function


@dataclass(frozen=True, slots=True)
class Inputs:
    """The calls to make, by function, and those to time if it is others. ``host`` functions are not jitted; an oracle
    stands in for an original."""

    calls: dict[str, list[Call]] = field(default_factory=dict)
    timing: dict[str, list[Call]] = field(default_factory=dict)
    oracles: dict[str, Function] = field(default_factory=dict)
    host: frozenset[str] = frozenset()


def load_module(path: Path, home: Path | None = None) -> ModuleType:
    """Execute a file as a module under the dotted name of its package, or of that of the file that it stands for.

    The folder of that package comes first on the path, and then the file's own.
    """
    own = str(path.resolve().parent)
    home = (home or path).resolve()
    package = package_of(home)
    root = home.parents[package.count(".") + 1 if package else 0]
    sys.path[:0] = dict.fromkeys([str(root), str(home.parent), own])
    name = f"{package}.{path.stem}" if package else path.stem
    while name in sys.modules:  # a file called random.py must not replace the library
        name += "_"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def package_of(path: Path) -> str:
    """The dotted name of the package that a file is in; empty for none."""
    folder, parts = path.resolve().parent, list[str]()
    while (folder / "__init__.py").exists():
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts)


def load_inputs(path: Path) -> Inputs:
    """Read inputs from a Python module, a JSON file or an .npz archive.

    A Python module sets ``cases = {"f": [(arg, ...), {"name": arg, ...}]}`` and, where needed, ``static = {"f":
    ("n",)}``, ``host = ("f",)``, ``oracle = {"f": function}``, and ``timing``, cases like the others, to be timed in
    their stead. JSON has the same keys, or is the cases themselves; lists of numbers are arrays. An archive names its
    arrays ``f/0/x`` or ``f/0/0``: function, case, parameter or position. Raises ValueError.
    """
    random.seed(0)
    np.random.seed(0)
    match path.suffix:
        case ".json":
            given = json.loads(path.read_text("utf-8"))
            if not isinstance(given, dict):
                return _inputs({})
            settings = given if "cases" in given or not given else {"cases": given}
            return _inputs({name: _arrays(value) for name, value in settings.items()})
        case ".npz":
            return _inputs({"cases": _archive(path)})
        case ".py":
            return _inputs(vars(load_module(path)))
    raise ValueError(f"inputs are a .py, .json or .npz file, not `{path.name}`")


def _inputs(settings: dict[str, Any]) -> Inputs:
    cases, static = settings.get("cases"), settings.get("static", {})
    if not isinstance(cases, dict):
        raise ValueError('inputs must have `cases = {"function": [(arg, ...), ...]}`')
    return Inputs(
        _calls(cases, static),
        _calls(settings.get("timing", {}), static),
        dict(settings.get("oracle", {})),
        frozenset(settings.get("host", ())),
    )


def _calls(cases: dict[str, Any], static: dict[str, Any]) -> dict[str, list[Call]]:
    return {name: [_call(case, frozenset(static.get(name, ()))) for case in given] for name, given in cases.items()}


def _call(case: Any, static: frozenset[str]) -> Call:
    if isinstance(case, dict):
        return Call(kwargs=case, static=static)
    if isinstance(case, (tuple, list)):
        return Call(tuple(case), static=static)
    raise ValueError(f"a case is a tuple of arguments or a dict of them by name, not {type(case).__name__}")


def _arrays(settings: Any) -> Any:
    """JSON's cases with their lists of numbers as arrays; ``static`` and ``host`` stay lists of names."""
    if not isinstance(settings, dict):
        return settings
    return {name: [_array_arguments(case) for case in given] for name, given in settings.items()}


def _array_arguments(case: Any) -> Any:
    match case:
        case list():
            return [_array(value) for value in case]
        case dict():
            return {name: _array(value) for name, value in case.items()}
    return case


def _array(value: Any) -> Any:
    match value:
        case list():
            try:
                array = np.asarray(value)
            except ValueError:
                return [_array(item) for item in value]
            return array if array.dtype.kind in "biuf" else [_array(item) for item in value]
        case dict():
            return {name: _array(item) for name, item in value.items()}
    return value


def _archive(path: Path) -> dict[str, list[Any]]:
    cases: dict[str, dict[int, dict[str, Any]]] = {}
    with np.load(path, allow_pickle=False) as archive:
        for key in archive.files:
            parts = key.split("/")
            if len(parts) != 3 or not parts[1].isdigit():
                raise ValueError(f"array `{key}` is not named function/case/parameter")
            cases.setdefault(parts[0], {}).setdefault(int(parts[1]), {})[parts[2]] = archive[key]
    return {name: [_by_position(given[i]) for i in sorted(given)] for name, given in cases.items()}


def _by_position(arguments: dict[str, Any]) -> Any:
    if all(name.isdigit() for name in arguments):
        return tuple(arguments[name] for name in sorted(arguments, key=int))
    return arguments
