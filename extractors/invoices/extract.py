"""One invoice document to an Extraction: gather readings, reconcile, check, propose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from app.domain.activity import Confidence, Extraction, FieldValue
from app.domain.finding import Finding, Severity
from app.domain.page import Document, Page, Source
from extractors import checks
from extractors.evidence import blocking, explain
from extractors.geometry.sheet import Sheet, lay_out
from extractors.invoices.circumstances import Context
from extractors.invoices.codes import code_agrees, code_findings, code_of, code_reading, read_codes
from extractors.invoices.merge import Merged, line_findings, merge, missing_fields, to_fields
from extractors.invoices.printed import invoice_numbers, read_printed
from extractors.invoices.reading import LABELS, InvoiceReading, full_label, same_value
from extractors.invoices.records import FUELS, classify_line, propose
from extractors.invoices.remark import RemarkFacts, read_remark
from extractors.invoices.tagged import ORIGIN_LABELS, read_tagged
from extractors.templates import Template
from extractors.text import compact, iso_date, number

CONTAINER_NAMES = {
    "发票号码": "invoice_number",
    "发票代码": "invoice_code",
    "合计金额": "amount_excl_tax",
    "合计税额": "tax_amount",
    "开票日期": "issue_date",
    "购买方纳税人识别号": "buyer_tax_id",
    "销售方纳税人识别号": "seller_tax_id",
}


def extract_invoice(document: Document, template: Template, reason: str, today: date) -> Extraction:
    """Fields, lines, records and findings of a VAT invoice."""
    sheets, findings = _pages_of_first(document, template)
    readings = read_tagged(document, template.data)
    if sheets:
        readings.append(read_printed(sheets, template.data, len(readings)))
    page_text = compact("".join(p.text for p in document.pages if not p.scanned))
    extra = _container_values(document)
    if not readings:
        # The words of an invoice without a page or a tag to read values from: damaged, or a text about invoices.
        return Extraction(
            sha256=document.sha256, filename=document.filename, kind=template.kind, source=None, pages=document.page_count,
            findings=(*document.findings, *_distinct([*findings, *missing_fields({})])), template=template.id,
        )  # fmt: skip
    codes = read_codes(document.tags, readings, (s.number for s in sheets))
    page_readings = list(readings)
    known = {c.name for r in readings for c in r.candidates}
    first = next((c.value for r in readings for c in r.candidates if c.name == "invoice_number"), "")
    code = code_of(codes, first)
    if code is not None and readings:
        page_readings.append(code_reading(code, known, readings[0].source, len(readings)))
    merged = merge(page_readings, extra, page_text)
    stated = {name: c.value for name, c in merged.chosen.items() if c.locator != "qr"}
    capitals = next((r.capitals for r in readings if r.capitals), "")
    remarked = next((r for r in readings if r.remark), None)
    remark = remarked.remark if remarked else ""
    findings += missing_fields(merged.chosen)
    findings += merged.findings
    findings += _checks(merged, capitals, today)
    findings += code_findings(code, stated)
    if any(p.scanned for p in document.pages):
        findings.append(_scanned(document))
    amount = merged.value("amount_incl_tax")
    red = (number(amount) or 0) < 0
    linked = next((r.linked_number for r in readings if r.linked_number), "") or _linked(remark)
    energy = [terms.carrier for line in merged.lines if (terms := classify_line(line)[0])]
    fuel = bool(energy) and all(c in FUELS for c in energy)
    lines, joined = _remark_texts(readings, remarked)
    facts = read_remark(lines, template.data["remark"], fuel=fuel, joined=joined)
    blocked = any(f.severity is Severity.BLOCKING for f in findings)
    proven = _proven(merged, findings)
    source = merged.chosen["invoice_number"].source if "invoice_number" in merged.chosen else readings[0].source
    context = Context(
        sha256=document.sha256,
        source=source,
        facts=facts,
        issue_date=merged.value("issue_date") or None,
        red=red,
        linked=linked,
        blocked=blocked,
        proven=proven,
        remark=remark,
        buyer=merged.value("buyer_name"),
        coded=code_agrees(code, stated),
    )
    records, notes = propose(merged.lines, context)
    findings += notes
    if energy and len(facts.accounts) > 1:
        findings.append(_many("户号", facts.accounts))
    if energy and facts.broken:
        findings.append(_broken(facts.broken))
    if red:
        findings.append(_red_note(linked))
    if any(f.severity is Severity.BLOCKING for f in notes) and not blocked:
        records = tuple(replace(r, needs_review=True) for r in records)
    coded = frozenset(n for n, v in code.stated.items() if same_value(n, v, stated.get(n, ""))) if code else frozenset()
    fields = to_fields(merged, findings, proven, any(f.id == "several-invoices" for f in findings), coded)
    if energy and remarked:
        fields += _remark_fields(facts, source, remarked)
    return Extraction(
        sha256=document.sha256,
        filename=document.filename,
        kind=template.kind,
        source=source,
        pages=document.page_count,
        fields=fields,
        lines=merged.lines,
        records=records,
        findings=(*document.findings, *_distinct(findings)),
        template=template.id,
        explanation=_explanation(reason, merged, readings),
    )


def _remark_texts(readings: Sequence[InvoiceReading], remarked: InvoiceReading | None) -> tuple[str, str]:
    """(the remark by lines, the remark run together). A tag holds the text without its line breaks; the page still shows them."""
    if remarked is None:
        return "", ""
    shown = next((r for r in readings if r.origin == "page" and compact(r.remark) == compact(remarked.remark)), None)
    if shown is not None and shown is not remarked:
        return shown.remark, remarked.remark
    return remarked.remark, remarked.remark_joined


def _pages_of_first(document: Document, template: Template) -> tuple[list[Sheet], list[Finding]]:
    """Sheets of the first invoice, and a blocking finding when the file holds several (the model takes one a file)."""
    sheets = [lay_out(page) for page in document.pages if page.words and not (page.scanned and not _has_text(page))]
    numbers: list[tuple[str, int, float]] = []
    for order, sheet in enumerate(sheets):
        numbers += [(value, order, hit.y0) for value, hit in invoice_numbers(sheet, template.data)]
    distinct = list(dict.fromkeys(value for value, _, _ in numbers))
    if len(distinct) < 2:
        return sheets, []
    first = distinct[0]
    kept: list[Sheet] = []
    for order, sheet in enumerate(sheets):
        here = [(value, y) for value, at, y in numbers if at == order]
        if here and all(value != first for value, _ in here):
            break
        others = [y for value, y in here if value != first]
        if others:
            own = min(y for value, y in here if value == first)
            # The second invoice of a page begins about as far above its number as the first does.
            edge = min(others) - min(own, 0.08 * sheet.height)
            sheet = replace(
                sheet,
                rows=tuple(r for r in sheet.rows if r[0].cy < edge),
                stacks=tuple(s for s in sheet.stacks if s.y0 < edge),
            )
        kept.append(sheet)
    finding = blocking(
        "several-invoices",
        f"文件内有 {len(distinct)} 张不同号码的发票，只读取了第一张（{first}）。",
        "请把每张发票拆成单独的文件后重新上传。",
        data={"numbers": distinct[:50]},
    )
    return kept, [finding]


def _has_text(page: Page) -> bool:
    return len(page.words) >= 20


def _container_values(document: Document) -> dict[str, str]:
    """Values the container itself repeats (CustomData of an OFD), as another witness."""
    out: dict[str, str] = {}
    for key, value in document.properties.items():
        name = CONTAINER_NAMES.get(key.rsplit(":", 1)[-1])
        if name and value.strip():
            plain = compact(value)
            out[name] = iso_date(value) or plain if name == "issue_date" else plain
    return out


def _checks(merged: Merged, capitals: str, today: date) -> tuple[Finding, ...]:
    value = merged.value
    groups = [
        line_findings(merged.lines, value("amount_excl_tax"), value("tax_amount")),
        checks.total_sum(value("amount_excl_tax"), value("tax_amount"), value("amount_incl_tax")),
        checks.amount_in_words(capitals, value("amount_incl_tax")),
        checks.tax_id("seller_tax_id", LABELS["seller_tax_id"], value("seller_tax_id")),
        checks.tax_id("buyer_tax_id", LABELS["buyer_tax_id"], value("buyer_tax_id")),
        checks.date_sanity("issue_date", "开票日期", value("issue_date") or None, today),
    ]
    if value("invoice_number"):
        groups.append(checks.invoice_number(value("invoice_number"), value("invoice_code"), value("issue_date")))
    if not merged.lines:
        groups.append((explain("lines-missing", "没有读到明细行。", "请对照原件补录明细。"),))
    return checks.collect(groups)


def _proven(merged: Merged, findings: list[Finding]) -> bool:
    """Number, date and the three totals are there, and no hard check failed."""
    needed = ("invoice_number", "issue_date", "amount_excl_tax", "tax_amount", "amount_incl_tax")
    return all(merged.value(n) for n in needed) and not any(f.severity is Severity.BLOCKING for f in findings)


def _scanned(document: Document) -> Finding:
    pages = [str(p.number) for p in document.pages if p.scanned]
    return explain(
        "page-scanned",
        f"第 {'、'.join(pages)} 页是图片，上面的内容没有读取。",
        "请提供电子原件，或人工核对该页。",
        data={"pages": pages},
    )


def _linked(remark: str) -> str:
    """The blue invoice that a red one names in its remark."""
    plain = compact(remark)
    match = re.search(r"蓝字[^0-9]{0,12}号码:?(\d{20}|\d{8})", plain) or re.search(r"号码:?(\d{20}|\d{8})", plain)
    return match.group(1) if match else ""


def _red_note(linked: str) -> Finding:
    return explain(
        "red-letter",
        "这是红字（负数）发票。" + (f"对应蓝字发票 {linked}。" if linked else "未读到对应的蓝字发票号码。"),
        "请与对应的蓝字发票一并确认。",
        subjects=("invoice_number",),
        data={"blue_invoice": linked},
    )


def _broken(places: tuple[str, ...]) -> Finding:
    return explain(
        "remark-broken",
        f"备注在版面上换行，下列内容可能被断开：{'；'.join(places)}。",
        "请对照原件确认。",
        subjects=("account_number", "period_start", "period_end"),
        data={"values": list(places)},
    )


def _many(label: str, values: tuple[str, ...]) -> Finding:
    return explain(
        "several-accounts",
        f"备注中有多个{label}：{'、'.join(values)}。",
        "请确认各户的用能量，必要时分户补充账单。",
        data={"values": list(values)},
    )


def _remark_fields(facts: RemarkFacts, source: Source, remarked: InvoiceReading) -> tuple[FieldValue, ...]:
    values = []
    for name, found in (("account_number", facts.accounts), ("meter_number", facts.meters)):
        if found:
            values.append((name, found[0], found[0], found[1:], len(found) == 1))
    if facts.span:
        sure = facts.labelled and not facts.rival_spans
        values.append(
            ("period_start", facts.span.first, facts.span.raw, tuple(s.first for s in facts.rival_spans), sure)
        )
        values.append(("period_end", facts.span.last, facts.span.raw, tuple(s.last for s in facts.rival_spans), sure))
    return tuple(
        FieldValue(
            name=name,
            value=value,
            raw=raw,
            page=remarked.remark_page,
            bbox=remarked.remark_box,
            locator=remarked.remark_locator,
            confidence=Confidence.B if source is not Source.OCR else Confidence.C,
            status="auto" if sure and source is not Source.OCR else "review",
            rivals=rivals,
        )
        for name, value, raw, rivals, sure in values
    )


def _explanation(reason: str, merged: Merged, readings: list[InvoiceReading]) -> tuple[str, ...]:
    out = [f"识别为增值税发票：{reason}"]
    out += [f"{full_label(name)} {c.value}：{c.how}" for name, c in merged.chosen.items()]
    if merged.lines:
        compared = "、".join(dict.fromkeys(_origin(r.origin) for r in readings))
        out.append(f"明细 {len(merged.lines)} 行，取自{_origin(merged.lines_origin)}（比较了{compared}）")
    return tuple(out)


def _origin(origin: str) -> str:
    return "版面" if origin == "page" else ORIGIN_LABELS.get(origin, origin)


def _distinct(findings: list[Finding]) -> tuple[Finding, ...]:
    out: list[Finding] = []
    for finding in findings:
        if finding not in out:
            out.append(finding)
    return tuple(out)
