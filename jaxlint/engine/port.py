"""NumPy modules to JAX modules: texts -> facts -> edits -> texts, some passes of the porter, then those of the rules.

::

    NumPy text  --returns-->  pure NumPy  --names, jit-->  naive JAX  --fixes of the rules-->  JAX  --audit-->  verdicts

The porter itself only does what the rules cannot know: that the module is to become JAX, what each parameter is for,
which arguments a function changes. The result of that is naive JAX code, such as somebody would write who replaces the
names alone; mending it is what the rules are for. A function in which something is left that fails on tracers stays as
it was, with the reason, and all is done again without it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import partial
from types import MappingProxyType
from typing import Literal

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix
from jaxlint.engine.apply import apply
from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.fix import FixOutcome, fix
from jaxlint.engine.imports import missing_imports
from jaxlint.engine.own import Known
from jaxlint.engine.rule_options import Stated as RuleOptions
from jaxlint.engine.syntax import tree
from jaxlint.facts.model.definitions import FunctionDefinition
from jaxlint.facts.model.project import Project, Stated, States, load, newest_jax
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.tracer import Tracer
from jaxlint.rewrite.port.audit import left_over
from jaxlint.rewrite.port.border import copies
from jaxlint.rewrite.port.candidates import candidates, of_numpy
from jaxlint.rewrite.port.conversions import conversions
from jaxlint.rewrite.port.entries import compiled, entries
from jaxlint.rewrite.port.imports import used_names, without_uses
from jaxlint.rewrite.port.names import as_jax_names
from jaxlint.rewrite.port.randomness import GLOBAL, Draws, draws, keyed
from jaxlint.rewrite.port.ranks import Ranks
from jaxlint.rewrite.port.reading import Key, Reading, Unit
from jaxlint.rewrite.port.returns import PURE, Convention, as_results, called_as_value, convention, lookup, rebound
from jaxlint.rewrite.port.roles import Roles, indices, roles
from jaxlint.rewrite.port.scripts import loops_as_functions
from jaxlint.rewrite.port.sharing import Sharing, sharing
from jaxlint.rewrite.port.views import written_out
from jaxlint.rewrite.slices import chosen_values, named_slices, whole_axes
from jaxlint.source import SourceText

Status = Literal["ported", "declined", "host"]
_LEFT_OUT = ("JAX7", "JAX002")
"""Rules about how a program is used: they have nothing to do with making it JAX."""
_ROUNDS = 8
_LENGTH = "the length of"
"""Of such a reason the rewrite of slices knows more."""
_NOT_FAILING = ("JAX406",)
"""Warnings that a port must not leave behind."""


@dataclass(frozen=True, slots=True)
class Ported:
    """What became of a function. ``notes``: what changed in its signature, and what to check; ``draws``: it draws
    random numbers, which are others than NumPy's."""

    path: str
    name: str
    line: int
    status: Status
    reason: str = ""
    notes: tuple[str, ...] = ()
    draws: bool = False


@dataclass(frozen=True, slots=True)
class PortOutcome:
    """The new texts and what became of each function, in the order of the files."""

    texts: dict[str, str]
    functions: tuple[Ported, ...]
    fixes: tuple[tuple[str, Diagnostic], ...] = ()


@dataclass
class _Attempt:
    """One run over all functions but those that are known to stay on the host."""

    texts: dict[str, SourceText]
    host: dict[Key, str]
    declined: dict[Key, str] = field(default_factory=dict)
    conventions: dict[Key, Convention] = field(default_factory=dict)
    static: dict[Key, tuple[str, ...]] = field(default_factory=dict)
    entries: set[Key] = field(default_factory=set)
    assumed: dict[Key, dict[str, int]] = field(default_factory=dict)
    unmasked: dict[Key, str] = field(default_factory=dict)
    """Why the slices that a loop bounds could not be written otherwise."""
    keys: set[Key] = field(default_factory=set)
    drawing: set[Key] = field(default_factory=set)
    extracted: dict[Key, int] = field(default_factory=dict)
    outcome: FixOutcome | None = None

    def __post_init__(self) -> None:
        self._before = {path: source.text for path, source in self.texts.items()}

    def decline(self, key: Key, reason: str) -> None:
        """Leave a function to the host; a line in the reason is one of the text as it is now."""
        self.declined[key] = self.told(key, reason)

    def told(self, key: Key, reason: str) -> str:
        """A reason with the user's lines in the place of those of the text as it is now."""
        before, now = self._before[key[0]].split("\n"), self.texts[key[0]].text.split("\n")
        old = partial(line_before, before, now)
        return re.sub(r"\bline (\d+)", lambda found: f"line {old(int(found[1]))}", reason)


Refusals = Mapping[Key, str]
"""Functions that are to stay on the host, with the reason."""


def line_before(before: list[str], now: list[str], line: int) -> int:
    """The line of an earlier text that a line comes from, or that the lines around it come from."""
    for _, first, last, start, end in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        if start < line <= end:
            return min(first + line - start, max(last, first + 1))
    return line


def port(sources: Sequence[SourceText], *, jit: bool = True, refused: Refusals = MappingProxyType({})) -> PortOutcome:
    """Port the functions of some modules. Nothing is written: the outcome has the new texts."""
    reading = Reading(load(sources))
    wanted, apart = candidates(reading)
    host: dict[Key, str] = dict(refused)
    while True:
        attempt = _attempt(sources, wanted - host.keys(), host, jit=jit)
        if not attempt.declined.keys() - host.keys():
            return _told(reading, wanted, apart, attempt)
        host |= attempt.declined
        host |= _with_callers(reading, wanted, host)


def _with_callers(reading: Reading, wanted: set[Key], host: Mapping[Key, str]) -> dict[Key, str]:
    """The functions that call some that stay on the host, directly or not."""
    found: dict[Key, str] = {}
    growing = True
    while growing:
        growing = False
        for key in sorted(wanted - host.keys() - found.keys()):
            for _, callee in reading.calls(reading.units[key]):
                if callee.key in host or callee.key in found:
                    found[key] = f"it calls `{callee.name}`, which stays on the host"
                    growing = True
                    break
    return found


def _attempt(sources: Sequence[SourceText], wanted: set[Key], host: dict[Key, str], *, jit: bool) -> _Attempt:
    attempt = _Attempt({source.path: source for source in sources}, host)
    wanted = wanted | _extracted(attempt)
    _written_out(attempt, wanted)
    wanted = _functional(attempt, wanted)
    used = _used(attempt)
    wanted = _keyed(attempt, wanted)
    stated = _renamed(attempt, wanted, jit=jit)
    _converted(attempt, wanted - attempt.declined.keys(), stated)
    _widened(attempt, wanted - attempt.declined.keys(), stated)
    _mended(attempt, wanted, stated)
    _cleared(attempt, used)
    return attempt


# --- scripts -----------------------------------------------------------------------------------------------------


def _extracted(attempt: _Attempt) -> set[Key]:
    """Make functions of the loops of scripts."""
    reading = Reading(load(attempt.texts.values()))
    edits: dict[str, Fix] = {}
    for script in list(reading.host(reading.units.keys())):
        if not of_numpy(script):
            continue
        for made in loops_as_functions(reading, script, attempt.host):
            attempt.extracted[made.key] = made.line
            before = edits.get(script.module.path, Fix("", ()))
            edits[script.module.path] = replace(before, edits=(*before.edits, *made.edits))
    _apply(attempt, edits)
    return set(attempt.extracted)


# --- changed arguments -------------------------------------------------------------------------------------------


def _written_out(attempt: _Attempt, wanted: set[Key]) -> None:
    """Store through no views and second names, where these can be written out."""
    for _ in range(_ROUNDS):
        reading = Reading(load(attempt.texts.values()))
        own = roles(reading)
        found = sharing(reading, {key: Ranks(reading, unit, own[key]) for key, unit in reading.units.items()})
        edits: dict[str, Fix] = {}
        for key in sorted(wanted):
            unit = reading.units[key]
            made = tuple(written_out(unit, found[key].conflicts))
            before = edits.get(unit.module.path, Fix("", ()))
            edits[unit.module.path] = replace(before, edits=(*before.edits, *made))
        if not any(made.edits for made in edits.values()):
            return
        _apply(attempt, edits)


def _functional(attempt: _Attempt, wanted: set[Key]) -> set[Key]:
    """Make the functions return what they change; those which cannot are declined."""
    reading = Reading(load(attempt.texts.values()))
    own = roles(reading)
    ranks = {key: Ranks(reading, unit, own[key]) for key, unit in reading.units.items()}
    found = sharing(reading, ranks)
    attempt.assumed = {key: ranks[key].assumed for key in wanted}
    for key in sorted(wanted):
        unit = reading.units[key]
        if reason := _shares(unit, found[key]) or _of_callees(reading, unit, wanted):
            attempt.decline(key, reason)
            continue
        made = convention(unit, found[key], own[key])
        if isinstance(made, Decline):
            attempt.decline(key, made.reason)
        else:
            attempt.conventions[key] = made
    kept = wanted - attempt.declined.keys()
    conventions = lookup(reading, {key: attempt.conventions[key] for key in kept})
    edits: dict[str, list[Edit]] = {}
    changing = {reading.units[each].node.name.value for each in kept if attempt.conventions[each].changes}
    for unit in (*(reading.units[key] for key in sorted(kept)), *reading.host(kept)):
        ours = unit.key in kept
        mine = attempt.conventions[unit.key] if ours else PURE
        sites = rebound(unit, mine, conventions, host=not ours)
        if isinstance(sites, Decline):
            _blame(attempt, reading, unit, sites.reason, kept)
            continue
        for node in called_as_value(unit, changing):
            reason = f"line {unit.line(node)} passes it on, and it changes its arguments"
            attempt.decline((unit.module.path, node.value), reason)
        results = as_results(unit, found[unit.key], mine, conventions) if ours else ()
        edits.setdefault(unit.module.path, []).extend((*sites, *results))
    _apply(attempt, {path: Fix("", tuple(made)) for path, made in edits.items() if made})
    return kept - attempt.declined.keys()


def _blame(attempt: _Attempt, reading: Reading, unit: Unit, reason: str, kept: set[Key]) -> None:
    """A call cannot bind what it gets: if the caller stays on the host anyway, its callees stay with it."""
    if unit.key in kept:
        attempt.decline(unit.key, reason)
        return
    for _, callee in reading.calls(unit):
        if callee.key in kept and attempt.conventions[callee.key].changes:
            attempt.decline(callee.key, reason)


def _shares(unit: Unit, found: Sharing) -> str | None:
    for conflict in found.conflicts:
        return (
            f"line {unit.line(conflict.node)} changes `{conflict.name}` in place, and `{conflict.other}` may show the "
            "same memory"
        )
    for name, node in found.captured.items():
        return f"line {unit.line(node)} changes `{name}`, which lives outside of the function"
    return None


def _of_callees(reading: Reading, unit: Unit, wanted: set[Key]) -> str | None:
    for _, callee in reading.calls(unit):
        if callee.key not in wanted:
            return f"it calls `{callee.name}`, which stays on the host"
    return None


# --- random numbers ----------------------------------------------------------------------------------------------


def _keyed(attempt: _Attempt, wanted: set[Key]) -> set[Key]:
    """Draw with keys; the functions whose draws have no counterpart are declined."""
    reading = Reading(load(attempt.texts.values()))
    own = roles(reading)
    found = draws(reading)
    for key in reading.units.keys() - wanted:
        found[key] = Draws()
    attempt.drawing = {key for key, one in found.items() if one} | _callers(
        reading, {k for k, one in found.items() if one}
    )
    edits: dict[str, Fix] = {}
    for unit in (*(reading.units[key] for key in sorted(wanted)), *reading.host(wanted)):
        ours = unit.key in wanted
        made = keyed(reading, unit, found, Ranks(reading, unit, own[unit.key] if ours else {}), host=not ours)
        if isinstance(made, Decline):
            attempt.decline(unit.key, made.reason)
            continue
        if ours and found[unit.key].needs_key:
            attempt.keys.add(unit.key)
        before = edits.get(unit.module.path, Fix("", ()))
        edits[unit.module.path] = replace(before, edits=(*before.edits, *made.edits), uses=(*before.uses, *made.uses))
    _apply(attempt, edits)
    return wanted - attempt.declined.keys()


def _callers(reading: Reading, keys: set[Key]) -> set[Key]:
    """The functions that call some, directly or not."""
    found: set[Key] = set()
    growing = True
    while growing:
        more = {
            key
            for key, unit in reading.units.items()
            if key not in found and any(callee.key in keys | found for _, callee in reading.calls(unit))
        }
        found |= more
        growing = bool(more)
    return found


# --- names and jit -----------------------------------------------------------------------------------------------


def _renamed(attempt: _Attempt, wanted: set[Key], *, jit: bool) -> States:
    """Write JAX's names and decorators; what is stated of the parameters from then on."""
    project = load(attempt.texts.values())
    reading = Reading(project)
    own = roles(reading)
    stated = _stated(reading, own, wanted)
    _at_the_border(attempt, reading, wanted)
    project = load(attempt.texts.values())
    reading = Reading(project)
    seen = _views(load_like(project, stated), wanted, reading)
    edits: dict[str, Fix] = {}
    attempt.entries = entries(reading, wanted) if jit else set()
    for key in sorted(wanted):
        unit, ctx = reading.units[key], seen[key]
        made = as_jax_names(reading, unit, ctx)
        if isinstance(made, Decline):
            attempt.decline(key, made.reason)
            continue
        more, uses = compiled(reading, unit, ctx, own[key]) if key in attempt.entries else ([], ())
        attempt.static[key] = tuple(name for name in unit.names if own[key].get(name) in ("size", "static"))
        before = edits.get(unit.module.path, Fix("", ()))
        edits[unit.module.path] = replace(
            before, edits=(*before.edits, *made.edits, *more), uses=(*before.uses, *made.uses, *uses)
        )
    _apply(attempt, edits)
    return stated


def _widened(attempt: _Attempt, wanted: set[Key], stated: States) -> None:
    """Masks and windows for the slices that loops bound; where there is no way, the rules will say what is left."""
    reading = Reading(load(attempt.texts.values(), newest_jax, stated))
    moved: dict[str, Fix] = {}
    for key, ctx in _views(reading.project, wanted, reading).items():
        if (made := named_slices(ctx)) is not None:
            moved[key[0]] = _with(moved.get(key[0]), made)
        for node in ctx.nodes():
            if isinstance(node, cst.If) and (chosen := chosen_values(ctx, node)) is not None:
                moved[key[0]] = _with(moved.get(key[0]), chosen)
    _apply(attempt, moved)
    project = load(attempt.texts.values(), newest_jax, stated)
    reading = Reading(project)
    edits: dict[str, Fix] = {}
    for key, ctx in _views(project, wanted, reading).items():
        for node in ctx.nodes():
            whole = whole_axes(ctx, node) if isinstance(node, cst.SimpleStatementLine | cst.If | cst.While) else None
            if isinstance(whole, Decline):
                attempt.unmasked.setdefault(key, attempt.told(key, f"line {ctx.line(node)}: {whole.reason}"))
            if isinstance(whole, Fix):
                edits[key[0]] = _with(edits.get(key[0]), whole)
    _apply(attempt, edits)


def _with(before: Fix | None, made: Fix) -> Fix:
    if before is None:
        return made
    return replace(before, edits=(*before.edits, *made.edits), uses=(*before.uses, *made.uses))


def _converted(attempt: _Attempt, wanted: set[Key], stated: States) -> None:
    """Convert arrays as arrays, not with Python's types."""
    while True:
        project = load(attempt.texts.values(), newest_jax, stated)
        reading = Reading(project)
        edits: dict[str, Fix] = {}
        for key, ctx in _views(project, wanted, reading).items():
            unit = reading.units[key]
            before = edits.get(unit.module.path, Fix("", ()))
            edits[unit.module.path] = replace(before, edits=(*before.edits, *conversions(reading, unit, ctx)))
        if not any(made.edits for made in edits.values()):
            return
        _apply(attempt, edits)


def _at_the_border(attempt: _Attempt, reading: Reading, wanted: set[Key]) -> None:
    """Let the host copy the results that it stores into."""
    edits: dict[str, Fix] = {}
    for unit in reading.host(wanted):
        made = tuple(copies(reading, unit, wanted, "np.array"))
        before = edits.get(unit.module.path, Fix("", ()))
        uses = (*before.uses, *(("numpy.array",) if made else ()))
        edits[unit.module.path] = replace(before, edits=(*before.edits, *made), uses=uses)
    _apply(attempt, edits)


def load_like(project: Project, stated: States) -> Project:
    """The same modules, with what is stated of their parameters."""
    return Project(project.modules, project.target, stated)


def _stated(reading: Reading, own: Roles, wanted: set[Key]) -> States:
    found: dict[Key, dict[str, Stated]] = {}
    for key in wanted:
        unit = reading.units[key]
        ranks = Ranks(reading, unit, own[key])
        found[key] = {
            parameter.name.value: made
            for parameter in unit.parameters
            if (made := _statement(unit, own[key][parameter.name.value], ranks, parameter)) is not None
        }
    return lambda path, function: found.get((path, function), {})


def _statement(unit: Unit, role: str, ranks: Ranks, parameter: "cst.Param") -> Stated | None:
    if unit.is_method and parameter is unit.parameters[0]:
        return None
    if parameter.default is not None and unit.code(parameter.default) == "None":
        return None
    match role:
        case "array" | "data" | "number":
            return Stated("array", ranks.of(parameter.name))
        case "size":
            return Stated("size")
    return None


def _views(project: Project, wanted: set[Key], reading: Reading) -> dict[Key, View]:
    """A view of each function, entered from arguments of which only what is stated is known."""
    tracer = Tracer(project, everything=True)
    tracer.run()
    frames = {
        definition.node: entered[0]
        for definition, entered in tracer.activations.items()
        if isinstance(definition, FunctionDefinition) and entered
    }
    modules = {module: tracer.module_frame(module) for module in project.modules}
    found = {}
    for key in wanted:
        unit = reading.units[key]
        frame = frames.get(unit.node, modules[unit.module])
        found[key] = View(tracer, frame, unit.chunk, unit.node)
    return found


def _apply(attempt: _Attempt, fixes: Mapping[str, Fix]) -> None:
    for path, made in fixes.items():
        source = attempt.texts[path]
        module = tree(source.text)
        if module is None:
            continue
        imports = missing_imports(source, module, made)
        attempt.texts[path] = replace(source, text=apply(source.text, [*imports, *made.edits]))


def _used(attempt: _Attempt) -> dict[str, frozenset[str]]:
    """The names of NumPy's and its kin's imports that each module uses."""
    project = load(attempt.texts.values())
    return {module.path: used_names(project, module) for module in project.modules}


def _cleared(attempt: _Attempt, before: Mapping[str, frozenset[str]]) -> None:
    """Take away the imports that lost their last use."""
    project = load(attempt.texts.values())
    tracer = Tracer(project)
    edits = {}
    for module in project.modules:
        frame = tracer.module_frame(module)
        ctx = View(tracer, frame, frame.chunk)
        edits[module.path] = Fix("", tuple(without_uses(project, module, ctx, before[module.path])))
    _apply(attempt, edits)


# --- what the rules mend -----------------------------------------------------------------------------------------


_FEW = 4
"""From so many turns on, a loop of a ported function is written with lax, however few its callers ask for here."""


def _rule_options(path: str) -> RuleOptions:
    return (("unrolled-loop", (("limit", _FEW),)),)


def _mended(attempt: _Attempt, wanted: set[Key], stated: States) -> None:
    from jaxlint.engine.check import check

    def select(rule: Known) -> bool:
        return rule.level != "hint" and not rule.code.startswith(_LEFT_OUT)

    looked = partial(check, target=newest_jax, options=_rule_options, stated=stated)
    before = list(attempt.texts.values())
    outcome = fix(before, select, "unsafe", check=lambda sources, chosen: looked(sources, chosen))
    attempt.outcome = outcome
    attempt.texts = {path: replace(attempt.texts[path], text=text) for path, text in outcome.texts.items()}
    project = load(attempt.texts.values(), newest_jax, stated)
    reading = Reading(project)
    for key in sorted(wanted - attempt.declined.keys()):
        unit = reading.units.get(key)
        reason = _remaining(unit, outcome) if unit is not None else "it disappeared"
        if reason is not None:
            attempt.decline(key, reason)
            if _LENGTH in reason and key in attempt.unmasked:
                attempt.declined[key] = attempt.unmasked[key]
    kept = wanted - attempt.declined.keys()
    views = _views(project, kept, reading)
    for key, reason in left_over(reading, kept, views).items():
        attempt.decline(key, reason)


def _remaining(unit: Unit, outcome: FixOutcome) -> str | None:
    """Why a function still fails on tracers, by the rules."""
    source = unit.chunk.source
    start, end = unit.span(unit.node)
    first, last = source.position(start)[0], source.position(end)[0]
    for found in outcome.remaining.get(source.path, ()):
        if first <= found.start[0] <= last and (found.level == "error" or found.code in _NOT_FAILING):
            return f"line {found.start[0]}: {found.declined or found.message}"
    return None


# --- the report --------------------------------------------------------------------------------------------------


def _told(reading: Reading, wanted: set[Key], apart: Mapping[Key, str], attempt: _Attempt) -> PortOutcome:
    functions = []
    for key, unit in reading.units.items():
        line = unit.line(unit.node)
        if key in attempt.host:
            functions.append(Ported(*key, line, "declined", attempt.host[key]))
        elif key in wanted:
            functions.append(
                Ported(*key, line, "ported", notes=tuple(_notes(unit, attempt)), draws=key in attempt.drawing)
            )
        elif key in apart:
            functions.append(Ported(*key, line, "host", apart[key]))
    functions += [Ported(*key, 1, "declined", why) for key, why in attempt.host.items() if key not in reading.units]
    for key, line in attempt.extracted.items():
        notes = (f"the loop at line {line} became a function", *_static_notes(key, attempt))
        functions.append(Ported(*key, line, "ported", notes=notes, draws=key in attempt.drawing))
    texts = {path: source.text for path, source in attempt.texts.items()}
    return PortOutcome(texts, tuple(functions), attempt.outcome.applied if attempt.outcome is not None else ())


def _notes(unit: Unit, attempt: _Attempt) -> list[str]:
    notes = []
    own = attempt.conventions.get(unit.key, PURE)
    if own.changes:
        names = " and ".join(f"`{name}`" for name in own.changes)
        notes.append(f"returns {names} instead of changing {'it' if len(own.changes) == 1 else 'them'} in place")
    if unit.key in attempt.keys:
        notes.append(f"takes a key for its random numbers, `{GLOBAL}`")
    assumed = attempt.assumed.get(unit.key, {})
    if assumed:
        axes = " and ".join(f"`{name}` has {rank} axes" for name, rank in assumed.items())
        notes.append(f"holds if {axes}, as its indices suggest")
    if taken := indices(unit):
        notes.append(f"holds if {' and '.join(f'`{name}`' for name in taken)} are indices, not masks")
    return [*notes, *_static_notes(unit.key, attempt)]


def _static_notes(key: Key, attempt: _Attempt) -> list[str]:
    static = attempt.static.get(key, ())
    if not static or key not in attempt.entries:
        return []
    return [f"static: {', '.join(f'`{name}`' for name in static)}; each new value compiles anew"]
