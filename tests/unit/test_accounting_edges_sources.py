"""Edges of fuels, carbonates, gases, corrections and offsets. Each was found by a fault that no other test noticed."""

from __future__ import annotations

import pytest
from accounting_words import act, power, refused, run

from app.accounting.numbers import sum_of_texts


def test_a_carbonate_by_its_own_factor_in_other_units():
    given = {"purity_pct": "100", "conversion_pct": "50"}
    ef = {"value": "0.3", "unit": "kgCO2/kg"}
    assert run(act("碳酸盐 Li2CO3", "2", ef=ef, **given))["total_exact"] == "0.3"
    assert run(act("碳酸盐 CaCO3", "2000", "kg", ef={"value": "300", "unit": "kgCO2/t"}, **given))["total_exact"] == "0.3"


def test_mass_from_litres_and_litres_from_mass():
    density = {"density_kg_per_l": "0.8"}
    assert run(act("柴油", "1000", "L", ef={"value": "3", "unit": "tCO2/t"}, **density))["total_exact"] == "2.4"
    assert run(act("柴油", "0.8", "t", ef={"value": "3", "unit": "kgCO2/L"}, **density))["total_exact"] == "3"


def test_what_is_missing_is_named_for_known_and_unknown_fuels():
    known = refused(act("柴油", ncv_gj_per_unit="42"), factor_set="explicit")
    assert known.id == "missing_parameter"
    unknown = refused(act("焦粒", ncv_gj_per_unit="20"))
    assert unknown.id == "unknown_carrier"
    assert "缺单位热值含碳量、氧化率" in unknown.message
    assert "carbon_content_tc_per_gj、oxidation_rate_pct" in unknown.fix


def test_gases_without_their_unit_and_processes_with_their_own_factor():
    assert refused(act("沼气", unit="Nm3", ef_components={"CO2": "1"})).message.endswith("显式因子缺少单位。")
    made = run(act("过程排放", "3", "t", ef={"value": "0.5", "unit": "tCO2/t"}))["lines"][0]
    assert (made["category"], made["carrier"], made["exact"]) == ("process", "过程排放", "1.5")


def test_reported_amounts_are_labelled():
    assert "（一期）" in run(act("已核排放", "5", "tCO2", label="一期"))["lines"][0]["why"]
    assert run(act("已核排放", "5", "tCO2", "out"))["lines"][0]["category"] == "reported_deduction"


def test_an_unnamed_correction_reason_is_said_to_be_unwritten():
    rows = [act("热力", "5", "GJ"), act("热力", "1", "GJ", id="b", correction_of="a1")]
    assert run(*rows)["lines"][1]["why"].endswith("更正 a1：未写原因。")
    assert run(rows[0], {**rows[1], "params": {"correction_of": "a1", "reason": "补抄"}})["lines"][1]["why"].endswith("补抄。")


@pytest.mark.parametrize("request_", ["netting", "after_offset", "carbon_neutral_total", "net", "抵消后", "netted_total", "net-total"])
def test_no_word_for_netting_gets_a_net_figure(request_):
    assert refused(power(), request=[request_]).id == "offset_netting_requested"


def test_offsets_are_listed_as_given():
    result = run(power(), offsets=[{"kind": "CCER", "quantity": "700", "unit": "kgCO2e", "cancelled": True, "vintage": 2024}])
    assert result["offsets"] == [
        {"kind": "CCER", "quantity": "700", "unit": "kgCO2e", "cancelled": "True", "vintage": "2024", "tco2e": "0.7"}
    ]
    for asked in ({"net": True}, {"deducted": "true"}, {"mode": "net"}, {"扣减": True}):
        assert refused(power(), offsets=[{"quantity": "1", "unit": "tCO2e", **asked}]).id == "offset_netting_requested"
    assert refused(power(), offsets=[{"quantity": "-1", "unit": "tCO2e"}]).id == "unexplained_negative"
    wrong = refused(power(), offsets=[{"quantity": "1", "unit": "t"}])
    assert (wrong.id, wrong.subject) == ("unit_dimension_mismatch", "offset1")


def test_quantities_of_a_year_are_summed_as_they_were_written():
    rows = [act("热力", q, "GJ", id=f"r{n}") for n, q in enumerate(("1.5", "2", "0.25", "1e1", "3."))]
    rows.append(act("热力", "-0.75", "GJ", id="c", correction_of="r0", reason="退补"))
    assert run(*rows)["annual_quantity"] == "16"
    assert sum_of_texts(["1", "x", "٣", "", "2.5", "+.5"]) == 4


def test_a_conversion_that_fails_is_named():
    asked = [{"from": "1", "unit": "t", "to_unit": "kg"}, {"from": "1", "unit": "L", "to_unit": "kg"}]
    assert refused(act("热力", "1", "GJ"), conversions=asked).subject == "conversion2"


def test_plain_digits_may_be_two_hundred_and_exponents_sixty():
    long = "1" * 200
    assert run(act("热力", long, "GJ"))["lines"][0]["quantity"] == long
    assert refused(act("热力", long + "1", "GJ")).id == "invalid_number"
    assert run(act("热力", "1e60", "GJ"))["lines"]
    assert refused(act("热力", "1e61", "GJ")).id == "invalid_number"
