"""A name that still works, with a warning.  Page: rules/deprecated_api.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.queries.outdated import outdated
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.modern import modern, told
from jaxlint.rewrite.modern_use import choose
from jaxlint.rules import rule


@rule("JAX902", since="0.2", fix="safe", level="warning")
def deprecated_api(ctx: View, node: cst.Module) -> Iterator[Finding]:
    for found in outdated(ctx):
        choice = choose(ctx, found.row, found.name)
        late = choice is not None and choice.since is not None  # the project supports a JAX without the new name
        if found.row.status == "deprecated" and not late:
            yield Finding(found.node, told(ctx, found), modern(ctx, found))
