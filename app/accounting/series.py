"""Activity records as series: what one meter or account delivered in one direction, in the order of time.

Texts are read once here (period and quantity of each record), so that the checks compare values and never parse again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Protocol

from app.accounting.numbers import plain_number
from app.domain.carrier import Carrier, Direction
from app.domain.period import Period

# Read by a meter month after month; a month without a bill is a hole in the year. Fuels by delivery have no such rhythm.
METERED = frozenset(
    {
        Carrier.ELECTRICITY,
        Carrier.NATURAL_GAS,
        Carrier.STEAM,
        Carrier.HEAT,
        Carrier.HOT_WATER,
        Carrier.WATER,
        Carrier.COKE_OVEN_GAS,
        Carrier.BLAST_FURNACE_GAS,
        Carrier.CONVERTER_GAS,
        Carrier.PV_GENERATION,
        Carrier.WIND_GENERATION,
    }
)
BILL_NAMES = {
    Carrier.ELECTRICITY: "电费单",
    Carrier.NATURAL_GAS: "燃气账单",
    Carrier.STEAM: "蒸汽结算单",
    Carrier.HEAT: "热力结算单",
    Carrier.HOT_WATER: "热水结算单",
    Carrier.WATER: "水费单",
    Carrier.PV_GENERATION: "光伏发电记录",
    Carrier.WIND_GENERATION: "风力发电记录",
}


class Record(Protocol):
    """What the checks need of an activity record; ProposedRecord of app.domain has it."""

    @property
    def id(self) -> str: ...
    @property
    def carrier(self) -> Carrier: ...
    @property
    def direction(self) -> Direction: ...
    @property
    def quantity(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def period_start(self) -> str | None: ...
    @property
    def period_end(self) -> str | None: ...
    @property
    def account_number(self) -> str | None: ...
    @property
    def meter_number(self) -> str | None: ...
    @property
    def amount(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record with its period (None: none or an impossible one) and its exact quantity (None: not a decimal number)."""

    record: Record
    period: Period | None
    quantity: Fraction | None

    @property
    def id(self) -> str:
        return self.record.id

    def within(self, period: Period) -> Fraction:
        """What of the quantity lies in a period, by days. Zero without a period or a readable quantity."""
        if self.period is None or self.quantity is None:
            return Fraction(0)
        return self.quantity * Fraction(self.period.overlap_days(period), self.period.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The entries of one carrier, direction, account and meter: those with a period first, by its days, then by id."""

    carrier: Carrier
    direction: Direction
    account: str
    meter: str
    entries: tuple[Entry, ...]

    @property
    def label(self) -> str:
        where = f"户号 {self.account}" if self.account else "未注明户号"
        meter = f"（表号 {self.meter}）" if self.meter else ""
        way = "" if self.direction is Direction.PURCHASED else f"{self.direction.label} "
        return f"{where}{meter} {way}{self.carrier.label}"

    @property
    def bill(self) -> str:
        return BILL_NAMES.get(self.carrier, "账单")

    @property
    def subject(self) -> str:
        """What a finding about the whole series points at: the account, else the meter, else the carrier."""
        return self.account or self.meter or self.carrier.value


def period_of(record: Record) -> Period | None:
    """The period whose first and last days the record states; None when it states none or an impossible one."""
    if not record.period_start or not record.period_end:
        return None
    try:
        return Period.inclusive(date.fromisoformat(record.period_start), date.fromisoformat(record.period_end))
    except (ValueError, OverflowError):
        return None


def read_entries(records: Iterable[Record]) -> tuple[Entry, ...]:
    """Every record with its texts read, in the order given."""
    periods: dict[tuple[str | None, str | None], Period | None] = {}
    out = []
    for record in records:
        stated = (record.period_start, record.period_end)
        if stated not in periods:
            periods[stated] = period_of(record)
        out.append(Entry(record=record, period=periods[stated], quantity=plain_number(record.quantity)))
    return tuple(out)


def _in_time(entry: Entry) -> tuple[int, int, str]:
    period = entry.period
    if period is None:
        return (date.max.toordinal(), 0, entry.record.id)
    return (period.start.toordinal(), period.end.toordinal(), entry.record.id)


def series_of(entries: Iterable[Entry]) -> tuple[Series, ...]:
    """Entries grouped by carrier, direction, account and meter, in a fixed order."""
    groups: dict[tuple[str, str, str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        r = entry.record
        groups[r.carrier.value, r.direction.value, r.account_number or "", r.meter_number or ""].append(entry)
    return tuple(
        Series(
            carrier=Carrier(carrier),
            direction=Direction(direction),
            account=account,
            meter=meter,
            entries=tuple(sorted(found, key=_in_time)),
        )
        for (carrier, direction, account, meter), found in sorted(groups.items())
    )
