"""A string or a function inside an argument that `jax.jit` traces.  Page: rules/non_array_leaf.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding
from jaxlint.facts.model.events import BadLeaf
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule


@rule("JAX832", since="0.1")
def non_array_leaf(ctx: View, event: BadLeaf) -> Iterator[Finding]:
    if not isinstance(ctx.node, cst.Call):
        return
    message = (
        f"`{event.argument}{event.path}` is {event.what}, which `{event.transform}` cannot trace: it raises TypeError; "
        "keep settings apart from arrays and pass them as a static argument, or close over them"
    )
    yield Finding(ctx.node, message, Decline("where the setting should live is for the author to say"))
