"""The QR code as a witness: agreement, disagreement, what only the code says, and recognised pages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.activity import Confidence, Extraction
from app.domain.page import Document, Media, Source, Tag
from evals.layouts.invoice import Invoice, make_invoice
from evals.layouts.invoice_pdf import draw_digital
from evals.layouts.running import TODAY
from extractors import extract
from extractors.confidence import grade
from extractors.invoices.codes import code_agrees, code_findings, parse_code, read_codes
from ingestion.reading import read_document

NUMBER = "25322000000012345678"


def invoice_document(scenario: str = "metered", seed: int = 3) -> tuple[Invoice, Document]:
    """An invoice drawn by the generator, without the code that a seed may have drawn on it."""
    import random

    rng = random.Random(f"codes/{seed}")
    invoice = make_invoice(rng, scenario=scenario)
    document = read_document(draw_digital(rng, invoice), "invoice.pdf")
    return invoice, replace(document, tags=())


def coded(document: Document, text: str, page: int = 1) -> Document:
    tag = Tag(origin="qr", path="content", value=text, locator="qr#1", page=page, bbox=(0.01, 0.01, 0.1, 0.1))
    return replace(document, tags=(*document.tags, tag))


def recognised(document: Document) -> Document:
    pages = tuple(replace(p, source=Source.OCR) for p in document.pages)
    return replace(document, pages=pages, media=Media.IMAGE)


def ids(extraction: Extraction) -> set[str]:
    return {f.id for f in extraction.findings}


def test_a_code_states_its_amount_by_kind() -> None:
    assert parse_code(f"01,32,,{NUMBER},113.00,20250301,,AB12") == {
        "invoice_number": NUMBER, "amount_incl_tax": "113.00", "issue_date": "2025-03-01",
    }  # fmt: skip
    assert parse_code("01,10,011002300111,12345678,100.00,20230301,123,AB")["amount_excl_tax"] == "100.00"
    assert parse_code("https://example.invalid/?a=1") is None
    assert "amount_incl_tax" not in (parse_code(f"01,32,,{NUMBER},abc,20250301,,") or {})


@pytest.mark.parametrize(("field", "text"), [("invoice_number", "{other},{total},{day}"), ("amount_incl_tax", "{number},1.00,{day}"), ("issue_date", "{number},{total},20200101")])
def test_disagreement_blocks(field: str, text: str) -> None:
    invoice, document = invoice_document()
    filled = text.format(number=invoice.number, other=NUMBER, total=f"{invoice.total:.2f}", day=f"{invoice.issued:%Y%m%d}")
    extraction = extract(coded(document, f"01,32,,{filled},,AB12"), today=TODAY)
    found = [f for f in extraction.findings if f.id == "qr-disagreement"]
    assert [f.subjects for f in found] == [(field,)]
    assert extraction.blocking
    assert all(r.needs_review and r.confidence is Confidence.D for r in extraction.records)
    named = extraction.field(field)
    assert named is not None
    assert (named.status, named.confidence) == ("review", Confidence.D)


def test_agreement_changes_no_value() -> None:
    invoice, document = invoice_document()
    with_code, without = extract(coded(document, invoice.qr), today=TODAY), extract(document, today=TODAY)
    assert [(f.name, f.value) for f in with_code.fields] == [(f.name, f.value) for f in without.fields]
    assert with_code.records == without.records


def test_a_code_on_another_page_is_not_this_invoices() -> None:
    _, document = invoice_document()
    assert "qr-disagreement" not in ids(extract(coded(document, f"01,32,,{NUMBER},1.00,20200101,,", page=9), today=TODAY))


def test_what_only_the_code_says_is_taken_and_asked_about() -> None:
    invoice, document = invoice_document()
    page = document.pages[0]
    words = tuple(w for w in page.words if "开票日期" not in w.text and f"{invoice.issued:%Y年%m月%d日}" not in w.text and f"{invoice.issued}" not in w.text)
    bare = replace(document, pages=(replace(page, words=words),))
    assert extract(bare, today=TODAY).field("issue_date") is None
    taken = extract(coded(bare, invoice.qr), today=TODAY).field("issue_date")
    assert taken is not None
    assert (taken.value, taken.status) == (invoice.issued.isoformat(), "review")
    assert taken.page == 1


def test_recognised_pages_stay_at_c_and_need_the_code() -> None:
    invoice, document = invoice_document()
    plain = extract(document, today=TODAY)
    assert any(not r.needs_review for r in plain.records), "the sample must be one that passes from a text layer"
    read = extract(recognised(document), today=TODAY)
    assert read.source is Source.OCR
    assert all(r.confidence is Confidence.C and r.needs_review for r in read.records)
    assert all(f.status == "review" for f in read.fields)
    confirmed = extract(coded(recognised(document), invoice.qr), today=TODAY)
    assert all(r.confidence is Confidence.C and not r.needs_review for r in confirmed.records)


def test_a_lost_minus_sign_is_caught_and_named() -> None:
    invoice, document = invoice_document("metered", seed=11)
    negative = next((x for x in invoice.lines if x.amount.startswith("-")), None)
    assert negative is not None
    page = recognised(document).pages[0]
    words = tuple(replace(w, text=w.text.replace(negative.amount, negative.amount[1:]).replace(negative.tax, negative.tax.lstrip("-"))) for w in page.words)
    extraction = extract(replace(recognised(document), pages=(replace(page, words=words),)), today=TODAY)
    sums = [f for f in extraction.findings if f.id == "line-sum"]
    assert sums
    assert "漏读了负号" in sums[0].message
    assert all(r.confidence is Confidence.D for r in extraction.records)


def test_grades() -> None:
    common = {"findings": (), "document_blocked": False, "certain": True, "proven": True}
    assert grade(source=Source.PDF_TEXT, **common) == (Confidence.A, False)
    assert grade(source=Source.OCR, **common) == (Confidence.C, True)
    assert grade(source=Source.OCR, coded=True, **common) == (Confidence.C, False)
    assert grade(source=Source.OCR, coded=True, **{**common, "document_blocked": True}) == (Confidence.D, True)


def test_agreement_needs_all_three() -> None:
    values = {"invoice_number": NUMBER, "amount_incl_tax": "113.00", "issue_date": "2025-03-01"}
    tag = Tag(origin="qr", path="content", value=f"01,32,,{NUMBER},113.0,20250301,,AB12", locator="qr#1", page=1)
    (code,) = read_codes([tag], [], [1])
    assert code_agrees(code, values)
    assert code_findings(code, values) == ()
    assert not code_agrees(code, {**values, "issue_date": ""})
    assert not code_agrees(None, values)
