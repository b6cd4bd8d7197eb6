"""Header fields and the period of a bill, from its labelled values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.activity import Confidence, FieldValue
from app.domain.finding import Finding
from app.domain.page import Document, Source
from extractors import checks
from extractors.bills.meters import MeterEvidence
from extractors.bills.pairs import Pair, split_quantity
from extractors.capitals import capitals_value, find_capitals
from extractors.evidence import explain
from extractors.geometry.sheet import Sheet
from extractors.periods import Span, find_span, find_spans
from extractors.readings import Register
from extractors.text import compact, iso_date, leading_number, number, tidy

READINGS = ("opening", "closing", "multiplier")
FIELDS = {
    "account_number": "account_number",
    "meter_number": "meter_number",
    "holder": "buyer_name",
    "supplier": "seller_name",
    "issued": "issue_date",
    "money": "amount_incl_tax",
}


def accepts(name: str, text: str) -> bool:
    """Whether a text can be a value of a field: numbers for quantities and money, digits for accounts, dates for periods."""
    plain = compact(text)
    if name in READINGS:
        return number(text) is not None
    if name.startswith("quantity") or name in ("money", "certificates"):
        return split_quantity(text) is not None
    if name in ("account_number", "settlement_number", "meter_number"):
        head = plain.split("(")[0]
        return 4 <= len(head) <= 40 and sum(c.isdigit() for c in head) >= 4 and head.isascii()
    if name == "issued":
        return iso_date(text) is not None
    if name in ("period", "period_month"):
        return find_span(text) is not None
    if name in ("period_start", "period_end"):
        return iso_date(text) is not None
    if name == "money_words":
        return find_capitals(text) is not None
    if name == "extra":
        return bool(plain) and len(plain) <= 40 and plain[0] not in "、,，。;；和及"
    return bool(plain) and len(plain) <= 60


def read_fields(
    pairs: Sequence[Pair], evidence: MeterEvidence, source: Source
) -> tuple[list[FieldValue], list[Finding]]:
    out: list[FieldValue] = []
    findings: list[Finding] = []
    for name, field in FIELDS.items():
        values: list[tuple[str, Pair]] = []
        for pair in pairs:
            if pair.name == name:
                values.append((_field_value(name, pair.text), pair))
        if name == "account_number" and not values:
            # 南方电网 prints 用户编号 and 结算户号; the latter stands in only when it is alone.
            values = [(_field_value(name, p.text), p) for p in pairs if p.name == "settlement_number"]
        if name == "meter_number" and not values and len(evidence.meters) == 1:
            values = [(evidence.meters[0], Pair(name=name, label="表号列", text=evidence.meters[0]))]
        if not values:
            continue
        best, pair = values[0]
        rivals = tuple(
            dict.fromkeys(v for v, _ in values if compact(v) != compact(best) and number(v) != (number(best) or -1))
        )
        conflict = bool(rivals) and name in ("account_number", "money", "meter_number")
        if conflict and name == "account_number":
            findings.append(
                explain(
                    "several-accounts",
                    f"账单中有多个户号：{best}、{'、'.join(rivals)}。",
                    "请确认用量属于哪个户号；多户合并的账单请分户提供。",
                    subjects=(field,),
                    data={"values": [best, *rivals]},
                )
            )
        elif conflict and name == "money":
            findings.append(
                explain(
                    "amount-rivals",
                    f"账单中“{pair.label}”等合计金额有不同值：{best}、{'、'.join(rivals)}。",
                    "请核对应收合计金额。",
                    subjects=(field,),
                    data={"values": [best, *rivals]},
                )
            )
        # A second label inside a value means that two values ran together.
        doubtful = conflict or (name in ("holder", "supplier") and ":" in compact(best))
        ocr = source is Source.OCR
        out.append(
            FieldValue(
                name=field,
                value=best,
                raw=pair.text,
                page=pair.page,
                bbox=pair.bbox,
                locator=pair.locator,
                confidence=Confidence.C if ocr else Confidence.B,
                status="review" if doubtful or ocr else "auto",
                rivals=rivals,
            )
        )
    return out, findings


def _field_value(name: str, text: str) -> str:
    if name == "money":
        leading = leading_number(text)
        return leading[0] if leading else text
    if name == "issued":
        return iso_date(text) or text
    if name in ("account_number", "meter_number"):
        return compact(text).split("(")[0]
    return tidy(text)


def period_fields(span: Span, certain: bool, source: Source, pairs: Sequence[Pair]) -> list[FieldValue]:
    """Both ends of the period, at the label that printed it."""
    named = [p for p in pairs if p.name.startswith("period")]
    at = next((p for p in named if span.raw in p.text), named[0] if named else None)
    return [
        FieldValue(
            name=name,
            value=value,
            raw=span.raw,
            page=at.page if at else None,
            bbox=at.bbox if at else None,
            locator=at.locator if at else None,
            confidence=Confidence.B,
            status="auto" if certain and source is not Source.OCR else "review",
        )
        for name, value in (("period_start", span.first), ("period_end", span.last))
    ]


def read_period(
    document: Document, sheets: Sequence[Sheet], pairs: Sequence[Pair], data: Mapping[str, Any]
) -> tuple[Span | None, bool, list[Finding]]:
    """The labelled reading period (days before months), else 用电开始/结束时间, else the month in the title."""
    spans = [s for p in pairs if p.name == "period" and (s := find_span(p.text))]
    starts = [iso_date(p.text) for p in pairs if p.name == "period_start"]
    ends = [iso_date(p.text) for p in pairs if p.name == "period_end"]
    if starts and ends and starts[0] and ends[0]:
        spans.insert(0, Span(first=starts[0], last=ends[0], raw=f"{starts[0]} 至 {ends[0]}", grain="days"))
    ranges = [s for s in spans if s.grain == "days"]
    months = [s for s in spans if s.grain == "months"]
    # A ticket is about the day it names (``record.day``); on a bill a single day is when it was printed or read.
    single = [s for s in spans if s.grain == "day"] if data["record"].get("day") else []
    found = ranges or months or single
    if not found:
        title = _title_span(document, sheets, data)
        if title:
            return title, True, []
        return None, False, [no_period()]
    distinct = list({(s.first, s.last): s for s in found}.values())
    first = distinct[0]
    if len(distinct) > 1:
        return (
            first,
            False,
            [
                explain(
                    "period-rivals",
                    f"账单中有多个期间：{'、'.join(s.raw for s in distinct)}。",
                    "请确认用量对应的期间。",
                    subjects=("period",),
                )
            ],
        )
    apart = [m for m in months if ranges and (m.last < first.first or m.first > first.last)]
    if apart:
        return (
            first,
            False,
            [
                explain(
                    "period-rivals",
                    f"账期“{apart[0].raw}”与抄表期间“{first.raw}”没有交集。",
                    "请确认用量对应的期间。",
                    subjects=("period",),
                )
            ],
        )
    return first, True, []


def no_period() -> Finding:
    return explain(
        "period-missing",
        "账单上没有读到用能期间。",
        "请人工填写起止日期。",
        subjects=("period",),
    )


def _title_span(document: Document, sheets: Sequence[Sheet], data: Mapping[str, Any]) -> Span | None:
    """A month in a line that also names the document (2025年3月电费账单)."""
    words = [compact(w) for group in data["match"].get("each", ())[:1] for w in group]
    lines = ["".join(p.text for p in row) for sheet in sheets[:1] for row in sheet.rows[:8]]
    lines += list(document.paragraphs[:8])
    lines += [t.name for t in document.tables]
    lines += [c.text for t in document.tables for row in t.rows[:4] for c in row if c.text and c.merged_from is None]
    for line in lines:
        if any(word in compact(line) for word in words):
            span = next((s for s in find_spans(line) if s.grain in ("months", "days")), None)
            if span:
                return span
    return None


def reading_findings(pairs: Sequence[Pair], quantity: str) -> tuple[Finding, ...] | None:
    """V4a where the bill prints its readings as single values; None when it does not print one of each."""
    register = printed_register(pairs)
    if register is None:
        return None
    return checks.reading_product(register.opening, register.closing, register.multiplier, quantity, "quantity")


def printed_register(pairs: Sequence[Pair]) -> Register | None:
    """The readings that a bill prints as single values; None when it does not print one of each."""
    values = {name: {p.text for p in pairs if p.name == name} for name in READINGS}
    if len(values["opening"]) != 1 or len(values["closing"]) != 1 or len(values["multiplier"]) > 1:
        return None
    return Register(
        opening=values["opening"].pop(), closing=values["closing"].pop(), multiplier=next(iter(values["multiplier"]), "")
    )


def capitals_findings(pairs: Sequence[Pair], money: str) -> tuple[Finding, ...]:
    words = next((find_capitals(p.text) for p in pairs if p.name == "money_words"), None)
    if not words or capitals_value(words) is None:
        return ()
    return checks.amount_in_words(words, money)
