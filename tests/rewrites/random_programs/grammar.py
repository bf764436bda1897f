"""Writes random programs: nested loops, branches, breaks, continues, returns, stores and appends, from a seed.

Every program ends and keeps the types of its variables. Most numbers are small multiples of 1/4, which float32 holds
exactly whatever the order, so that a test does not flip by rounding.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

Lines = list[str]

HEAD = "import jax\nimport jax.numpy as jnp\n"
PARAMETERS = ("x", "y", "m", "a", "b", "n")
"""Two arrays of one length, a matrix, two floats, an int."""

CONSTANTS = ("0.5", "1.0", "2.0", "-1.5", "0.25", "3.0")
COMPARISONS = ("<", ">", "<=", ">=", "<", ">", "==", "!=")
DEPTH = 3


@dataclass(frozen=True)
class Scope:
    """The names that are surely bound, by type. ``index`` are ints that are indices of ``x`` and ``y``."""

    floats: tuple[str, ...] = ()
    ints: tuple[str, ...] = ()
    bools: tuple[str, ...] = ()
    index: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    loop: bool = False
    level: int = 0
    frozen: frozenset[str] = frozenset()

    def deeper(self, **changes: object) -> "Scope":
        return replace(self, level=self.level + 1, **changes)  # type: ignore[arg-type]

    @property
    def assignable(self) -> tuple[str, ...]:
        return tuple(name for name in self.floats if name not in self.frozen)

    @property
    def countable(self) -> tuple[str, ...]:
        return tuple(name for name in self.ints if name not in self.frozen)


@dataclass
class Writer:
    """One program."""

    random: Random
    budget: int = 16
    fresh: int = 0
    results: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()
    store: bool = False
    slots: bool = False
    collecting: bool = False
    whole: bool = False
    flags: dict[str, bool] = field(default_factory=dict)

    # --- expressions -------------------------------------------------------------------------------------------------

    def pick(self, *weighted: tuple[int, Callable[[], str] | None]) -> str:
        choices = [(weight, make) for weight, make in weighted if make is not None and weight]
        (make,) = self.random.choices([make for _, make in choices], [weight for weight, _ in choices])
        return make()

    def number(self, scope: Scope, depth: int = 2) -> str:
        """A float."""

        def inner() -> str:
            return self.number(scope, depth - 1)

        deep = 1 if depth > 0 else 0
        return self.pick(
            (3, lambda: self.random.choice(CONSTANTS)),
            (8, (lambda: self.random.choice(scope.floats)) if scope.floats else None),
            (6, (lambda: f"{self.random.choice('xy')}[{self.random.choice(scope.index)}]") if scope.index else None),
            (6, (lambda: self.random.choice(scope.cells)) if scope.cells else None),
            (2, (lambda: f"0.5 * {self.random.choice(scope.ints)}") if scope.ints else None),
            (2, (lambda: f"out[{self.random.choice(scope.index)}]") if scope.index and self.store else None),
            (2, (lambda: 'state["best"]') if self.slots else None),
            (6 * deep, lambda: f"{inner()} {self.random.choice('+-')} {inner()}"),
            (3 * deep, lambda: f"{self.random.choice(('0.5', '2.0', '-1.0'))} * ({inner()})"),
            (2 * deep, lambda: f"jnp.abs({inner()})"),
            (2 * deep, lambda: f"jnp.{self.random.choice(('minimum', 'maximum'))}({inner()}, {inner()})"),
            (deep, lambda: f"({inner()} if {self.test(scope, 0)} else {inner()})"),
            (deep, (lambda: f"{self.random.choice(self.helpers)}({inner()}, {inner()})") if self.helpers else None),
        )

    def integer(self, scope: Scope) -> str:
        if not scope.ints:
            return str(self.random.randrange(4))
        name = self.random.choice(scope.ints)
        other = self.random.choice((*scope.ints, "1", "2"))
        return self.random.choice(
            (f"{name} + jnp.int32(1)", f"{name} + {other}", f"{name} - {other}", f"{name} // 2", f"{name} % 3 * 2")
        )

    def test(self, scope: Scope, depth: int = 1) -> str:
        """A condition, traced or (seldom) static."""

        def compare() -> str:
            known = (*scope.floats, *scope.cells, *(f"x[{i}]" for i in scope.index))
            left = self.random.choice(known) if self.random.random() < 0.7 else self.number(scope, 1)
            return f"{left} {self.random.choice(COMPARISONS)} {self.number(scope, 1)}"

        def count() -> str:
            name = self.random.choice(scope.ints)
            return self.random.choice((f"{name} % 2 == 0", f"{name} > 1", f"{name} < n", f"{name} != 2"))

        deep = 1 if depth > 0 else 0
        inner = lambda: self.test(scope, depth - 1)  # noqa: E731
        return self.pick(
            (8, compare),
            (4, count if scope.ints else None),
            (2, (lambda: self.random.choice(scope.bools)) if scope.bools else None),
            (2 * deep, lambda: f"{compare()} and {inner()}"),
            (2 * deep, lambda: f"{compare()} or {inner()}"),
            (deep, lambda: f"not ({inner()})"),
            (deep, lambda: f"-1.0 < {self.number(scope, 1)} <= 2.0"),
            (1, lambda: "x.shape[0] > 2" if not self.flags.get("helper") else compare()),
        )

    # --- statements --------------------------------------------------------------------------------------------------

    def block(self, scope: Scope, most: int = 3) -> tuple[Lines, Scope]:
        """Some statements, and what is bound after them."""
        lines: Lines = []
        for _ in range(self.random.randint(1, most)):
            more, scope = self.statement(scope)
            lines += more
            if leaves(more):
                break
        return lines, scope

    def statement(self, scope: Scope) -> tuple[Lines, Scope]:
        self.budget -= 1
        flat = scope.level >= DEPTH or self.budget < 0
        kinds: list[tuple[int, Callable[[Scope], tuple[Lines, Scope]]]] = [
            (6, self.assign),
            (2, self.count),
            (2, self.bind),
            (1, self.swap),
            (1, self.pair),
            (1 if self.store else 0, self.vector),
            (0 if flat or self.collecting else 1, self.match),
            (0 if flat else 6, self.branch),
            (0 if flat else 3, self.loop),
            (0 if flat else 2, self.repeat),
            (3 if self.store and scope.index else 0, self.put),
            (2 if self.slots else 0, self.slot),
            (2 if scope.loop and not flat else 0, self.leave),
            (1 if not flat and scope.level > 0 and not self.collecting else 0, self.give),
            (1 if scope.bools else 0, self.flag),
        ]
        (kind,) = self.random.choices([kind for _, kind in kinds], [weight for weight, _ in kinds])
        return kind(scope)

    def assign(self, scope: Scope) -> tuple[Lines, Scope]:
        name = self.random.choice(scope.assignable)
        if self.random.random() < 0.4:
            return [f"{name} {self.random.choice('+-')}= {self.number(scope, 1)}"], scope
        return [f"{name} = {self.number(scope)}"], scope

    def count(self, scope: Scope) -> tuple[Lines, Scope]:
        if not scope.countable:
            return self.assign(scope)
        name = self.random.choice(scope.countable)
        return [self.random.choice((f"{name} += 1", f"{name} = {self.integer(scope)}"))], scope

    def bind(self, scope: Scope) -> tuple[Lines, Scope]:
        """A name that is new here."""
        name = self.name("t")
        return [f"{name} = {self.number(scope)}"], replace(scope, floats=(*scope.floats, name))

    def swap(self, scope: Scope) -> tuple[Lines, Scope]:
        if len(scope.assignable) < 2 or self.whole:  # an int that moves would make types depend on values
            return self.assign(scope)
        one, two = self.random.sample(scope.assignable, 2)
        return [f"{one}, {two} = {self.random.choice((two, self.number(scope, 1)))}, {one}"], scope

    def pair(self, scope: Scope) -> tuple[Lines, Scope]:
        """A tuple, a list or targets within targets."""
        if len(scope.assignable) < 2 or self.whole:
            return self.assign(scope)
        one, two = self.random.sample(scope.assignable, 2)
        values = f"{self.number(scope, 1)}, {self.number(scope, 1)}"
        name = self.name("p")
        return self.random.choice(
            (
                [f"{name} = ({values})", f"{one}, {two} = {name}"],
                [f"{name} = [{values}, 0.5]", f"{one} = {name}[1]"],
                [f"({one}, {name}), {two} = ({values}), {one}", f"{one} += {name}"],
                [f"{one} = {two} = {self.number(scope, 1)}"],
            )
        ), scope

    def vector(self, scope: Scope) -> tuple[Lines, Scope]:
        """An array as a whole."""
        name = self.random.choice(scope.floats)
        value = ("out + x", "0.5 * out", f"jnp.where(x > {name}, out, x)", "jnp.maximum(out, -x)", f"{name} * out")
        return [f"out = {self.random.choice(value)}"], scope

    def match(self, scope: Scope) -> tuple[Lines, Scope]:
        inside = scope.deeper()
        lines = [f"match {self.random.choice(scope.ints)}:"]
        for pattern in self.random.sample(("0", "1 | 2", "3", "-1"), 2):
            body, _ = self.block(inside, most=2)
            lines += [f"    case {pattern}:", *indented(indented(body))]
        if self.random.random() < 0.7:
            body, _ = self.block(inside, most=2)
            lines += ["    case _:", *indented(indented(body))]
        return lines, scope

    def flag(self, scope: Scope) -> tuple[Lines, Scope]:
        name = self.random.choice(scope.bools)
        return [f"{name} = {self.random.choice((self.test(scope, 0), 'True', f'not {name}'))}"], scope

    def put(self, scope: Scope) -> tuple[Lines, Scope]:
        place = f"out[{self.random.choice(scope.index)}]"
        return [f"{place} {self.random.choice(('=', '=', '+='))} {self.number(scope, 1)}"], scope

    def slot(self, scope: Scope) -> tuple[Lines, Scope]:
        return [f'state["best"] {self.random.choice(("=", "+="))} {self.number(scope, 1)}'], scope

    def branch(self, scope: Scope) -> tuple[Lines, Scope]:
        inside = scope.deeper()
        then, first = self.block(inside)
        lines = [f"if {self.test(scope)}:", *indented(then)]
        after = [] if leaves(then) else [first]
        kinds = ["elif"] * self.random.choice((0, 0, 0, 1)) + ["else"] * self.random.choice((0, 1))
        for kind in kinds:
            body, bound = self.block(inside)
            lines += [f"elif {self.test(scope)}:" if kind == "elif" else "else:", *indented(body)]
            after += [] if leaves(body) else [bound]
        if "else" not in kinds:
            after.append(scope)
        floats = [name for name in (after or [scope])[0].floats if all(name in one.floats for one in after)]
        return lines, replace(scope, floats=tuple(floats) if after else scope.floats)

    def loop(self, scope: Scope) -> tuple[Lines, Scope]:
        """A `for`."""
        head, names = self.header(scope)
        inside = scope.deeper(
            loop=True,
            floats=(*scope.floats, *names.get("floats", ())),
            ints=(*scope.ints, *names.get("ints", ())),
            index=(*scope.index, *names.get("index", ())),
            cells=(*scope.cells, *names.get("cells", ())),
            frozen=scope.frozen | {name for bound in names.values() for name in bound},
        )
        body, _ = self.block(inside)
        return [f"for {head}:", *indented(body), *self.otherwise(scope)], scope

    def header(self, scope: Scope) -> tuple[str, dict[str, tuple[str, ...]]]:
        i, v, w = self.name("i"), self.name("v"), self.name("w")
        indexed = {"ints": (i,), "index": (i,)}
        choices: list[tuple[int, str, dict[str, tuple[str, ...]]]] = [
            (3, f"{i} in range(n)", {"ints": (i,)}),
            (1, f"{i} in range(1, n + 1)", {"ints": (i,)}),
            (1, f"{i} in range(n, -2, -2)", {"ints": (i,)}),
            (1, f"{i} in range(x.shape[0], 0, -2)", {"ints": (i,)}),
            (1, f"{i} in range(2, n - 1)", {"ints": (i,)}),
            (1, f"{i} in reversed(range(1, n))", {"ints": (i,)}),
            (1, f"{i} in range(n, 0, -1)", {"ints": (i,)}),
            (4, f"{i} in range(x.shape[0])", indexed),
            (1, f"{i} in range(len(x))", indexed),
            (1, f"{i} in range(1, x.shape[0])", indexed),
            (1, f"{i} in range(x.shape[0] - 1, -1, -1)", indexed),
            (1, f"{i} in reversed(range(x.shape[0]))", indexed),
            (1, f"{i} in range(0, x.shape[0], 2)", indexed),
            (3, f"{v} in x", {"floats": (v,)}),
            (1, f"{v} in reversed(x)", {"floats": (v,)}),
            (2, f"{i}, {v} in enumerate(x)", {**indexed, "floats": (v,)}),
            (2, f"{v}, {w} in zip(x, y)", {"floats": (v, w)}),
            (1, f"{i}, ({v}, {w}) in enumerate(zip(x, y))", {**indexed, "floats": (v, w)}),
            (2, f"{v} in m", {"cells": (f"{v}[0]", f"jnp.sum({v})")}),
            (1, f"{i} in range(m.shape[0])", {"ints": (i,), "cells": (f"m[{i}, 0]", f"m[{i}, -1]")}),
            (1, f"{i} in range(3)", {"ints": (i,)}),
            (3 if scope.index else 0, "", {}),
        ]
        (chosen,) = self.random.choices(choices, [weight for weight, *_ in choices])
        if not chosen[1]:
            return self.triangle(self.random.choice(scope.index), i), indexed
        return chosen[1], chosen[2]

    def triangle(self, outer: str, i: str) -> str:
        return self.random.choice((f"{i} in range({outer})", f"{i} in range({outer} + 1, x.shape[0])"))

    def repeat(self, scope: Scope) -> tuple[Lines, Scope]:
        """A `while`, which ends by a counter that nothing else touches."""
        k, limit = self.name("k"), self.random.randint(1, 5)
        inside = scope.deeper(loop=True, ints=(*scope.ints, k), frozen=scope.frozen | {k})
        body, _ = self.block(inside)
        test = self.test(scope, 0)
        match self.random.randrange(4):
            case 0:
                lines = [f"while {k} < {limit} and {test}:", *indented([f"{k} += 1", *body])]
            case 1:
                lines = [f"while {test}:", *indented([f"{k} += 1", f"if {k} > {limit}:", "    break", *body])]
            case 2:
                stop = [f"if {k} > {limit} or {test}:", "    break"]
                lines = ["while True:", *indented([f"{k} += 1", *stop, *body])]
            case _:
                lines = [f"while ({test}) and {k} < n:", *indented([f"{k} += 1", *body])]
        after = replace(scope, ints=(*scope.ints, k), frozen=scope.frozen | {k})
        return [f"{k} = 0", *lines, *self.otherwise(scope)], after

    def otherwise(self, scope: Scope) -> Lines:
        if self.random.random() > 0.12:
            return []
        body, _ = self.block(replace(scope, level=DEPTH), most=2)
        return ["else:", *indented(body)]

    def leave(self, scope: Scope) -> tuple[Lines, Scope]:
        """`break` or `continue`, on a condition."""
        before = self.assign(scope)[0] if self.random.random() < 0.3 else []
        word = self.random.choice(("break", "break", "continue"))
        return [f"if {self.test(scope)}:", *indented([*before, word])], scope

    def give(self, scope: Scope) -> tuple[Lines, Scope]:
        """An early return, on a condition."""
        return [f"if {self.test(scope)}:", *indented([self.result(scope)])], scope

    def result(self, scope: Scope) -> str:
        if len(self.results) == 1 and self.random.random() < 0.5 and self.results[0] in scope.floats:
            return f"return {self.number(scope)}"
        return f"return {', '.join(self.results)}"

    def name(self, stem: str) -> str:
        self.fresh += 1
        return f"{stem}{self.fresh}"

    # --- functions ---------------------------------------------------------------------------------------------------

    def helper(self) -> Lines:
        """A function of two floats, without loops."""
        self.flags["helper"] = True
        scope = Scope(floats=("p", "q"), level=1)
        self.results = ("q",)
        body, scope = self.branch(replace(scope, level=DEPTH - 1))
        self.flags["helper"] = False
        self.helpers = ("choose",)
        return ["def choose(p, q):", *indented([*body, f"return {self.number(scope)}"])]

    def function(self) -> Lines:
        rng = self.random
        scope = Scope(floats=("s", "u"), ints=("c", "n"), frozen=frozenset("n"))
        first = rng.choice(("0.0", "0.0", "a", "a", "0", "jnp.sum(y)"))
        self.whole = first == "0"
        start = [f"s = {first}", f"u = {rng.choice(('b', '1.0'))}"]
        start.append(f"c = {rng.choice(('0', '0', 'n'))}")
        if rng.random() < 0.3:
            start.append("seen = False")
            scope = replace(scope, bools=("seen",))
        if self.store:
            start.append(rng.choice(("out = jnp.zeros(x.shape[0])", "out = jnp.zeros_like(x)", "out = 2.0 * x")))
        if self.slots:
            start.append('state = {"best": a, "unused": b}')
        self.results = self.returned(scope)
        self.collecting = rng.random() < 0.25
        body: Lines = []
        while self.budget > 0 and len(body) < 24:
            more, scope = self.block(scope)
            body += more
            if rng.random() < 0.3:
                break
        if self.collecting:
            more, scope = self.collect(scope)
            body += more
        scope = replace(scope, level=1)
        return ["def f({parameters}):", *indented([*start, *body, f"return {', '.join(self.results)}"])]

    def returned(self, scope: Scope) -> tuple[str, ...]:
        if self.random.random() < 0.4 and not self.store:
            return ("s",)
        extra = [*scope.bools, *(["out"] if self.store else []), *(['state["best"]'] if self.slots else [])]
        return ("s", "c", *extra) if self.random.random() < 0.5 else ("s", "u", "c", *extra)

    def collect(self, scope: Scope) -> tuple[Lines, Scope]:
        """A list that grows by one item in each turn, stacked."""
        head, names = self.header(scope)
        inside = replace(
            scope,
            level=DEPTH - 1,
            floats=(*scope.floats, *names.get("floats", ())),
            ints=(*scope.ints, *names.get("ints", ())),
            index=(*scope.index, *names.get("index", ())),
            cells=(*scope.cells, *names.get("cells", ())),
            frozen=scope.frozen | {name for bound in names.values() for name in bound},
        )
        body, inside = self.block(inside)
        if leaves(body):
            body = body[:-1]
        lines = ["ys = []", f"for {head}:", *indented([*body, f"ys.append({self.number(inside)})"])]
        self.results = (*self.results, self.random.choice(("jnp.stack(ys)", "jnp.array(ys)")))
        return lines, scope


def indented(lines: Lines) -> Lines:
    return [f"    {line}" for line in lines]


def leaves(lines: Lines) -> bool:
    """Whether a block ends by leaving."""
    return bool(lines) and lines[-1].split(" ")[0] in ("return", "break", "continue")


def program(seed: int) -> str:
    """The text of a module with a jitted function `f` of some of PARAMETERS."""
    random = Random(seed)
    writer = Writer(random, budget=random.choice((6, 10, 16)))
    helper = writer.helper() if random.random() < 0.2 else []
    writer.store, writer.slots = random.random() < 0.35, random.random() < 0.15
    head, *body = writer.function()
    text = "\n".join(body)
    used = [name for name in PARAMETERS if name in _words(text)]
    function = [head.format(parameters=", ".join(used)), *body]
    parts = [*([*helper, "", ""] if helper and "choose(" in text else []), "@jax.jit", *function]
    return HEAD + "\n\n" + "\n".join(parts) + "\n"


def _words(text: str) -> set[str]:
    return set("".join(char if char.isalnum() or char == "_" else " " for char in text).split())
