"""``if`` on a tracer: `jnp.where` where it only chooses between cheap values, else `lax.cond`."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from jaxlint.edits import Edit
from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.choices import Chooser, Unfit, branch_tests, extent
from jaxlint.rewrite.control.conditions import condition
from jaxlint.rewrite.control.conds import COND, Arm, Form, chosen, labels
from jaxlint.rewrite.control.lowering import Here, Lines, Lowering, indented, opens
from jaxlint.rewrite.control.model import Append, Block, Branch, Comments, Declined, Exit, Flag
from jaxlint.rewrite.control.scalars import Scalars
from jaxlint.rewrite.control.simple import acting
from jaxlint.rewrite.control.stable import stabilise
from jaxlint.rewrite.control.switches import SWITCH, cases


def lower(low: Lowering, branch: Branch, here: Here) -> Lines:
    """The lines of a branch."""
    if not low.ctx.dynamic(branch.test):
        return _python(low, branch, here)
    if isinstance(branch.test, Flag) and branch.test.negated:
        # No `~flag`: of a bool of Python's, as there is one without jit, that would be -1 or -2.
        branch = replace(branch, test=Flag(branch.test.name), then=branch.orelse, orelse=branch.then)
    hoisted = _hoisted(low, branch)
    here = replace(here, bound=here.bound | frozenset(hoisted))
    lines = _lowered(low, branch, here)
    above = len(branch.comments.above)
    return [*lines[:above], *(f"{name} = {text}" for name, text in hoisted.items()), *lines[above:]]


def _hoisted(low: Lowering, branch: Branch) -> dict[str, str]:
    """What a test binds by ``:=``, now bound before it."""
    found: dict[str, str] = {}
    for node in flow.walruses(branch.test):
        name = low.code(node.target)
        found[name] = low.code(node.value)
        low.ctx.edits = (*low.ctx.edits, Edit(*extent(low.ctx, node), name))
    return found


def _lowered(low: Lowering, branch: Branch, here: Here) -> Lines:
    names = _results(branch, here)
    scalars = Scalars(low.ctx, tuple(branch_tests(branch)), items=names is not None)
    before = low.ctx.edits
    try:
        return _chosen(Chooser(low, scalars), branch, names)
    except (Unfit, Declined):
        low.ctx.edits = before
    try:
        return _called(low, branch, names, scalars, here)
    except Declined as declined:
        low.ctx.edits = before
        try:
            return _chosen(Chooser(low, scalars, safe=True), branch, names)
        except Unfit:
            raise declined from None


def _results(branch: Branch, here: Here) -> tuple[str, ...] | None:
    """The names that a branch binds and somebody reads afterwards; None if it returns."""
    arms = (*branch.then, *branch.orelse)
    if any(isinstance(statement, Exit) for statement in flow.statements(arms)):
        return None
    names = tuple(name for name in flow.writes(arms) if name in here.live)
    if not names:
        raise Declined("nothing that the branch computes is read afterwards")
    for name in names:
        for arm in (branch.then, branch.orelse):
            if name not in here.bound | flow.surely_bound(arm):
                raise Declined(f"`{name}` is perhaps unbound on one of the paths")
    return names


def _chosen(chooser: Chooser, branch: Branch, names: tuple[str, ...] | None) -> Lines:
    return chooser.returned(branch) if names is None else chooser.assigned(branch, names)


def _called(low: Lowering, branch: Branch, names: tuple[str, ...] | None, scalars: Scalars, here: Here) -> Lines:
    for arm in (branch.then, branch.orelse):
        if names is None and not _always_returns(arm):
            raise Declined("one path returns a value, another one does not")
    _check_lists(branch)
    form, arms = _form(low, branch, names)
    stabilise(low, scalars, arms, branch.node)
    lines, call = chosen(low, form, arms, here)
    low.firm |= frozenset(names or ())
    target = "return" if names is None else f"{', '.join(names)} ="
    return [*branch.comments.above, *lines, f"{target} {call}"]


def _check_lists(branch: Branch) -> None:
    for statement in flow.statements((branch,)):
        if isinstance(statement, Append):
            raise Declined(f"how long `{statement.name}` is would depend on a tracer")


def _form(low: Lowering, branch: Branch, names: tuple[str, ...] | None) -> tuple[Form, list[Arm]]:
    """Whether it is `lax.cond` or `lax.switch`, and the arms."""
    if (found := cases(low, branch)) is not None:
        arms = [Arm(block, names, f"case_{number}") for number, block in enumerate(found.blocks)]
        return Form(low.spell(SWITCH), found.index(low), listed=True), [*arms, Arm(found.default, names, "default")]
    then, orelse = labels(branch.test)
    arms = [Arm(branch.then, names, then), Arm(branch.orelse, names, orelse)]
    return Form(low.spell(COND), condition(low, branch.test).text), arms


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
        case _ if _always_returns(branch.then):
            rest = low.lines(branch.orelse, here)
            lines += ["", *rest] if opens(rest) else rest
        case _:
            lines += ["else:", *_arm(low, branch.orelse, here)]
    return [*branch.comments.above, *lines]


def _arm(low: Lowering, block: Block, here: Here) -> Lines:
    lines = low.lines(block, here)
    return indented(lines if any(acting(block)) else [*lines, "pass"])


def _is_elif(branch: Branch) -> bool:
    return isinstance(branch.node, cst.If) and isinstance(branch.node.orelse, cst.If)
