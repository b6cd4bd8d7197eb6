"""The parts an inventory is made of: a confirmed record, the part of it inside the reporting year, and the result with its findings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from app.accounting.allocate import decimal_share
from app.domain.activity import ProposedRecord
from app.domain.finding import Finding, Severity
from app.domain.number import exact_text, parse_number
from app.domain.period import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedRecord:
    """A confirmed record with what its document adds: its kind, issue date (ISO) and invoice number."""

    record: ProposedRecord
    document_sha256: str
    document_kind: str
    issue_date: str | None = None
    invoice_number: str | None = None


@dataclass(slots=True, kw_only=True)
class InventoryBuild:
    """``inputs`` for app.accounting.calculate; ``records`` maps each activity to the record it comes from, ``corrections`` each
    red-letter record to the record it cancels."""

    inputs: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)
    records: dict[str, str] = field(default_factory=dict)
    corrections: dict[str, str] = field(default_factory=dict)

    def find(
        self, id: str, severity: Severity, message: str, *subjects: str, fix: str = "", data: dict[str, Any] | None = None
    ) -> None:
        """Write down a choice or a gap."""
        self.findings.append(Finding(id=id, severity=severity, message=message, subjects=subjects, fix=fix, data=data or {}))

    def has(self, id: str) -> bool:
        return any(f.id == id for f in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One record within the reporting year, its quantity as a Fraction of the record's unit."""

    source: ConfirmedRecord
    period: Period | None
    quantity: Fraction

    @property
    def record(self) -> ProposedRecord:
        return self.source.record

    @property
    def id(self) -> str:
        return self.source.record.id

    def overlaps(self, other: Piece) -> bool:
        return bool(self.period and other.period and self.period.overlap_days(other.period))


def activity(piece: Piece, id: str, carrier: str, quantity: Fraction, direction: str, params: dict[str, Any]) -> dict[str, Any]:
    """An activity of the calculation input, in the record's unit, with the period it stands for."""
    if piece.period:
        params = {**params, "period": f"{piece.period.start.isoformat()}/{piece.period.last.isoformat()}"}
    return {
        "id": id,
        "carrier": carrier,
        "quantity": exact_text(quantity),
        "unit": piece.record.unit,
        "direction": direction,
        "params": params,
    }


def within_year(item: ConfirmedRecord, year: int | None, build: InventoryBuild) -> Piece | None:
    """The part of a record that belongs to the reporting year; a bill that crosses it is shared out by days."""
    record = item.record
    quantity = parse_number(record.quantity)
    period = _period(item, build)
    if year is None:
        return Piece(source=item, period=period, quantity=quantity)
    if period is None:
        impossible = record.period_start and record.period_end
        stated = f"的账期 {record.period_start} 至 {record.period_end} 不是可用的日期" if impossible else "没有账期"
        build.find(
            "record-without-period",
            Severity.BLOCKING,
            f"{record.carrier.label}记录 {record.id} {stated}，未计入 {year} 年",
            record.id,
            fix="用“更正”补上账期起止日（period_start、period_end）",
        )
        return None
    whole = Period.inclusive(date(year, 1, 1), date(year, 12, 31))
    days = period.overlap_days(whole)
    if days == period.days:
        return Piece(source=item, period=period, quantity=quantity)
    if days == 0:
        build.find(
            "outside-year",
            Severity.NOTE,
            f"{record.carrier.label}记录 {record.id} 账期 {period.start} 至 {period.last} 不在 {year} 年内，未计入",
            record.id,
        )
        return None
    before = max(0, (whole.start - period.start).days)
    share = share_of_days(quantity, before, before + days, period.days)
    build.find(
        "period-split",
        Severity.EXPLAIN,
        f"{record.carrier.label}记录 {record.id} 账期跨年：{period.days} 天中 {days} 天属 {year} 年，"
        f"按天数分摊 {exact_text(share)} {record.unit}",
        record.id,
        data={"days": str(days), "of": str(period.days), "quantity": record.quantity, "share": exact_text(share)},
        fix="有年末抄表数时，请以抄表数更正",
    )
    return Piece(
        source=item, period=Period(start=max(period.start, whole.start), end=min(period.end, whole.end)), quantity=share
    )


def share_of_days(quantity: Fraction, first: int, end: int, days: int) -> Fraction:
    """What days ``first`` to ``end`` (half open, counted from the start of the bill) take of ``quantity``, as a decimal: adjacent
    shares of one bill sum to the quantity exactly (app.accounting.allocate)."""
    return decimal_share(quantity, first, end, days)


def _period(item: ConfirmedRecord, build: InventoryBuild) -> Period | None:
    record = item.record
    stated = stated_period(record.period_start, record.period_end)
    if stated or not item.issue_date:
        return stated
    try:
        issued = date.fromisoformat(item.issue_date)
    except ValueError:
        return None
    build.find(
        "period-from-issue-date",
        Severity.EXPLAIN,
        f"{record.carrier.label}记录 {record.id} 未写用能期间，按开票日期 {item.issue_date} 所在月计入",
        record.id,
        data={"issue_date": item.issue_date},
        fix="如实际使用期间不同，请更正账期起止日",
    )
    return Period.month(issued.year, issued.month)


def stated_period(start: str | None, end: str | None) -> Period | None:
    """The period a record states, None when it states none or an impossible one."""
    if not (start and end):
        return None
    try:
        return Period.inclusive(date.fromisoformat(start), date.fromisoformat(end))
    except (ValueError, OverflowError):
        return None
