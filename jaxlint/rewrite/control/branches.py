"""``if`` on a tracer: ``lax.cond`` with a function for each arm that gives what the branch binds."""

from __future__ import annotations

from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.carry import Carry
from jaxlint.rewrite.control.conditions import condition
from jaxlint.rewrite.control.lowering import Here, Lines, Lowering, commented, indented
from jaxlint.rewrite.control.model import Block, Branch, Comments, Declined, Exit, Names

COND = "jax.lax.cond"


def lower(low: Lowering, branch: Branch, here: Here) -> Lines:
    """The lines of a branch."""
    if not low.ctx.dynamic(branch.test):
        return _python(low, branch, here)
    if _returns(branch.then) or _returns(branch.orelse):
        return _returned(low, branch, here)
    names = [name for name in flow.writes((*branch.then, *branch.orelse)) if name in here.live]
    if not names:
        raise Declined("nothing that the branch computes is read afterwards")
    for name in names:
        for arm in (branch.then, branch.orelse):
            if name not in here.bound | flow.surely_bound(arm):
                raise Declined(f"`{name}` is perhaps unbound where the test fails")
    carry = Carry(tuple(names), tuple(names))
    then, orelse = low.fresh("then", "then_branch"), low.fresh("otherwise", "else_branch")
    inner = Here(frozenset(names), here.bound)
    given = operands(branch, frozenset(names))
    test = condition(low, branch.test).text
    arguments = ", ".join([test, then, orelse, *given])
    return commented(
        [
            *_function(low, then, given, branch.then, inner, carry.packed),
            *_function(low, orelse, given, branch.orelse, inner, carry.packed),
            f"{carry.packed} = {low.spell(COND)}({arguments})",
        ],
        branch.comments,
    )


def operands(branch: Branch, live: Names) -> list[str]:
    """The names that an arm both reads and binds anew: a function's own variables, so they must be passed to it."""
    arms = (branch.then, branch.orelse)
    both = [name for arm in arms for name in flow.writes(arm) if name in flow.live_before(arm, live)]
    return list(dict.fromkeys(both))


def _python(low: Lowering, branch: Branch, here: Here) -> Lines:
    """A test that is known while tracing stays an ``if``."""
    inner = here
    lines = [f"if {low.test(branch.test)}:", *indented(low.lines(branch.then, inner) or ["pass"])]
    if branch.orelse:
        lines += ["else:", *indented(low.lines(branch.orelse, inner) or ["pass"])]
    return [*branch.comments.above, *lines]


def _function(low: Lowering, name: str, given: list[str], arm: Block, here: Here, result: str) -> Lines:
    return [f"def {name}({', '.join(given)}):", *indented([*low.body(arm, here), f"return {result}"]), ""]


def _returns(block: Block) -> bool:
    return any(isinstance(statement, Exit) for statement in flow.statements(block))


def _returned(low: Lowering, branch: Branch, here: Here) -> Lines:
    """Both arms return."""
    then, orelse = low.fresh("then", "then_branch"), low.fresh("otherwise", "else_branch")
    given = operands(branch, here.live)
    test = condition(low, branch.test).text
    return commented(
        [
            *_tail(low, then, given, branch.then, here),
            *_tail(low, orelse, given, branch.orelse, here),
            f"return {low.spell(COND)}({', '.join([test, then, orelse, *given])})",
        ],
        Comments(branch.comments.above),
    )


def _tail(low: Lowering, name: str, given: list[str], arm: Block, here: Here) -> Lines:
    if not arm or not _returns(arm[-1:]):
        raise Declined("one path returns a value, another one does not")
    return [f"def {name}({', '.join(given)}):", *indented(low.body(arm, here)), ""]
