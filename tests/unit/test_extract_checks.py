"""Validation rules: what holds stays silent, what fails carries both sides of its arithmetic."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.activity import InvoiceLine
from app.domain.finding import Severity
from extractors import checks
from extractors.vocabulary import carrier_terms


def line(**values: str) -> InvoiceLine:
    return InvoiceLine(**{"item": "*供电*电费", "amount": "7800.00", **values})


def test_quantity_times_price_holds_within_the_rounding_of_the_price() -> None:
    assert checks.line_product(line(quantity="12000", unit_price="0.65"), "line:1") == ()
    assert checks.line_product(line(quantity="12001", unit_price="0.650"), "line:1") == ()
    found = checks.line_product(line(quantity="12900", unit_price="0.650"), "line:1")
    assert [f.id for f in found] == ["line-product"]
    assert found[0].severity is Severity.BLOCKING
    assert found[0].data["left"] == "8385"
    assert found[0].data["right"] == "7800"


def test_a_coarse_price_does_not_prove_a_quantity() -> None:
    exact = line(quantity="12000", unit_price="0.65")
    coarse = line(quantity="12010", unit_price="0.65")
    fine = line(quantity="12345", unit_price="0.631834750911", amount="7800.00")
    assert checks.line_product(coarse, "x") == ()
    assert checks.product_proves(exact)
    assert checks.product_proves(fine)
    assert not checks.product_proves(coarse)
    assert not checks.product_proves(line(quantity="12000"))


def test_tax_of_a_line() -> None:
    assert checks.line_tax(line(tax_rate="13%", tax_amount="1014.00"), "x") == ()
    assert checks.line_tax(line(amount="50.04", tax_rate="13%", tax_amount="6.50"), "x") == ()
    assert checks.line_tax(line(tax_rate="免税", tax_amount="***"), "x") == ()
    assert [f.id for f in checks.line_tax(line(tax_rate="13%", tax_amount="1041.00"), "x")] == ["line-tax"]


def test_sum_of_lines() -> None:
    lines = [line(amount="34.51", tax_amount="4.49"), line(amount="-10.62", tax_amount="-1.38")]
    assert checks.line_sums(lines, "23.89", "3.11") == ()
    lost_minus = [line(amount="34.51", tax_amount="4.49"), line(amount="10.62", tax_amount="1.38")]
    assert [f.subjects[0] for f in checks.line_sums(lost_minus, "23.89", "3.11")] == ["amount_excl_tax", "tax_amount"]


def test_totals_are_exact() -> None:
    assert checks.total_sum("7800.00", "1014.00", "8814.00") == ()
    assert checks.total_sum("57.00", "***", "57.00") == ()
    assert [f.id for f in checks.total_sum("7800.00", "1014.00", "8814.01")] == ["total-sum"]


def test_capitals_and_figures() -> None:
    assert checks.amount_in_words("捌仟捌佰壹拾肆圆整", "8814.00") == ()
    assert checks.amount_in_words("壹佰圆整", "-100.00") == ()
    assert [f.id for f in checks.amount_in_words("捌仟捌佰壹拾圆整", "8814.00")] == ["amount-in-words"]


def test_number_belongs_to_the_year_of_issue() -> None:
    assert checks.invoice_number("25322000000012345678", "", "2025-04-08") == ()
    assert [f.id for f in checks.invoice_number("25322000000012345678", "", "2024-04-08")] == ["invoice-year"]
    assert [f.id for f in checks.invoice_number("1234567", "032002500111", "2024-04-08")] == ["invoice-number"]


def test_old_tax_numbers_are_flagged_not_refused() -> None:
    found = checks.tax_id("seller_tax_id", "销售方", "410305012345678")
    assert [f.severity for f in found] == [Severity.EXPLAIN]
    assert checks.tax_id("seller_tax_id", "销售方", "91320100MA0000001B") == ()
    assert checks.tax_id("seller_tax_id", "销售方", "") == ()


def test_readings() -> None:
    assert checks.reading_product("15610.76", "16703.06", "2000", "2184600", "m") == ()
    assert checks.reading_product("1.00", "1.00", "4000", "30.00", "m") == ()
    assert [f.id for f in checks.reading_product("1.00", "1.00", "4000", "200.00", "m")] == ["reading-product"]
    assert checks.reading_product("", "1.00", "4000", "200.00", "m") == ()


def test_time_of_use_bands() -> None:
    bands = [("尖", "100"), ("峰", "400"), ("平", "300"), ("谷", "200")]
    assert checks.tou_sum(bands, "1000", "m") == ()
    assert checks.tou_sum(bands, "1001", "m") == ()
    assert [f.id for f in checks.tou_sum(bands, "1100", "m")] == ["tou-sum"]


def test_settled_quantity_is_the_sum_of_its_parts() -> None:
    assert checks.settled_sum([("read", "200.00"), ("adjust", "-200.00")], "0.00", "m") == ()
    assert [f.id for f in checks.settled_sum([("read", "200.00"), ("adjust", "-200.00")], "200.00", "m")] == ["settled-sum"]


def test_complete_items_block_and_known_branches_ask() -> None:
    parts = [("(1)", "700.00"), ("(2)", "600.00"), ("(3)", "200.00")]
    assert checks.bill_sum(parts, "1500.00", complete=True) == ()
    assert checks.bill_sum(parts, "1600.00", complete=True)[0].severity is Severity.BLOCKING
    assert checks.bill_sum(parts, "1600.00", complete=False)[0].severity is Severity.EXPLAIN


@pytest.mark.parametrize(
    ("first", "last", "issued", "ids"),
    [
        ("2025-03-01", "2025-03-31", "2025-04-08", []),
        ("2025-03-31", "2025-03-01", None, ["period-order"]),
        ("2025-03-01", "2025-03-31", "2025-03-20", ["period-order"]),
        ("2025-01-01", "2025-03-31", "2025-04-08", ["period-length"]),
        ("2025-03-04", "2025-03-04", "2025-04-08", ["period-length"]),
    ],
)
def test_periods(first: str, last: str, issued: str | None, ids: list[str]) -> None:
    assert [f.id for f in checks.period(first, last, issued, "r1")] == ids


def test_a_single_day_is_in_order_for_a_fuelling() -> None:
    assert checks.period("2025-03-04", "2025-03-04", "2025-04-08", "r1", day_allowed=True) == ()


def test_price_band_asks_about_a_wrong_unit() -> None:
    from fractions import Fraction

    power = next(t for t in carrier_terms() if t.carrier.value == "electricity")
    assert checks.unit_price_band(power, "7800.00", Fraction(12000), "kWh", "r1") == ()
    found = checks.unit_price_band(power, "7800.00", Fraction(12000000), "kWh", "r1")
    assert [f.id for f in found] == ["unit-price-band"]
    assert found[0].severity is Severity.EXPLAIN


def test_dates_outside_reason() -> None:
    today = date(2026, 6, 1)
    assert checks.date_sanity("issue_date", "开票日期", "2025-04-08", today) == ()
    assert [f.id for f in checks.date_sanity("issue_date", "开票日期", "2027-04-08", today)] == ["date-sanity"]
    assert [f.id for f in checks.date_sanity("issue_date", "开票日期", "1990-04-08", today)] == ["date-sanity"]
