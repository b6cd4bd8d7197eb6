"""After recognition: boxes back on the page as shown, nothing taken on trust, pages that could not be read say why."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from extract_pages import Invoice, Item

from app.domain.activity import Confidence, DocumentKind, Extraction, FieldValue, InvoiceLine, ProposedRecord
from app.domain.carrier import Carrier, Direction
from app.domain.errors import InputRefused
from app.domain.finding import Severity
from app.domain.page import Document, Media, Page, Source, Word
from extractors import extract
from ingestion.ocr import complete, limits, settle
from ingestion.ocr.placing import shown_box, turn_key
from ingestion.ocr.recogniser import Recognised

BOX = (0.2, 0.3, 0.25, 0.31)


def test_an_unturned_box_stays() -> None:
    assert shown_box(BOX, 0.0, 600, 800) == pytest.approx(BOX)


@pytest.mark.parametrize("turn", [1.5, -3.0, 90.0, 181.0, 270.7, -88.0])
def test_the_centre_of_a_box_goes_back_to_where_it_was_printed(turn: float) -> None:
    # Follow a printed point forward: turned clockwise about the centre, then by right angles.
    width, height = 600.0, 800.0
    quarters, px, py = round(turn / 90), 150.0, 500.0
    skew = math.radians(turn - 90 * quarters)
    dx, dy = px - width / 2, py - height / 2
    x, y = width / 2 + dx * math.cos(skew) - dy * math.sin(skew), height / 2 + dx * math.sin(skew) + dy * math.cos(skew)
    w, h = width, height
    for _ in range(quarters % 4):
        x, y, w, h = h - y, x, h, w
    box = ((x - 4) / w, (y - 4) / h, (x + 4) / w, (y + 4) / h)
    x0, y0, x1, y1 = shown_box(box, turn, w, h)
    assert ((x0 + x1) / 2 * width, (y0 + y1) / 2 * height) == pytest.approx((px, py), abs=0.05)


def test_boxes_stay_on_the_page() -> None:
    assert all(0 <= v <= 1 for v in shown_box((0.0, 0.0, 1.0, 1.0), 5.0, 600, 400))


def page(number: int, source: Source, *, scanned: bool = False, text: str = "电费") -> Page:
    words = () if scanned else (Word(text=text, bbox=BOX, page=number),)
    return Page(number=number, width=600, height=800, words=words, source=source, scanned=scanned)


def document(*pages: Page, **properties: str) -> Document:
    return Document(
        sha256="ab" * 32, filename="账单.pdf", media=Media.PDF, size=9, pages=pages, properties=dict(properties)
    )


def extraction(number: int) -> Extraction:
    record = ProposedRecord(
        id="r1", carrier=Carrier.ELECTRICITY, direction=Direction.PURCHASED, quantity="100", unit="kWh", raw_quantity="100",
        raw_unit="千瓦时", page=number, bbox=BOX, confidence=Confidence.A, needs_review=False,
    )  # fmt: skip
    return Extraction(
        sha256="ab" * 32,
        filename="账单.pdf",
        kind=DocumentKind.GRID_BILL,
        source=Source.PDF_TEXT,
        pages=2,
        fields=(FieldValue(name="account_number", value="1", raw="1", page=number, bbox=BOX, confidence=Confidence.A),),
        lines=(InvoiceLine(item="电费", page=number, bbox=BOX),),
        records=(record,),
    )


def test_documents_without_recognised_pages_are_left_alone() -> None:
    found = extraction(1)
    assert settle(found, document(page(1, Source.PDF_TEXT))) is found


def test_what_was_recognised_is_never_better_than_c_and_always_reviewed() -> None:
    read = document(page(1, Source.OCR), **{turn_key(1): "2.0"})
    found = settle(extraction(1), read)
    assert found.source is Source.OCR
    assert (found.fields[0].confidence, found.fields[0].status) == (Confidence.C, "review")
    assert (found.records[0].confidence, found.records[0].needs_review) == (Confidence.C, True)
    assert found.fields[0].bbox == found.records[0].bbox == found.lines[0].bbox == shown_box(BOX, 2.0, 600, 800)


def test_a_mixed_file_keeps_the_source_and_places_of_its_text_pages() -> None:
    read = document(page(1, Source.PDF_TEXT), page(2, Source.OCR), **{turn_key(2): "2.0"})
    found = settle(extraction(1), read)
    assert found.source is Source.PDF_TEXT
    assert (found.fields[0].confidence, found.fields[0].bbox) == (Confidence.A, BOX)
    # The record may rest on the other page as well: a person looks.
    assert (found.records[0].confidence, found.records[0].needs_review) == (Confidence.C, True)


def test_a_failed_check_stays_worse_than_c() -> None:
    worse = extraction(1)
    worse = replace(worse, records=(replace(worse.records[0], confidence=Confidence.D),))
    assert settle(worse, document(page(1, Source.OCR))).records[0].confidence is Confidence.D


def test_a_picture_of_no_known_kind_asks_for_a_person() -> None:
    found = replace(extraction(1), kind=DocumentKind.OTHER, fields=(), lines=(), records=(), source=None)
    settled = settle(found, document(page(1, Source.OCR)))
    assert settled.source is Source.OCR
    assert [(f.id, f.severity) for f in settled.findings] == [("ocr-nothing-extracted", Severity.EXPLAIN)]


class Drawn:
    """Stands for the sandbox: every page can be drawn."""

    def ask(self, operation: str, data: bytes, filename: str, *, page: int) -> bytes:
        assert operation == "scan"
        return f"picture of {page}".encode()


class Reads:
    """Stands for the recogniser: one word a page, or a refusal."""

    def __init__(self, *, refuse: tuple[int, ...] = (), blank: tuple[int, ...] = (), turn: float = 1.0) -> None:
        self.refuse, self.blank, self.turn, self.asked = refuse, blank, turn, list[int]()

    def read(self, picture: bytes, *, page: int) -> Recognised:
        assert picture == f"picture of {page}".encode()
        self.asked.append(page)
        if page in self.refuse:
            raise InputRefused("ocr_timeout", "图片识别超时，已停止。")
        words = () if page in self.blank else (Word(text="12?", bbox=BOX, page=page, confidence=0.4),)
        return Recognised(words=words, rules=(), turn=self.turn, width=1600, height=1200)


def completed(read: Document, recogniser: Reads, tmp_path: Path) -> Document:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"x")
    return complete(read, path, worker=Drawn(), recogniser=recogniser)  # type: ignore[arg-type]


def test_only_pictures_are_recognised_page_by_page(tmp_path: Path) -> None:
    recogniser = Reads(refuse=(3,), blank=(4,))
    pages = (page(1, Source.PDF_TEXT), *(page(n, Source.PDF_TEXT, scanned=True) for n in (2, 3, 4)))
    read = completed(document(*pages), recogniser, tmp_path)
    assert recogniser.asked == [2, 3, 4]
    assert [(p.source, p.scanned, bool(p.words)) for p in read.pages] == [
        (Source.PDF_TEXT, False, True),
        (Source.OCR, False, True),
        (Source.PDF_TEXT, True, False),
        (Source.PDF_TEXT, True, False),
    ]
    assert [(f.id, f.severity, f.subjects) for f in read.findings] == [
        ("ocr-page", Severity.EXPLAIN, ("p2",)),
        ("scanned-page", Severity.BLOCKING, ("p3",)),
        ("scanned-page", Severity.BLOCKING, ("p4",)),
    ]
    assert read.findings[0].data["doubtful"] == ["12?"]
    assert "超时" in read.findings[1].message
    assert read.properties == {turn_key(2): "1.0"}


def test_a_page_that_lay_on_its_side_changes_its_format(tmp_path: Path) -> None:
    read = completed(document(page(1, Source.PDF_TEXT, scanned=True)), Reads(turn=90.0), tmp_path)
    assert (read.pages[0].width, read.pages[0].height) == (800, 600)


def test_a_book_of_scans_is_read_up_to_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_PAGES", 2)
    recogniser = Reads()
    pages = tuple(page(n, Source.PDF_TEXT, scanned=True) for n in (1, 2, 3))
    read = completed(document(*pages), recogniser, tmp_path)
    assert recogniser.asked == [1, 2]
    assert [f.id for f in read.findings] == ["ocr-page", "ocr-page", "scanned-page"]


def test_a_document_of_text_is_the_same_object(tmp_path: Path) -> None:
    read = document(page(1, Source.PDF_TEXT))
    assert completed(read, Reads(), tmp_path) is read


def test_a_lost_minus_sign_is_caught_by_arithmetic() -> None:
    """The one mistake a recogniser makes with full confidence: a discount that became a charge."""
    items = [
        Item("*供电*电费", "", "千瓦时", "12000", "0.65", "7800.00", "13%", "1014.00"),
        Item("*供电*电费", amount="-3482.17", tax="-452.68"),
    ]
    invoice = Invoice(items=items, amount="4317.83", tax="561.32", total="4879.15", words="肆仟捌佰柒拾玖圆壹角伍分")
    printed = invoice.draw()
    lost = tuple(replace(w, text=w.text.removeprefix("-")) for w in printed.words)
    for words, confidence in ((printed.words, Confidence.C), (lost, Confidence.D)):
        read = document(replace(printed, words=words, source=Source.OCR))
        found = settle(extract(read, today=date(2026, 1, 1)), read)
        sums = [f.id for f in found.findings if f.severity is Severity.BLOCKING]
        assert bool(sums) is (confidence is Confidence.D)
        assert [(r.confidence, r.needs_review) for r in found.records] == [(confidence, True)]
