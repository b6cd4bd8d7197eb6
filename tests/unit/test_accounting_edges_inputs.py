"""Edges of the input: ids, options, editions, composite factors. Each was found by a fault that no other test noticed."""

from __future__ import annotations

from fractions import Fraction

import pytest
from accounting_words import TCE, act, power, refused, run

from app.domain.errors import CalculationRefused


def test_dates_and_the_order_of_keys_do_not_change_the_run():
    from datetime import date

    dated = act("热力", "5", "GJ", period={"start": date(2025, 2, 1), "end": date(2025, 2, 28)})
    text = act("热力", "5", "GJ", period={"end": "2025-02-28", "start": "2025-02-01"})
    one, other = run(dated), run(dict(reversed(text.items())))
    assert one["inputs_hash"] == other["inputs_hash"]
    assert (one["lines"][0]["period_start"], one["lines"][0]["period_end"]) == ("2025-02-01", "2025-02-28")


def test_activities_without_an_id_are_numbered():
    rows = [{k: v for k, v in act("热力", "5", "GJ").items() if k != "id"} for _ in range(2)]
    assert [line["activity"] for line in run(*rows)["lines"]] == ["a1", "a2"]


def test_an_unknown_standard_without_a_year_asks_for_its_edition():
    error = refused(act("热力", "5", "GJ"), edition="GB/T 99999", year=None)
    assert (error.id, "GB/T 99999-年号" in error.fix) == ("missing_parameter", True)


@pytest.mark.parametrize("options", [{"netted": True}, {"net": "true"}, {"offset_mode": "net"}, {"netting": "true"}])
def test_no_option_nets(options):
    assert refused(power(), options=options).id == "offset_netting_requested"


def test_a_heat_factor_in_other_units_and_outward():
    ef = {"value": "0.09", "unit": "kgCO2/MJ"}
    assert run(act("热力", "10", "GJ", ef=ef))["total_exact"] == "0.9"
    sold = run(act("蒸汽", "10", "t", "out", ef={"value": "0.2", "unit": "tCO2/t"}))["lines"][0]
    assert (sold["category"], sold["exact"]) == ("heat_out", "-2")


@pytest.mark.parametrize(
    ("row", "odd"),
    [
        (act("柴油", ef={"value": "0.3", "unit": "tCO2/t"}), False), (act("柴油", ef={"value": "0.29", "unit": "tCO2/t"}), True),
        (act("柴油", ef={"value": "4.5", "unit": "tCO2/t"}), False), (act("柴油", ef={"value": "4.51", "unit": "tCO2/t"}), True),
        (act("天然气", unit="Nm3", ef={"value": "0.00015", "unit": "tCO2/Nm3"}), False),
        (act("天然气", unit="Nm3", ef={"value": "0.00014", "unit": "tCO2/Nm3"}), True),
        (act("天然气", unit="Nm3", ef={"value": "0.007", "unit": "tCO2/Nm3"}), False),
        (act("天然气", unit="Nm3", ef={"value": "0.0071", "unit": "tCO2/Nm3"}), True),
        (power(ef={"value": "0.02", "unit": "tCO2/MWh"}), False), (power(ef={"value": "0.019", "unit": "tCO2/MWh"}), True),
        (power(ef={"value": "1.2", "unit": "tCO2/MWh"}), False), (power(ef={"value": "1.21", "unit": "tCO2/MWh"}), True),
        (act("焦粒", ef={"value": "9", "unit": "tCO2/t"}), True), (act("焦粒", "0", ef={"value": "9", "unit": "tCO2/t"}), False),
    ],
    ids=lambda v: v["params"]["ef"]["value"] if isinstance(v, dict) else None,
)  # fmt: skip
def test_composite_factors_out_of_their_band(row, odd):
    got = [f for f in run(row)["findings"] if f["id"] == "factor-out-of-band"]
    assert bool(got) is odd
    if odd:
        ef = row["params"]["ef"]
        scale = {"Nm3": 10000}.get(ef["unit"].partition("/")[2], 1)
        assert Fraction(got[0]["data"]["ratio"]) == Fraction(ef["value"]) * scale


def test_gas_coefficients_per_cubic_metre_and_of_another_dimension():
    def ask(unit):
        return run(act("天然气", "1000", "Nm3"), request=["energy_tce:当量"], options={"tce_coefficients": {"天然气": f"1.33 kgce/{unit}"}})

    assert ask("m3")["indicators"]["energy_tce"]["当量"] == ask("Nm3")["indicators"]["energy_tce"]["当量"] == "1.330000"
    with pytest.raises(CalculationRefused) as caught:
        ask("kg")
    assert caught.value.id == "unit_dimension_mismatch"


def test_energy_below_a_tonne_has_an_intensity():
    result = run(power("1"), request=["intensity_tco2_per_tce:当量", "non_fossil_share:当量"], options={"tce_coefficients": TCE})
    assert result["indicators"]["intensity_tco2_per_tce"]["当量"] == "4.317331"
    assert result["indicators"]["non_fossil_share"]["当量"] == "0.000000"


def test_factors_by_gas_of_co2_alone_have_no_equivalents():
    result = run(act("沼气", "10", "Nm3", ef_components={"CO2": "2"}, ef_components_unit="kg/Nm3"))
    assert "total_tco2e" not in result
    assert not any("CO2e" in c for c in result["caveats"])
