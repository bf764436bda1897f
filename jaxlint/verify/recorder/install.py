"""Finds the chosen module when a program imports it, and has its functions note their calls."""

import ast
import builtins
import importlib.abc
import importlib.machinery
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from jaxlint.verify.recorder.note import noted

VARIABLE = "JAXLINT_RECORD"
"""Holds, as JSON: the module's path, the names of its functions, and the folder to write to."""

_UNDER = {"staticmethod", "classmethod"}
_NOT = {"property", "overload", "typing.overload", "cached_property", "functools.cached_property"}


def install() -> None:
    """Start recording in this process, if its parent asks for it."""
    if VARIABLE in os.environ:
        settings = json.loads(os.environ[VARIABLE])
        builtins.__dict__["__jaxlint_noted__"] = noted(Path(settings["folder"]))
        sys.meta_path.insert(0, _Finder(settings["module"]))


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, module: str) -> None:
        self._module = module

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.origin is None or os.path.realpath(spec.origin) != self._module:
            return None
        spec.loader = _Loader(name, spec.origin)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        return instrumented(self.get_data(self.path), self.path)


def instrumented(source: bytes, path: str) -> CodeType:
    """The module's code, each of the chosen functions under one more decorator."""
    chosen = frozenset(json.loads(os.environ[VARIABLE])["functions"])
    tree = ast.parse(source, path)
    _decorate(tree.body, "", chosen)
    return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)


def _decorate(body: list[ast.stmt], prefix: str, chosen: frozenset[str]) -> None:
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if prefix + node.name in chosen:
                names = [ast.unparse(decorator) for decorator in node.decorator_list]
                if not _NOT.intersection(names):
                    place = next((i + 1 for i, name in enumerate(names) if name in _UNDER), 0)
                    node.decorator_list.insert(place, _decorator(prefix + node.name, node))
            case ast.ClassDef():
                _decorate(node.body, f"{prefix}{node.name}.", chosen)
            case ast.If() | ast.Try():
                _decorate(node.body, prefix, chosen)
                _decorate(node.orelse, prefix, chosen)


def _decorator(name: str, at: Any) -> ast.expr:
    call = ast.Call(ast.Name("__jaxlint_noted__", ast.Load()), [ast.Constant(name)], [])
    return ast.fix_missing_locations(ast.copy_location(call, at))
