"""A removed name replaced where it is used: ``jax.tree_map(f, x) -> jax.tree.map(f, x)``."""

from __future__ import annotations

from dataclasses import dataclass, replace

import libcst as cst

from jaxlint.edits import Applicability, Decline, Edit, Fix
from jaxlint.facts.queries.outdated import Outdated
from jaxlint.facts.queries.references import Imported, Reference, module_names
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import Form, Removal, added, available, has, spelled, version
from jaxlint.rewrite.form import beside, filled, site
from jaxlint.rewrite.moved_call import keywords
from jaxlint.rewrite.text import Text


@dataclass(frozen=True, slots=True)
class Choice:
    """The name that takes a removed one's place. ``since``: the version that it needs, if the target is older."""

    name: str
    since: str | None = None


def choose(ctx: View, row: Removal, name: str, last: str | None = None) -> Choice | None:
    """The best replacement that the target has, one that ends in ``last`` first; else the best one there is."""
    candidates = row.instead(name)
    if not candidates:
        return None
    there = [each for each in candidates if available(each, ctx.target_jax)]
    if not there:
        return Choice(candidates[0], added(candidates[0]))
    return Choice(next((each for each in there if last and each.endswith(f".{last}")), there[0]))


def applicability(ctx: View, since: str | None) -> Applicability:
    """Safe, unless the oldest JAX that the project supports lacks what takes the place."""
    return "safe" if has(ctx.target_jax, since) else "unsafe"


def supported(ctx: View, message: str, since: str | None) -> str:
    """A fix's message, with what it asks of the project."""
    if has(ctx.target_jax, since):
        return message
    return f"{message}; it needs jax {since}, this project supports {spelled(ctx.target_jax)}"


def modern_use(ctx: View, found: Outdated) -> Fix | Decline | None:
    """The fix where a name is used."""
    assert isinstance(found.by, Reference) and isinstance(found.node, cst.Name | cst.Attribute)
    row = found.row
    if row.form is not None:
        return _formed(ctx, found.node, row, row.form)
    choice = choose(ctx, row, found.name)
    if choice is None:
        return Decline(row.note) if row.note else None
    text = spell(ctx, choice.name, found.by.by)
    moved = keywords(ctx, found.node, row.name, choice.name)
    if isinstance(moved, Decline):
        return moved
    edits = (Edit(*ctx.span(found.node), text), *moved)
    message = supported(ctx, f"Use `{text}`", choice.since)
    return Fix(message, edits, applicability(ctx, choice.since), (choice.name,))


def spell(ctx: View, name: str, by: Imported) -> str:
    """A name as the user reaches its library, ``J.tree.map`` after ``import jax as J``, else by the usual import."""
    if by.alias is not None and name.startswith(f"{by.target}."):
        return by.local + name[len(by.target) :]
    text = ctx.spell(name)
    own = module_names(ctx.tracer.project, ctx.module).others  # `Array = jnp.ndarray` may come later than this use
    return name if text.partition(".")[0] in own else text


def _formed(ctx: View, node: cst.Name | cst.Attribute, row: Removal, form: Form) -> Fix | Decline:
    at = site(ctx, node)
    text = filled(ctx, form, at, ctx.code)
    if isinstance(text, Decline):
        return replace(text, reason=f"{row.note}; {text.reason}") if row.note else text
    place = at.place(form)
    since = newest_need(row, text)
    message = supported(ctx, f"Write `{text.text}`", since)
    return Fix(message, (Edit(*ctx.span(place), beside(ctx, place, text)),), applicability(ctx, since), text.uses)


def newest_need(row: Removal, text: Text) -> str | None:
    """The version that a form's text needs."""
    needed = [row.needs, *(added(name) for name in text.uses)]
    return latest([each for each in needed if each is not None])


def latest(versions: list[str]) -> str | None:
    """The newest of some versions."""
    return max(versions, key=version, default=None)
