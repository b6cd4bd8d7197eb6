"""Edges of the checks over records: bands, medians, rhythms, slips. Each was found by a fault that no other test noticed."""

from __future__ import annotations

from fractions import Fraction

import pytest

from app.accounting.checks import check_records
from app.accounting.completeness import check_completeness
from app.accounting.controls import slip_text
from app.accounting.readings import Reading, check_readings
from app.accounting.series import read_entries
from app.domain.activity import ProposedRecord
from app.domain.carrier import Carrier, Direction
from app.domain.period import Period


def record(id, month=1, quantity="1000", unit="kWh", amount=None, days=None, **more):
    span = days or Period.month(2025, month)
    given = {
        "carrier": Carrier.ELECTRICITY, "direction": Direction.PURCHASED, "account_number": "A1", "meter_number": "M1",
        "period_start": span.start.isoformat(), "period_end": span.last.isoformat(), **more,
    }  # fmt: skip
    return ProposedRecord(id=id, quantity=quantity, unit=unit, raw_quantity=quantity, raw_unit=unit, amount=amount, **given)


def found(*records, id):
    return [f for f in check_records(records, year=2025) if f.id == id]


@pytest.mark.parametrize(("amount", "odd"), [("200", False), ("199.9", True), ("1600", False), ("1600.1", True)])
def test_the_ends_of_a_price_band_belong_to_it(amount, odd):
    assert bool(found(record("a", amount=amount), id="unit-scale")) is odd


@pytest.mark.parametrize(
    ("quantity", "amount", "hint"),
    [("1", "2000", "数量若乘以 10000"), ("1", "16000", "数量若乘以 10000"), ("1000", "0.2", "数量若除以 1000 "), ("10000", "0.2", "数量若除以 10000 ")],
)
def test_the_ends_of_a_band_can_be_hinted_at(quantity, amount, hint):
    (finding,) = found(record("a", quantity=quantity, amount=amount), id="unit-scale")
    assert hint in finding.message


def test_no_amount_and_no_quantity_have_no_price():
    assert found(record("a", amount="0"), record("b", 2, "0", amount="5"), id="unit-scale") == []


@pytest.mark.parametrize(
    ("quantities", "odd", "median"),
    [(("31", "62", "93", "500"), "500", "5/2"), (("31", "31", "62", "310", "62"), "310", "2"), (("31", "31", "93", "93"), None, None),
     (("30", "60", "90"), None, None), (("10", "31", "31", "31"), "10", "1")],
)  # fmt: skip
def test_the_median_of_a_meter(quantities, odd, median):
    months = (1, 3, 5, 7, 8)
    got = found(*(record(f"r{n}", months[n], q) for n, q in enumerate(quantities)), id="outlier")
    assert [f.subjects[0] for f in got] == ([f"r{quantities.index(odd)}"] if odd else [])
    if median:
        assert Fraction(got[0].data["median"]) == Fraction(median)


@pytest.mark.parametrize(("last", "odd"), [("93", False), ("94", True), ("10.33", True), ("10.34", False)])
def test_three_times_the_median_is_still_plausible(last, odd):
    rows = [record(f"r{m}", m, "31") for m in (1, 3, 5)]
    assert bool(found(*rows, record("x", 7, last), id="outlier")) is odd


@pytest.mark.parametrize(("days", "odd"), [(24, True), (25, False), (35, False), (36, True)])
def test_the_days_of_a_monthly_bill(days, odd):
    from datetime import date, timedelta

    first = date(2025, 6, 1)
    span = Period(start=first, end=first + timedelta(days=days))
    rows = [record("a", 1), record("b", 2), record("c", 3), record("x", days=span)]
    got = [f for f in check_completeness(rows, years=(2025,)) if f.id == "bill-length"]
    assert [f.subjects for f in got] == ([("x",)] if odd else [])


def test_a_meter_that_did_not_move_has_no_product_to_prove():
    still = Reading(
        record="a", carrier=Carrier.ELECTRICITY, direction=Direction.PURCHASED, account="A", meter="M",
        period=Period.month(2025, 1), opening=Fraction(5), closing=Fraction(5), quantity=Fraction(0),
    )  # fmt: skip
    assert check_readings([still]) == ()


def test_entries_share_out_by_days():
    entry, nothing, unread = read_entries([record("a", 1, "31"), record("b", period_start=None), record("c", quantity="x")])
    half = Period(start=Period.month(2025, 1).start, end=Period.month(2025, 1).start.replace(day=11))
    assert (entry.within(half), nothing.within(half), unread.within(half)) == (10, 0, 0)


@pytest.mark.parametrize(("slip", "text"), [("1000", "1000 倍"), ("1/10000", "10000 分之一"), ("1", "1 分之一")])
def test_slips_in_words(slip, text):
    assert slip_text(Fraction(slip)) == text


def test_further_days_without_a_bill_are_counted():
    rows = [record("a", days=Period(start=Period.month(2025, 1).start, end=Period.month(2025, 1).start.replace(day=26)))]
    rows += [record(f"r{m}", m) for m in range(2, 12)]
    rows.append(record("z", days=Period(start=Period.month(2025, 12).start, end=Period.month(2025, 12).start.replace(day=29))))
    (note,) = found(*rows, id="period-gap-days")
    assert note.data == {"days": "9"}


@pytest.mark.parametrize(("sold", "id"), [("1001", None), ("1001.1", "export-exceeds-generation")])
def test_generation_is_compared_to_a_whole_kilowatt_hour(sold, id):
    own = {"carrier": Carrier.PV_GENERATION, "account_number": "P"}
    rows = [record("g", quantity="1000", direction=Direction.SELF_GENERATED, **own), record("x", quantity=sold, direction=Direction.EXPORTED, **own)]
    got = [f.id for f in check_completeness(rows, years=(2025,)) if not f.id.startswith("period-")]
    assert got == ([id] if id else [])


def test_small_self_use_counts_too():
    own = {"carrier": Carrier.PV_GENERATION, "account_number": "P"}
    rows = [record("g", quantity="0", direction=Direction.SELF_GENERATED, **own), record("u", quantity="1.5", direction=Direction.SELF_CONSUMED, **own)]
    assert "generation-balance" in [f.id for f in check_completeness(rows, years=(2025,))]


def test_the_rhythm_is_that_of_the_middle_bill():
    from datetime import date, timedelta

    spans, day = [], date(2025, 1, 1)
    for length in (20, 22, 60, 61, 62):
        spans.append(Period(start=day, end=day + timedelta(days=length)))
        day = spans[-1].end
    rows = [record(f"r{n}", days=span) for n, span in enumerate(spans)]
    (note,) = [f for f in check_completeness(rows, years=(2025,)) if f.id == "bill-length"]
    assert (note.subjects, note.data["rhythm"]) == (("r0", "r1"), "按两月")
