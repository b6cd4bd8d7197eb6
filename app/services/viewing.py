"""What a person sees of a document: page pictures with boxes, or its tables, named values or paragraphs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.activity import ProposedRecord
from app.domain.errors import InputRefused, NotFound
from app.domain.page import Cell, Document, Media, Tag
from app.domain.plain import from_plain
from app.domain.stored import StoredDocument
from app.services.workspace import Workspace

MAX_ROWS = 400
PICTURES = {Media.PDF.value, Media.OFD.value, Media.IMAGE.value}
SOURCE_LABELS = {
    "xml": "结构化 XML",
    "ofd": "OFD 版式文件",
    "pdf_text": "PDF 文字层",
    "ocr": "文字识别",
    "xlsx": "Excel 表格",
    "docx": "Word 文档",
    "csv": "CSV 表格",
}
FIELD_LABELS = {
    "invoice_number": "发票号码",
    "invoice_code": "发票代码",
    "issue_date": "开票日期",
    "seller_name": "销售方",
    "seller_tax_id": "销售方税号",
    "buyer_name": "购买方",
    "buyer_tax_id": "购买方税号",
    "amount_excl_tax": "金额（不含税）",
    "tax_amount": "税额",
    "amount_incl_tax": "价税合计",
    "account_number": "户号",
    "meter_number": "表号",
    "period_start": "账期起",
    "period_end": "账期止",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A box on a page picture, in percent of the page. ``tone`` is '' for the value at hand, 'quiet' for others."""

    page: int
    left: float
    top: float
    width: float
    height: float
    title: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    name: str
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """Exactly one of pictures, tables, tags, paragraphs is filled. ``cells`` are locators to highlight; ``cut`` the number of
    rows shown when a table is longer."""

    pictures: tuple[int, ...] = ()
    boxes: tuple[Mark, ...] = ()
    tables: tuple[ShownTable, ...] = ()
    tags: tuple[Tag, ...] = ()
    paragraphs: tuple[str, ...] = ()
    cells: frozenset[str] = frozenset()
    cut: int = 0


def page_model(ws: Workspace, sha256: str) -> Document | None:
    """The page model kept at intake, read again when it was cleaned away; None when the file cannot be read."""
    file = ws.settings.derived / "pages" / f"{sha256}.json"
    if file.is_file():
        return from_plain(Document, json.loads(file.read_text("utf-8")))
    from ingestion.sandbox import read_in_sandbox

    try:
        return read_in_sandbox(ws.blobs.path(sha256), filename=sha256)
    except InputRefused:
        return None


def view_document(ws: Workspace, stored: StoredDocument, records: Sequence[ProposedRecord], focus: str | None = None) -> DocumentView:
    """The view of one document with the places of its records marked."""
    shown = [r for r in records if focus is None or r.id == focus]
    cells = frozenset(r.locator for r in shown if r.locator)
    if stored.media in PICTURES and stored.status == "read":
        marks = [_mark(r, focus) for r in records if r.bbox and r.page]
        pages = tuple(range(1, min(stored.pages, 30) + 1))
        return DocumentView(pictures=pages, boxes=tuple(m for m in marks if m))
    document = page_model(ws, stored.sha256)
    if document is None:
        return DocumentView()
    if document.tables:
        left, tables = MAX_ROWS, []
        for table in document.tables:
            rows = tuple(row for row in table.rows if any(c.text for c in row))[: max(left, 0)]
            left -= len(rows)
            tables.append(ShownTable(name=table.name, rows=rows))
        total = sum(len(t.rows) for t in document.tables)
        return DocumentView(tables=tuple(tables), cells=cells, cut=MAX_ROWS if total > MAX_ROWS else 0)
    if document.tags:
        return DocumentView(tags=document.tags[:MAX_ROWS], cells=cells)
    return DocumentView(paragraphs=document.paragraphs[:MAX_ROWS])


def _mark(record: ProposedRecord, focus: str | None) -> Mark | None:
    assert record.bbox is not None
    assert record.page is not None
    x0, y0, x1, y1 = record.bbox
    return Mark(
        page=record.page,
        left=round(x0 * 100, 3),
        top=round(y0 * 100, 3),
        width=round((x1 - x0) * 100, 3),
        height=round((y1 - y0) * 100, 3),
        title=f"{record.carrier.label} {record.quantity} {record.unit}",
        tone="" if focus is None or record.id == focus else "quiet",
    )


def page_picture(ws: Workspace, stored: StoredDocument, number: int) -> bytes:
    """PNG of one page, kept for the next time. Raises NotFound for a page the document does not have."""
    from ingestion.rendering import render_page

    if not 1 <= number <= stored.pages:
        raise NotFound("page_not_found", f"没有第 {number} 页", subject=stored.sha256)
    file = ws.settings.derived / "pictures" / f"{stored.sha256}-{number}.png"
    if file.is_file():
        return file.read_bytes()
    data = render_page(ws.blobs.path(stored.sha256), number)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_bytes(data)
    part.replace(file)
    return data


def document_fields(stored: StoredDocument) -> list[dict[str, Any]]:
    """The header fields for a table, with Chinese labels."""
    if stored.extraction is None:
        return []
    return [
        {
            "label": FIELD_LABELS.get(f.name, f.name),
            "name": f.name,
            "value": f.value,
            "status": f.status,
            "page": f.page,
            "bbox": f.bbox,
        }
        for paper in stored.extraction.papers
        for f in paper.fields
    ]
