"""Completeness and plausibility of confirmed records: the exact list of findings for each set."""

from __future__ import annotations

from calendar import monthrange

import pytest

from app.accounting.checks import check_records
from app.domain.activity import ProposedRecord
from app.domain.carrier import Carrier, Direction


def record(id, start=None, end=None, quantity="1000", amount="700", **more):
    given = {
        "carrier": Carrier.ELECTRICITY,
        "direction": Direction.PURCHASED,
        "unit": "kWh",
        "account_number": "3400001",
        **more,
    }
    return ProposedRecord(
        id=id, quantity=quantity, raw_quantity=quantity, raw_unit=given["unit"], period_start=start, period_end=end,
        amount=amount, **given,
    )  # fmt: skip


def year_of_bills(months=range(1, 13), year=2025, **more):
    return [
        record(f"r{m:02d}", f"{year}-{m:02d}-01", f"{year}-{m:02d}-{monthrange(year, m)[1]}", **more) for m in months
    ]


def ids(records, **more):
    return [(f.id, f.subjects) for f in check_records(records, year=2025, **more)]


def test_a_full_year_has_nothing_to_say():
    assert ids(year_of_bills(), accounts={"electricity": ("3400001",)}) == []


def test_missing_months_are_named():
    (finding,) = check_records(year_of_bills([1, 2, 4, 5, 6, 7, 8, 9, 10, 12]), year=2025)
    assert finding.id == "period-gap"
    assert finding.message == "2025 年 3 月、11 月 户号 3400001 电力 缺电费单。"
    assert finding.data["months"] == "2025-03,2025-11"
    assert "零用量说明" in finding.fix


def test_bills_read_on_the_25th_cover_the_year():
    bills = [
        record(f"r{m:02d}", f"{2024 if m == 1 else 2025}-{12 if m == 1 else m - 1:02d}-25", f"2025-{m:02d}-24")
        for m in range(1, 13)
    ]
    found = ids(bills)
    assert [i for i, _ in found] == ["period-crosses-years", "period-gap-days"]


def test_a_few_lost_days_are_a_note():
    bills = [*year_of_bills(range(2, 13)), record("r01", "2025-01-01", "2025-01-25")]
    assert ids(bills) == [("period-gap-days", ("3400001",))]


def test_the_same_bill_twice_is_blocking():
    bills = [*year_of_bills(), record("again", "2025-05-01", "2025-05-31")]
    (finding,) = check_records(bills, year=2025)
    assert (finding.id, finding.severity.value, finding.subjects) == ("duplicate-bill", "blocking", ("again", "r05"))
    assert "数量相同" in finding.message


def test_overlapping_bills_are_blocking_but_one_shared_reading_day_is_not():
    shared = [record("a", "2025-01-01", "2025-02-01"), record("b", "2025-02-01", "2025-12-31")]
    assert ids(shared) == []
    over = [record("a", "2025-01-01", "2025-02-10"), record("b", "2025-02-01", "2025-12-31")]
    assert ids(over) == [("period-overlap", ("a", "b"))]


def test_two_meters_of_one_account_do_not_clash():
    bills = year_of_bills(meter_number="M1") + [
        record(f"s{m}", f"2025-{m:02d}-01", f"2025-{m:02d}-{monthrange(2025, m)[1]}", meter_number="M2")
        for m in range(1, 13)
    ]
    assert ids(bills) == []


def test_a_replaced_meter_leaves_no_gap():
    old = year_of_bills(range(1, 6), meter_number="M2")
    new = [
        record(f"n{m:02d}", f"2025-{m:02d}-01", f"2025-{m:02d}-{monthrange(2025, m)[1]}", meter_number="M1")
        for m in range(6, 13)
    ]
    assert ids([*old, *new]) == []
    (gap,) = check_records([*old, *new[1:]], year=2025)
    assert (gap.id, gap.data["months"]) == ("period-gap", "2025-06")
    together = ids([*old, *new, record("p", "2025-05-01", "2025-05-31", meter_number="M3")])
    assert [i for i, _ in together] == ["period-gap", "period-gap", "period-gap"]
    without = [i for i, _ in ids([record("a", "2025-01-01", "2025-01-31", account_number=None, meter_number=m) for m in "XY"])]
    assert without.count("period-gap") == 2


def test_an_export_of_the_same_month_is_no_duplicate():
    sold = record("s", "2025-05-01", "2025-05-31", direction=Direction.EXPORTED, amount=None)
    found = [i for i, _ in ids([*year_of_bills(), sold])]
    assert found == ["period-gap"]


def test_a_twin_without_account_is_pointed_out():
    bills = [*year_of_bills(), record("inv", "2025-05-01", "2025-05-31", account_number=None)]
    assert ("possible-duplicate", ("inv", "r05")) in ids(bills)


def test_fuel_by_delivery_has_no_gaps():
    diesel = record(
        "d", "2025-04-02", "2025-04-02", "200", "1500", carrier=Carrier.DIESEL, unit="L", account_number=None
    )
    assert ids([diesel]) == []


@pytest.mark.parametrize(
    ("start", "end", "id"),
    [
        (None, None, "period-missing"),
        ("2025-06-30", "2025-06-01", "period-missing"),
        ("2024-06-01", "2024-06-30", "period-outside-year"),
        ("2025-12-26", "2026-01-25", "period-crosses-years"),
    ],
)
def test_periods_that_do_not_fit(start, end, id):
    diesel = record("d", start, end, "200", "1500", carrier=Carrier.DIESEL, unit="L", account_number=None)
    assert ids([diesel]) == [(id, ("d",))]


def test_a_declared_account_without_records():
    found = ids(year_of_bills(), accounts={"electricity": ("3400001", "3400002"), "natural_gas": ("9",)})
    assert found == [("account-without-records", ("3400002",)), ("account-without-records", ("9",))]


@pytest.mark.parametrize(
    ("carrier", "unit", "quantity", "amount", "hint"),
    [
        (Carrier.ELECTRICITY, "kWh", "12", "84000", "数量若乘以 10000"),
        (Carrier.ELECTRICITY, "kWh", "1000000", "70", "数量若除以 10000"),
        (Carrier.NATURAL_GAS, "m3", "3", "100000", "数量若乘以 10000"),
        (Carrier.STEAM, "t", "1000", "240", "数量若除以 1000"),
        (Carrier.HEAT, "GJ", "1000", "1000", ""),
        (Carrier.DIESEL, "L", "10", "750", "数量若乘以 10"),
    ],
)
def test_a_price_out_of_its_band_hints_at_the_unit(carrier, unit, quantity, amount, hint):
    one = record("x", "2025-01-01", "2025-12-31", quantity, amount, carrier=carrier, unit=unit)
    (finding,) = check_records([one], year=2025)
    assert finding.id == "unit-scale"
    assert hint in finding.message
    assert finding.data["price"]


def test_prices_in_their_bands_and_records_without_money_pass():
    steam = record("s", "2025-01-01", "2025-12-31", "100", "21000", carrier=Carrier.STEAM, unit="t")
    silent = record("h", "2025-01-01", "2025-12-31", "100", None, carrier=Carrier.HEAT, unit="GJ")
    assert ids([steam, silent]) == []


def test_an_outlier_is_measured_against_the_median_of_its_own_meter():
    bills = year_of_bills()
    bills[6] = record("r07", "2025-07-01", "2025-07-31", "9000", "6300")
    (finding,) = check_records(bills, year=2025)
    assert (finding.id, finding.subjects) == ("outlier", ("r07",))
    assert "倍" in finding.message


@pytest.mark.parametrize(("quantity", "word"), [("0", "为零"), ("-40", "为负")])
def test_zero_and_negative_months_must_be_explained(quantity, word):
    bills = [*year_of_bills(range(2, 13)), record("r01", "2025-01-01", "2025-01-31", quantity, None)]
    (finding,) = check_records(bills, year=2025)
    assert finding.id == "zero-or-negative"
    assert word in finding.message


def test_findings_do_not_depend_on_the_order_of_records():
    bills = [*year_of_bills([1, 2, 4, 6]), record("again", "2025-02-01", "2025-02-28"), record("x")]
    assert check_records(bills, year=2025) == check_records(bills[::-1], year=2025)
