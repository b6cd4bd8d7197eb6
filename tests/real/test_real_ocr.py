"""Real pictures of invoices and a bill, read in place. They are private: nothing of them is copied here, and the tests skip without them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from app.domain.activity import Confidence, DocumentKind, Extraction
from app.domain.finding import Severity
from app.domain.page import Document, Source
from extractors import extract
from ingestion.ocr import Recogniser, complete, settle
from ingestion.qr import check_codes, codes_of
from ingestion.sandbox import Worker, read_with

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
if not SAMPLES.is_dir():
    pytest.skip("sample documents not present: ../shared/samples", allow_module_level=True)

EXPECTED = json.loads((SAMPLES / "expected.json").read_text("utf-8"))
FILES = sorted(p for p in SAMPLES.glob("*/*") if p.suffix.lower() in (".png", ".jpg", ".jpeg"))
KEYS = ("invoice_code", "invoice_no", "total_amount", "total_tax", "total_with_tax", "seller_id", "buyer_id", "account_no")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def read() -> dict[str, tuple[dict, Document, Extraction]]:
    """By kind of document: the expectation, the completed document, what was extracted."""
    out = {}
    with Worker() as worker, Recogniser() as recogniser:
        for path in FILES:
            entry = EXPECTED[path.relative_to(SAMPLES).as_posix()]
            document = complete(read_with(worker, path), path, worker=worker, recogniser=recogniser)
            out[entry["doc_type"]] = (entry, document, settle(check_codes(extract(document), document), document))
    return out


def squeezed(text: str) -> str:
    return re.sub(r"[\s,]", "", text)


def test_there_are_pictures() -> None:
    assert len(FILES) == 4


def test_every_key_value_stands_among_the_words(read) -> None:
    for entry, document, _ in read.values():
        page = squeezed(document.text)
        wanted = [str(entry[k]) for k in KEYS if entry.get(k) not in (None, "", "***")]
        wanted += [line["amount"] for line in entry.get("lines", ())]
        assert [i for i, value in enumerate(wanted) if value not in page] == []


def test_nothing_from_a_picture_passes_without_a_person(read) -> None:
    for _, document, found in read.values():
        assert [(p.source, p.scanned) for p in document.pages] == [(Source.OCR, False)]
        assert found.source is Source.OCR
        assert all(f.status == "review" and f.confidence in (Confidence.C, Confidence.D) for f in found.fields)
        assert all(r.needs_review and r.confidence in (Confidence.C, Confidence.D) for r in found.records)
        assert "ocr-page" in [f.id for f in found.findings]


def test_electronic_invoices_are_read_field_by_field(read) -> None:
    names = {"invoice_no": "invoice_number", "invoice_code": "invoice_code", "issue_date": "issue_date", "seller_id": "seller_tax_id",
             "seller_name": "seller_name", "buyer_name": "buyer_name", "total_amount": "amount_excl_tax", "total_with_tax": "amount_incl_tax"}  # fmt: skip
    checked = 0
    for entry, _, found in read.values():
        if found.kind is not DocumentKind.VAT_INVOICE or not entry.get("qr"):
            continue
        for key, name in names.items():
            value = found.field(name)
            assert value is not None
            assert value.value == entry[key]
            checked += 1
    assert checked >= 16


def test_codes_on_pictures_are_read_and_agree(read) -> None:
    for entry, document, found in read.values():
        codes = codes_of(document.tags)
        assert len(codes) == (1 if entry.get("qr") else 0)
        if codes:
            assert codes[0].invoice_number == entry["invoice_no"]
        assert not [f for f in found.findings if f.id == "qr-disagreement"]


def test_a_bill_whose_totals_disagree_is_stopped(read) -> None:
    found = next(x for e, _, x in read.values() if "account_no" in e)
    assert found.kind is DocumentKind.GRID_BILL
    blocking = {f.id for f in found.findings if f.severity is Severity.BLOCKING}
    assert {"bill-sum", "amount-in-words", "reading-product"} <= blocking
    assert all(r.confidence is Confidence.D for r in found.records)


def test_seals_and_stamps_do_not_hide_the_title(read) -> None:
    titles = [squeezed(d.text) for e, d, _ in read.values() if "invoice_no" in e]
    assert all(re.search("增值税(专用|电子普通)发票", title) for title in titles)
