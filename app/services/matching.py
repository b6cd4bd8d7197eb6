"""When two records are about one fact: the same energy, quantity, meter and time; and which record speaks for another now."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.activity import ProposedRecord, RecordStatus
from app.domain.carrier import Carrier, Direction
from app.domain.number import parse_number
from app.domain.stored import StoredRecord

LIVE = (RecordStatus.PROPOSED, RecordStatus.CONFIRMED)
FED_IN = {Carrier.ELECTRICITY, Carrier.PV_GENERATION, Carrier.WIND_GENERATION}


def same_quantity(a: ProposedRecord, b: ProposedRecord) -> bool:
    return a.unit == b.unit and parse_number(a.quantity) == parse_number(b.quantity)


def same_energy(a: ProposedRecord, b: ProposedRecord) -> bool:
    """Same carrier and direction; what is fed into the grid is called electricity on the bill and generation in the plant's log."""
    if a.direction is not b.direction:
        return False
    return a.carrier is b.carrier or (a.direction is Direction.EXPORTED and {a.carrier, b.carrier} <= FED_IN)


def same_place_and_time(a: ProposedRecord, b: ProposedRecord) -> bool | None:
    """Whether two records stand for one meter and period; None when one of them does not name its account, so nobody can tell."""
    if not (a.period_start and a.period_end) or (a.period_start, a.period_end) != (b.period_start, b.period_end):
        return False
    if not same_energy(a, b) or (a.meter_number and b.meter_number and a.meter_number != b.meter_number):
        return False
    if a.account_number and b.account_number:
        return a.account_number == b.account_number
    if a.meter_number and b.meter_number:
        return True
    return None if a.account_number or b.account_number else False


def equal(a: ProposedRecord, b: ProposedRecord) -> bool:
    return compatible(a, b) and (a.account_number, a.period_start) == (b.account_number, b.period_start)


def compatible(a: ProposedRecord, b: ProposedRecord) -> bool:
    """Equal energy, and no contradiction in what both say."""
    said = ((a.account_number, b.account_number), (a.period_start, b.period_start), (a.period_end, b.period_end))
    return same_energy(a, b) and same_quantity(a, b) and all(not (x and y) or x == y for x, y in said)


def heir(record: StoredRecord, by_id: Mapping[str, StoredRecord]) -> StoredRecord:
    """The record that stands for this one now, after corrections and merges."""
    while record.superseded_by and record.superseded_by in by_id:
        record = by_id[record.superseded_by]
    return record


def speaks_for(record: StoredRecord, by_id: Mapping[str, StoredRecord]) -> StoredRecord | None:
    """The live record a stored one stands for: itself, or what it was merged into. What a person corrected speaks no more."""
    while record.superseded_by and record.superseded_by in by_id:
        following = by_id[record.superseded_by]
        if following.supersedes == record.id and record.status is RecordStatus.SUPERSEDED:
            return None
        record = following
    return record if record.status in LIVE else None
