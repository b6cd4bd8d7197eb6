"""What a project holds beside its records that can contradict them: readings printed on bills, totals of energy reports, the tree
of meters of its profile. Typed for app.accounting.completeness."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from app.accounting.allocate import stated_period
from app.accounting.completeness import Evidence
from app.accounting.controls import ControlTotal
from app.accounting.numbers import plain_number
from app.accounting.readings import Reading
from app.domain.activity import Extraction, ProposedRecord
from app.domain.carrier import Carrier, Direction
from app.domain.project import FactoryProfile
from app.domain.units import find_unit

READING_PARAMS = ("opening", "closing")


def readings_of(records: Iterable[ProposedRecord]) -> list[Reading]:
    """The readings that records carry in their parameters (opening, closing, multiplier, change_reason)."""
    out = []
    for r in records:
        opening, closing = (plain_number(r.params.get(name)) for name in READING_PARAMS)
        period = stated_period(r.period_start, r.period_end)
        if opening is None or closing is None or period is None:
            continue
        out.append(
            Reading(
                record=r.id,
                carrier=r.carrier,
                direction=r.direction,
                account=r.account_number or "",
                meter=r.meter_number or "",
                period=period,
                opening=opening,
                closing=closing,
                multiplier=plain_number(r.params.get("multiplier")) or Fraction(1),
                quantity=plain_number(r.quantity),
                reason=r.params.get("change_reason", ""),
            )
        )
    return out


def totals_of(extractions: Iterable[Extraction]) -> list[ControlTotal]:
    """The figures of energy reports that say what they are, in which unit and for which period."""
    out = []
    for extraction in extractions:
        for n, finding in enumerate(f for f in extraction.findings if f.id == "report-total"):
            total = _total(f"{extraction.sha256[:12]}#t{n + 1}", extraction.filename, finding.data)
            out += [total] if total else []
    return out


def _total(id: str, filename: str, data: Mapping[str, Any]) -> ControlTotal | None:
    text, unit = str(data.get("quantity", "")), str(data.get("unit", ""))
    quantity, period = plain_number(text), stated_period(str(data.get("period_start", "")), str(data.get("period_end", "")))
    known = data.get("carrier") in set(Carrier) and data.get("direction") in set(Direction)
    if quantity is None or period is None or not known or find_unit(unit) is None:
        return None
    return ControlTotal(
        id=id,
        source=f"“{filename}”",
        carrier=Carrier(data["carrier"]),
        direction=Direction(data["direction"]),
        text=text,
        quantity=quantity,
        unit=unit,
        period=period,
    )


def parents_of(profile: FactoryProfile) -> dict[str, str]:
    """``[[meters]]`` of the profile: ``number`` and, for a sub-meter, ``parent``."""
    meters = profile.extra.get("meters", [])
    rows = meters if isinstance(meters, list) else []
    return {
        str(m["number"]): str(m["parent"]) for m in rows if isinstance(m, Mapping) and m.get("number") and m.get("parent")
    }


def project_evidence(
    profile: FactoryProfile, records: Sequence[ProposedRecord], extractions: Iterable[Extraction]
) -> Evidence:
    """The evidence of a project for the completeness of its confirmed records."""
    return Evidence(
        readings=readings_of(records),
        totals=totals_of(extractions),
        parents=parents_of(profile),
        accounts=profile.accounts,
        water=[r for r in records if r.carrier is Carrier.WATER],
    )
