"""Where a second use of a key is the user's doing, how it came about, and what the key is called there.

Needs: two `Use`s of one key.  Gives: a `KeyReuse` event at the place that can be mended.

A function that consumes its own argument does nothing wrong: the call that passes the key counts, out to the function
in which the key is a variable, a field or an item, but no further than the activation that both uses share.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

import libcst as cst

from jaxlint.facts.model.definitions import bound_names
from jaxlint.facts.model.events import KeyReuse, RepeatedSeed, ReuseKind
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.state import Step, Use
from jaxlint.facts.model.values import Const, Key, Keys, Ref, Value, identity, leaves
from jaxlint.facts.model.why import Place, Why
from jaxlint.facts.trace import classes


@dataclass(frozen=True, slots=True)
class _Meeting:
    """A second use of a key (``here``) after a first one (``there``), in the innermost activation that they share.

    ``inner``: the activations of the second use within the shared one, innermost first.
    """

    key: Value
    here: Step
    there: Step
    shared: Step
    inner: tuple[Step, ...]

    @property
    def in_body(self) -> bool:
        """True where both uses are turns of one traced or mapped body: they share its transform's stand-in."""
        return not self.shared.is_function and self.shared.frame.caller is not None

    @property
    def kind(self) -> ReuseKind:
        if self.here.place.node is not self.there.place.node:
            return "again"
        if self.in_body:
            return "body"
        return "loop" if self.here.frame is self.there.frame else "call"


def report(frame: Frame, key: Value, first: Use, second: Use) -> None:
    """Record the reuse at the place of the second use, or where the key was frozen."""
    met = _meet(key, first, second)
    if _same_function_and_its_gradient(met, first, second) or _same_order(met, first, second) or _immutable_owner(met):
        return
    if met.shared.frame.module.is_test and _compares(met, first, second):
        return
    kind, place, expression = met.kind, met.here.place, met.here.expression
    if frozen := frame.tracer.frozen_in(chain(frame, key)) or _default(second, key):
        kind, place, expression = "frozen", frozen, None
    name = cst.Module(()).code_for_node(expression) if expression is not None else ""
    if kind != "again" or name or key not in frame.tracer.reused:
        event = KeyReuse(name, expression, key, kind, met.here.frame, place, second.verb, met.there.place, first.verb)
        frame.tracer.record_at(place, event)
    frame.tracer.reused.add(key)


def report_seed(frame: Frame, key: Key, seed: Const, first: Use, second: Use, place: Place) -> None:
    """Record that two keys of one seed are used alike."""
    assert key.place is not None
    met = _meet(key, first, second)
    if met.here.frame is met.there.frame is met.shared.frame:
        frame.tracer.record_at(key.place, RepeatedSeed(seed.value, second.verb, place, met.kind))


def steps(frame: Frame, node: cst.CSTNode, key: Value) -> Iterator[Step]:
    """The activations around a use of a key, innermost first."""
    scope: Frame | None = frame
    place: Place | None = frame.place(node)
    while scope is not None and place is not None:
        yield Step(scope, place, _spelling(scope, place.node, key))
        place, scope = scope.call, scope.caller


def _spelling(frame: Frame, node: cst.CSTNode, key: Value) -> cst.BaseExpression | None:
    """The argument of a call that is the key."""
    if isinstance(node, cst.Call):
        for arg in node.args:
            value = frame.values.get(arg.value)
            if value is not None and identity(value) is key:
                return arg.value
    return None


def _meet(key: Value, first: Use, second: Use) -> _Meeting:
    others = {step.frame for step in first.steps}
    shared = next((step for step in second.steps if step.frame in others), second.steps[-1])
    inner = tuple(takewhile(lambda step: step is not shared, second.steps))
    here, there = _owner(second, shared.frame, key), _owner(first, shared.frame, key)
    if here.place.node is not there.place.node and _holds_key(here, key):
        earlier = takewhile(lambda step: step.frame is not shared.frame, first.steps)
        if (method := next((step for step in earlier if _holds_key(step, key)), None)) is not None:
            there = method
        elif shared.is_function:
            # The object was given a key that is used outside of it as well.
            here = shared
    return _Meeting(key, here, there, shared, inner)


def _owner(use: Use, shared: Frame, key: Value) -> Step:
    """The innermost step at which the key is no mere argument; of a body's turns, the body."""
    for step, outer in zip(use.steps, [*use.steps[1:], None], strict=True):
        if step.frame is shared or (step.is_function and not passed(step.frame, key)):
            return step
        if outer is not None and outer.frame is shared and not outer.is_function and outer.frame.caller is not None:
            return step
    return use.steps[-1]


def chain(frame: Frame, key: Value) -> list[object]:
    """The key, what it is an item of, what that is an item of, and so on; arrays of keys by their base."""
    found: list[object] = [key]
    while (whole := frame.state.whole(found[-1])) is not None and whole not in found:
        found.append(whole)
    return found


def passed(frame: Frame, key: Value) -> bool:
    """True if an argument is the key or holds it, other than as the field of an object."""
    links = chain(frame, key)
    return any(_holds(frame, value, links) for value in frame.arguments.values())


def _holds(frame: Frame, value: Value, links: list[object]) -> bool:
    """True if a value is one of the links, or a tuple, list or array with one of them in it."""
    for leaf in leaves(value):
        held = identity(leaf)
        if held in links or (isinstance(held, Keys) and held.base in links):
            return True
        if isinstance(held, Ref) and held.kind == "list":
            return any(identity(item) in links for item in frame.state.contents(held).values())
    return False


def _holds_key(step: Step, key: Value) -> bool:
    """True if an object among a function's arguments has the key in a field."""
    objects = (value for value in step.frame.arguments.values() if isinstance(value, Ref) and value.kind == "object")
    return any(identity(item) is key for ref in objects for item in step.frame.state.contents(ref).values())


def _same_order(met: _Meeting, first: Use, second: Use) -> bool:
    """``permutation(key, x)`` and ``permutation(key, y)``, or over the leaves of a tree: the same order is meant.
    So are the same rows, where ``choice(key, leaf)`` takes them of each leaf."""
    if first.verb != second.verb or first.verb not in ("jax.random.permutation", "jax.random.choice"):
        return False
    caller = met.shared.frame.caller
    over_leaves = met.in_body and caller is not None and met.shared.frame.boundary is caller.boundary
    if first.verb == "jax.random.choice":
        return over_leaves and _of_leaf(first.steps[0])
    return met.kind == "again" or over_leaves or _of_item(second.steps[0])


def _of_item(draw: Step) -> bool:
    """True for a draw whose operand is the variable of a loop around it, as in ``for x in arrays``."""
    node = draw.place.node
    passed = [arg.value for arg in node.args[1:2]] if isinstance(node, cst.Call) else []
    operands = {value.value for value in passed if isinstance(value, cst.Name)}
    loops = [loop.node for loop in draw.frame.loops]
    return any(operands & set(bound_names(loop.target)) for loop in loops if isinstance(loop, cst.For | cst.CompFor))


def _of_leaf(draw: Step) -> bool:
    """True for a draw whose operand is an argument of the function in which it stands, as in ``lambda x: …``."""
    node = draw.place.node
    operands = [arg.value for arg in node.args[1:2]] if isinstance(node, cst.Call) else []
    return any(isinstance(name, cst.Name) and name.value in draw.frame.arguments for name in operands)


def _immutable_owner(met: _Meeting) -> bool:
    """A method of an immutable object called again: its result is a function of the key that the object is for."""
    if met.kind != "call":
        return False
    for step in met.inner:
        receiver = next(iter(step.frame.arguments.values()), None)
        is_method = step.frame.definition is not None and step.frame.definition.cls is not None
        if is_method and isinstance(receiver, Ref) and receiver.cls is not None:
            return classes.sort_of(step.frame, receiver.cls) in ("pytree", "namedtuple")
    return False


def _same_function_and_its_gradient(met: _Meeting, first: Use, second: Use) -> bool:
    """``f(x, key)`` beside ``grad(f)(x, key)``: the same draw is meant."""
    if met.kind != "again":
        return False
    shared = {step.frame for step in first.steps} & {step.frame for step in second.steps}
    mine = {step.frame.definition: step.frame for step in first.steps if step.frame not in shared and step.is_function}
    for step in second.steps:
        other = mine.get(step.frame.definition) if step.frame not in shared else None
        if other is not None and (_differentiated(other) or _differentiated(step.frame)):
            return True
    return False


def _compares(met: _Meeting, first: Use, second: Use) -> bool:
    """A test that hands one key to two pieces of code wants them to agree; what it draws itself should be
    independent."""
    draws = met.there.frame is first.steps[0].frame and met.here.frame is second.steps[0].frame
    return not draws or "jax.random.split" in (first.verb, second.verb)


def _differentiated(frame: Frame) -> bool:
    boundary = frame.boundary
    while boundary is not None:
        if boundary.kind == "grad":
            return True
        boundary = boundary.parent
    return False


def _default(use: Use, key: Value) -> Place | None:
    """Where the key was made, if that is the default value of a parameter through which it came."""
    if not isinstance(key, Key) or key.place is None:
        return None
    functions = (step.frame.definition for step in use.steps if step.frame.definition is not None)
    defaults = (parameter.default for function in functions for parameter in function.parameters)
    return key.place if any(default is key.place.node for default in defaults) else None


def sites(frame: Frame, event: KeyReuse) -> tuple[Step | None, ...]:
    """Where the code of the event's function uses up the key, once a place; None stands for uses in other functions."""
    found: dict[cst.CSTNode | None, Step | None] = {}
    for use in frame.tracer.uses[event.key]:
        steps = (step for step in use.steps if _same_code(step.frame, event.frame))
        step = next(steps, None)
        found.setdefault(step.place.node if step is not None else None, step)
    return tuple(found.values())


def _same_code(frame: Frame, other: Frame) -> bool:
    return frame is other or (frame.definition is not None and frame.definition is other.definition)


def story(event: KeyReuse) -> Why:
    """The two uses as steps."""
    name = event.name or "the key"
    first = Why(name, f"`{event.first_verb}` uses up `{name}`", event.first)
    return Why(name, f"`{event.verb}` uses it up again", event.place, first)
