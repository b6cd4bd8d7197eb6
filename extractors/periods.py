"""Periods printed on bills and in remarks: ranges of days, months and single days. First and last day, both included."""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

_Y = r"((?:19|20)\d{2})"
_SEP = r"\s*(?:至|到|~|—+|-+|–|－|―|…)\s*"
_D1 = rf"{_Y}\s*[年./\-]\s*(\d{{1,2}})\s*[月./\-]\s*(\d{{1,2}})\s*日?"
_D2 = rf"(?:{_Y}\s*[年./\-]\s*)?(\d{{1,2}})\s*[月./\-]\s*(\d{{1,2}})\s*日?"
_RANGE_DAYS = re.compile(rf"(?<!\d){_D1}(?:\s*(?:起|零时|0时|\d\d:\d\d(?::\d\d)?))?{_SEP}{_D2}(?!\d)")
_RANGE_SOLID = re.compile(rf"(?<!\d){_Y}(\d{{2}})(\d{{2}}){_SEP}{_Y}(\d{{2}})(\d{{2}})(?!\d)")
_RANGE_MONTHS = re.compile(rf"(?<!\d){_Y}\s*[年./\-]\s*(\d{{1,2}})\s*月?{_SEP}(?:{_Y}\s*[年./\-]\s*)?(\d{{1,2}})\s*月")
_RANGE_MONTHS_ISO = re.compile(rf"(?<!\d){_Y}[.\-/](\d{{1,2}})\s*(?:至|到|~|—+)\s*{_Y}[.\-/](\d{{1,2}})(?![\d.\-/日])")
_RANGE_SOLID_MONTHS = re.compile(rf"(?<!\d){_Y}(0[1-9]|1[0-2]){_SEP}{_Y}(0[1-9]|1[0-2])(?!\d)")
_MONTH = re.compile(rf"(?<!\d){_Y}\s*年\s*(\d{{1,2}})\s*月(?:份)?(?!\s*\d{{1,2}}\s*日)")
_MONTH_ISO = re.compile(rf"(?<![\d.\-/]){_Y}[.\-/](0?[1-9]|1[0-2])(?![\d.\-/])")
_MONTH_SOLID = re.compile(rf"(?<!\d){_Y}(0[1-9]|1[0-2])(?!\d)")
_DAY = re.compile(rf"(?<!\d){_D1}(?!\d)")
_DAY_SOLID = re.compile(rf"(?<!\d){_Y}(\d{{2}})(\d{{2}})(?!\d)")
_YEAR = re.compile(rf"(?<!\d){_Y}\s*年(?:度)?(?!\s*\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """First and last day (ISO), the printed text it came from, and how fine it is: days | months | day | year."""

    first: str
    last: str
    raw: str
    grain: str


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_end(year: int, month: int) -> date | None:
    return _day(year, month, calendar.monthrange(year, month)[1]) if 1 <= month <= 12 else None


def month_span(year: int, month: int, raw: str = "") -> Span | None:
    """The whole calendar month."""
    first, last = _day(year, month, 1), _month_end(year, month)
    if first is None or last is None:
        return None
    return Span(first=first.isoformat(), last=last.isoformat(), raw=raw or f"{year}-{month:02d}", grain="months")


def _span(first: date | None, last: date | None, raw: str, grain: str) -> Span | None:
    if first is None or last is None:
        return None
    return Span(first=first.isoformat(), last=last.isoformat(), raw=raw, grain=grain)


def find_spans(text: str, *, days: bool = True) -> list[Span]:
    """Every period in ``text``, in order of appearance; ranges are not read again as single dates.

    ``days`` False leaves single days out. A reversed range is returned as printed: checking is not reading.
    """
    plain = unicodedata.normalize("NFKC", text)
    found: list[tuple[int, int, Span]] = []

    def take(match: re.Match[str], span: Span | None) -> None:
        if span and all(match.end() <= s or match.start() >= e for s, e, _ in found):
            found.append((match.start(), match.end(), span))

    for m in _RANGE_DAYS.finditer(plain):
        a, b = (int(m[1]), int(m[2]), int(m[3])), (int(m[4] or m[1]), int(m[5]), int(m[6]))
        if not m[4] and b[1:] < a[1:]:  # 12月26日至1月25日 without the second year runs over the turn of the year
            b = (b[0] + 1, b[1], b[2])
        take(m, _span(_day(*a), _day(*b), m[0], "days"))
    for m in _RANGE_SOLID.finditer(plain):
        take(m, _span(_day(int(m[1]), int(m[2]), int(m[3])), _day(int(m[4]), int(m[5]), int(m[6])), m[0], "days"))
    for pattern in (_RANGE_MONTHS, _RANGE_MONTHS_ISO, _RANGE_SOLID_MONTHS):
        for m in pattern.finditer(plain):
            take(m, _span(_day(int(m[1]), int(m[2]), 1), _month_end(int(m[3] or m[1]), int(m[4])), m[0], "months"))
    for pattern in (_DAY, _DAY_SOLID):
        for m in pattern.finditer(plain):
            day = _day(int(m[1]), int(m[2]), int(m[3]))
            if day and not days:
                found.append((m.start(), m.end(), Span(first="", last="", raw="", grain="skip")))
            else:
                take(m, _span(day, day, m[0], "day"))
    for pattern in (_MONTH, _MONTH_ISO, _MONTH_SOLID):
        for m in pattern.finditer(plain):
            take(m, month_span(int(m[1]), int(m[2]), m[0]))
    for m in _YEAR.finditer(plain):
        take(m, _span(date(int(m[1]), 1, 1), date(int(m[1]), 12, 31), m[0], "year"))
    return [span for _, _, span in sorted(found, key=lambda f: f[0]) if span.grain != "skip"]


def find_span(text: str, *, days: bool = True) -> Span | None:
    """The first period in ``text``."""
    spans = find_spans(text, days=days)
    return spans[0] if spans else None
