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
    if isinstance(value, bool) or isinstance(value, float):
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
    denominator = value.denominator
    twos = (denominator & -denominator).bit_length() - 1
    fives = _FIVES.get(denominator >> twos)
    if fives is None:
        return f"{value.numerator}/{value.denominator}"
    places = max(twos, fives)
    return fixed_text(value, places)


def fixed_text(value: Fraction, places: int) -> str:
    """``value`` with exactly ``places`` decimals, half-even on the exact value (GB/T 8170 四舍六入五成双)."""
    quotient, remainder = divmod(value.numerator * 10**places, value.denominator)
    twice = 2 * remainder
    if twice > value.denominator or (twice == value.denominator and quotient % 2):
        quotient += 1
    sign = "-" if quotient < 0 else ""
    digits = str(abs(quotient)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"
