"""A name that is gone from JAX, or from a library on it.  Page: rules/removed_api.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.queries.outdated import outdated
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.modern import modern, told
from jaxlint.rules import rule


@rule("JAX901", since="0.2", fix="safe")
def removed_api(ctx: View, node: cst.Module) -> Iterator[Finding]:
    for found in outdated(ctx):
        if found.row.status == "removed":
            yield Finding(found.node, told(ctx, found), modern(ctx, found))
