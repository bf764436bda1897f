"""A result that goes from one compiled function to the host and into the next.  Page: rules/host_round_trip.md"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.queries.anew import called
from jaxlint.facts.queries.programs import is_test
from jaxlint.facts.queries.round_trips import round_trip
from jaxlint.facts.queries.syncs import times
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.on_device import stay_on_device
from jaxlint.rules import rule


@rule("JAX610", since="0.1", level="hint", fix="unsafe")
def host_round_trip(ctx: View, node: cst.Call) -> Iterator[Finding]:
    found = round_trip(ctx, node)
    if found is None or ctx.function is None or is_test(ctx.module):
        return
    if any(times(other) for other in own_nodes(ctx.function.node.body) if other is not node.func):
        return
    array, first, second = ctx.code(found.array), called(found.first), called(found.second)
    if found.waits:
        message = (
            f"Python waits for `{array}`, though `{second}` takes it as it is: without the wait its call is dispatched "
            f"while `{first}` still runs"
        )
    else:
        message = (
            f"{found.how} waits for `{array}`, which `{first}` computes, and `{second}` takes it to the device again; "
            "pass the array itself, and Python runs ahead"
        )
    yield Finding(node, message, stay_on_device(ctx, node, found))
