"""A bill, settlement or certificate to an Extraction: one activity for the account and period, proven by its own tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from app.domain.activity import Confidence, Extraction, FieldValue, ProposedRecord
from app.domain.carrier import Carrier, Direction
from app.domain.finding import Finding, Severity
from app.domain.page import Document, Source
from app.domain.units import GJ_PER_KWH
from extractors import checks
from extractors.bills.fees import check_fees
from extractors.bills.grids import Grid, GridValue, document_grids
from extractors.bills.meters import Claim, MeterEvidence, read_meters
from extractors.bills.pairs import Pair, find_pairs, split_quantity
from extractors.capitals import capitals_value, find_capitals
from extractors.confidence import grade
from extractors.evidence import blocking, explain, show
from extractors.geometry.labels import label_map
from extractors.geometry.sheet import Sheet, lay_out
from extractors.periods import Span, find_span, find_spans
from extractors.templates import Template
from extractors.text import compact, iso_date, leading_number, number, tidy
from extractors.vocabulary import Quantity, canonical_quantity, carrier_terms, find_printed_unit, load_terms

SOURCES = {"xlsx": Source.XLSX, "xls": Source.XLSX, "docx": Source.DOCX, "csv": Source.CSV, "ofd": Source.OFD, "xml": Source.XML}
FIELDS = {
    "account_number": "account_number",
    "meter_number": "meter_number",
    "holder": "buyer_name",
    "supplier": "seller_name",
    "issued": "issue_date",
    "money": "amount_incl_tax",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The quantity taken for the bill, the claims that agree with it, and the unit it is stated in."""

    claim: Claim
    agreeing: tuple[Claim, ...]
    unit: str


def extract_bill(document: Document, template: Template, reason: str, today: date) -> Extraction:
    """Fields, one record and findings of a bill. Price components, repeated pages and time-of-use rows never add up to more."""
    data = template.data
    sheets = [lay_out(page) for page in document.pages if page.words]
    roles = label_map(data["columns"])
    grids = document_grids(document, sheets, roles)
    labels = label_map(data["labels"])
    pairs = find_pairs(document, sheets, labels, grids, _accepts)
    evidence = read_meters(grids, label_map(data.get("bands", {})))
    findings: list[Finding] = list(evidence.findings)
    source = SOURCES.get(document.media.value, Source.PDF_TEXT)
    if sheets and sheets[0].source in (Source.OCR, Source.OFD):
        source = sheets[0].source
    fields, own = _fields(pairs, evidence, source)
    findings += own
    span, span_certain, notes = _period(document, sheets, pairs, data)
    findings += notes
    issued = next((f.value for f in fields if f.name == "issue_date"), None)
    if span:
        findings += checks.period(span.first, span.last, issued, "period")
        fields += _period_fields(span, span_certain, source)
    money = next((f.value for f in fields if f.name == "amount_incl_tax"), "")
    findings += check_fees(document, sheets, grids, pairs, data, money)
    findings += _capitals(pairs, money)
    if any(p.scanned for p in document.pages):
        findings.append(
            explain("page-scanned", "部分页面是图片，上面的内容没有读取。", "请提供电子原件，或人工核对这些页。")
        )
    chosen, quantity_findings = _choose_quantity(pairs, evidence, document, data)
    findings += quantity_findings
    records: tuple[ProposedRecord, ...] = ()
    if chosen is not None:
        blocked = any(f.severity is Severity.BLOCKING for f in findings)
        records = _records(document, template, chosen, evidence, fields, pairs, span, span_certain, findings, blocked, source)
    return Extraction(
        sha256=document.sha256,
        filename=document.filename,
        kind=template.kind,
        source=source,
        pages=document.page_count,
        fields=tuple(fields),
        records=records,
        findings=(*document.findings, *_distinct(findings)),
        template=template.id,
        explanation=_explanation(template, reason, chosen, grids, pairs, evidence),
    )


def _distinct(findings: Sequence[Finding]) -> list[Finding]:
    out: list[Finding] = []
    for finding in findings:
        if finding not in out:
            out.append(finding)
    return out


def _accepts(name: str, text: str) -> bool:
    """Whether a text can be a value of a field: numbers for quantities and money, digits for accounts, dates for periods."""
    plain = compact(text)
    if name.startswith("quantity") or name in ("money", "certificates"):
        return split_quantity(text) is not None
    if name in ("account_number", "meter_number"):
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
    return bool(plain) and len(plain) <= 60


def _fields(pairs: Sequence[Pair], evidence: MeterEvidence, source: Source) -> tuple[list[FieldValue], list[Finding]]:
    out: list[FieldValue] = []
    findings: list[Finding] = []
    for name, field in FIELDS.items():
        values: list[tuple[str, Pair]] = []
        for pair in pairs:
            if pair.name == name:
                values.append((_field_value(name, pair.text), pair))
        if name == "meter_number" and not values and len(evidence.meters) == 1:
            values = [(evidence.meters[0], Pair(name=name, label="表号列", text=evidence.meters[0]))]
        if not values:
            continue
        best, pair = values[0]
        rivals = tuple(dict.fromkeys(v for v, _ in values if compact(v) != compact(best) and number(v) != (number(best) or -1)))
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
                status="review" if conflict or ocr else "auto",
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


def _period_fields(span: Span, certain: bool, source: Source) -> list[FieldValue]:
    return [
        FieldValue(
            name=name,
            value=value,
            raw=span.raw,
            confidence=Confidence.B,
            status="auto" if certain and source is not Source.OCR else "review",
        )
        for name, value in (("period_start", span.first), ("period_end", span.last))
    ]


def _period(
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
    found = ranges or months
    if not found:
        title = _title_span(document, sheets, data)
        if title:
            return title, True, []
        return None, False, [_no_period()]
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


def _no_period() -> Finding:
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


def _capitals(pairs: Sequence[Pair], money: str) -> tuple[Finding, ...]:
    words = next((find_capitals(p.text) for p in pairs if p.name == "money_words"), None)
    if not words or capitals_value(words) is None:
        return ()
    return checks.amount_in_words(words, money)


def _claims(pairs: Sequence[Pair], evidence: MeterEvidence) -> list[Claim]:
    claims: list[Claim] = []
    for pair in pairs:
        if not pair.name.startswith("quantity"):
            continue
        parsed = split_quantity(pair.text)
        if parsed is None:
            continue
        value, unit = parsed
        if find_printed_unit(unit) is None and not _is_certificate_unit(unit):
            unit = pair.unit
        rank = 6 if pair.name == "quantity_read" else 0
        claims.append(
            Claim(
                value=number(value) or Fraction(0),
                raw=value,
                unit=unit or pair.unit,
                label=pair.label,
                rank=rank,
                cell=_cell(pair),
            )
        )
    return claims + evidence.claims


def _cell(pair: Pair) -> GridValue:
    return GridValue(text=pair.text, page=pair.page, bbox=pair.bbox, locator=pair.locator)


def _is_certificate_unit(unit: str) -> bool:
    return compact(unit) in load_terms("units")["certificate"]["units"]


def _choose_quantity(
    pairs: Sequence[Pair], evidence: MeterEvidence, document: Document, data: Mapping[str, Any]
) -> tuple[Chosen | None, list[Finding]]:
    claims = sorted(_claims(pairs, evidence), key=lambda c: c.rank)
    if not claims:
        return None, [
            blocking(
                "quantity-missing",
                "没有读到用量合计，不能证明用能量。",
                "请人工录入用量，或提供带有用量的账单页。",
            )
        ]
    units = {u.symbol: None for c in claims if (u := find_printed_unit(c.unit))}
    fallback = next(iter(units), "") or _document_unit(document, data)
    scaled = [(c, _scaled(c, fallback)) for c in claims]
    best, value = scaled[0]
    agreeing = [c for c, v in scaled if v is not None and value is not None and abs(v - value) <= 1]
    firm = [c for c, v in scaled if c not in agreeing and c.rank <= 3]
    soft = [c for c, v in scaled if c not in agreeing and c.rank > 3]
    findings: list[Finding] = []
    if firm:
        findings.append(
            blocking(
                "quantity-conflict",
                f"账单上的合计用量不一致：{best.label} {best.raw}，"
                + "，".join(f"{c.label} {c.raw}（合 {show(c.value)}）" for c in firm)
                + "。",
                "请对照账单确认结算用量。",
                data={"left": show(best.value), "right": [show(c.value) for c in firm], "tolerance": "1"},
            )
        )
    elif soft:
        findings.append(
            explain(
                "read-differs",
                f"结算用量 {best.raw} 与{soft[0].label} {show(soft[0].value)} 不同（可能有线损、退补或换表）。",
                "请确认差额的原因；活动数据采用结算用量。",
                data={"left": show(best.value), "right": show(soft[0].value), "tolerance": "1"},
            )
        )
    return Chosen(claim=best, agreeing=tuple(agreeing), unit=best.unit or fallback), findings


def _scaled(claim: Claim, fallback: str) -> Fraction | None:
    unit = find_printed_unit(claim.unit or fallback)
    return claim.value * unit.ratio if unit else claim.value


def _document_unit(document: Document, data: Mapping[str, Any]) -> str:
    """The one unit of the expected dimension that the whole document names (单位：千瓦时), else nothing."""
    text = compact(document.text)
    named = {
        unit.symbol
        for spelling in data["record"]["unit_words"]
        if compact(spelling) in text and (unit := find_printed_unit(spelling)) is not None
    }
    return named.pop() if len(named) == 1 else ""


def _records(
    document: Document,
    template: Template,
    chosen: Chosen,
    evidence: MeterEvidence,
    fields: Sequence[FieldValue],
    pairs: Sequence[Pair],
    span: Span | None,
    span_certain: bool,
    findings: Sequence[Finding],
    blocked: bool,
    source: Source,
) -> tuple[ProposedRecord, ...]:
    spec = template.data["record"]
    record_id = f"{document.sha256[:12]}-r1"
    own: list[Finding] = []
    carrier, carrier_certain = _carrier(document, spec, chosen.unit)
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
        own.append(replace(_no_period(), subjects=(record_id,)))
    own += _status_findings(pairs, spec, record_id)
    values = {f.name: f.value for f in fields}
    terms = next((t for t in carrier_terms() if t.carrier is carrier), None)
    money = values.get("amount_incl_tax", "")
    if quantity and money and spec.get("price_band", True):
        # The band is without tax; a bill's total includes it, so a price just above the band is no reason to ask.
        net = show((number(money) or Fraction(0)) * Fraction(100, 113))
        own += checks.unit_price_band(terms, net, quantity.value, quantity.unit, record_id)
    asked = any(f.severity is Severity.EXPLAIN for f in findings if f.id != "bill-note")
    proven = evidence.checked or len(chosen.agreeing) >= 2
    confidence, review = grade(
        source=source,
        findings=own,
        document_blocked=blocked,
        certain=quantity is not None and carrier_certain and span_certain and not asked,
        proven=proven,
    )
    cell = chosen.claim.cell
    record = ProposedRecord(
        id=record_id,
        carrier=carrier,
        direction=Direction(spec["direction"]),
        quantity=show(quantity.value if quantity else chosen.claim.value),
        unit=quantity.unit if quantity else "",
        raw_quantity=chosen.claim.raw,
        raw_unit=chosen.unit,
        period_start=span.first if span else None,
        period_end=span.last if span else None,
        account_number=values.get("account_number"),
        meter_number=values.get("meter_number"),
        amount=money or None,
        page=cell.page if cell else None,
        bbox=cell.bbox if cell else None,
        locator=cell.locator if cell else None,
        confidence=confidence,
        needs_review=review,
        findings=tuple(own),
        note=_note(pairs, chosen),
    )
    return (record,)


def _carrier(document: Document, spec: Mapping[str, Any], unit: str) -> tuple[Carrier, bool]:
    """The template's carrier, or the one of its ``carriers`` whose words the document uses."""
    text = compact(document.text)
    options = [(Carrier(name), [w for w in words if compact(w) in text]) for name, words in spec.get("carriers", {}).items()]
    found = [(carrier, len(words)) for carrier, words in options if words]
    if not found:
        return Carrier(spec["carrier"]), not spec.get("carriers")
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


def _explanation(
    template: Template, reason: str, chosen: Chosen | None, grids: Sequence[Grid], pairs: Sequence[Pair], evidence: MeterEvidence
) -> tuple[str, ...]:
    out = [f"识别为{template.title}：{reason}", f"识别表格 {len(grids)} 个、标签值 {len(pairs)} 个"]
    if chosen:
        out.append(f"用量取自“{chosen.claim.label}”{chosen.claim.raw}，相符的另有 {len(chosen.agreeing) - 1} 处")
    if evidence.repeats:
        out.append(f"电费明细中有 {len(evidence.repeats)} 行电量，属价格组成项重复，不相加")
    return tuple(out)
