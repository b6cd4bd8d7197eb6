"""The closed condition language of rules: Kleene logic over named facts.

    expression  = conjunction { "or" conjunction }
    conjunction = negation { "and" negation }
    negation    = [ "not" ] primary
    primary     = "(" expression ")" | name [ operator literal ] | name "in" "[" literal { "," literal } "]" | name "has" text
    operator    = "==" | "!=" | ">=" | "<=" | ">" | "<"
    literal     = number | "true" | "false" | text in double quotes

A bare name is a yes/no fact. ``has`` asks whether a named thing is marked present (false only when marked absent).
There is no way to ask whether a fact is known: that would break the rule that losing evidence never helps.
"""

from __future__ import annotations

import operator as op
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.eligibility.truth import Truth, conjunction, disjunction, negate
from app.eligibility.values import Marks, Value

Lookup = Callable[[str], Value | None]
Literal = bool | Fraction | str

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": op.eq, "!=": op.ne, ">=": op.ge, "<=": op.le, ">": op.gt, "<": op.lt,
}  # fmt: skip

_TOKEN = re.compile(
    r'\s*(?:(?P<text>"[^"]*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[a-z][a-z0-9_]*)|(?P<sign>==|!=|>=|<=|[()\[\],><]))'
)


class ExpressionError(ValueError):
    """The expression does not follow the grammar; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """``kind`` is or | and | not | fact | compare | in | has; leaves carry ``name``, ``operator`` and ``literals``."""

    kind: str
    children: tuple[Node, ...] = ()
    name: str = ""
    operator: str = ""
    literals: tuple[Literal, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Facts named, in order of first appearance."""
        found = [self.name] if self.name else []
        for child in self.children:
            found += [n for n in child.names() if n not in found]
        return tuple(found)

    def marks(self) -> tuple[str, ...]:
        """Names asked for with ``has``, in order."""
        own = [str(literal) for literal in self.literals] if self.kind == "has" else []
        return (*own, *(name for child in self.children for name in child.marks()))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if not match:
            raise ExpressionError(f"unexpected character at {position}: {text[position : position + 12]!r}")
        position = match.end()
        yield match.lastgroup or "", match[match.lastgroup or ""]


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self, expected: str | None = None) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise ExpressionError(f"unexpected end of {self.text!r}")
        kind, value = self.tokens[self.at]
        if expected is not None and value != expected:
            raise ExpressionError(f"expected {expected!r}, found {value!r} in {self.text!r}")
        self.at += 1
        return kind, value

    def joined(self, word: str, part: Callable[[], Node]) -> Node:
        children = [part()]
        while self.peek() == word:
            self.take()
            children.append(part())
        return children[0] if len(children) == 1 else Node(kind=word, children=tuple(children))

    def expression(self) -> Node:
        return self.joined("or", lambda: self.joined("and", self.negation))

    def negation(self) -> Node:
        if self.peek() == "not":
            self.take()
            return Node(kind="not", children=(self.negation(),))
        if self.peek() == "(":
            self.take()
            inner = self.expression()
            self.take(")")
            return inner
        return self.leaf()

    def leaf(self) -> Node:
        kind, name = self.take()
        if kind != "name" or name in {"and", "or", "not", "in", "has", "true", "false"}:
            raise ExpressionError(f"expected a fact name, found {name!r} in {self.text!r}")
        following = self.peek()
        if following in COMPARISONS:
            self.take()
            return Node(kind="compare", name=name, operator=following, literals=(self.literal(),))
        if following == "in":
            self.take()
            self.take("[")
            literals = [self.literal()]
            while self.peek() == ",":
                self.take()
                literals.append(self.literal())
            self.take("]")
            return Node(kind="in", name=name, literals=tuple(literals))
        if following == "has":
            self.take()
            return Node(kind="has", name=name, literals=(self.literal(),))
        return Node(kind="fact", name=name)

    def literal(self) -> Literal:
        kind, value = self.take()
        if kind == "text":
            return value[1:-1]
        if kind == "number":
            return Fraction(value)
        if value in ("true", "false"):
            return value == "true"
        raise ExpressionError(f"expected a value, found {value!r} in {self.text!r}")


def parse(text: str) -> Node:
    """The tree of an expression. Raises ExpressionError."""
    parser = _Parser(text)
    tree = parser.expression()
    if parser.at != len(parser.tokens):
        raise ExpressionError(f"unexpected {parser.peek()!r} in {text!r}")
    return tree


def compare(value: Value | None, operator: str, literal: Literal) -> Truth:
    """Unknown when the fact is absent or of another type than the literal: a type slip must not decide anything."""
    if value is None or type(value) is not type(literal):
        return None
    if isinstance(value, (bool, str)) and operator not in ("==", "!="):
        return None
    return COMPARISONS[operator](value, literal)


def holds(node: Node, lookup: Lookup) -> Truth:
    """The truth of a tree under a lookup of facts."""
    if node.kind == "or":
        return disjunction([holds(child, lookup) for child in node.children])
    if node.kind == "and":
        return conjunction([holds(child, lookup) for child in node.children])
    if node.kind == "not":
        return negate(holds(node.children[0], lookup))
    value = lookup(node.name)
    if node.kind == "fact":
        return value if isinstance(value, bool) else None
    if node.kind == "compare":
        return compare(value, node.operator, node.literals[0])
    if node.kind == "in":
        return disjunction([compare(value, "==", literal) for literal in node.literals])
    if not isinstance(value, Marks):
        return None
    wanted = node.literals[0]
    return True if wanted in value.present else False if wanted in value.absent else None
