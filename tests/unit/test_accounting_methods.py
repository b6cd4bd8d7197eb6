"""Electricity by location and by market side by side; uncertainty by root-sum-square or not at all; editions by year."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from app.accounting import calculate
from app.accounting.editions import choose_edition
from app.accounting.report import run_to_json
from app.accounting.uncertainty import root
from app.corpus.factors import load_factor_library
from app.domain.errors import CalculationRefused

LIBRARY = load_factor_library()
ANHUI = {"data_year": 2023, "level": "province", "region": "安徽", "basis": "average"}
NATIONAL = {"data_year": 2023, "level": "national", "region": "全国", "basis": "average"}
RESIDUAL = {**NATIONAL, "basis": "excl_market_nonfossil"}


def power(id, mwh, supply="grid", direction="in", **params):
    return {
        "id": id, "carrier": "电力", "quantity": mwh, "unit": "MWh", "direction": direction,
        "params": {"supply": supply, **params},
    }  # fmt: skip


def run(*rows, grid=NATIONAL, **more):
    given = {"edition": "any", "factor_set": "A", "year": 2025, "grid_basis": grid, "activities": list(rows), **more}
    return run_to_json(calculate(given, LIBRARY))


def both(result):
    shown = result["electricity_methods"]
    return shown["location"].get("electricity_exact"), shown["market"].get("electricity_exact")


def green(id="g", mwh="40", **params):
    return power(id, mwh, "green_trade", proof=["contract"], **params)


def test_without_claims_both_methods_agree():
    result = run(power("a", "100"))
    assert both(result) == ("53.06", "53.06")
    assert result["electricity_methods"]["claimed_mwh"] == "0"
    assert result["electricity_methods"]["total_uses"] == "market"


def test_a_claim_counts_under_the_market_method_only():
    result = run(power("a", "60"), green(), options={"remainder_policy": "plain_average"})
    assert both(result) == ("53.06", "31.836")
    shown = result["electricity_methods"]
    assert (shown["claimed_mwh"], shown["remainder_policy"]) == ("40", "plain_average")
    assert shown["remainder"].endswith("按平均因子")
    assert result["total_exact"] == shown["market"]["total_exact"]


def test_the_residual_mix_is_for_the_market_and_the_average_for_the_location():
    result = run(power("a", "60"), green(), grid=RESIDUAL, options={"remainder_policy": "residual_mix"})
    assert both(result) == ("53.06", "36.576")
    assert result["electricity_methods"]["location"]["factors"] == [
        "GRID/2023/national/全国/excl_market_nonfossil",
        "GRID/2023/national/全国/average",
    ]


def test_an_unstated_remainder_is_said_to_be_unstated():
    shown = run(power("a", "60"), green())["electricity_methods"]
    assert shown["remainder_policy"] is None
    assert shown["remainder"].startswith("没有写明")


def test_asking_for_the_location_method_still_shows_the_market():
    result = run(power("a", "60"), green(), options={"method": "location", "remainder_policy": "plain_average"})
    assert both(result) == ("53.06", "31.836")
    assert (result["electricity_methods"]["total_uses"], result["total_exact"]) == ("location", "53.06")
    assert result["electricity_methods"]["location"]["total_exact"] == "53.06"


def test_a_claim_without_proof_is_none_under_the_market_method():
    unproven = power("g", "40", "green_trade")
    assert both(run(power("a", "60"), unproven, options={"method": "location"})) == ("53.06", "53.06")


@pytest.mark.parametrize(("zero", "market"), [(True, "31.836"), (False, "53.06"), (None, "53.06")])
def test_certificates_follow_their_option(zero, market):
    options = {"method": "location"} | ({} if zero is None else {"gec_zero_factor": zero})
    assert both(run(power("a", "60"), power("g", "40", "gec", proof=["gec"]), options=options)) == ("53.06", market)


def test_what_is_physical_is_the_same_under_both():
    rows = [
        power("a", "60"), power("p", "10", "self_use_pv", proof=["monthly_record"]),
        power("d", "20", "direct_line", proof=["contract"]), power("o", "5", "self_generation_pv", "out"),
    ]  # fmt: skip
    assert both(run(*rows)) == ("29.183", "29.183")


def test_other_emissions_are_in_both_totals_and_those_outside_in_neither():
    heat = {"id": "h", "carrier": "热力", "quantity": "100", "unit": "GJ", "direction": "in", "params": {}}
    result = run(power("a", "60"), green(), heat, power("x", "1000", in_boundary=False))
    shown = result["electricity_methods"]
    assert shown["location"]["total_exact"] == "64.06"
    assert shown["market"]["total_exact"] == result["total_exact"] == "42.836"


def test_a_supplier_factor_is_the_markets_and_the_grid_the_locations():
    own = power("a", "10", ef={"value": "0.4", "unit": "tCO2/MWh"})
    assert both(run(own, power("b", "10"))) == ("10.612", "9.306")
    missing = run(own, grid=None)
    assert both(missing) == (None, "4")
    assert missing["electricity_methods"]["location"]["total_tco2"] is None
    assert "没有指定电网排放因子的口径" in missing["electricity_methods"]["location"]["missing"][0]


def test_only_claims_without_a_grid_basis_have_no_location_result():
    result = run(green(), grid=None)
    assert both(result) == (None, "0")
    assert any("位置法缺少依据" in c for c in result["caveats"])


def test_a_basis_without_an_average_beside_it_has_no_location_result():
    fossil = {"data_year": 2021, "level": "national", "region": "全国", "basis": "fossil_power"}
    assert both(run(power("a", "2"), grid=fossil)) == ("1.1136", "1.6852")
    value = {"value": "0.8", "unit": "tCO2/MWh", "label": "题给"}
    assert both(run(power("a", "2"), grid=value)) == ("1.6", "1.6")


def test_a_run_without_electricity_has_no_methods():
    diesel = {"id": "d", "carrier": "柴油", "quantity": "1", "unit": "t", "direction": "in", "params": {}}
    assert "electricity_methods" not in run(diesel)


def given(id, tco2, **params):
    return {"id": id, "carrier": "已核排放", "quantity": tco2, "unit": "kgCO2", "direction": "in", "params": params}


def spread(*rows):
    return run(*rows)["uncertainty"]


def test_uncertainty_is_weighted_by_contribution():
    found = spread(given("a", "216.24", uncertainty_pct="5"), given("b", "4000", uncertainty_pct="10"))
    assert found["relative_pct"] == "9.4906"
    exact = (Fraction("216.24") ** 2 * 25 + Fraction(4000) ** 2 * 100) / Fraction("4216.24") ** 2
    assert Fraction(found["relative_pct_squared_exact"]) == exact
    assert (found["declared"], found["counted"], found["missing"]) == (2, 2, [])


def test_one_silent_line_leaves_no_uncertainty():
    result = run(given("a", "1", uncertainty_pct="5"), given("b", "1"))
    assert result["uncertainty"]["relative_pct"] is None
    assert result["uncertainty"]["missing"] == ["b"]
    assert "未评估不确定度。" in result["caveats"]


def test_activity_and_factor_combine_and_one_of_them_is_not_enough():
    assert spread(given("a", "7", uncertainty_activity_pct="3", uncertainty_factor_pct="4"))["relative_pct"] == "5.0000"
    assert spread(given("a", "7", uncertainty_activity_pct="3"))["relative_pct"] is None


def test_lines_outside_and_lines_of_nothing_need_not_declare():
    rows = [given("a", "7", uncertainty_pct="2"), given("z", "0"), given("x", "5", in_boundary=False)]
    result = run(*rows)
    assert result["uncertainty"]["relative_pct"] == "2.0000"
    assert "未评估不确定度。" not in result["caveats"]
    assert any("方和根" in c for c in result["caveats"])
    assert spread()["relative_pct"] is None


def test_a_negative_uncertainty_is_refused():
    with pytest.raises(CalculationRefused) as caught:
        spread(given("a", "7", uncertainty_pct="-1"))
    assert (caught.value.id, caught.value.subject) == ("invalid_number", "a")


@pytest.mark.parametrize("value", ["0", "1", "2", "0.0001", "90.0701", "1e-9", "123456789.123", "0.00000000249999", "0.0000000025"])
def test_the_root_is_the_nearest(value):
    exact = Fraction(value)
    got = root(exact)
    half = Fraction(1, 20000)
    assert max(got - half, Fraction(0)) ** 2 <= exact < (got + half) ** 2
    assert abs(got - Fraction(Decimal(value).sqrt())) <= half


@pytest.mark.parametrize(
    ("asked", "year", "used", "word"),
    [
        ("GB/T 32150", 2024, "GB/T 32150-2015", "晚于报告年"),
        ("auto", 2025, "GB/T 32150-2015", "未见规定"),
        ("GB/T 32150", 2026, "GB/T 32150-2015", "在报告年之内"),
        ("GB/T 32150", 2027, "GB/T 32150-2025", "年初已在实施"),
        ("GB/T 32150-2025", 2024, "GB/T 32150-2025", "输入指定"),
        ("GB/T 32151.34", 2026, "GB/T 32151.34-2024", "年初已在实施"),
        ("any", 2024, "any", "输入指定"),
    ],
)
def test_the_edition_and_why(asked, year, used, word):
    choice = choose_edition(asked, year, LIBRARY)
    assert choice.used == used
    assert word in choice.why
    assert choice.to_plain()["used"] == used


@pytest.mark.parametrize(
    ("asked", "year", "kind"),
    [("GB/T 32150", None, "missing_parameter"), ("GB/T 32151.34", 2025, "factor_not_found"), ("GB/T 99999", 2025, "factor_not_found")],
)
def test_no_edition_is_no_run(asked, year, kind):
    with pytest.raises(CalculationRefused) as caught:
        choose_edition(asked, year, LIBRARY)
    assert caught.value.id == kind


def test_the_run_says_its_edition():
    result = run(power("a", "1"), edition="GB/T 32150")
    assert result["edition"] == "GB/T 32150-2015"
    assert result["edition_choice"]["asked"] == "GB/T 32150"
    assert result["edition_choice"]["effective"] == "2016-06-01"
