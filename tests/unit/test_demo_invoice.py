"""Every invoice of the demonstration adds up, except the one that is declared broken."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from app.demo import purchases
from app.demo.documents import truth
from app.demo.invoice import line
from app.demo.money import capital

CENT = Decimal("0.01")
INVOICES = {name: entry for name, entry in truth().items() if "invoice_no" in entry}


def number(text: str) -> Decimal:
    return Decimal(0) if text == "***" else Decimal(text)


def faults(entry: dict) -> set[str]:
    """The checks V1a to V1d of an invoice that fail."""
    out = set()
    for row in entry["lines"]:
        if row["qty"]:
            off = abs(Decimal(row["qty"]) * Decimal(row["price"]) - Decimal(row["amount"]))
            out |= {"V1a"} if off > CENT else set()
        if row["rate"] != "不征税":
            off = abs(Decimal(row["amount"]) * Decimal(row["rate"][:-1]) / 100 - Decimal(row["tax"]))
            out |= {"V1b"} if off > CENT else set()
    for key, column in (("total_amount", "amount"), ("total_tax", "tax")):
        out |= {"V1c"} if sum(number(r[column]) for r in entry["lines"]) != number(entry[key]) else set()
    out |= (
        {"V1d"}
        if number(entry["total_amount"]) + number(entry["total_tax"]) != Decimal(entry["total_with_tax"])
        else set()
    )
    return out


@pytest.mark.parametrize("name", INVOICES)
def test_arithmetic(name: str) -> None:
    broken = any(f["kind"] == "sum_mismatch" for f in INVOICES[name]["flags"])
    assert faults(INVOICES[name]) == ({"V1c"} if broken else set())


def test_exactly_one_invoice_is_broken() -> None:
    assert [n for n, e in INVOICES.items() if faults(e)] == ["发票_柴油_2025-12_补充.pdf"]


def test_numbers_have_the_two_formats_and_copies_share_theirs() -> None:
    for entry in INVOICES.values():
        year = entry["issue_date"][2:4]
        digital = re.fullmatch(year + r"342\d{15}", entry["invoice_no"]) and not entry["invoice_code"]
        older = re.fullmatch(r"\d{8}", entry["invoice_no"]) and re.fullmatch(r"\d{12}", entry["invoice_code"])
        assert digital or older
    numbers = [e["invoice_no"] for e in INVOICES.values()]
    copies = sum(1 for e in INVOICES.values() if any(f["kind"] == "same_invoice" for f in e["flags"]))
    assert len(numbers) - len(set(numbers)) == copies == 2


def test_qr_states_the_gross_amount_for_digital_and_the_net_amount_for_older_invoices() -> None:
    seen = set()
    for entry in INVOICES.values():
        if entry.get("qr"):
            version, kind, code, no, amount, day, check, crc = entry["qr"].split(",")
            seen.add(kind)
            assert version == "01"
            assert (code, no) == (entry["invoice_code"], entry["invoice_no"])
            assert amount == entry["total_amount" if kind == "10" else "total_with_tax"]
            assert day == entry["issue_date"].replace("-", "")
            assert len(crc) == 4
            assert (len(check) == 20) == (kind == "10")
    assert seen == {"10", "31", "32"}


def test_red_letter_invoice_reverses_the_blue_one_in_full() -> None:
    blue, red = purchases.wrong_diesel_invoice(), purchases.red_diesel_invoice()
    assert red.blue_number == blue.number
    assert (red.net, red.tax, red.gross) == (-blue.net, -blue.tax, -blue.gross)
    assert red.lines[0].quantity == f"-{blue.lines[0].quantity}"
    assert red.words.startswith("（负数）")


def test_main_invoice_costs_what_the_bill_says() -> None:
    for month in (1, 7):
        assert purchases.main_electricity_invoice(month).gross == purchases.main_bill(month).amount


def test_every_period_ends_before_its_invoice_is_issued() -> None:
    for entry in INVOICES.values():
        for energy in entry["energy"]:
            assert energy["period"].split("/")[1] <= entry["issue_date"]


def test_line_from_gross_amount_splits_tax_to_the_cent() -> None:
    row = line("*供电*电费", rate=13, gross_price="0.7186", quantity=Decimal(121400), unit="千瓦时")
    assert row.amount + row.tax == Decimal("87238.04")
    assert capital(row.amount + row.tax) == "捌万柒仟贰佰叁拾捌圆零肆分"
