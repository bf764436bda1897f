"""A keyword that a function of JAX does not take any more.  Page: rules/removed_parameter.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.queries.passed_names import passed_to_functions, passed_to_method
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.modern_argument import modern_argument, told
from jaxlint.rules import rule


@rule("JAX903", since="0.2", fix="safe")
def removed_parameter(ctx: View, node: cst.Module | cst.Call) -> Iterator[Finding]:
    found = passed_to_method(ctx, node) if isinstance(node, cst.Call) else passed_to_functions(ctx)
    for passed in found:
        if passed.row.status == "removed":
            yield Finding(passed.arg, told(passed), modern_argument(ctx, passed))
