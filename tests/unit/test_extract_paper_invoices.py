"""Paper invoices: the number stands behind №, the code in the corner, nothing is labelled. Read, and always left to a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from extract_pages import BUYER, POWER, SELLER, Canvas, Invoice, document, old_layout

from app.domain.activity import DocumentKind, Extraction
from app.domain.page import Document, Page, Source, Word
from extractors import extract
from ingestion.ocr import settle

TITLE = "江苏增值税专用发票"


def paper(
    marks: tuple[tuple[float, float, str], ...], *, title: str = TITLE, number: int = 1, source: Source = Source.OCR
) -> Page:
    """The old layout without its labelled numbers, and with ``marks`` (x, y, text) in the head instead."""
    page = old_layout([POWER], rules=True)
    edge = min(w.bbox[1] for w in page.words if "名" in w.text) - 0.005
    canvas = Canvas(width=page.width, height=page.height, number=number)
    canvas.text(220, 20, title, 16)
    for x, y, text in marks:
        canvas.text(x, y, text, 11)
    kept = [replace(w, page=number) for w in page.words if w.bbox[1] >= edge or "年" in w.text or "开票日期" in w.text]
    words: list[Word] = sorted([*kept, *canvas.words], key=lambda w: (w.bbox[1], w.bbox[0]))
    return replace(page, number=number, words=tuple(words), source=source)


def read(*pages: Page) -> tuple[Extraction, Document]:
    doc = document(*pages)
    return settle(extract(doc, today=date(2026, 6, 1)), doc), doc


CODE = (30.0, 24.0, "3200171130")
HEADS = {
    "mark": (CODE, (440.0, 24.0, "№12345678"), (530.0, 12.0, "3200171130")),
    "letters": (CODE, (440.0, 24.0, "No 12345678")),
    "zero for o": (CODE, (440.0, 24.0, "N012345678"), (540.0, 36.0, "12345678")),
    "lost mark, printed twice": (CODE, (440.0, 24.0, "12345678"), (540.0, 36.0, "12345678")),
}


@pytest.mark.parametrize("head", HEADS)
def test_number_and_code_without_labels(head: str) -> None:
    extraction, _ = read(paper(HEADS[head]))
    assert extraction.kind is DocumentKind.VAT_INVOICE
    found = {f.name: f.value for f in extraction.fields}
    assert (found["invoice_code"], found["invoice_number"]) == ("3200171130", "12345678")
    assert (found["buyer_name"], found["seller_name"]) == (BUYER, SELLER)
    assert all(f.status == "review" for f in extraction.fields)
    assert [(r.quantity, r.needs_review) for r in extraction.records] == [("12000", True)]


def test_a_text_layer_without_labels_is_left_to_a_person_as_well() -> None:
    extraction, _ = read(paper(HEADS["mark"], source=Source.PDF_TEXT))
    number = extraction.field("invoice_number")
    assert number is not None
    assert (number.value, number.status) == ("12345678", "review")


@pytest.mark.parametrize(
    "marks",
    [(CODE,), (CODE, (440.0, 24.0, "12345678")), (CODE, (400.0, 24.0, "No12345678"), (500.0, 36.0, "No87654321"))],
    ids=["none", "once and bare", "two"],
)
def test_a_number_that_is_not_certain_is_missing(marks: tuple[tuple[float, float, str], ...]) -> None:
    extraction, _ = read(paper(marks))
    assert extraction.field("invoice_number") is None
    assert "field-missing" in [f.id for f in extraction.findings]


def test_a_machine_number_is_no_invoice_code() -> None:
    extraction, _ = read(paper(((440.0, 24.0, "№12345678"), (30.0, 36.0, "机器编号："), (90.0, 36.0, "661619942171"))))
    assert extraction.field("invoice_code") is None


def test_paper_invoices_bound_together_are_taken_apart() -> None:
    other = (CODE, (440.0, 24.0, "№87654321"))
    extraction, _ = read(paper(HEADS["mark"]), paper(other, number=2))
    assert [p.field("invoice_number").value for p in extraction.parts] == ["12345678", "87654321"]  # type: ignore[union-attr]
    assert [r.page for r in extraction.records] == [1, 2]


@pytest.mark.parametrize(("source", "item"), [(Source.OCR, "*供电*电费"), (Source.PDF_TEXT, "供电*电费")])
def test_a_first_asterisk_lost_in_recognition_is_put_back(source: Source, item: str) -> None:
    page = Invoice(items=[replace(POWER, name="供电*电费")]).draw()
    extraction, _ = read(replace(page, source=source))
    assert [line.item for line in extraction.lines] == [item]
    assert [r.carrier for r in extraction.records] == (["electricity"] if source is Source.OCR else [])
