"""What to do about outdated API: the fix, wherever it stands, and the sentence that says so."""

from __future__ import annotations

from jaxlint.edits import Decline, Fix
from jaxlint.facts.queries.outdated import Outdated
from jaxlint.facts.queries.references import Imported
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.modern_import import modern_import
from jaxlint.rewrite.modern_use import choose, modern_use


def modern(ctx: View, found: Outdated) -> Fix | Decline | None:
    """The fix for an import, or for the use of a name."""
    return modern_import(ctx, found) if isinstance(found.by, Imported) else modern_use(ctx, found)


def told(ctx: View, found: Outdated) -> str:
    """``jax.tree_map` was removed in jax 0.6.0: use `jax.tree.map``"""
    row = found.row
    choice = choose(ctx, row, found.name)
    advice = [f"use `{choice.name}`"] if choice is not None else []
    advice += [row.note] if row.note else []
    return f"`{found.name}` {_fate(found)}" + (f": {'; '.join(advice)}" if advice else "")


def _fate(found: Outdated) -> str:
    row = found.row
    if row.status == "deprecated":
        return "is deprecated" + (f" since {row.package} {row.deprecated}" if row.deprecated else "")
    return f"was removed in {row.package} {row.removed}" if row.removed else f"is no longer in {row.package}"
