"""A year of bills in one file: one extraction a bill, never an account's month twice, nothing split that is one bill."""

from __future__ import annotations

from datetime import date

from extract_pages import BUYER, Canvas, Invoice, document
from test_extract_bills import state_grid, two_meters

from app.domain.activity import DocumentKind, Extraction
from app.domain.finding import Severity
from app.domain.page import Page
from extractors import extract

TODAY = date(2026, 6, 1)
ACCOUNT, OTHER = "3200001234567", "3200007654321"


def bill(number: int, first: str, last: str, quantity: str, opening: int, *, account: str = ACCOUNT) -> Page:
    c = Canvas(width=595, height=842, number=number)
    c.text(200, 30, "国网江州供电公司 电费账单", 16)
    money = f"{int(quantity) * 0.7:.2f}"
    for i, line in enumerate((f"户号：{account}   户名：{BUYER}", f"结算周期：{first}至{last}", f"本期电量：{quantity} 千瓦时   本期电费：{money} 元")):
        c.text(40, 70 + 18 * i, line)
    closing = opening + int(quantity) // 1000
    rows = [["电能表编号", "示数类型", "上次示数", "本次示数", "倍率", "抄见电量"], ["320000990001", "有功(总)", str(opening), str(closing), "1000", quantity]]
    c.grid([40, 130, 200, 270, 340, 400, 480], [160, 180, 200], rows)
    return c.page()


MARCH = ("2025-03-01", "2025-03-31")
APRIL = ("2025-04-01", "2025-04-30")


def read(*pages: Page) -> Extraction:
    return extract(document(*pages), today=TODAY)


def facts(extraction: Extraction) -> list[tuple[str, ...]]:
    return [(r.quantity, r.account_number or "", r.period_start or "", str(r.page)) for r in extraction.records]


def test_months_of_an_account_are_bills_of_their_own() -> None:
    extraction = read(bill(1, *MARCH, "12000", 1000), bill(2, *APRIL, "13000", 1012))
    assert extraction.kind is DocumentKind.GRID_BILL
    assert facts(extraction) == [("12000", ACCOUNT, "2025-03-01", "1"), ("13000", ACCOUNT, "2025-04-01", "2")]
    assert not any(r.needs_review for r in extraction.records)
    assert [p.field("amount_incl_tax").value for p in extraction.parts] == ["8400.00", "9100.00"]  # type: ignore[union-attr]


def test_accounts_of_one_month_wait_because_one_may_be_part_of_the_other() -> None:
    extraction = read(bill(1, *MARCH, "12000", 1000), bill(2, *MARCH, "5000", 7, account=OTHER))
    assert facts(extraction) == [("12000", ACCOUNT, "2025-03-01", "1"), ("5000", OTHER, "2025-03-01", "2")]
    assert all(r.needs_review for r in extraction.records)
    assert all("several-accounts" in [f.id for f in r.findings] for r in extraction.records)


def test_a_period_that_holds_another_is_not_taken_apart() -> None:
    extraction = read(bill(1, "2025-03-01", "2025-04-30", "25000", 1000), bill(2, *APRIL, "13000", 1012))
    assert extraction.parts == ()
    assert all(r.needs_review for r in extraction.records)


def test_a_bill_of_two_pages_stays_one() -> None:
    for whole in (state_grid(), two_meters("15000")):
        assert extract(whole, today=TODAY).parts == ()
    assert read(bill(1, *MARCH, "12000", 1000), bill(2, *MARCH, "12000", 1000)).parts == ()


def test_a_page_without_a_head_belongs_to_the_bill_before_it() -> None:
    detail = Canvas(width=595, height=842, number=2)
    detail.text(220, 20, "本期电费明细", 16)
    extraction = read(bill(1, *MARCH, "12000", 1000), detail.page(), bill(3, *APRIL, "13000", 1012))
    assert [p.page_numbers for p in extraction.parts] == [(1, 2), (3,)]


def test_a_bill_bound_with_its_invoice_is_read_beside_it() -> None:
    extraction = read(bill(1, *MARCH, "12000", 1000), Invoice().draw(Canvas(number=2)))
    assert [p.kind for p in extraction.parts] == [DocumentKind.GRID_BILL, DocumentKind.VAT_INVOICE]
    assert facts(extraction) == [("12000", ACCOUNT, "2025-03-01", "1"), ("12000", ACCOUNT, "2025-03-01", "2")]
    assert [f.id for f in extraction.findings if f.severity is Severity.BLOCKING] == []
