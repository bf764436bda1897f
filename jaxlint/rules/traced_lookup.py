"""A list, dict, range or NumPy array looked up with a tracer.  Page: rules/traced_lookup.md"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.events import Hash, HostCall, Lookup
from jaxlint.facts.model.values import Array, Const, HostArray, Many, Ref, Tuple, Value
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.table_lookup import as_array_lookup, as_dict_lookup
from jaxlint.rules import rule

HASHING = ("builtins.hash", "builtins.set", "builtins.frozenset")


@rule("JAX603", since="0.1", fix="safe")
def traced_lookup(ctx: View, event: Lookup | Hash | HostCall) -> Iterator[Finding]:
    node = ctx.node
    if ctx.failing(node):
        return
    if isinstance(event, HostCall):
        if event.name in HASHING and (event.name == HASHING[0] or isinstance(event.argument, Array)):
            message = f"`{event.name.removeprefix('builtins.')}` needs a hash, but {event.traced.why}"
            yield Finding(node, message, why=event.traced.why)
        return
    if isinstance(event, Lookup):
        message = f"{_kind(event.base)} takes no traced index, but {event.traced.why}"
        if isinstance(node, cst.Subscript):
            yield Finding(node, message, as_array_lookup(ctx, node, event), event.traced.why)
        return
    use = {"key": "a key of a dict", "item": "an item of a set"}[event.how]
    message = f"{use} needs a hash, but {event.traced.why}"
    fix = as_dict_lookup(ctx, node, event) if isinstance(node, cst.Subscript) else None
    yield Finding(node, message, fix, event.traced.why)


def _kind(base: Value) -> str:
    match base:
        case Tuple():
            return "a tuple"
        case Ref(kind=kind):
            return f"a {kind}"
        case HostArray():
            return "a NumPy array"
        case Many():
            return "a range or tuple"
        case Const():
            return "a string"
    return "this"
