"""Completeness beyond the single bill: everything a factory can hold its records against, in one call.

Three tiers, as everywhere: blocking (the result would be wrong), to be explained, for information. Nothing is raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.accounting.balance import heat_made_on_site, meters_under_meters, own_generation, sewage
from app.accounting.bulk import acyclic
from app.accounting.checks import check_years, in_order
from app.accounting.controls import ControlTotal, Equivalents, control_total
from app.accounting.readings import Reading, check_readings
from app.accounting.series import METERED, Record, Series, read_entries, series_of
from app.domain.finding import Finding, Severity

# Days of a bill by rhythm (lowest, highest), as the open eemeter method has them; shown in the finding, to be adapted per scheme.
BILL_DAYS = {"按月": (25, 35), "按两月": (25, 70)}
RHYTHM_BILLS = 4  # fewer bills than this have no rhythm


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What can contradict the records: readings printed on bills, totals of independent statements, the tree of meters
    (``parents``: number of a sub-meter or account to the number above it), the registered accounts by carrier, and the water
    records, which take no part in the energy accounts but in the balance of water and sewage. ``equivalents`` are the facts by
    which a record is compared with a total in another dimension."""

    readings: Sequence[Reading] = ()
    totals: Sequence[ControlTotal] = ()
    parents: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    water: Sequence[Record] = ()
    equivalents: Equivalents = field(default_factory=dict)


def _rhythm(series: Series) -> list[Finding]:
    """Bills much shorter or longer than the others of their meter: a lost or merged reading hides there."""
    dated = [(e.id, e.period.days) for e in series.entries if e.period]
    if series.carrier not in METERED or len(dated) < RHYTHM_BILLS:
        return []
    median = sorted(days for _, days in dated)[len(dated) // 2]
    name = next((name for name, (low, high) in BILL_DAYS.items() if low <= median <= high), "")
    if not name:
        return []
    low, high = BILL_DAYS[name]
    odd = [(id, days) for id, days in dated if not low <= days <= high]
    if not odd:
        return []
    shown = "、".join(f"{id}（{days} 天）" for id, days in odd)
    return [
        Finding(
            id="bill-length",
            severity=Severity.NOTE,
            message=f"{series.label} {name}抄表，以下记录的账期不在 {low}–{high} 天内：{shown}。",
            subjects=tuple(id for id, _ in odd),
            fix="请核对起止日期；并单、补单或新装首月的请注明。",
            data={"low": str(low), "high": str(high), "rhythm": name},
        )
    ]


@acyclic
def check_completeness(
    records: Iterable[Record], *, years: Sequence[int], evidence: Evidence | None = None
) -> tuple[Finding, ...]:
    """Every check over confirmed records of consecutive reporting years and the evidence beside them, in a fixed order.

    Raises ValueError when no year is given."""
    given = evidence or Evidence()
    known = tuple(records)
    entries = read_entries(known)
    series = series_of(entries)
    out = list(check_years(known, years=years, accounts=given.accounts))
    out += [f for s in series for f in _rhythm(s)]
    out += check_readings(given.readings)
    out += [f for total in given.totals for f in control_total(total, entries, given.equivalents)]
    out += meters_under_meters(series, given.parents)
    out += own_generation(entries)
    out += heat_made_on_site(entries)
    out += sewage([*entries, *read_entries(given.water)])
    return in_order(out)
