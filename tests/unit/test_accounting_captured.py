"""CO2 recovered or captured: listed, never deducted unless asked for with proof; biomass stays outside the total."""

from __future__ import annotations

from fractions import Fraction

import pytest

from app.accounting import calculate
from app.corpus.factors import load_factor_library
from app.domain.errors import CalculationRefused, UsageError

LIBRARY = load_factor_library()
PROVEN = {"purity_pct": "99", "fate": "封存", "proof": ["metering_record"]}


def run(params, *, direction="out", carrier="捕集CO2", **options):
    activities = [
        {"id": "f", "carrier": "柴油", "quantity": "100", "unit": "t", "direction": "in"},
        {"id": "c", "carrier": carrier, "quantity": "50", "unit": "t", "direction": direction, "params": params},
    ]
    return calculate({"edition": "any", "factor_set": "A", "year": 2025, "options": options, "activities": activities}, LIBRARY)


def test_captured_co2_is_listed_and_lowers_nothing():
    got = run({"purity_pct": "99"})
    line = got.line("c")
    assert (line.category, line.tco2) == ("outside_boundary", Fraction("-49.5"))
    assert got.total_tco2 == got.line("f").tco2
    assert any("单列，没有从总量扣减" in c for c in got.caveats)


@pytest.mark.parametrize("carrier", ["捕集CO2", "回收CO2"])
def test_it_is_deducted_when_asked_for_with_fate_and_proof(carrier):
    got = run(PROVEN, carrier=carrier, captured_co2="deduct")
    assert (got.line("c").category, got.subtotals["reported_deduction"]) == ("reported_deduction", Fraction("-49.5"))
    assert got.total_tco2 == got.line("f").tco2 - Fraction("49.5")
    assert any("已按 options.captured_co2 = deduct 从总量扣减" in c for c in got.caveats)


@pytest.mark.parametrize(
    ("params", "kind"),
    [
        ({**PROVEN, "proof": []}, "zero_factor_without_proof"), ({**PROVEN, "proof": "contract"}, "zero_factor_without_proof"),
        ({**PROVEN, "fate": "自用"}, "missing_parameter"), ({"purity_pct": "99", "proof": ["metering_record"]}, "missing_parameter"),
        ({"fate": "封存", "proof": ["metering_record"]}, "missing_parameter"), ({**PROVEN, "purity_pct": "101"}, "invalid_number"),
    ],
)  # fmt: skip
def test_a_deduction_without_grounds_is_refused(params, kind):
    with pytest.raises(CalculationRefused) as caught:
        run(params, captured_co2="deduct")
    assert caught.value.id == kind


def test_it_is_no_source_and_the_option_has_two_values():
    with pytest.raises(CalculationRefused) as caught:
        run(PROVEN, direction="in")
    assert (caught.value.id, "方向" in caught.value.message) == ("missing_parameter", True)
    with pytest.raises((CalculationRefused, UsageError)):
        run(PROVEN, captured_co2="yes")


def test_biomass_with_measured_values_stands_outside_the_total():
    params = {"ncv_gj_per_unit": "15", "carbon_content_tc_per_gj": "0.0275", "oxidation_rate_pct": "98"}
    activity = {"id": "b", "carrier": "生物质", "quantity": "10", "unit": "t", "params": params}
    got = calculate({"edition": "any", "factor_set": "A", "year": 2025, "activities": [activity]}, LIBRARY)
    assert (got.line("b").category, got.total_tco2) == ("outside_boundary", 0)
    assert got.line("b").tco2 == Fraction("10") * 15 * Fraction("0.0275") * Fraction("0.98") * Fraction(44, 12)
    assert "生物质 CO2 单列，不计入总量。" in got.caveats
