"""One door for numbers: decimal strings at the edge, fractions inside, rounded once where shown."""

from __future__ import annotations

import re
from fractions import Fraction

_PATTERN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?\Z", re.ASCII)


def parse_number(value: object) -> Fraction:
    """An exact Fraction from a decimal string, an int or a ``p/q`` string.

    Thousands separators and full-width digits are not accepted here: cleaning text is the extractor's job.
    Raises ValueError for anything else, floats included, because a float has already lost the printed digits.
    """
    if isinstance(value, (bool, float)):
        raise ValueError(f"not an exact number: {value!r}")
    if isinstance(value, (int, Fraction)):
        return Fraction(value)
    text = str(value).strip()
    if _PATTERN.match(text):
        return Fraction(text)
    numerator, slash, denominator = text.partition("/")
    if slash and re.fullmatch(r"[+-]?[0-9]+", numerator) and re.fullmatch(r"[0-9]+", denominator) and int(denominator):
        return Fraction(int(numerator), int(denominator))
    raise ValueError(f"not a decimal number: {value!r}")


_FIVES = {5**power: power for power in range(1000)}


def exact_text(value: Fraction) -> str:
    """The full decimal when it terminates, otherwise the reduced fraction ``p/q``."""
    numerator, denominator = value.as_integer_ratio()
    if denominator == 1:
        return str(numerator)
    twos = (denominator & -denominator).bit_length() - 1
    fives = _FIVES.get(denominator >> twos)
    if fives is None:
        return f"{numerator}/{denominator}"
    places = max(twos, fives)
    return _decimal_text(numerator * (10**places // denominator), places)


def fixed_text(value: Fraction, places: int) -> str:
    """``value`` with exactly ``places`` decimals, half-even on the exact value (GB/T 8170 四舍六入五成双)."""
    numerator, denominator = value.as_integer_ratio()
    quotient, remainder = divmod(numerator * 10**places, denominator)
    twice = 2 * remainder
    if twice > denominator or (twice == denominator and quotient % 2):
        quotient += 1
    return _decimal_text(quotient, places)


def _decimal_text(scaled: int, places: int) -> str:
    """``scaled`` / 10^places in decimal notation."""
    if not places:
        return str(scaled)
    digits = str(abs(scaled)).rjust(places + 1, "0")
    sign = "-" if scaled < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}"
