"""What a single day beside a metered quantity means: the day itself in a daily log, the day of reading in a monthly one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from app.domain.carrier import Carrier
from extractors.ledgers.columns import Head
from extractors.ledgers.entries import Entry, Sheetful
from extractors.periods import Span
from extractors.text import compact

METERED = frozenset(
    {
        Carrier.ELECTRICITY,
        Carrier.NATURAL_GAS,
        Carrier.STEAM,
        Carrier.HEAT,
        Carrier.HOT_WATER,
        Carrier.WATER,
        Carrier.PV_GENERATION,
        Carrier.WIND_GENERATION,
    }
)
"""Carriers that flow through a meter all the time; fuel is bought on a day."""

READING_WORDS = ("抄表", "读数", "读表")
DAILY_GAP = 7
"""Rows further apart than a week are no daily log."""


def settle_days(sheetful: Sheetful, head: Head) -> Sheetful:
    """Periods of metered rows that carry one day each.

    Rows on following days are a log and keep their day. Otherwise a day of reading ends the period that began the day after the
    reading before it, and the first reading has no beginning; a day of unknown meaning gives no period. Nothing is guessed: what has
    no period goes to review.
    """
    column = head.role("period")
    if column is None:
        return sheetful
    reading = any(word in compact(column.label) for word in READING_WORDS) or head.role("opening") is not None
    series: dict[str, list[Entry]] = {}
    for entry in sheetful.entries:
        if entry.meaning is not None and entry.meaning.carrier in METERED and entry.span and entry.span.grain == "day":
            series.setdefault(entry.series, []).append(entry)
    changed: dict[int, Entry] = {}
    for members in series.values():
        if not _is_daily(members):
            changed.update(_between_readings(members) if reading else {id(e): replace(e, span=None) for e in members})
    return replace(sheetful, entries=tuple(changed.get(id(e), e) for e in sheetful.entries))


def _day(entry: Entry) -> date:
    assert entry.span is not None
    return date.fromisoformat(entry.span.first)


def _is_daily(members: Sequence[Entry]) -> bool:
    days = sorted({_day(e) for e in members})
    return len(days) > 1 and max((b - a).days for a, b in itertools.pairwise(days)) <= DAILY_GAP


def _between_readings(members: Sequence[Entry]) -> dict[int, Entry]:
    out: dict[int, Entry] = {}
    before: date | None = None
    for entry in sorted(members, key=_day):
        day = _day(entry)
        span = None
        if before is not None and before < day:
            first = (before + timedelta(days=1)).isoformat()
            span = Span(
                first=first, last=day.isoformat(), raw=f"{before.isoformat()} 后至 {day.isoformat()}", grain="days"
            )
        out[id(entry)] = replace(entry, span=span)
        before = day
    return out
