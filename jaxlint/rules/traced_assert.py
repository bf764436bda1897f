"""An `assert` on a tracer.  Page: rules/traced_assert.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.queries.truth import undecidable
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.checks import as_check
from jaxlint.rules import rule


@rule("JAX402", since="0.1", fix="suggestion")
def traced_assert(ctx: View, node: cst.Assert) -> Iterator[Finding]:
    if why := undecidable(ctx, node.test):
        message = f"`assert` needs a concrete bool, but {why}; `checkify.check` tests values in a trace"
        yield Finding(node, message, as_check(ctx, node), why)
