"""The invoice's QR code: its meaning, its way into the tags, and what happens when the page says something else."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
import reader_files as make
from extract_pages import Invoice, document
from PIL import Image

from app.domain.activity import Confidence
from app.domain.finding import Severity
from app.domain.page import Media, Source, Tag
from extractors import extract
from ingestion.qr import InvoiceCode, check_codes, codes_of, disagreements, parse_invoice_code
from ingestion.reading import read_document

DIGITAL = "01,31,,25322000000012345678,8814.00,20250408,,8B3A"
OLDER = "01,10,032002500111,12345678,7800.00,20250408,12345678901234567890,27EA,"


def code_modules(text: str) -> list[list[bool]]:
    from reportlab.graphics.barcode.qr import QrCodeWidget

    widget = QrCodeWidget(text, barLevel="M")
    widget.qr.make()
    size = widget.qr.getModuleCount()
    return [[bool(widget.qr.isDark(row, column)) for column in range(size)] for row in range(size)]


def invoice_pdf(text: str, *, title: str = "电子发票（普通发票）") -> bytes:
    modules = code_modules(text)

    def draw(canvas) -> None:
        make.bill_page(canvas)
        canvas.drawString(200, 370, title)
        for row, line in enumerate(modules):
            for column, dark in enumerate(line):
                if dark:
                    canvas.rect(20 + column * 1.6, 380 - row * 1.6, 1.6, 1.6, fill=1, stroke=0)

    return make.pdf(draw)


def picture(text: str, *, turned: bool = False) -> bytes:
    modules = code_modules(text)
    size = len(modules)
    image = Image.new("L", (900, 600), 255)
    code = Image.new("L", (size, size), 255)
    code.putdata([0 if dark else 255 for line in modules for dark in line])
    image.paste(code.resize((size * 4, size * 4), Image.Resampling.NEAREST), (60, 60))
    out = io.BytesIO()
    (image.rotate(90, expand=True) if turned else image).save(out, "PNG")
    return out.getvalue()


def tags(text: str) -> tuple[Tag, ...]:
    return (Tag(origin="qr", path="content", value=text, locator="qr#1", page=1),)


def test_older_codes_state_the_amount_without_tax_and_digital_ones_with() -> None:
    assert parse_invoice_code(OLDER) == InvoiceCode(
        type_code="10", invoice_code="032002500111", invoice_number="12345678", amount="7800.00", issue_date="2025-04-08"
    )
    older, digital = parse_invoice_code(OLDER), parse_invoice_code(DIGITAL)
    assert older is not None
    assert digital is not None
    assert (older.amount_field, digital.amount_field) == ("amount_excl_tax", "amount_incl_tax")
    assert digital.invoice_code == ""


@pytest.mark.parametrize("text", ["", "https://example.com/?a,b,c,d,e,f", "01,31,,123,1.00,20250408,,", "02,31,,25322000000012345678,1,20250408"])
def test_other_codes_mean_nothing(text: str) -> None:
    assert parse_invoice_code(text) is None


def test_a_malformed_part_is_left_out_not_guessed() -> None:
    code = parse_invoice_code("01,31,,25322000000012345678,8 814,20251341,,")
    assert code is not None
    assert (code.amount, code.issue_date) == ("", "")
    full_width = parse_invoice_code("01,31,,25322000000012345678,１２,20250408,,")
    assert full_width is not None
    assert full_width.amount == ""


def test_code_of_a_text_invoice_becomes_tags_with_its_place() -> None:
    read = read_document(invoice_pdf(DIGITAL), "a.pdf")
    found = {t.path: t for t in read.tags if t.origin == "qr"}
    assert {p: t.value for p, t in found.items()} == {
        "content": DIGITAL, "type_code": "31", "invoice_number": "25322000000012345678", "amount": "8814.00",
        "issue_date": "2025-04-08",
    }  # fmt: skip
    x0, y0, x1, y1 = found["content"].bbox or (0, 0, 0, 0)
    assert 0.02 < x0 < x1 < 0.2
    assert 0 < y0 < y1 < 0.25
    assert found["content"].page == 1


def test_pages_that_are_no_invoice_are_not_searched() -> None:
    assert not read_document(invoice_pdf(DIGITAL, title="电费账单"), "a.pdf").tags


@pytest.mark.parametrize("turned", [False, True])
def test_code_in_a_picture_is_read_lying_or_standing(turned: bool) -> None:
    read = read_document(picture(OLDER, turned=turned), "a.png")
    assert read.media is Media.IMAGE
    assert [c.invoice_number for c in codes_of(read.tags)] == ["12345678"]


def test_amounts_agree_as_numbers_and_codes_of_digits_as_text() -> None:
    code = parse_invoice_code(OLDER)
    assert code is not None
    assert disagreements(code, {"amount_excl_tax": "7800", "invoice_code": "032002500111"}) == {}
    assert disagreements(code, {"invoice_code": "32002500111"}) == {"invoice_code": ("032002500111", "32002500111")}
    assert disagreements(code, {"amount_excl_tax": "***"}) == {"amount_excl_tax": ("7800.00", "***")}


def test_an_agreeing_code_changes_nothing() -> None:
    read = document(Invoice().draw(), tags=tags(DIGITAL))
    found = extract(read)
    assert check_codes(found, read) is found
    assert check_codes(found, replace(read, tags=())) is found


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (DIGITAL.replace("8814.00", "8874.00"), "amount_incl_tax"),
        (DIGITAL.replace("20250408", "20250409"), "issue_date"),
        (DIGITAL.replace("12345678,", "12345679,"), "invoice_number"),
    ],
)
def test_a_page_that_differs_from_its_code_is_blocked(text: str, field: str) -> None:
    read = document(replace(Invoice().draw(), source=Source.OCR), tags=tags(text))
    found = check_codes(extract(read), read)
    wrong = [f for f in found.findings if f.id == "qr-disagreement"]
    assert [(f.severity, f.subjects) for f in wrong] == [(Severity.BLOCKING, (field,))]
    value = found.field(field)
    assert value is not None
    assert (value.confidence, value.status) == (Confidence.D, "review")
    assert all((r.confidence, r.needs_review) == (Confidence.D, True) for r in found.records)
    assert found.records


def test_of_several_codes_the_one_of_this_invoice_counts() -> None:
    other = DIGITAL.replace("12345678,8814.00", "99999999,1.00")
    read = document(Invoice().draw(), tags=(*tags(other), *tags(DIGITAL)))
    found = extract(read)
    assert check_codes(found, read) is found
