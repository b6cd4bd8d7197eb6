"""Several papers in one file: each is read on its own, nothing is mixed, nothing is counted twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from extract_pages import BUYER, Canvas, Invoice, Item, document

from app.domain.activity import Confidence, DocumentKind, Extraction
from app.domain.finding import Severity
from app.domain.page import Page, Source, Tag
from extractors import extract
from extractors.papers import take_apart

TODAY = date(2026, 6, 1)
OTHER = "25322000000099999999"
GAS = Item("*燃气*天然气", "", "立方米", "2000", "3.5", "7000.00", "9%", "630.00")


def gas(number: str = OTHER, month: str = "03") -> Invoice:
    return Invoice(
        items=[GAS],
        number=number,
        amount="7000.00",
        tax="630.00",
        total="7630.00",
        words="柒仟陆佰叁拾圆整",
        remark=(f"用气户号：7700112233；用气期间：2025年{month}月01日至2025年{month}月28日",),
    )


def read(*pages: Page) -> Extraction:
    return extract(document(*pages), today=TODAY)


def facts(extraction: Extraction) -> list[tuple[str, ...]]:
    return [(r.carrier.value, r.quantity, r.account_number or "", r.period_start or "", str(r.page)) for r in extraction.records]


POWER_FACT = ("electricity", "12000", "3200001234567", "2025-03-01")
GAS_FACT = ("natural_gas", "2000", "7700112233", "2025-03-01")


def test_an_invoice_a_page_gives_an_extraction_an_invoice() -> None:
    extraction = read(Invoice().draw(), gas().draw(Canvas(number=2)))
    first, second = extraction.parts
    assert [p.field("invoice_number").value for p in extraction.parts] == ["25322000000012345678", OTHER]  # type: ignore[union-attr]
    assert (first.page_numbers, second.page_numbers) == ((1,), (2,))
    assert facts(extraction) == [(*POWER_FACT, "1"), (*GAS_FACT, "2")]
    assert [r.id.rpartition("-")[2] for r in extraction.records] == ["r1", "r2"]
    assert [r.confidence for r in extraction.records] == [Confidence.A, Confidence.A]
    assert not any(r.needs_review for r in extraction.records)
    assert extraction.kind is DocumentKind.VAT_INVOICE
    assert extraction.fields == ()
    assert extraction.paper_of(extraction.records[1].id + "~2") is second


@pytest.mark.parametrize("gap", [397, 410, 440])
def test_two_invoices_on_one_page_are_not_mixed(gap: int) -> None:
    canvas = Canvas(height=842)
    Invoice().draw(canvas)
    extraction = read(replace(gas(), buyer="江州另一家公司").draw(canvas, dy=gap))
    assert facts(extraction) == [(*POWER_FACT, "1"), (*GAS_FACT, "1")]
    assert [p.field("buyer_name").value for p in extraction.parts] == [BUYER, "江州另一家公司"]  # type: ignore[union-attr]
    upper, lower = (p.field("amount_incl_tax") for p in extraction.parts)
    assert upper.bbox[3] < 0.5 < lower.bbox[1]  # type: ignore[union-attr,index]
    assert [f.id for f in extraction.findings if f.severity is not Severity.NOTE] == []


def test_invoices_beside_each_other_on_a_wide_page() -> None:
    left, right = Invoice().draw(), gas().draw()
    def moved(page: Page, by: float) -> list:
        box = lambda b: (b[0] / 2 + by, b[1], b[2] / 2 + by, b[3])  # noqa: E731
        return [[replace(x, bbox=box(x.bbox)) for x in items] for items in (page.words, page.rules)]
    (w1, r1), (w2, r2) = moved(left, 0.0), moved(right, 0.5)
    page = replace(left, width=1190, words=(*w1, *w2), rules=(*r1, *r2))
    assert facts(read(page)) == [(*POWER_FACT, "1"), (*GAS_FACT, "1")]


def test_an_invoice_over_two_pages_beside_another() -> None:
    half = Item("*供电*电费", "", "千瓦时", "6000", "0.65", "3900.00", "13%", "507.00")
    one = Invoice(items=[half]).draw()
    two = Invoice(items=[replace(half, spec="谷")]).draw(Canvas(number=2))
    extraction = read(one, two, gas().draw(Canvas(number=3)))
    assert [p.page_numbers for p in extraction.parts] == [(1, 2), (3,)]
    assert [line.page for line in extraction.parts[0].lines] == [1, 2]
    assert len(extraction.parts[1].records) == 1


def test_pages_of_one_number_belong_together_wherever_they_lie() -> None:
    half = Item("*供电*电费", "", "千瓦时", "6000", "0.65", "3900.00", "13%", "507.00")
    one = Invoice(items=[half]).draw()
    two = Invoice(items=[replace(half, spec="谷")]).draw(Canvas(number=3))
    extraction = read(one, gas().draw(Canvas(number=2)), two)
    assert [p.page_numbers for p in extraction.parts] == [(1, 3), (2,)]


def test_a_second_impression_of_an_invoice_is_not_read_twice() -> None:
    extraction = read(Invoice().draw(), Invoice().draw(Canvas(number=2)))
    assert extraction.parts == ()
    assert facts(extraction) == [(*POWER_FACT, "1")]
    assert "invoice-copy" in [f.id for f in extraction.findings]
    assert not extraction.records[0].needs_review
    assert extraction.pages == 2


def test_a_fault_of_one_invoice_leaves_the_other_alone() -> None:
    extraction = read(Invoice(total="8841.00").draw(), gas().draw(Canvas(number=2)))
    power, heat = extraction.records
    assert (power.confidence, power.needs_review) == (Confidence.D, True)
    assert (heat.confidence, heat.needs_review) == (Confidence.A, False)
    blocked = [f for f in extraction.findings if f.severity is Severity.BLOCKING]
    assert {f.data["part"] for f in blocked} == {"1"}
    assert all("25322000000012345678" in f.message for f in blocked)


def test_a_number_named_in_a_remark_begins_no_invoice() -> None:
    page = Invoice(remark=("原发票号码：", "发票号码：25322000000055555555",)).draw()
    extraction = read(page)
    assert extraction.parts == ()
    assert len(extraction.lines) == 1


def test_each_invoice_is_checked_against_its_own_code() -> None:
    second = gas().draw(Canvas(number=2))
    def code(text: str, page: int) -> Tag:
        return Tag(origin="qr", path="content", value=text, locator="qr#1", page=page, bbox=(0.02, 0.05, 0.1, 0.15))
    good = code("01,31,,25322000000012345678,8814.00,20250408,,AB12", 1)
    bad = code(f"01,31,,{OTHER},7630.90,20250408,,AB12", 2)
    extraction = extract(document(Invoice().draw(), second, tags=(good, bad)), today=TODAY)
    assert [f.data["part"] for f in extraction.findings if f.id == "qr-disagreement"] == ["2"]
    assert [r.needs_review for r in extraction.records] == [False, True]


def test_no_word_of_any_page_is_lost() -> None:
    canvas = Canvas(height=842)
    Invoice().draw(canvas)
    pages = (gas().draw(canvas, dy=410), gas("25322000000077777777").draw(Canvas(number=2)))
    papers, left_out = take_apart(document(*pages))
    assert (len(papers), left_out) == (3, ())
    held = [w for p in papers for page in p.document.pages for w in page.words]
    assert sorted(held, key=repr) == sorted((w for p in pages for w in p.words), key=repr)


def test_recognised_invoices_are_taken_apart_as_well_and_all_wait() -> None:
    first = replace(Invoice().draw(), source=Source.OCR)
    second = replace(gas().draw(Canvas(number=2)), source=Source.OCR)
    extraction = read(first, second)
    assert extraction.source is Source.OCR
    assert len(extraction.parts) == 2
    assert all(r.needs_review for r in extraction.records)
