"""Calendarisation: what a period's quantity comes to in each month or year, by days, without losing or inventing anything.

Shares are exact fractions of days and sum to exactly one. Where a share must be written as a decimal (an activity's quantity),
``decimal_share`` takes the difference of two rounded running totals: the shares of a bill sum to the bill exactly wherever it is
cut, and no share is further from the exact one than a unit of the last place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from app.accounting.numbers import exact_sum
from app.domain.number import fixed_text
from app.domain.period import Period
from app.domain.run import EmissionLine

SHARE_PLACES = 6
Month = tuple[int, int]
_BETWEEN = re.compile(r"\s*[/至~～]\s*")
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?\Z", re.ASCII)


def months_of(period: Period) -> tuple[Period, ...]:
    """The period cut at the ends of months."""
    months = (Period.month(year, month) for year, month in period.months())
    return tuple(Period(start=max(m.start, period.start), end=min(m.end, period.end)) for m in months)


def years_of(period: Period) -> tuple[Period, ...]:
    """The period cut at the ends of years."""
    years = range(period.start.year, period.last.year + 1)
    return tuple(
        Period(start=max(date(y, 1, 1), period.start), end=min(date(y + 1, 1, 1), period.end)) for y in years
    )


def shares(period: Period, parts: Sequence[Period]) -> tuple[Fraction, ...]:
    """The share of each part by days. Raises ValueError unless the parts, in order, are the whole period: shares sum to one."""
    reached = period.start
    for part in parts:
        if part.start != reached:
            raise ValueError(f"{part.start} does not follow {reached}")
        reached = part.end
    if reached != period.end:
        raise ValueError(f"the parts end on {reached}, the period on {period.end}")
    return tuple(Fraction(part.days, period.days) for part in parts)


def by_month(quantity: Fraction, period: Period) -> dict[Month, Fraction]:
    """``quantity`` over the months of the period; the parts sum to it exactly."""
    parts = months_of(period)
    return {(p.start.year, p.start.month): quantity * s for p, s in zip(parts, shares(period, parts), strict=True)}


def by_year(quantity: Fraction, period: Period) -> dict[int, Fraction]:
    """``quantity`` over the years of the period; the parts sum to it exactly."""
    parts = years_of(period)
    return {p.start.year: quantity * s for p, s in zip(parts, shares(period, parts), strict=True)}


def decimal_share(quantity: Fraction, first: int, end: int, days: int, places: int = SHARE_PLACES) -> Fraction:
    """What days ``first`` to ``end`` (half open, counted from the start of a bill of ``days`` days) take of ``quantity``, with at
    most ``places`` decimals more than the quantity itself has. Adjacent shares sum to the quantity exactly.

    Raises ValueError for days outside the bill."""
    if not 0 <= first <= end <= days or not days:
        raise ValueError(f"days {first}..{end} are not days of a bill of {days}")

    def running(upto: int) -> Fraction:
        return quantity if upto == days else Fraction(fixed_text(quantity * upto / days, places))

    return running(end) - running(first)


def _edge(text: str, *, after: bool) -> date | None:
    """The first day of a printed day, month or year, or the day after its last."""
    match = _DAY.match(text.strip())
    if match is None:
        return None
    year, month, day = (int(g) if g else None for g in match.groups())
    try:
        if year is None or month is None:
            return date((year or 0) + after, 1, 1)
        if day is None:
            whole = Period.month(year, month)
            return whole.end if after else whole.start
        return Period.inclusive(date(year, month, day), date(year, month, day)).end if after else date(year, month, day)
    except (ValueError, OverflowError):
        return None


def period_texts(params: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """First and last day as the parameters of an activity state them: ``period`` as ``first/last``, a pair, ``{start, end}`` or one
    month, else ``period_start`` and ``period_end``."""
    given = params.get("period")
    if isinstance(given, str) and len(ends := _BETWEEN.split(given.strip())) == 2:
        return ends[0], ends[1]
    if isinstance(given, (list, tuple)) and len(given) == 2:
        first, last = given
    elif isinstance(given, Mapping):
        first, last = given.get("start"), given.get("end")
    else:
        first, last = params.get("period_start", given), params.get("period_end", given)
    return (str(first) if first is not None else None, str(last) if last is not None else None)


def stated_period(first: str | None, last: str | None) -> Period | None:
    """The period from a first to a last day, month or year as ISO texts (``2025-03-01``, ``2025-03``, ``2025``); None when they
    state none."""
    if not (first and last):
        return None
    start, end = _edge(first, after=False), _edge(last, after=True)
    return Period(start=start, end=end) if start and end and start < end else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyView:
    """tCO2 by month and category, and by category what no line dates. Months and undated together are the subtotals, exactly."""

    months: Mapping[Month, Mapping[str, Fraction]]
    undated: Mapping[str, Fraction]


def monthly_view(lines: Iterable[EmissionLine]) -> MonthlyView:
    """Every line over the months of its own period, by days."""
    months: dict[Month, dict[str, list[Fraction]]] = {}
    undated: dict[str, list[Fraction]] = {}
    seen: dict[tuple[str | None, str | None], tuple[tuple[Month, Fraction], ...]] = {}
    for line in lines:
        stated = (line.period_start, line.period_end)
        if stated not in seen:
            period = stated_period(*stated)
            seen[stated] = tuple(by_month(Fraction(1), period).items()) if period else ()
        touched = seen[stated]
        if not touched:
            undated.setdefault(line.category, []).append(line.tco2)
        for month, share in touched:
            part = line.tco2 if len(touched) == 1 else line.tco2 * share
            months.setdefault(month, {}).setdefault(line.category, []).append(part)
    return MonthlyView(
        months={m: _summed(row) for m, row in sorted(months.items())},
        undated=_summed(undated),
    )


def _summed(parts: Mapping[str, list[Fraction]]) -> dict[str, Fraction]:
    return {category: exact_sum(values) for category, values in parts.items()}
