"""What arrays had once, said in another way: ``x.device() -> x.device``, ``x.to_py() -> np.asarray(x)``."""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import Removal
from jaxlint.rewrite.form import Site, beside, filled, site
from jaxlint.rewrite.modern_use import applicability, newest_need, supported


def modern_attribute(ctx: View, node: cst.Attribute, row: Removal) -> Fix | Decline | None:
    """The fix of one attribute of an array."""
    if row.form is None:
        return Decline(row.note) if row.note else None
    at = Site(node, site(ctx, node).call, node.value)
    text = filled(ctx, row.form, at, ctx.code)
    if isinstance(text, Decline):
        return text
    if ctx.boundary is not None:
        return Decline("a tracer is on no device: ask outside of the traced function")
    place = at.place(row.form)
    since = newest_need(row, text)
    edit = Edit(*ctx.span(place), beside(ctx, place, text))
    return Fix(supported(ctx, f"Write `{text.text}`", since), (edit,), applicability(ctx, since), text.uses)
