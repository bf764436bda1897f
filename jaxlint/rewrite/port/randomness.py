"""NumPy's random numbers with explicit keys, threaded through functions and loops.

::

    rng = np.random.default_rng(seed)      rng = jax.random.key(seed)
    x = rng.normal(size=n)            ->   rng, subkey = jax.random.split(rng)
                                           x = jax.random.normal(subkey, (n,))

A generator that is a parameter becomes a key; its caller gives a key of its own to each call. Who draws from the
generator of ``np.random`` gets a parameter ``key``, and so does who calls that. The numbers are others, their
distributions the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter

import libcst as cst

from jaxlint.edits import Decline, Edit
from jaxlint.jaxapi.random import Sampler, makes_generator, sampler
from jaxlint.rewrite.port.ranks import Ranks
from jaxlint.rewrite.port.reading import Key, Reading, Unit, arguments
from jaxlint.source import walk

GLOBAL = "key"
"""The parameter that takes the place of NumPy's global generator."""
_REPEATED = (cst.Lambda, cst.ListComp, cst.GeneratorExp, cst.SetComp, cst.DictComp)


@dataclass
class Draws:
    """What a function draws. ``generators``: the variables that hold one; ``given``: those of them that are
    parameters; ``seeded``: it seeds the global generator itself; ``needs_key``: it draws from it unseeded."""

    samples: list[tuple[cst.Call, str, str]] = field(default_factory=list)
    given: set[str] = field(default_factory=set)
    made: dict[cst.Call, str] = field(default_factory=dict)
    seeds: list[cst.Call] = field(default_factory=list)
    needs_key: bool = False
    refusal: str | None = None

    def __bool__(self) -> bool:
        return bool(self.samples or self.given or self.made or self.seeds or self.needs_key)


def draws(reading: Reading) -> dict[Key, Draws]:
    """What every function draws, itself or through those that it calls."""
    found = {key: _own(reading, unit) for key, unit in reading.units.items()}
    changed = True
    while changed:
        changed = False
        for key, unit in reading.units.items():
            for call, callee in reading.calls(unit):
                changed = _through(found[key], unit, found[callee.key], callee, call) or changed
    return found


def _through(own: Draws, unit: Unit, theirs: Draws, callee: Unit, call: cst.Call) -> bool:
    """A caller's part in what its callee draws; True if that is news."""
    changed = False
    if theirs.needs_key and not own.needs_key and not own.seeds:
        own.needs_key = changed = True
    for name, arg in (arguments(callee, call) or {}).items():
        if name in theirs.given and isinstance(arg.value, cst.Name):
            given = arg.value.value
            if given in unit.names and given not in own.given:
                own.given.add(given)
                changed = True
    return changed


def _own(reading: Reading, unit: Unit) -> Draws:
    found = Draws()
    locals_: set[str] = set()
    for node in unit.nodes:
        match node:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=cst.Call(func=func) as call):
                if makes_generator(reading.name(unit, func) or ""):
                    found.made[call] = name
                    locals_.add(name)
    for node in walk(unit.node.body):
        if isinstance(node, cst.Call):
            _note_call(reading, unit, found, locals_, node)
    return found


def _note_call(reading: Reading, unit: Unit, found: Draws, locals_: set[str], node: cst.Call) -> None:
    name = reading.name(unit, node.func)
    if name == "numpy.random.seed":
        found.seeds.append(node)
    elif name is not None and makes_generator(name):
        if node not in found.made:
            found.refusal = f"line {unit.line(node)} makes a generator without a name"
        elif not node.args or unit.code(node.args[0].value) == "None":
            found.refusal = f"line {unit.line(node)}: a generator without a seed gives other numbers in every run"
        elif isinstance(node.args[0].value, cst.Name) and _may_be_none(unit, node.args[0].value.value):
            found.refusal = f"line {unit.line(node)}: without a seed it gives other numbers in every run"
    elif name is not None and name.startswith("numpy.random."):
        last = name.rpartition(".")[2]
        if sampler(last) is None:
            found.refusal = f"line {unit.line(node)}: JAX has no counterpart of `{name}`"
        found.samples.append((node, GLOBAL, last))
        found.needs_key = found.needs_key or not _seeds(reading, unit)
    elif isinstance(node.func, cst.Attribute) and isinstance(node.func.value, cst.Name):
        base, last = node.func.value.value, node.func.attr.value
        is_generator = base in locals_ or (base in unit.names and _is_generator(unit, base))
        if is_generator:
            if sampler(last) is None:
                found.refusal = f"line {unit.line(node)}: JAX has no counterpart of the generator's `{last}`"
            found.samples.append((node, base, last))
            if base not in locals_:
                found.given.add(base)


def _seeds(reading: Reading, unit: Unit) -> bool:
    return any(
        isinstance(node, cst.Call) and reading.name(unit, node.func) == "numpy.random.seed" for node in unit.nodes
    )


def _may_be_none(unit: Unit, name: str) -> bool:
    return any(
        parameter.name.value == name and parameter.default is not None and unit.code(parameter.default) == "None"
        for parameter in unit.parameters
    )


def _is_generator(unit: Unit, name: str) -> bool:
    """True for a parameter with which is done what only generators can, and nothing else but passing it on."""
    methods = [
        node.func.attr.value
        for node in walk(unit.node.body)
        if isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and isinstance(node.func.value, cst.Name)
        and node.func.value.value == name
    ]
    return bool(methods) and all(sampler(method) is not None for method in methods)


# --- edits -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Keyed:
    """The edits of a function and the names that they spell."""

    edits: tuple[Edit, ...]
    uses: tuple[str, ...]


def keyed(reading: Reading, unit: Unit, found: Mapping[Key, Draws], ranks: Ranks, *, host: bool) -> Keyed | Decline:
    """The edits that draw with keys. A function that stays on the host keeps its generator and draws seeds from it for
    those that do not."""
    own = found.get(unit.key, Draws())
    if own.refusal is not None and not host:
        return Decline(own.refusal)
    writer = _Writer(reading, unit, ranks)
    calls = [
        (call, callee) for call, callee in reading.calls(unit) if found[callee.key].given or found[callee.key].needs_key
    ]
    if not host:
        if refusal := writer.place_all([call for call, _, _ in own.samples] + [call for call, _ in calls]):
            return refusal
        for call in own.made:
            writer.edits.append(Edit(*unit.span(call.func), "jax.random.key"))
        for call in own.seeds:
            writer.edits.append(Edit(*unit.span(call.func), f"{GLOBAL} = jax.random.key"))
        for call, generator, last in own.samples:
            row = sampler(last)
            assert row is not None
            made = writer.sample(call, generator, last, row)
            if isinstance(made, Decline):
                return made
        if own.needs_key:
            writer.edits.append(_parameter(unit))
    for call, callee in calls:
        writer.pass_on(call, callee, found[callee.key], host=host)
    if not writer.edits:
        return Keyed((), ())
    edits = tuple(writer.written())
    names = dict.fromkeys(("jax.random.key", "jax.random.split", *writer.uses))
    return Keyed(edits, tuple(name for name in names if any(name in edit.text for edit in edits)))


class _Writer:
    """Collects the edits of a function: the keys of a statement are split in one line before it."""

    def __init__(self, reading: Reading, unit: Unit, ranks: Ranks) -> None:
        self.reading, self.unit, self.ranks = reading, unit, ranks
        self.edits: list[Edit] = []
        self.uses: list[str] = []
        self._splits: dict[tuple[cst.CSTNode, str], list[str]] = {}
        self._taken = {node.value for node in walk(unit.node) if isinstance(node, cst.Name)}

    def place_all(self, calls: Sequence[cst.Call]) -> Decline | None:
        for call in calls:
            if self._line(call) is None:
                return Decline(f"line {self.unit.line(call)} draws in a place where no key can be split before")
        return None

    def _line(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The statement before which a key can be split for a draw; None where the draw is made more than once."""
        inner: cst.CSTNode = node
        for above in self.unit.ancestors(node):
            if isinstance(above, _REPEATED) or (isinstance(above, cst.While) and above.test is inner):
                return None
            if isinstance(above, cst.FunctionDef | cst.SimpleStatementSuite):
                return None
            if isinstance(above, cst.SimpleStatementLine):
                return above if len(above.body) == 1 else None
            if isinstance(above, cst.If | cst.For):
                outer: cst.CSTNode = above
                while isinstance(parent := self.unit.parent(outer), cst.If) and parent.orelse is outer:
                    outer = parent
                return outer
            inner = above
        return None

    def subkey(self, node: cst.CSTNode, generator: str) -> str:
        """A name for one more key that is split off before a statement."""
        line = self._line(node)
        assert line is not None
        names = self._splits.setdefault((line, generator), [])
        name = "subkey" if not names and "subkey" not in self._taken else self._fresh()
        names.append(name)
        return name

    def _fresh(self) -> str:
        number = next(n for n in range(1, 1000) if f"subkey{n}" not in self._taken)
        self._taken.add(f"subkey{number}")
        return f"subkey{number}"

    def sample(self, call: cst.Call, generator: str, last: str, row: Sampler) -> Decline | None:
        given = self._bound(call, row)
        if given is None:
            return Decline(
                f"line {self.unit.line(call)}: `{self.unit.code(call)}` has arguments that JAX does not take"
            )
        key = self.subkey(call, generator)
        if row.dims:
            sizes = [self.unit.code(arg.value) for arg in call.args]
            size = f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})" if sizes else None
        else:
            size = self._size(given.get("size"))
        if last in ("integers", "randint") and given.get("high") in (None, "None"):
            given |= {"low": "0", "high": given["low"]}
        if size is None and (wide := [name for name in row.scalar if not self._is_number(given.get(name))]):
            shapes = ", ".join(f"jax.numpy.shape({_text(self.unit, given[name])})" for name in wide)
            size = f"jax.numpy.broadcast_shapes({shapes})" if len(wide) > 1 else shapes
            self.uses.append("jax.numpy.shape")
        text = self._filled(row.text, {"key": key, **given}, size)
        parent = self.unit.parent(call)
        if last == "shuffle":
            text = f"{_text(self.unit, given['x'])} = {text}"
        elif row.text.startswith("{") and not row.text.startswith("{jax"):
            text = f"({text})" if isinstance(parent, cst.BaseExpression) else text
        self.edits.append(self.unit.edit(call, text))
        return None

    def _bound(self, call: cst.Call, row: Sampler) -> dict[str, cst.BaseExpression | str] | None:
        names = [name for name, _ in row.params]
        found: dict[str, cst.BaseExpression | str] = {
            name: default for name, default in row.params if default is not None
        }
        if row.dims:
            return found if all(arg.keyword is None and not arg.star for arg in call.args) else None
        for position, arg in enumerate(call.args):
            name = arg.keyword.value if arg.keyword is not None else names[position] if position < len(names) else ""
            if arg.star or name not in names:
                return None
            found[name] = arg.value
        return found if all(name in found for name in names) else None

    def _size(self, node: cst.BaseExpression | str | None) -> str | None:
        if node is None or isinstance(node, str) or self.unit.code(node) == "None":
            return None
        text = self.unit.code(node)
        if isinstance(node, cst.Tuple):
            return f"({text})"
        whole = isinstance(node, cst.Attribute) and node.attr.value == "shape"
        return text if whole else f"({text},)"

    def _is_number(self, value: cst.BaseExpression | str | None) -> bool:
        return isinstance(value, str) or (value is not None and self.ranks.of(value) == 0)

    def _filled(self, form: str, given: Mapping[str, cst.BaseExpression | str], size: str | None) -> str:
        parts: list[str] = []
        for literal, name, _, _ in Formatter().parse(form):
            parts.append(literal)
            if name is None:
                continue
            if "." in name:
                parts.append(name)
                self.uses.append(name)
            elif name == "size":
                parts.append(f", {size}" if size is not None else "")
            elif name == "shape" and "shape" not in given:
                parts.append(size if size is not None else "()")
            else:
                parts.append(_text(self.unit, given[name], group="*" in form or "+" in form))
        text = "".join(parts)
        return _plain(text)

    def pass_on(self, call: cst.Call, callee: Unit, theirs: Draws, *, host: bool) -> None:
        for name, arg in (arguments(callee, call) or {}).items():
            if name in theirs.given and isinstance(arg.value, cst.Name):
                given = arg.value.value
                key = f"jax.random.key({given}.integers(2**32))" if host else self.subkey(call, given)
                self.edits.append(self.unit.edit(arg.value, key))
        if theirs.needs_key:
            key = "jax.random.key(np.random.randint(2**31))" if host else self.subkey(call, GLOBAL)
            end = self.unit.span(call)[1] - 1
            separator = ", " if call.args else ""
            self.edits.append(Edit(end, end, f"{separator}{GLOBAL}={key}"))

    def written(self) -> Iterator[Edit]:
        yield from self.edits
        for (line, generator), names in self._splits.items():
            at = self.unit.span(line)[0]
            number = f", {len(names) + 1}" if len(names) > 1 else ""
            text = f"{generator}, {', '.join(names)} = jax.random.split({generator}{number})\n{self.unit.indent(line)}"
            yield Edit(at, at, text)


def _text(unit: Unit, value: cst.BaseExpression | str, *, group: bool = False) -> str:
    if isinstance(value, str):
        return value
    text = unit.code(value)
    simple = isinstance(value, cst.Name | cst.Attribute | cst.Subscript | cst.Call | cst.Integer | cst.Float)
    return f"({text})" if group and not simple else text


def _plain(text: str) -> str:
    """``0.0 + 1.0 * f(x)`` -> ``f(x)``; defaults that are not stated fall away."""
    text = text.removeprefix("0.0 + ").removeprefix("1.0 * ").replace(" + 1.0 * ", " + ")
    return text.replace(", minval=0.0, maxval=1.0)", ")").replace(", True, None)", ")")


def _parameter(unit: Unit) -> Edit:
    """A parameter ``key`` behind the others that have no default."""
    params = unit.node.params
    last = params.params[-1] if params.params else None
    opening = unit.chunk.source.text.index("(", unit.span(unit.node.name)[1])
    if last is None:
        return Edit(opening + 1, opening + 1, GLOBAL)
    plain = [parameter for parameter in params.params if parameter.default is None]
    if len(plain) == len(params.params):
        end = unit.span(last)[1]
        return Edit(end, end, f", {GLOBAL}")
    end = unit.span(last)[1]
    star = "" if params.kwonly_params else "*, "
    return Edit(end, end, f", {star}{GLOBAL}")
