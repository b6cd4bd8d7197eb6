"""What a project holds beside its records that can contradict them: readings printed on bills, totals of energy reports, the tree
of meters of its profile. Typed for app.accounting.completeness."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from app.accounting.allocate import stated_period
from app.accounting.completeness import Evidence
from app.accounting.controls import ControlTotal
from app.accounting.numbers import plain_number
from app.accounting.readings import Reading, Removed
from app.domain.activity import Extraction, ProposedRecord
from app.domain.carrier import Carrier, Direction
from app.domain.project import FactoryProfile
from app.domain.units import find_unit

READING_PARAMS = frozenset(
    {
        "opening", "closing", "multiplier", "reading_adjustment", "meter_digits", "change_reason", "old_meter_number", "old_opening",
        "old_closing", "old_multiplier",
    }
)  # fmt: skip


def readings_of(records: Iterable[ProposedRecord]) -> list[Reading]:
    """The readings that records carry in their parameters (app.domain.activity names them). A number that cannot be read leaves the
    record without readings: it proves nothing then, and the record itself stands."""
    out = []
    for r in records:
        opening, closing = (plain_number(r.params.get(name)) for name in ("opening", "closing"))
        period = stated_period(r.period_start, r.period_end)
        if opening is None or closing is None or period is None:
            continue
        digits = r.params.get("meter_digits", "")
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
                place=max(_place(r.params["opening"]), _place(r.params["closing"])),
                reason=r.params.get("change_reason", ""),
                adjustment=plain_number(r.params.get("reading_adjustment")) or Fraction(0),
                digits=int(digits) if digits.isdecimal() and 0 < int(digits) < 13 else None,
                removed=_removed(r),
            )
        )
    return out


def with_merged_readings(
    records: Sequence[ProposedRecord], merged: Iterable[tuple[str, ProposedRecord]]
) -> list[ProposedRecord]:
    """The records with the readings of papers that were merged into them (the bill behind an invoice of the same month): ``merged``
    pairs the id of the record that stands with one that it replaced. What a record says itself stays."""
    own = {r.id: r for r in records}
    for winner, loser in merged:
        kept = own.get(winner)
        if kept is None or "opening" in kept.params or not {"opening", "closing"} <= set(loser.params):
            continue
        if plain_number(kept.quantity) != plain_number(loser.quantity) or kept.unit != loser.unit:
            continue  # corrected since: the readings prove the old figure
        found = {k: v for k, v in loser.params.items() if k in READING_PARAMS}
        own[winner] = replace(
            kept,
            params={**found, **kept.params},
            meter_number=kept.meter_number or loser.meter_number,
            account_number=kept.account_number or loser.account_number,
        )
    return [own[r.id] for r in records]


def _place(text: str) -> Fraction:
    """One unit of the last place of a printed number."""
    return Fraction(1, 10 ** len(text.strip().partition(".")[2]))


def _removed(r: ProposedRecord) -> Removed | None:
    """The meter taken down within the period, when both of its readings are there."""
    opening, closing = (plain_number(r.params.get(name)) for name in ("old_opening", "old_closing"))
    if opening is None or closing is None:
        return None
    meter = r.params.get("old_meter_number") or f"{r.meter_number or ''}（旧表）"
    own = plain_number(r.params.get("multiplier")) or Fraction(1)
    return Removed(
        meter=meter, opening=opening, closing=closing, multiplier=plain_number(r.params.get("old_multiplier")) or own
    )


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


def equivalents_of(
    profile: FactoryProfile, records: Sequence[ProposedRecord], heat: Mapping[str, Fraction]
) -> dict[str, dict[str, Fraction]]:
    """What one base unit of a record is in another dimension: litres in tonnes and back by the density of the record or the profile,
    tonnes of steam or hot water in GJ and back by ``heat`` (GJ a tonne by record id, as the accounts work it out)."""
    out: dict[str, dict[str, Fraction]] = {}
    for r in records:
        unit = find_unit(r.unit)
        dimension = unit.dimension if unit else ""
        density = plain_number(r.params.get("density_kg_per_l") or profile.densities_kg_per_l.get(r.carrier.value))
        if density and dimension == "liquid_volume":
            out[r.id] = {"mass": density / 1000}
        elif density and dimension == "mass":
            out[r.id] = {"liquid_volume": 1000 / density}
        if dimension == "mass" and heat.get(r.id):
            out[r.id] = {**out.get(r.id, {}), "heat": heat[r.id]}
    return out


def project_evidence(
    profile: FactoryProfile,
    records: Sequence[ProposedRecord],
    extractions: Iterable[Extraction],
    heat: Mapping[str, Fraction] | None = None,
) -> Evidence:
    """The evidence of a project for the completeness of its confirmed records; ``heat`` as in ``equivalents_of``."""
    return Evidence(
        readings=readings_of(records),
        totals=totals_of(extractions),
        parents=parents_of(profile),
        accounts=profile.accounts,
        water=[r for r in records if r.carrier is Carrier.WATER],
        equivalents=equivalents_of(profile, records, heat or {}),
    )
