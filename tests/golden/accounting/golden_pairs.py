"""Rational numbers as pairs of integers, for deriving vectors without the product's arithmetic and without fractions."""

from __future__ import annotations

import math

Pair = tuple[int, int]


def number(text: str) -> Pair:
    """A decimal literal as a reduced pair."""
    sign = -1 if text.startswith("-") else 1
    whole, _, tail = text.lstrip("+-").partition(".")
    return reduced(sign * int(whole + tail), 10 ** len(tail))


def reduced(top: int, bottom: int) -> Pair:
    if bottom < 0:
        top, bottom = -top, -bottom
    shared = math.gcd(top, bottom) or 1
    return top // shared, bottom // shared


def times(*factors: str | Pair) -> Pair:
    top, bottom = 1, 1
    for factor in factors:
        a, b = number(factor) if isinstance(factor, str) else factor
        top, bottom = top * a, bottom * b
    return reduced(top, bottom)


def plus(*terms: str | Pair) -> Pair:
    top, bottom = 0, 1
    for term in terms:
        a, b = number(term) if isinstance(term, str) else term
        top, bottom = top * b + a * bottom, bottom * b
    return reduced(top, bottom)


def minus(value: str | Pair) -> Pair:
    a, b = number(value) if isinstance(value, str) else value
    return -a, b


def over(value: str | Pair, divisor: str | Pair) -> Pair:
    a, b = number(divisor) if isinstance(divisor, str) else divisor
    return times(value, reduced(b, a))


def exact(value: Pair) -> str:
    """Full decimal when it ends, else p/q."""
    top, bottom = value
    rest, places = bottom, 0
    while rest % 2 == 0 or rest % 5 == 0:
        rest = rest // 10 if rest % 10 == 0 else rest // 2 if rest % 2 == 0 else rest // 5
        places += 1
    if rest != 1:
        return f"{top}/{bottom}"
    scaled = top * 10**places // bottom
    digits = str(abs(scaled)).rjust(places + 1, "0")
    text = digits if not places else f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
    return f"-{text}" if scaled < 0 else text


def six(value: Pair) -> str:
    """Six decimals, nearest; no vector lies on a tie."""
    top, bottom = value
    doubled = 2 * abs(top) * 10**6
    rounded = (doubled + bottom) // (2 * bottom)
    assert (doubled + bottom) % (2 * bottom) != 0 or doubled % (2 * bottom) == 0, "a tie"
    text = str(rounded).rjust(7, "0")
    return f"{'-' if top < 0 and rounded else ''}{text[:-6]}.{text[-6:]}"


C = reduced(44, 12)
CH4 = reduced(44, 16)
PERCENT = reduced(1, 100)


def fuel(quantity: str | Pair, ncv: str, carbon: str, oxidation: str) -> Pair:
    return times(quantity, ncv, carbon, oxidation, PERCENT, C)


def heat(gj: Pair) -> Pair:
    return times(gj, "0.11")


def between(low: str | Pair, high: str | Pair, weight: Pair) -> Pair:
    return plus(low, times(weight, plus(high, minus(low))))
