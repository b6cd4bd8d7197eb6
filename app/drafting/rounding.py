"""How each family of numbers is printed: declared once, rounded once from the exact value (half-even, GB/T 8170).

``trim`` drops trailing zeros: measured data keep the digits of the bill up to ``places``; results always show all places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from app.domain.number import exact_text, fixed_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """``places`` decimals; ``said`` is the Chinese numeral that the table notes print for them."""

    places: int
    said: str
    trim: bool = False

    def text(self, value: Fraction) -> str:
        """``value`` as printed. Zero never carries a sign."""
        printed = fixed_text(value, self.places)
        if self.trim and "." in printed:
            printed = printed.rstrip("0").rstrip(".")
        return printed.lstrip("-") if not any(c in "123456789" for c in printed) else printed


ROUNDING: Mapping[str, Rounding] = MappingProxyType(
    {
        "activity": Rounding(places=3, said="三", trim=True),
        "emission": Rounding(places=2, said="二"),
        "share": Rounding(places=2, said="二"),
        "indicator": Rounding(places=4, said="四", trim=True),
        "ratio": Rounding(places=2, said="二"),
    }
)


def printed(value: Fraction, family: str) -> tuple[str, str]:
    """(exact value, printed text) of a number of a family."""
    return exact_text(value), ROUNDING[family].text(value)
