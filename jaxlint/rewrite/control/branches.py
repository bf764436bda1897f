"""``if`` on a tracer: `jnp.where` where it only chooses between cheap values, else `lax.cond`."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.choices import Chooser, Unfit, acting, branch_tests
from jaxlint.rewrite.control.conditions import condition
from jaxlint.rewrite.control.conds import Arm, chosen, labels
from jaxlint.rewrite.control.lowering import Here, Lines, Lowering, indented
from jaxlint.rewrite.control.model import Block, Branch, Comments, Declined, Exit
from jaxlint.rewrite.control.stable import stabilise


def lower(low: Lowering, branch: Branch, here: Here) -> Lines:
    """The lines of a branch."""
    if not low.ctx.dynamic(branch.test):
        return _python(low, branch, here)
    names = _results(branch, here)
    try:
        return _chosen(low, branch, names)
    except Unfit:
        pass
    before = low.ctx.edits
    try:
        return _called(low, branch, names, here)
    except Declined as declined:
        low.ctx.edits = before
        try:
            return _chosen(low, branch, names, safe=True)
        except Unfit:
            raise declined from None


def _results(branch: Branch, here: Here) -> tuple[str, ...] | None:
    """The names that a branch binds and somebody reads afterwards; None if it returns."""
    if any(isinstance(statement, Exit) for statement in flow.statements((branch,))):
        return None
    names = tuple(name for name in flow.writes((branch,)) if name in here.live)
    if not names:
        raise Declined("nothing that the branch computes is read afterwards")
    for name in names:
        for arm in (branch.then, branch.orelse):
            if name not in here.bound | flow.surely_bound(arm):
                raise Declined(f"`{name}` is perhaps unbound on one of the paths")
    return names


def _chosen(low: Lowering, branch: Branch, names: tuple[str, ...] | None, *, safe: bool = False) -> Lines:
    chooser = Chooser(low, safe)
    return chooser.returned(branch) if names is None else chooser.assigned(branch, names)


def _called(low: Lowering, branch: Branch, names: tuple[str, ...] | None, here: Here) -> Lines:
    for arm in (branch.then, branch.orelse):
        if names is None and not _always_returns(arm):
            raise Declined("one path returns a value, another one does not")
    then, orelse = labels(branch.test)
    arms = [Arm(branch.then, names, then), Arm(branch.orelse, names, orelse)]
    stabilise(low, branch_tests(branch), arms, branch.node)
    lines, call = chosen(low, condition(low, branch.test).text, arms, here)
    target = "return" if names is None else f"{', '.join(names)} ="
    return [*branch.comments.above, *lines, f"{target} {call}"]


def _always_returns(arm: Block) -> bool:
    match list(acting(arm)):
        case [*_, Exit(kind="return")]:
            return True
        case [*_, Branch(then=then, orelse=orelse)]:
            return _always_returns(then) and _always_returns(orelse)
    return False


# --- tests that are known while tracing ------------------------------------------------------------------------------


def _python(low: Lowering, branch: Branch, here: Here) -> Lines:
    """A test that is known while tracing stays an ``if``."""
    lines = [f"if {low.test(branch.test)}:", *_arm(low, branch.then, here)]
    match list(acting(branch.orelse)):
        case []:
            lines += indented(low.lines(branch.orelse, here))
        case [Branch() as inner] if _is_elif(branch) and not low.ctx.dynamic(inner.test):
            first, *rest = low.lines((replace(inner, comments=Comments((), inner.comments.beside)),), here)
            lines += [*inner.comments.above, f"el{first}", *rest]
        case _ if branch.node is not None and branch.node.orelse is None and _always_returns(branch.then):
            lines += low.lines(branch.orelse, here)
        case _:
            lines += ["else:", *_arm(low, branch.orelse, here)]
    return [*branch.comments.above, *lines]


def _arm(low: Lowering, block: Block, here: Here) -> Lines:
    lines = low.lines(block, here)
    return indented(lines if any(acting(block)) else [*lines, "pass"])


def _is_elif(branch: Branch) -> bool:
    return branch.node is not None and isinstance(branch.node.orelse, cst.If)
