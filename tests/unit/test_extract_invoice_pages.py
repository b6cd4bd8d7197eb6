"""Invoices from page words: association by position, whatever the order of the words."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from extract_pages import BUYER, BUYER_ID, POWER, SELLER, SELLER_ID, Canvas, Invoice, Item, document, old_layout

from app.domain.activity import Confidence, DocumentKind, Extraction
from app.domain.finding import Severity
from app.domain.page import Page, Source
from extractors import extract

TODAY = date(2026, 6, 1)
TRUTH = {
    "invoice_number": "25322000000012345678",
    "issue_date": "2025-04-08",
    "seller_name": SELLER,
    "seller_tax_id": SELLER_ID,
    "buyer_name": BUYER,
    "buyer_tax_id": BUYER_ID,
    "amount_excl_tax": "7800.00",
    "tax_amount": "1014.00",
    "amount_incl_tax": "8814.00",
    "account_number": "3200001234567",
    "period_start": "2025-03-01",
    "period_end": "2025-03-31",
}


def read(*pages: Page) -> Extraction:
    return extract(document(*pages), today=TODAY)


def values(extraction: Extraction) -> dict[str, str]:
    return {f.name: f.value for f in extraction.fields}


def cells(extraction: Extraction) -> list[tuple[str, ...]]:
    return [
        (x.item, x.spec, x.unit, x.quantity, x.unit_price, x.amount, x.tax_rate, x.tax_amount) for x in extraction.lines
    ]


def test_every_field_and_line_of_a_digital_invoice() -> None:
    extraction = read(Invoice().draw())
    assert extraction.kind is DocumentKind.VAT_INVOICE
    assert extraction.source is Source.PDF_TEXT
    assert values(extraction) == TRUTH
    assert cells(extraction) == [("*供电*电费", "", "千瓦时", "12000", "0.65", "7800.00", "13%", "1014.00")]
    assert [f for f in extraction.findings if f.severity is not Severity.NOTE] == []


def test_its_record_is_certain_and_needs_no_review() -> None:
    extraction = read(Invoice().draw())
    (record,) = extraction.records
    assert (record.carrier, record.quantity, record.unit) == ("electricity", "12000", "kWh")
    assert (record.period_start, record.period_end) == ("2025-03-01", "2025-03-31")
    assert record.id == f"{extraction.sha256[:12]}-r1"
    assert record.confidence is Confidence.A
    assert not record.needs_review
    assert record.bbox is not None


def test_boxes_are_fractions_of_the_page_around_the_value() -> None:
    field = read(Invoice().draw()).field("invoice_number")
    assert field is not None
    assert field.bbox is not None
    x0, y0, x1, y1 = field.bbox
    assert 0.8 < x0 < x1 <= 1
    assert 0.07 < y0 < y1 < 0.12


def test_word_order_plays_no_part() -> None:
    page = Invoice().draw()
    for seed in range(5):
        words = list(page.words)
        random.Random(seed).shuffle(words)
        assert values(read(replace(page, words=tuple(words)))) == TRUTH


def test_a_name_set_over_two_lines_is_joined() -> None:
    page = Invoice(buyer="江州云帆精密制造与新能源装备", buyer_wrap="（集团）股份有限公司").draw()
    assert values(read(page))["buyer_name"] == "江州云帆精密制造与新能源装备（集团）股份有限公司"


def test_wrapped_item_names_and_discount_lines() -> None:
    items = [
        Item("*汽油*92号车用汽油(ⅥB", "92号", "升", "100", "6.5", "650.00", "13%", "84.50", wrap=")"),
        Item("*汽油*92号车用汽油(ⅥB", "", "", "", "", "-50.00", "13%", "-6.50", wrap=")"),
        Item("*柴油*0号车用柴油(Ⅵ)", "", "升", "1000", "7.20", "7200.00", "13%", "936.00"),
    ]
    extraction = read(Invoice(items=items, remark=("加油日期:2025-03-04",)).draw())
    assert [c[0] for c in cells(extraction)] == ["*汽油*92号车用汽油(ⅥB)", "*汽油*92号车用汽油(ⅥB)", "*柴油*0号车用柴油(Ⅵ)"]
    petrol, diesel = extraction.records
    assert (petrol.carrier, petrol.quantity, petrol.unit, petrol.amount) == ("gasoline", "100", "L", "600.00")
    assert (diesel.carrier, diesel.quantity, diesel.amount) == ("diesel", "1000", "7200.00")
    assert petrol.period_start == petrol.period_end == "2025-03-04"
    assert not petrol.findings


@pytest.mark.parametrize("rules", [True, False])
@pytest.mark.parametrize("shift", [0.0, 6.0, 12.0])
def test_numbers_that_overshoot_their_column_in_the_old_layout(rules: bool, shift: float) -> None:
    extraction = read(old_layout([POWER], rules=rules, shift=shift))
    assert cells(extraction) == [("*供电*电费", "", "千瓦时", "12000", "0.65", "7800.00", "13%", "1014.00")]
    found = values(extraction)
    assert (found["invoice_code"], found["invoice_number"]) == ("032002500111", "12345678")
    assert (found["buyer_name"], found["seller_name"]) == (BUYER, SELLER)
    assert (found["buyer_tax_id"], found["seller_tax_id"]) == (BUYER_ID, SELLER_ID)


def test_totals_that_do_not_add_up_block_and_nothing_is_accepted() -> None:
    extraction = read(Invoice(total="8841.00").draw())
    assert {"total-sum", "amount-in-words"} <= {f.id for f in extraction.findings if f.severity is Severity.BLOCKING}
    assert all(r.needs_review and r.confidence is Confidence.D for r in extraction.records)
    assert extraction.field("amount_incl_tax").status == "review"  # type: ignore[union-attr]


def test_hidden_tax_stays_as_printed() -> None:
    item = Item("*预付卡销售*加油卡充值", amount="5000.00", rate="不征税", tax="***")
    extraction = read(Invoice(items=[item], amount="5000.00", tax="***", total="5000.00", words="伍仟圆整").draw())
    assert values(extraction)["tax_amount"] == "***"
    assert extraction.records == ()
    assert "line-not-energy" in [f.id for f in extraction.findings]


def test_pages_of_one_number_are_one_invoice() -> None:
    first = Invoice(items=[Item("*供电*电费", "", "千瓦时", "6000", "0.65", "3900.00", "13%", "507.00")]).draw()
    second = Invoice(items=[Item("*供电*电费", "谷", "千瓦时", "6000", "0.65", "3900.00", "13%", "507.00")]).draw(Canvas(number=2))
    extraction = read(first, second)
    assert "several-invoices" not in [f.id for f in extraction.findings]
    assert [x.page for x in extraction.lines] == [1, 2]
    assert [f.id for f in extraction.findings if f.severity is Severity.BLOCKING] == []


def test_a_scanned_page_beside_a_text_page_is_not_passed_over() -> None:
    scan = Page(number=2, width=595, height=842, scanned=True)
    extraction = read(Invoice().draw(), scan)
    assert "page-scanned" in [f.id for f in extraction.findings]
    assert values(extraction)["invoice_number"] == TRUTH["invoice_number"]


def test_recognised_text_is_never_accepted_on_its_own() -> None:
    page = replace(Invoice().draw(), source=Source.OCR)
    extraction = read(page)
    assert all(f.status == "review" for f in extraction.fields)
    assert [(r.confidence, r.needs_review) for r in extraction.records] == [(Confidence.C, True)]


def test_a_changed_digit_in_any_amount_is_caught() -> None:
    items = [Item("*供电*电费", "", "千瓦时", "12345", "0.65", "8024.25", "13%", "1043.15"), Item("*供电*基本电费", amount="1100.00", tax="143.00")]
    page = Invoice(items=items, amount="9124.25", tax="1186.15", total="10310.40", words="壹万零叁佰壹拾圆肆角整").draw()
    money = {"12345", "0.65", "8024.25", "1043.15", "1100.00", "143.00", "¥9124.25", "¥1186.15", "¥10310.40"}
    tried = 0
    for index, word in enumerate(page.words):
        if word.text not in money:
            continue
        # The last place of a line's cents is within the tolerance that real invoices need.
        places = [i for i, c in enumerate(word.text) if c.isdigit() and not (word.text in ("8024.25", "1043.15", "1100.00", "143.00") and i == len(word.text) - 1)]
        for place in places:
            digit = "1" if word.text[place] != "1" else "7"
            changed = replace(word, text=word.text[:place] + digit + word.text[place + 1 :])
            words = (*page.words[:index], changed, *page.words[index + 1 :])
            extraction = read(replace(page, words=words))
            tried += 1
            assert all(r.needs_review for r in extraction.records), changed.text
    assert tried > 30


@pytest.mark.parametrize("seed", range(40))
def test_layout_jitter_gives_no_silent_error(seed: int) -> None:
    rng = random.Random(seed)
    quantity = rng.randint(1, 9999) * 100
    amount = quantity * 65
    tax = (amount * 13 + 50) // 100
    money = lambda cents: f"{cents / 100:.2f}"  # noqa: E731
    item = Item("*供电*电费", rng.choice(["", "C", "工业"]), "千瓦时", str(quantity), "0.65", money(amount), "13%", money(tax), wrap=rng.choice(["", "一期"]))
    names = ["江", BUYER, "江州云帆新能源装备与精密仪器研究院有限责任公司"]
    invoice = Invoice(items=[item], buyer=rng.choice(names), seller=rng.choice(names), amount=money(amount), tax=money(tax), total=money(amount + tax), words="")
    page = invoice.draw()
    words = []
    for word in page.words:
        dx, dy = rng.uniform(-1.5, 1.5) / page.width, rng.uniform(-0.8, 0.8) / page.height
        x0, y0, x1, y1 = word.bbox
        words.append(replace(word, bbox=(max(0.0, x0 + dx), y0 + dy, x1 + dx, y1 + dy)))
    rng.shuffle(words)
    extraction = read(replace(page, words=tuple(words)))
    found = values(extraction)
    truth = {"buyer_name": invoice.buyer, "seller_name": invoice.seller, "amount_incl_tax": invoice.total, "tax_amount": invoice.tax}
    assert {k: found.get(k) for k in truth} == truth
    assert cells(extraction) == [(item.name + item.wrap, item.spec, "千瓦时", str(quantity), "0.65", item.amount, "13%", item.tax)]


def test_text_drawn_twice_counts_once() -> None:
    page = Invoice().draw()
    again = tuple(replace(w, bbox=(w.bbox[0] + 0.0005, *w.bbox[1:])) for w in page.words)
    assert values(read(replace(page, words=page.words + again))) == TRUTH
