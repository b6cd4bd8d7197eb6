"""Invoices that never carry energy: railway tickets, vehicles. Their header is read so that they are known and filed, nothing more."""

from __future__ import annotations

from datetime import date

from app.domain.activity import Confidence, Extraction, FieldValue
from app.domain.finding import Finding
from app.domain.page import Document, Source
from extractors import checks
from extractors.evidence import blocking, note
from extractors.geometry.labels import Value, find_labels, label_map, value_below, value_right
from extractors.geometry.sheet import Sheet, lay_out
from extractors.invoices.reading import MONEY, full_label, normalise
from extractors.sources import document_source
from extractors.templates import Template
from extractors.text import leading_number


def extract_other(document: Document, template: Template, reason: str, today: date) -> Extraction:
    """Number, date, parties and total by their labels; no lines, no records, and a note that says why."""
    source = document_source(document) or Source.PDF_TEXT
    found: dict[str, FieldValue] = {}
    for page in document.pages:
        sheet = lay_out(page)
        for name, raw, value in _labelled(sheet, template):
            box = sheet.box(value.pieces)
            found.setdefault(
                name,
                FieldValue(
                    name=name,
                    value=raw,
                    raw=value.text,
                    page=page.number,
                    bbox=box,
                    confidence=Confidence.C if source is Source.OCR else Confidence.B,
                    status="review" if source is Source.OCR else "auto",
                ),
            )
    findings: list[Finding] = [
        note("no-energy", f"{template.title}不含能源量，不产生活动数据。", subjects=("invoice_number",))
    ]
    if "invoice_number" not in found:
        findings.append(
            blocking("field-missing", "没有读到发票号码。", "请对照原件补录。", subjects=("invoice_number",))
        )
    issued = found["issue_date"].value if "issue_date" in found else None
    findings += checks.date_sanity("issue_date", "开票日期", issued, today)
    return Extraction(
        sha256=document.sha256,
        filename=document.filename,
        kind=template.kind,
        source=source,
        pages=document.page_count,
        fields=tuple(found.values()),
        findings=(*document.findings, *findings),
        template=template.id,
        explanation=(
            f"识别为{template.title}：{reason}",
            *(f"{full_label(f.name)} {f.value}：取自标签旁的文字" for f in found.values()),
            "这类发票不含能源量",
        ),
    )


def _labelled(sheet: Sheet, template: Template) -> list[tuple[str, str, Value]]:
    hits = find_labels(sheet, label_map(template.data["labels"]))
    out = []
    for hit in (h for h in hits if h.name != "stop"):
        for value in (value_right(sheet, hit, hits), value_below(sheet, hit, hits)):
            if value is None:
                continue
            text = value.text
            if hit.name in MONEY and (leading := leading_number(text)) is not None:
                text = leading[0]
            plain = normalise(hit.name, text)
            if plain is not None:
                out.append((hit.name, plain, value))
                break
    return out
