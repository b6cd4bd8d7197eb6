"""Formulas that a file carries without their values: sums and the four operations over cells, exactly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction

from app.domain.number import exact_text

#: What a cell holds: an exact number, a text, or nothing.
CellValue = Fraction | str | None
#: (sheet, row, column) → value; raises Unknown for an error or a formula that cannot be evaluated.
Lookup = Callable[[str, int, int], CellValue]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d{1,2})?|\.\d+)"
    r"|(?P<ref>(?:(?:'(?P<quoted>(?:[^']|'')+)'|(?P<bare>[^\W\d][\w.]*))!)?\$?[A-Za-z]{1,3}\$?\d{1,7}(?::\$?[A-Za-z]{1,3}\$?\d{1,7})?)(?![\w(])"
    r"|(?P<name>[A-Za-z][A-Za-z.]*)(?=\()"
    r"|(?P<symbol>[-+*/%(),;]))"
)
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_FUNCTIONS = {"SUM", "AVERAGE", "PRODUCT", "MIN", "MAX", "ROUND"}
_LARGEST_RANGE = 100_000
_DEEPEST = 60


class Unknown(Exception):
    """The formula uses something beyond sums and the four operations, or a cell without a usable value."""


def column_number(letters: str) -> int:
    """``A`` → 1, ``AA`` → 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def evaluate(formula: str, sheet: str, lookup: Lookup) -> Fraction:
    """The exact value of ``formula`` (with or without its ``=``) standing on ``sheet``. Raises Unknown."""
    parser = _Parser(formula.lstrip("= "), sheet, lookup)
    value = parser.expression(0)
    if parser.kind is not None:
        raise Unknown(formula)
    return value


def decimal_text(value: Fraction, significant: int = 15) -> str:
    """The exact decimal, or ``significant`` digits (half even) where it does not end."""
    text = exact_text(value)
    if "/" not in text:
        return text
    from decimal import ROUND_HALF_EVEN, Context, Decimal

    context = Context(prec=significant, rounding=ROUND_HALF_EVEN)
    return format(context.divide(Decimal(value.numerator), Decimal(value.denominator)), "f")


class _Parser:
    def __init__(self, text: str, sheet: str, lookup: Lookup) -> None:
        self._text, self._sheet, self._lookup = text, sheet, lookup
        self._at = 0
        self._advance()

    def _advance(self) -> None:
        self.kind: str | None = None
        if not self._text[self._at :].strip():
            return
        match = _TOKEN.match(self._text, self._at)
        if match is None:
            raise Unknown(self._text)
        self._match, self._at = match, match.end()
        self.kind = next(k for k in ("number", "ref", "name", "symbol") if match.group(k))
        self._value = match.group(self.kind)

    def _accept(self, symbols: str) -> str | None:
        if self.kind == "symbol" and self._value in symbols:
            found = self._value
            self._advance()
            return found
        return None

    def expression(self, depth: int) -> Fraction:
        if depth > _DEEPEST:
            raise Unknown(self._text)
        value = self._term(depth)
        while (sign := self._accept("+-")) is not None:
            right = self._term(depth)
            value = value + right if sign == "+" else value - right
        return value

    def _term(self, depth: int) -> Fraction:
        value = self._factor(depth)
        while (sign := self._accept("*/")) is not None:
            right = self._factor(depth)
            if sign == "/" and right == 0:
                raise Unknown("division by zero")
            value = value * right if sign == "*" else value / right
        return value

    def _factor(self, depth: int) -> Fraction:
        sign = 1
        while (found := self._accept("+-")) is not None:
            sign = -sign if found == "-" else sign
        value = self._primary(depth)
        while self._accept("%") is not None:
            value /= 100
        return sign * value

    def _primary(self, depth: int) -> Fraction:
        if self._accept("(") is not None:
            value = self.expression(depth + 1)
            if self._accept(")") is None:
                raise Unknown(self._text)
            return value
        if self.kind == "number":
            value = Fraction(self._value)
            self._advance()
            return value
        if self.kind == "ref":
            cells = list(self._cells())
            self._advance()
            if len(cells) != 1:
                raise Unknown(self._text)
            return _as_number(cells[0])
        if self.kind == "name":
            return self._call(depth)
        raise Unknown(self._text)

    def _call(self, depth: int) -> Fraction:
        name = self._value.upper()
        if name not in _FUNCTIONS:
            raise Unknown(name)
        self._advance()
        self._accept("(")
        numbers: list[Fraction] = []
        while True:
            numbers += self._argument(depth)
            if self._accept(",;") is None:
                break
        if self._accept(")") is None or not numbers:
            raise Unknown(self._text)
        return _apply(name, numbers)

    def _argument(self, depth: int) -> list[Fraction]:
        if self.kind == "ref" and ":" in self._value:
            values = [v for v in self._cells() if v is not None]
            self._advance()
            # Text is skipped in sums, but a number kept as text would be skipped silently as well.
            if any(isinstance(v, str) and _NUMERAL.fullmatch(v.strip()) for v in values):
                raise Unknown("number stored as text")
            return [v for v in values if isinstance(v, Fraction)] or [Fraction(0)]
        return [self.expression(depth + 1)]

    def _cells(self) -> Iterator[CellValue]:
        quoted, bare = self._match.group("quoted"), self._match.group("bare")
        sheet = quoted.replace("''", "'") if quoted else bare or self._sheet
        ends = [(column_number(c), int(r)) for c, r in _ADDRESS.findall(self._value.rpartition("!")[2])]
        (c0, r0), (c1, r1) = ends[0], ends[-1]
        c0, c1, r0, r1 = min(c0, c1), max(c0, c1), min(r0, r1), max(r0, r1)
        if (c1 - c0 + 1) * (r1 - r0 + 1) > _LARGEST_RANGE:
            raise Unknown("range too large")
        for row in range(r0, r1 + 1):
            for column in range(c0, c1 + 1):
                yield self._lookup(sheet, row, column)


_NUMERAL = re.compile(r"[+-]?[\d,]+(\.\d+)?")


def _as_number(value: CellValue) -> Fraction:
    if value is None:
        return Fraction(0)
    if isinstance(value, str):
        raise Unknown("text in arithmetic")
    return value


def _apply(name: str, numbers: list[Fraction]) -> Fraction:
    if name == "ROUND":
        if len(numbers) != 2 or numbers[1].denominator != 1 or abs(numbers[1]) > 15:
            raise Unknown("ROUND")
        scale = Fraction(10) ** int(numbers[1])
        scaled = abs(numbers[0]) * scale
        rounded = Fraction((2 * scaled + 1).__floor__() // 2)
        return (rounded if numbers[0] >= 0 else -rounded) / scale
    if name == "PRODUCT":
        product = Fraction(1)
        for number in numbers:
            product *= number
        return product
    if name in ("MIN", "MAX"):
        return min(numbers) if name == "MIN" else max(numbers)
    total = sum(numbers, Fraction(0))
    return total / len(numbers) if name == "AVERAGE" else total
