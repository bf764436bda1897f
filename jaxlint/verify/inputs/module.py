"""A module's text, asked for what its functions take."""

import ast
import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from jaxlint.verify.inputs.candidates import keyword_only, possible, required
from jaxlint.verify.inputs.comments import Function, commented, definitions
from jaxlint.verify.inputs.spec import Arguments, InstanceSpec, Spec, SpecError
from jaxlint.verify.inputs.uses import uses

_INSTANCES = 30

Parameter = tuple[str, tuple[Spec, ...], bool]
"""A required parameter: its name, what it may be, and whether it goes by name only."""


@dataclass(frozen=True)
class ModuleText:
    """A module as text."""

    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def functions(self) -> dict[str, Function]:
        return dict(definitions(self.tree.body, ""))

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        return {node.name: node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef)}

    @cached_property
    def commented(self) -> dict[str, list[Arguments | SpecError]]:
        """Calls that comments describe."""
        return commented(self.text, self.tree)

    def described(self, name: str) -> Arguments | None:
        """The call that annotations describe in full; None if they leave something open or nothing is required."""
        parameters = self._parameters(name)
        if not parameters or any(len(choices) != 1 for _, choices, _ in parameters):
            return None
        return next(self.calls(name))

    def calls(self, name: str) -> Iterator[Arguments]:
        """Calls to try, the likeliest first."""
        yield from _calls(self._parameters(name))

    def doctest(self, name: str) -> str:
        """The docstring of a function."""
        return ast.get_docstring(self.functions[name]) or ""

    def _parameters(self, name: str) -> list["Parameter"]:
        function = self.functions[name]
        owner = self.classes.get(name.rpartition(".")[0].rpartition(".")[2])
        decorators = {ast.unparse(decorator) for decorator in function.decorator_list}
        parameters = required(function)
        first: list[Parameter] = []
        if owner and "staticmethod" not in decorators:
            parameters = parameters[1:]
            if "classmethod" not in decorators and function.name != "__init__":
                first = [("self", tuple(self._instances(owner)), False)]
        return first + self._described(function, parameters)

    def _described(self, function: Function, parameters: list[ast.arg]) -> list["Parameter"]:
        seen, named = uses(function), keyword_only(function)
        return [
            (
                parameter.arg,
                self._filled(possible(parameter, seen[parameter.arg], self.classes)),
                parameter.arg in named,
            )
            for parameter in parameters
        ]

    def _filled(self, choices: tuple[Spec, ...]) -> tuple[Spec, ...]:
        """Instances with what their class takes."""
        match choices:
            case [InstanceSpec(name)]:
                return tuple(self._instances(self.classes[name])) or choices
        return choices

    def _instances(self, owner: ast.ClassDef) -> Iterator[Spec]:
        init = next(
            (n for n in owner.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None
        ) or _fields(owner)
        calls = _calls(self._described(init, required(init)[1:]))
        for _, arguments in zip(range(_INSTANCES), calls, strict=False):
            yield InstanceSpec(owner.name, arguments)


def _fields(owner: ast.ClassDef) -> ast.FunctionDef:
    """The `__init__` that a dataclass, a NamedTuple or a module of Equinox makes of its fields."""
    fields = [node for node in owner.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)]
    texts = [f"{ast.unparse(f.target)}: {ast.unparse(f.annotation)}{' = ...' if f.value else ''}" for f in fields]
    function = ast.parse(
        f"def __init__(self, *, {', '.join(texts)}): ..." if texts else "def __init__(self): ..."
    ).body[0]
    assert isinstance(function, ast.FunctionDef)
    return function


def _calls(parameters: Sequence[Parameter]) -> Iterator[Arguments]:
    """Every combination of choices, those with the likelier ones first."""
    if any(not choices for _, choices, _ in parameters):
        return
    start = (0,) * len(parameters)
    heap, seen = [(0, start)], {start}
    while heap:
        _, picks = heapq.heappop(heap)
        chosen = [(name, choices[i], named) for i, (name, choices, named) in zip(picks, parameters, strict=True)]
        yield Arguments(
            tuple(spec for _, spec, named in chosen if not named),
            tuple((name, spec) for name, spec, named in chosen if named),
        )
        for at, pick in enumerate(picks):
            more = (*picks[:at], pick + 1, *picks[at + 1 :])
            if pick + 1 < len(parameters[at][1]) and more not in seen:
                seen.add(more)
                heapq.heappush(heap, (sum(more), more))
