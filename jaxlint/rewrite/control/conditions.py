"""Tests on tracers as expressions."""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline
from jaxlint.facts.model.values import Either
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rewrite.control.lowering import Lowering
from jaxlint.rewrite.control.model import Declined, Equal, Flag, Test
from jaxlint.rewrite.logic import array_logic, is_mask
from jaxlint.rewrite.text import Text, infix, quoted


def condition(low: Lowering, test: Test, *flags: Flag) -> Text:
    """A test written so that no tracer is asked for its truth; with flags that must hold as well."""
    parts = [part for part in (test, *flags) if not (flags and _is_true(part))]
    return infix("&", *(_part(low, part) for part in parts))


def truth(low: Lowering, test: Test, *flags: Flag) -> Text:
    """The same as a bool, also where a number is tested: the test of a ``while_loop``, or what a flag holds."""
    if isinstance(test, Flag | Equal) or _is_bool(low, test):
        return condition(low, test, *flags)
    number = infix("!=", _part(low, test), Text("0"))
    return infix("&", number, *(_part(low, flag) for flag in flags)) if flags else number


def _is_bool(low: Lowering, test: cst.BaseExpression) -> bool:
    if isinstance(test, cst.BooleanOperation) or is_mask(low.ctx, test):
        return True
    value = low.ctx.value(test)
    return all(kind_of(option) == "bool" for option in (value.options if isinstance(value, Either) else (value,)))


def _is_true(test: Test) -> bool:
    """True for the test of ``while True``."""
    return isinstance(test, cst.Name) and test.value == "True"


def _part(low: Lowering, test: Test) -> Text:
    if isinstance(test, Flag):
        return Text(f"~{test.name}" if test.negated else test.name)
    if isinstance(test, Equal):
        return _equal(low, test)
    text = array_logic(low.ctx, test)
    if isinstance(text, Decline):
        raise Declined(text.reason)
    low.uses.update(dict.fromkeys(text.uses))
    return text


def _equal(low: Lowering, test: Equal) -> Text:
    links = [infix("==", quoted(low.ctx, test.subject), quoted(low.ctx, value)) for value in test.values]
    equal = infix("|", *links)
    return infix("&", equal, _part(low, test.guard)) if test.guard is not None else equal
