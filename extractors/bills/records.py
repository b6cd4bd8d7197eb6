"""Bill quantities to proposed records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from app.domain.activity import FieldValue, ProposedRecord
from app.domain.carrier import Carrier, Direction
from app.domain.finding import Finding, Severity
from app.domain.page import Document, Source
from app.domain.units import GJ_PER_KWH
from extractors import checks
from extractors.bills.fields import no_period
from extractors.bills.meters import Claim
from extractors.bills.monthly import MonthTable
from extractors.bills.pairs import Pair
from extractors.bills.quantity import Chosen, document_unit
from extractors.conditions import conditions
from extractors.confidence import grade
from extractors.evidence import blocking, explain, show
from extractors.periods import Span
from extractors.readings import Register, reading_params, unit_scale
from extractors.templates import Template
from extractors.text import compact, number
from extractors.vocabulary import Quantity, canonical_quantity, carrier_terms, find_printed_unit, load_terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every record of one bill shares."""

    document: Document
    template: Template
    fields: Sequence[FieldValue]
    pairs: Sequence[Pair]
    findings: Sequence[Finding]
    source: Source

    @property
    def blocked(self) -> bool:
        return any(f.severity is Severity.BLOCKING for f in self.findings)

    @property
    def asked(self) -> bool:
        return any(f.severity is Severity.EXPLAIN and f.id != "amount-missing" for f in self.findings)

    def value(self, name: str) -> str | None:
        return next((f.value for f in self.fields if f.name == name), None)


def monthly_records(frame: Frame, months: MonthTable) -> tuple[ProposedRecord, ...]:
    """One record a month, each with its row's own money, meter and steam state."""
    records = []
    for serial, row in enumerate(months.rows, 1):
        unit = row.unit or document_unit(frame.document, frame.template.data)
        claim = Claim(
            value=number(row.value) or Fraction(0), raw=row.value, unit=unit, label=months.column, rank=2, cell=row.cell
        )
        chosen = Chosen(claim=claim, agreeing=(claim,), unit=unit)
        extras = "；".join(f"{label} {text}" for label, text in row.extras)
        record = bill_record(frame, serial, chosen, row.span, True, months.proven, money=row.amount)
        records.append(
            replace(
                record,
                meter_number=row.meter or record.meter_number,
                note="；".join(n for n in (record.note, extras) if n),
                params={
                    **record.params,
                    **reading_params(row.register, row.value, unit_scale(unit)),
                    **conditions(record.carrier, [f"{label} {text}" for label, text in row.extras]),
                },
            )
        )
    return tuple(records)


def bill_record(
    frame: Frame,
    serial: int,
    chosen: Chosen,
    span: Span | None,
    span_certain: bool,
    proven: bool,
    *,
    money: str | None = None,
    register: Register | None = None,
) -> ProposedRecord:
    """One record. ``proven``: a control sum or a second statement confirms the quantity; ``money`` defaults to the bill's total;
    ``register`` holds the readings of the one meter that counts it."""
    spec = frame.template.data["record"]
    record_id = f"{frame.document.sha256[:12]}-r{serial}"
    own: list[Finding] = []
    carrier, carrier_certain = _carrier(frame.document, spec)
    quantity = _canonical(chosen, carrier, spec)
    if quantity is None:
        own.append(
            blocking(
                "unit-missing",
                f"用量 {chosen.claim.raw} 的计量单位“{chosen.unit}”没有读到或不在单位表内。",
                "请对照账单确认计量单位。",
                subjects=(record_id,),
                data={"unit": chosen.unit},
            )
        )
    if not carrier_certain:
        own.append(explain("carrier-uncertain", "能源品种待确认。", "请确认能源品种。", subjects=(record_id,)))
    if span is None:
        own.append(replace(no_period(), subjects=(record_id,)))
    own += _status_findings(frame.pairs, spec, record_id)
    paid = (frame.value("amount_incl_tax") or "") if money is None else money
    if quantity and paid and spec.get("price_band", True):
        # The band is without tax; a bill's money includes it.
        terms = next((t for t in carrier_terms() if t.carrier is carrier), None)
        net = show((number(paid) or Fraction(0)) * Fraction(100, 113))
        own += checks.unit_price_band(terms, net, quantity.value, quantity.unit, record_id)
    confidence, review = grade(
        source=frame.source,
        findings=own,
        document_blocked=frame.blocked,
        certain=quantity is not None and carrier_certain and span_certain and not frame.asked,
        proven=proven,
    )
    cell = chosen.claim.cell
    return ProposedRecord(
        id=record_id,
        carrier=carrier,
        direction=Direction(spec["direction"]),
        quantity=show(quantity.value if quantity else chosen.claim.value),
        unit=quantity.unit if quantity else "",
        raw_quantity=chosen.claim.raw,
        raw_unit=chosen.unit,
        period_start=span.first if span else None,
        period_end=span.last if span else None,
        account_number=frame.value("account_number"),
        meter_number=frame.value("meter_number"),
        amount=paid or None,
        page=cell.page if cell else None,
        bbox=cell.bbox if cell else None,
        locator=cell.locator if cell else None,
        confidence=confidence,
        needs_review=review,
        findings=tuple(own),
        note=_note(frame.pairs, chosen),
        params={
            **conditions(
                carrier, [chosen.claim.label, *(f"{p.label} {p.text}" for p in frame.pairs if p.name == "extra")]
            ),
            **reading_params(register, chosen.claim.raw, unit_scale(chosen.unit)),
        },
    )


def _carrier(document: Document, spec: Mapping[str, Any]) -> tuple[Carrier, bool]:
    """The template's carrier, or the one of its ``carriers`` whose words the document uses."""
    text = compact(document.text)
    options = [
        (Carrier(name), [w for w in words if compact(w) in text]) for name, words in spec.get("carriers", {}).items()
    ]
    found = [(carrier, len(words)) for carrier, words in options if words]
    if not found:
        return Carrier(spec["carrier"]), spec.get("default_certain", not spec.get("carriers"))
    return found[0][0], True


def _canonical(chosen: Chosen, carrier: Carrier, spec: Mapping[str, Any]) -> Quantity | None:
    certificate = load_terms("units")["certificate"]
    if carrier is Carrier.GREEN_CERTIFICATE and compact(chosen.unit) in certificate["units"]:
        value = chosen.claim.value * Fraction(certificate["kwh_each"])
        return Quantity(value=value, unit="kWh", dimension="electricity")
    unit = find_printed_unit(chosen.unit)
    quantity = canonical_quantity(chosen.claim.value, unit) if unit else None
    if quantity is None or quantity.dimension not in spec["dimensions"]:
        return None
    if carrier in (Carrier.HEAT, Carrier.STEAM) and quantity.dimension == "electricity":
        return Quantity(value=quantity.value * GJ_PER_KWH, unit="GJ", dimension="heat")
    return quantity


def _status_findings(pairs: Sequence[Pair], spec: Mapping[str, Any], subject: str) -> list[Finding]:
    """Certificates count only when they are redeemed for the applicant."""
    wanted = spec.get("status")
    if not wanted:
        return []
    texts = [p.text for p in pairs if p.name == "status"]
    if any(any(word in t for word in wanted) and "未" not in t for t in texts):
        return []
    stated = "、".join(texts) or "未注明"
    return [
        explain(
            "certificate-status",
            f"绿证状态为“{stated}”：只有已核销给申报单位的绿证才能计为已使用。",
            "请提供核销凭证。",
            subjects=(subject,),
            data={"status": stated},
        )
    ]


def _note(pairs: Sequence[Pair], chosen: Chosen) -> str:
    """What an accountant needs beside the number: pressure and temperature of steam, certificate range, trade, where it was read."""
    extras = [f"{p.label} {p.text}" for p in pairs if p.name in ("extra", "status")]
    return "；".join(dict.fromkeys([f"{chosen.claim.label} {chosen.claim.raw} {chosen.unit}".strip(), *extras]))
