"""What follows from a value having been read from a picture: its box goes back onto the page as it is shown, and it is never taken
on trust.

Extractors work on a page turned straight (and upright); a reviewer sees the page as it was scanned.
"""

from __future__ import annotations

import math
from dataclasses import replace

from app.domain.activity import Confidence, DocumentKind, Extraction, FieldValue, ProposedRecord
from app.domain.finding import Finding, Severity
from app.domain.page import Box, Document, Page, Source


def turn_key(number: int) -> str:
    """The property that keeps by how many degrees clockwise page ``number`` was turned."""
    return f"ocr:turn:{number}"


def shown_box(box: Box, turn: float, width: float, height: float) -> Box:
    """A box of the turned page (fractions of ``width`` × ``height``) as fractions of the page before it was turned clockwise by
    ``turn`` degrees: the hull of its corners, cut to the page."""
    quarters = round(turn / 90)
    skew = math.radians(turn - 90 * quarters)
    corners = [(x * width, y * height) for x in (box[0], box[2]) for y in (box[1], box[3])]
    for _ in range(quarters % 4):
        corners = [(y, width - x) for x, y in corners]
        width, height = height, width
    sin, cos = math.sin(skew), math.cos(skew)
    middle_x, middle_y = width / 2, height / 2
    back = [
        (
            middle_x + (x - middle_x) * cos + (y - middle_y) * sin,
            middle_y - (x - middle_x) * sin + (y - middle_y) * cos,
        )
        for x, y in corners
    ]
    xs, ys = [p[0] / width for p in back], [p[1] / height for p in back]
    return _unit(min(xs)), _unit(min(ys)), _unit(max(xs)), _unit(max(ys))


def _unit(value: float) -> float:
    return round(min(max(value, 0.0), 1.0), 5)


_NOTHING = Finding(
    id="ocr-nothing-extracted",
    severity=Severity.EXPLAIN,
    message="图片上的文字已识别，但没有认出是哪种单据，未提取任何数据。",
    fix="如果这是发票、账单或台账，请提供电子版、重新扫描得更清楚，或对照原件手工录入。",
)


def settle(extraction: Extraction, document: Document) -> Extraction:
    """``extraction`` of a document that was completed by recognition; the same object when no page was.

    Boxes return to the page as shown. What stands on a recognised page, or on no page that is known, has at most confidence C and is
    for a person to confirm. ``source`` is OCR when no page had words of its own.
    """
    read = {page.number: page for page in document.pages if page.source is Source.OCR}
    if not read:
        return extraction
    only = all(page.number in read for page in document.pages if page.words)
    nothing = only and extraction.kind is DocumentKind.OTHER and not extraction.records
    named = extraction.source is not None or extraction.kind is DocumentKind.OTHER
    return replace(
        extraction,
        source=Source.OCR if only and named and not document.tables else extraction.source,
        findings=(*extraction.findings, _NOTHING) if nothing else extraction.findings,
        fields=tuple(_field(field, read, document) for field in extraction.fields),
        lines=tuple(
            replace(
                line,
                bbox=_shown(line.bbox, line.page, read, document),
                quantity_bbox=_shown(line.quantity_bbox, line.page, read, document),
            )
            for line in extraction.lines
        ),
        records=tuple(_record(record, read, document) for record in extraction.records),
        parts=tuple(settle(part, _pages_of(part, document)) for part in extraction.parts),
    )


def _pages_of(part: Extraction, document: Document) -> Document:
    return replace(document, pages=tuple(p for p in document.pages if p.number in part.page_numbers))


def _shown(box: Box | None, number: int | None, read: dict[int, Page], document: Document) -> Box | None:
    page = read.get(number) if number is not None else None
    turn = float(document.properties.get(turn_key(number or 0), 0))
    return shown_box(box, turn, page.width, page.height) if box is not None and page is not None and turn else box


def _doubtful(number: int | None, locator: str | None, read: dict[int, Page]) -> bool:
    return number in read or (number is None and locator is None)


def _most(confidence: Confidence) -> Confidence:
    return confidence if confidence in (Confidence.C, Confidence.D) else Confidence.C


def _field(field: FieldValue, read: dict[int, Page], document: Document) -> FieldValue:
    placed = replace(field, bbox=_shown(field.bbox, field.page, read, document))
    if not _doubtful(field.page, field.locator, read):
        return placed
    return replace(placed, confidence=_most(field.confidence), status="review")


def _record(record: ProposedRecord, read: dict[int, Page], document: Document) -> ProposedRecord:
    placed = replace(record, bbox=_shown(record.bbox, record.page, read, document))
    # A record rests on more than the place of its quantity: period and unit may come from another page.
    return replace(placed, confidence=_most(record.confidence), needs_review=True)
