"""Differences of index expressions: `(i + 1) * n - i * n` is `n`, whatever `i` is."""

from __future__ import annotations

from collections import Counter

import libcst as cst

from jaxlint.facts.queries.view import View

Monomial = tuple[str, ...]
Polynomial = dict[Monomial, int]
"""Coefficient of each product of names; the empty product is the constant term."""


def difference(ctx: View, upper: cst.BaseExpression, lower: cst.BaseExpression) -> str | None:
    """``upper - lower`` as text, if that needs no traced value; else None.

    Names stay names, even where this calling context knows their values: the text must be right in all.
    """
    first, second = polynomial(ctx, upper), polynomial(ctx, lower)
    if first is None or second is None:
        return None
    nodes = {**_atoms(upper, ctx), **_atoms(lower, ctx)}
    rest = plus(first, second, -1)
    if not rest or any(not ctx.static(nodes[name]) for monomial in rest for name in monomial):
        return None
    return written(rest)


def polynomial(ctx: View, node: cst.BaseExpression) -> Polynomial | None:
    """An expression of names as it is written; None if it is more than sums and products."""
    match node:
        case cst.Integer():
            return {(): node.evaluated_value}
        case cst.Name() | cst.Attribute() | cst.Subscript():
            return {(ctx.code(node),): 1}
        case cst.UnaryOperation(operator=cst.Minus(), expression=inner):
            found = polynomial(ctx, inner)
            return plus({}, found, -1) if found is not None else None
        case cst.BinaryOperation(operator=operator, left=left, right=right):
            a, b = polynomial(ctx, left), polynomial(ctx, right)
            if a is None or b is None:
                return None
            if isinstance(operator, cst.Add | cst.Subtract):
                return plus(a, b, 1 if isinstance(operator, cst.Add) else -1)
            return product(a, b) if isinstance(operator, cst.Multiply) else None
    return None


def _atoms(node: cst.BaseExpression, ctx: View) -> dict[str, cst.BaseExpression]:
    match node:
        case cst.Name() | cst.Attribute() | cst.Subscript():
            return {ctx.code(node): node}
        case cst.UnaryOperation(expression=inner):
            return _atoms(inner, ctx)
        case cst.BinaryOperation(left=left, right=right):
            return {**_atoms(left, ctx), **_atoms(right, ctx)}
    return {}


def plus(a: Polynomial, b: Polynomial, sign: int = 1) -> Polynomial:
    """``a + sign * b``"""
    total = Counter(a)
    for monomial, coefficient in b.items():
        total[monomial] += sign * coefficient
    return {monomial: coefficient for monomial, coefficient in total.items() if coefficient}


def product(a: Polynomial, b: Polynomial) -> Polynomial:
    """``a * b``"""
    total: Counter[Monomial] = Counter()
    for left, x in a.items():
        for right, y in b.items():
            total[tuple(sorted((*left, *right)))] += x * y
    return {monomial: coefficient for monomial, coefficient in total.items() if coefficient}


def written(polynomial: Polynomial) -> str:
    """``2 * n - 1``, positive terms first."""
    text = ""
    for monomial, coefficient in sorted(polynomial.items(), key=lambda term: (term[1] < 0, not term[0], term[0])):
        size = abs(coefficient)
        factors = [*([str(size)] if size != 1 or not monomial else []), *monomial]
        sign = ("-" if coefficient < 0 else "") if not text else (" - " if coefficient < 0 else " + ")
        text += sign + " * ".join(factors)
    return text
