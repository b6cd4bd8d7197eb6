"""Half-open periods of days: ``start`` is the first day, ``end`` the day after the last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Period:
    """[start, end) in days. Raises ValueError when empty or reversed."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"empty period {self.start}..{self.end}")

    @classmethod
    def inclusive(cls, first: date, last: date) -> Period:
        """The period whose first and last days are both printed on a bill. Raises ValueError for the last day of the calendar (9999),
        after which no day comes."""
        if last == date.max:
            raise ValueError(f"no day after {last}")
        return cls(start=first, end=last + timedelta(days=1))

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        """A calendar month. Raises ValueError for a month that is none, or after which none comes."""
        following = date(year + month // 12, month % 12 + 1, 1)
        return cls(start=date(year, month, 1), end=following)

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)

    def overlap_days(self, other: Period) -> int:
        return max(0, (min(self.end, other.end) - max(self.start, other.start)).days)

    def months(self) -> tuple[tuple[int, int], ...]:
        """Every (year, month) the period touches."""
        out = []
        year, month = self.start.year, self.start.month
        while (year, month) <= (self.last.year, self.last.month):
            out.append((year, month))
            year, month = year + month // 12, month % 12 + 1
        return tuple(out)
