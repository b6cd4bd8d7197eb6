"""Uncertainty of a run: root-sum-square of the lines weighted by their contribution, or nothing at all.

A line declares ``uncertainty_pct``, or ``uncertainty_activity_pct`` and ``uncertainty_factor_pct`` (combined as the root of the sum
of their squares). When one counted line declares none, the run has no uncertainty: a partial one would be read as the whole. The
squares are exact; the root is taken once, to the last place shown. Source: IPCC 2006 Guidelines, volume 1, chapter 3 (approach 1,
error propagation of independent sources).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.accounting.numbers import exact_sum, is_absent, non_negative
from app.accounting.reading import Activity
from app.accounting.recipe import Computed
from app.domain.number import exact_text, fixed_text

PLACES = 4
PARAMS = ("uncertainty_pct", "uncertainty_activity_pct", "uncertainty_factor_pct")


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertainty:
    """``square`` is the exact square of the relative uncertainty of the total (a ratio); None when it is not known. ``declared`` of
    ``counted`` lines state one, ``missing`` are the others."""

    square: Fraction | None
    declared: int
    counted: int
    missing: tuple[str, ...]


def root(value: Fraction, places: int = PLACES) -> Fraction:
    """The square root to ``places`` decimals, to the nearest (a tie upwards), by whole numbers only. ``value`` is not negative."""
    scaled = value * 10 ** (2 * places)
    whole = scaled.numerator // scaled.denominator
    guess = 1 << ((whole.bit_length() + 1) // 2)
    while guess * guess > whole:
        guess = (guess + whole // guess) // 2
    nearest = guess + 1 if (2 * guess + 1) ** 2 * scaled.denominator <= 4 * scaled.numerator else guess
    return Fraction(nearest, 10**places)


def _square(activity: Activity) -> Fraction | None:
    """The square of one line's relative uncertainty, None when it declares none. Refuses invalid_number."""
    if not any(name in activity.params for name in PARAMS):
        return None
    stated = {
        name: non_negative(activity.params[name], name="不确定度", subject=activity.id) / 100
        for name in PARAMS
        if not is_absent(activity.params.get(name))
    }
    if "uncertainty_pct" in stated:
        return stated["uncertainty_pct"] ** 2
    if len(stated) == 2:
        return sum((value**2 for value in stated.values()), Fraction(0))
    return None


def uncertainty(lines: Sequence[Computed], total: Fraction) -> Uncertainty:
    """The relative uncertainty of ``total``, the sum of the lines inside the boundary. A line of zero tonnes moves nothing and need
    not declare any."""
    counted = [line for line in lines if not line.outside and line.tco2]
    squares = [(line, _square(line.activity)) for line in counted]
    missing = tuple(line.activity.id for line, square in squares if square is None)
    known = counted and not missing and total
    return Uncertainty(
        square=exact_sum(s * line.tco2**2 for line, s in squares if s is not None) / total**2 if known else None,
        declared=len(counted) - len(missing),
        counted=len(counted),
        missing=missing,
    )


def uncertainty_to_json(found: Uncertainty) -> dict[str, Any]:
    """``{relative_pct, relative_pct_squared_exact, method, declared, counted, missing}``; relative_pct is None when it is not known."""
    square = None if found.square is None else found.square * 10**4
    return {
        "relative_pct": None if square is None else fixed_text(root(square), PLACES),
        "relative_pct_squared_exact": None if square is None else exact_text(square),
        "method": "各行不确定度按贡献加权的方和根（各行相互独立）；有一行未给出时不计算",
        "declared": found.declared,
        "counted": found.counted,
        "missing": list(found.missing[:20]),
    }
