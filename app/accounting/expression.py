"""Arithmetic written as data: ``W * P * M / (P * M + others)``, read once into a tree and evaluated in exact fractions.

Only names, unsigned decimal numbers, + − × ÷ and brackets exist; there are no calls, powers or comparisons.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

_STEPS: Mapping[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """``text`` as written and the ``names`` it needs, in order of appearance."""

    text: str
    names: tuple[str, ...]
    tree: ast.expr

    def value(self, values: Mapping[str, Fraction]) -> Fraction:
        """The exact value. Raises KeyError for a name without a value and ZeroDivisionError."""
        return _value(self.tree, self.text, values)


def read_expression(text: str) -> Expression:
    """The expression of a text. Raises ValueError for anything but arithmetic over names and decimals."""
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"not arithmetic: {text}") from error
    names: dict[str, int] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name):
                names[name] = min(node.col_offset, names.get(name, node.col_offset))
            case ast.Constant():
                Fraction(ast.get_source_segment(text, node) or "")
            case ast.BinOp(op=op) if type(op) in _STEPS:
                pass
            case ast.UnaryOp(op=ast.USub()) | ast.operator() | ast.USub() | ast.Load():
                pass
            case _:
                raise ValueError(f"not arithmetic: {text}")
    return Expression(text=text, names=tuple(sorted(names, key=names.__getitem__)), tree=tree)


def _value(node: ast.expr, text: str, values: Mapping[str, Fraction]) -> Fraction:
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            return _STEPS[type(op)](_value(left, text, values), _value(right, text, values))
        case ast.UnaryOp(operand=inner):
            return -_value(inner, text, values)
        case ast.Name(id=name):
            return values[name]
        case _:
            return Fraction(ast.get_source_segment(text, node) or "")
