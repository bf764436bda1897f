"""A keyword that still works, with a warning.  Page: rules/deprecated_parameter.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.queries.passed_names import passed_to_functions
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.modern_argument import modern_argument, told
from jaxlint.rules import rule


@rule("JAX904", since="0.2", level="warning")
def deprecated_parameter(ctx: View, node: cst.Module) -> Iterator[Finding]:
    for passed in passed_to_functions(ctx):
        if passed.row.status == "deprecated":
            yield Finding(passed.arg, told(passed), modern_argument(ctx, passed))
