"""A branch between computations, as `lax.cond` of two functions.

::

    if t:                     def true_branch(x):
        x = f(x)                  x = f(x)
        y = g(x)        ->        return x, g(x)
    else:
        y = h(x)              x, y = lax.cond(t, true_branch, lambda x: (x, h(x)), x)

What an arm binds anew after reading it is an operand; everything else is closed over. An arm of one expression is a
lambda.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import libcst as cst

from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.carry import pack
from jaxlint.rewrite.control.lowering import Here, Lines, Lowering, indented, returning
from jaxlint.rewrite.control.model import Block, Exit, Flag, Names, Resume, Test
from jaxlint.rewrite.control.simple import acting, bindings, gathered
from jaxlint.rewrite.text import Text, infix

COND = "jax.lax.cond"
WIDTH = 88
"""A call that is longer gets functions with names instead of lambdas,"""
SHORT = 40
"""for all arms that are longer than this."""


@dataclass(eq=False)
class Arm:
    """One way through a branch. ``names``: what it gives, or None if it returns. ``kept``: the texts of names that it
    hands on as they were, where that is more than the name."""

    block: Block
    names: tuple[str, ...] | None
    label: str
    kept: dict[str, str] = field(default_factory=dict)

    @property
    def live(self) -> Names:
        return frozenset(self.names or ())

    def result(self) -> list[str]:
        """What it gives once its statements have run."""
        return [self.kept.get(name, name) for name in self.names or ()]


@dataclass(frozen=True, slots=True)
class Form:
    """How a call looks: its function, what chooses, and whether the functions to choose from are in a list."""

    function: str
    first: str
    listed: bool = False

    def call(self, functions: Sequence[str], given: Sequence[str]) -> str:
        parts = [f"[{', '.join(functions)}]"] if self.listed else functions
        return f"{self.function}({', '.join([self.first, *parts, *given])})"


def chosen(low: Lowering, form: Form, arms: Sequence[Arm], here: Here) -> tuple[Lines, str]:
    """The definitions of some arms, and the text of the call that runs one of them."""
    values = [_value(low, arm, here) for arm in arms]
    if None not in values and len(short := form.call([f"lambda: {value}" for value in values], [])) <= WIDTH:
        return _notes(arms), short
    defined = [value is None or len(value) > SHORT for value in values]
    if not any(defined):
        defined = [not hands_on(arm) for arm in arms]
    plain = [value is not None and not gathered(arm.block) for arm, value in zip(arms, values, strict=True)]
    given = operands([arm for arm, needed, one in zip(arms, defined, plain, strict=True) if needed and not one])
    lines = _notes([arm for arm, needed in zip(arms, defined, strict=True) if not needed])
    parts: list[str] = []
    for arm, value, needed, one in zip(arms, values, defined, plain, strict=True):
        if needed:
            parts.append(low.fresh(arm.label, *([f"inner_{arm.label}"] if low.depth else [])))
            body = [f"return {_bare(value or '')}"] if one else _body(low, arm, here)
            lines += [f"def {parts[-1]}({', '.join(given)}):", *indented(body), ""]
        else:
            same = len(given) > 1 and value == pack(given)
            taken = "*same: same" if same else f"{', '.join(given)}: {value}"
            parts.append(f"lambda{' ' if given else ''}{taken}")
    return lines, form.call(parts, given)


def _bare(value: str) -> str:
    """``(a, b)`` -> ``a, b``, as a `return` takes it."""
    is_tuple = value.startswith("(") and isinstance(cst.parse_expression(value), cst.Tuple)
    return value[1:-1] if is_tuple else value


def inline(low: Lowering, form: Form, arms: Sequence[Arm]) -> str:
    """The call with lambdas, of arms that are expressions."""
    return form.call([f"lambda: {_value(low, arm, Here())}" for arm in arms], [])


def _notes(arms: Sequence[Arm]) -> Lines:
    """The comments of arms that become lambdas."""
    return [line for arm in arms for line in gathered(arm.block)]


def operands(arms: Sequence[Arm]) -> list[str]:
    """The names that an arm both reads and binds anew: a function's own variables, so they must be passed to it."""
    found: dict[str, None] = {}
    for arm in arms:
        found.update((name, None) for name in flow.writes(arm.block) if name in flow.live_before(arm.block, arm.live))
    return list(found)


def labels(test: Test) -> tuple[str, str]:
    """Names for the functions of the two arms of a branch, after what is tested where that has a name."""
    match test:
        case Flag(name=name):
            return f"if_{name}", f"unless_{name}"
        case cst.Name(value=name):
            return f"if_{name}", f"if_not_{name}"
        case cst.UnaryOperation(operator=cst.Not(), expression=cst.Name(value=name)):
            return f"if_not_{name}", f"if_{name}"
    return "true_branch", "false_branch"


def hands_on(arm: Arm) -> bool:
    """True for an arm that does nothing."""
    return not any(acting(arm.block))


def _value(low: Lowering, arm: Arm, here: Here) -> str | None:
    """The one expression that an arm consists of; None if it is more."""
    parts = _simple(arm)
    if parts is None:
        return None
    texts = [_text(low, arm, part, here) for part in parts]
    if any("\n" in text or "#" in text for text in texts):
        return None
    return pack(texts) if len(texts) != 1 else texts[0]


def _text(low: Lowering, arm: Arm, part: str | cst.CSTNode | Resume, here: Here) -> str:
    match part:
        case Resume():
            return low.returned(part, here.bound)
        case str():
            return arm.kept.get(part, part)
    return _written(low, part)


def _written(low: Lowering, part: cst.CSTNode) -> str:
    match part:
        case cst.AugAssign(target=target, operator=operator, value=value):
            symbol = cst.Module(()).code_for_node(operator).strip().removesuffix("=")
            right = Text(low.code(value), low.ctx.grouped(value) == low.ctx.code(value))
            return infix(symbol, Text(low.code(target)), right).text
        case cst.Tuple():
            return f"({low.code(part)})"
    return low.code(part)


def _simple(arm: Arm) -> Sequence[str | cst.CSTNode | Resume] | None:
    """The expressions that an arm gives, if it does nothing but compute them; a name where it hands that on."""
    statements = list(acting(arm.block))
    if arm.names is None:
        match statements:
            case [Exit(value=cst.BaseExpression() | str() | Resume() as value)]:
                return [value]
        return None
    bound: dict[str, str | cst.CSTNode] = {}
    for statement in statements:
        found = bindings(statement)
        if found is None or any(
            name in bound or name not in arm.names or _reads(part) & bound.keys() for name, part in found
        ):
            return None
        bound.update(found)
    worked = [part for part in bound.values() if not isinstance(part, str | cst.Name | cst.Attribute | cst.BaseNumber)]
    if len({id(part) for part in worked}) < len(worked):
        return None  # ``a = b = f(x)`` computes it once
    return [bound.get(name, name) for name in arm.names]


def _reads(part: str | cst.CSTNode) -> Names:
    return flow.reads(part) if isinstance(part, cst.CSTNode) else frozenset()


def _body(low: Lowering, arm: Arm, here: Here) -> Lines:
    """The lines of an arm's function; a last binding of what it gives is returned right away."""
    lines = low.body(arm.block, Here(arm.live, here.bound))
    match lines:
        case [*before, last, returned] if arm.names is None and last.startswith(
            f"{returned.removeprefix('return ')} = "
        ):
            return returning([*before, last], returned.removeprefix("return "))
    if arm.names is None:
        return lines
    return returning(lines, ", ".join(arm.result()))
