"""Real sample documents, read in place. They are private: nothing of them is copied here, and the tests skip without them."""

import json
import re
import time
from pathlib import Path

import pytest

from app.domain.page import Document, Media
from ingestion.reading import read_document
from ingestion.sandbox import read_many

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
if not SAMPLES.is_dir():
    pytest.skip("sample documents not present: ../shared/samples", allow_module_level=True)

FILES = sorted(p for p in SAMPLES.glob("*/*") if p.suffix.lower() in (".pdf", ".ofd", ".xml", ".png", ".jpg"))
EXPECTED = json.loads((SAMPLES / "expected.json").read_text("utf-8"))
IDS = [f"file{i:02d}" for i in range(len(FILES))]


@pytest.fixture(scope="module")
def documents() -> dict[Path, Document]:
    results = dict(zip(FILES, read_many(FILES), strict=True))
    refused = {
        i: type(results[p]).__name__ for i, p in zip(IDS, FILES, strict=True) if not isinstance(results[p], Document)
    }
    assert not refused
    return results


def expected(path: Path) -> dict:
    return EXPECTED.get(path.relative_to(SAMPLES).as_posix(), {})


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_there_are_samples():
    assert len(FILES) >= 20


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_pages_words_and_boxes(documents, path):
    document = documents[path]
    assert document.pages or document.tags
    for page in document.pages:
        for word in page.words:
            x0, y0, x1, y1 = word.bbox
            assert 0 <= x0 < x1 <= 1
            assert 0 <= y0 < y1 <= 1
            assert word.page == page.number
            assert 0 < word.height < 0.2
        if document.media is Media.IMAGE:
            assert page.scanned
            assert document.findings
        else:
            assert not page.scanned
            assert page.words
    for tag in document.tags:
        if tag.bbox is not None:
            assert 0 <= tag.bbox[0] < tag.bbox[2] <= 1


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_expected_text_is_found(documents, path):
    wanted = expected(path).get("page_text_contains")
    if wanted is None:
        pytest.skip("no expected text for this file")
    assert wanted in documents[path].text


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_invoice_values_are_found_as_whole_strings(documents, path):
    """Numbers, ids and totals stand in the words without a break inside them."""
    document, values = documents[path], expected(path)
    if document.media is Media.IMAGE or not values.get("invoice_no"):
        pytest.skip("not an electronic invoice")
    text = squeezed(document.text)
    for name in ("invoice_code", "invoice_no", "seller_id", "buyer_id", "total_amount", "total_with_tax"):
        assert not values.get(name) or values[name] in text, name
    words = {w.text.strip("¥￥:：") for p in document.pages for w in p.words} | {
        t.value.strip("¥") for t in document.tags
    }
    for name in ("invoice_no", "total_with_tax", "total_amount"):
        assert any(values[name] in w for w in words), name


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix == ".ofd"], ids=lambda p: f"ofd{FILES.index(p):02d}")
def test_tags_agree_with_the_expected_values(documents, path):
    tags, values = documents[path].tags, expected(path)
    if not tags:
        pytest.skip("no tags in this file")
    found = {}
    for tag in tags:
        found.setdefault(tag.path, tag.value.lstrip("¥"))
    for tag_path, name in (
        ("InvoiceNo", "invoice_no"),
        ("InvoiceCode", "invoice_code"),
        ("Seller/SellerTaxID", "seller_id"),
        ("Seller/SellerName", "seller_name"),
        ("Buyer/BuyerName", "buyer_name"),
        ("TaxInclusiveTotalAmount", "total_with_tax"),
        ("TaxExclusiveTotalAmount", "total_amount"),
    ):
        if tag_path in found:
            assert found[tag_path] == values[name], name
    names = [t.value for t in tags if t.path.endswith("Item") and t.origin == "custom_tag"]
    if names and values.get("lines"):
        assert names[0] == values["lines"][0]["name"]


def test_same_bytes_same_hash(documents):
    hashes = [d.sha256 for d in documents.values()]
    assert len(set(hashes)) < len(hashes)
    repeated = next(h for h in hashes if hashes.count(h) > 1)
    first, second = [d for d in documents.values() if d.sha256 == repeated][:2]
    assert first.pages == second.pages


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_reading_is_quick_and_repeatable(documents, path):
    data = path.read_bytes()
    started = time.monotonic()
    again = read_document(data, path.name)
    assert time.monotonic() - started < 2.0
    assert again == documents[path]
