"""Bills over months and years by days: leap years, shares that sum to one, periods as they are printed."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from app.accounting import calculate
from app.accounting.allocate import (
    by_month,
    by_year,
    decimal_share,
    monthly_view,
    months_of,
    period_texts,
    shares,
    stated_period,
    years_of,
)
from app.accounting.report import run_to_json
from app.corpus.factors import load_factor_library
from app.domain.period import Period

GRID = {"data_year": 2023, "level": "national", "region": "全国", "basis": "average"}


def days(first: str, last: str) -> Period:
    return Period.inclusive(date.fromisoformat(first), date.fromisoformat(last))


def test_a_bill_within_a_month_is_that_month():
    assert by_month(Fraction(7), days("2025-03-02", "2025-03-30")) == {(2025, 3): 7}


def test_a_bill_from_the_26th_to_the_25th_goes_by_days():
    got = by_month(Fraction("3100"), days("2025-07-26", "2025-08-25"))
    assert got == {(2025, 7): Fraction(600), (2025, 8): Fraction(2500)}


def test_february_of_a_leap_year_has_29_days():
    leap = by_month(Fraction(1), days("2024-02-01", "2024-03-01"))
    plain = by_month(Fraction(1), days("2025-02-01", "2025-03-01"))
    assert leap == {(2024, 2): Fraction(29, 30), (2024, 3): Fraction(1, 30)}
    assert plain == {(2025, 2): Fraction(28, 29), (2025, 3): Fraction(1, 29)}
    whole = by_month(Fraction(366), days("2024-01-01", "2024-12-31"))
    assert (whole[2024, 2], sum(whole.values()), len(whole)) == (29, 366, 12)


def test_a_bill_over_the_end_of_a_year():
    assert by_year(Fraction(31), days("2024-12-20", "2025-01-19")) == {2024: 12, 2025: 19}
    assert [p.days for p in years_of(days("2023-12-31", "2025-01-01"))] == [1, 366, 1]
    assert [p.days for p in months_of(days("2024-01-31", "2024-03-01"))] == [1, 29, 1]


@pytest.mark.parametrize(
    "parts",
    [
        [("2025-01-01", "2025-01-10")],
        [("2025-01-01", "2025-01-10"), ("2025-01-12", "2025-01-31")],
        [("2025-01-01", "2025-01-10"), ("2025-01-10", "2025-01-31")],
        [("2025-01-02", "2025-01-31")],
        [],
    ],
)
def test_parts_that_are_not_the_whole_have_no_shares(parts):
    with pytest.raises(ValueError, match=r"follow|end on"):
        shares(days("2025-01-01", "2025-01-31"), [days(*p) for p in parts])


def test_decimal_shares_lose_nothing():
    quantity = Fraction("1000.37")
    cut = [decimal_share(quantity, a, b, 31) for a, b in ((0, 7), (7, 19), (19, 31))]
    assert sum(cut) == quantity
    assert cut == [Fraction("225.890000"), Fraction("387.240000"), Fraction("387.240000")]
    assert [decimal_share(Fraction(1), a, a + 1, 3) for a in range(3)] == [
        Fraction("0.333333"), Fraction("0.333334"), Fraction("0.333333"),
    ]  # fmt: skip
    assert decimal_share(Fraction(5), 0, 3, 3) == 5
    assert decimal_share(Fraction(5), 2, 2, 3) == 0


@pytest.mark.parametrize("where", [(-1, 2, 3), (2, 1, 3), (0, 4, 3), (0, 0, 0)])
def test_days_outside_the_bill_are_an_error(where):
    with pytest.raises(ValueError, match="not days"):
        decimal_share(Fraction(1), *where)


@pytest.mark.parametrize(
    ("first", "last", "period"),
    [
        ("2025-01-05", "2025-02-04", days("2025-01-05", "2025-02-04")),
        ("2025-02", "2025-02", days("2025-02-01", "2025-02-28")),
        ("2024-2", "2024-3", days("2024-02-01", "2024-03-31")),
        ("2025", "2025", days("2025-01-01", "2025-12-31")),
        ("2025-12", "2025-12", days("2025-12-01", "2025-12-31")),
        ("2025-02-30", "2025-03-01", None),
        ("2025-13", "2025-13", None),
        ("2025-03-02", "2025-03-01", None),
        ("2025-03-02", None, None),
        (None, "2025-03-02", None),
        ("三月", "三月", None),
        ("9999", "9999", None),
    ],
)
def test_periods_as_they_are_printed(first, last, period):
    assert stated_period(first, last) == period


def power(id, quantity, **params):
    return {
        "id": id, "carrier": "电力", "quantity": quantity, "unit": "MWh", "direction": "in",
        "params": {"supply": "grid", **params},
    }  # fmt: skip


def test_the_months_and_the_undated_are_the_subtotals():
    rows = [
        power("a", "31", period="2024-12-26/2025-01-25"),
        power("b", "28", period=["2025-02-01", "2025-02-28"]),
        power("c", "5", period={"start": "2025-02", "end": "2025-02"}),
        power("d", "9", period="2025-02-01 至 2025-02-28", in_boundary=False),
        power("e", "2"),
    ]
    inputs = {"edition": "any", "factor_set": "A", "year": 2025, "grid_basis": GRID, "activities": rows}
    run = calculate(inputs, load_factor_library())
    assert (run.lines[0].period_start, run.lines[0].period_end) == ("2024-12-26", "2025-01-25")
    assert (run.lines[3].period_start, run.lines[3].period_end) == ("2025-02-01", "2025-02-28")
    view = monthly_view(run.lines)
    assert list(view.months) == [(2024, 12), (2025, 1), (2025, 2)]
    dated = sum((row.get("electricity_in", Fraction(0)) for row in view.months.values()), Fraction(0))
    assert dated + view.undated["electricity_in"] == run.subtotals["electricity_in"]
    shown = run_to_json(run)["monthly"]
    assert [m["month"] for m in shown["months"]] == ["2024-12", "2025-01", "2025-02"]
    assert shown["months"][0] == {
        "month": "2024-12", "tco2": "3.183600", "exact": "3.1836", "subtotals": {"electricity_in": "3.183600"},
    }  # fmt: skip
    assert shown["months"][2]["tco2"] == "17.509800"
    assert shown["months"][2]["subtotals"] == {"electricity_in": "17.509800", "outside_boundary": "4.775400"}
    assert shown["undated"] == {"electricity_in": "1.061200"}


def test_a_run_without_periods_has_no_months():
    inputs = {"edition": "any", "factor_set": "A", "year": 2025, "grid_basis": GRID, "activities": [power("a", "1")]}
    assert "monthly" not in run_to_json(calculate(inputs, load_factor_library()))


def test_the_last_day_of_the_calendar_is_no_overflow():
    with pytest.raises(ValueError):
        Period.inclusive(date(9999, 12, 1), date.max)
    with pytest.raises(ValueError):
        Period.month(9999, 12)
    assert stated_period("9999-12-01", "9999-12-31") is None
    assert stated_period("9999-12", "9999-12") is None


@pytest.mark.parametrize(
    ("params", "texts"),
    [
        ({"period": "2025-03-01/2025-03-31"}, ("2025-03-01", "2025-03-31")), ({"period": "2025-03"}, ("2025-03", "2025-03")),
        ({"period": ["2025-03-01", "2025-04-01"]}, ("2025-03-01", "2025-04-01")), ({"period": {"start": "2025"}}, ("2025", None)),
        ({"period_start": "2025-01-01", "period_end": "2025-01-31"}, ("2025-01-01", "2025-01-31")), ({}, (None, None)),
    ],
)  # fmt: skip
def test_the_ways_to_state_a_period(params, texts):
    assert period_texts(params) == texts
