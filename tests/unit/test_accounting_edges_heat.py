"""Edges of steam, heat and hot water. Each was found by a fault that no other test noticed."""

from __future__ import annotations

from fractions import Fraction

import pytest
from accounting_words import STEAM, act, refused, run


def test_steam_by_temperature_alone_is_saturated_and_by_both_superheated():
    by_temperature = run(act("蒸汽", temperature_c="175", **STEAM))
    assert by_temperature["lookups"]["p_sat_mpa"]
    assert "未写明饱和或过热" in by_temperature["lines"][0]["why"]
    both = run(act("蒸汽", temperature_c="300", pressure_mpa="1", **STEAM))
    assert both["lookups"]["h_kj_per_kg"] == "3051.3"
    stated = run(act("蒸汽", pressure_mpa="0.8", steam_state="饱和", **STEAM))
    assert "未写明" not in stated["lines"][0]["why"]


def test_water_is_no_superheated_steam():
    error = refused(act("过热蒸汽", temperature_c="200", pressure_mpa="2", **STEAM))
    assert error.id == "steam_state_invalid"
    assert "不是过热状态（饱和温度" in error.message


def test_above_the_critical_pressure_the_critical_temperature_bounds_the_steam():
    assert run(act("过热蒸汽", temperature_c="460", pressure_mpa="25", **STEAM))["lookups"]["t_sat_c"] == "373.946"


def test_the_stated_temperature_may_differ_by_one_degree_from_saturation():
    fits = {**STEAM, "pressure_mpa": "0.8"}
    t_sat = Fraction(run(act("饱和蒸汽", **fits))["lookups"]["t_sat_c"])
    assert run(act("饱和蒸汽", temperature_c=str(float(t_sat + 1)), **fits))["lines"]
    assert refused(act("饱和蒸汽", temperature_c=str(float(t_sat + Fraction(11, 10))), **fits)).id == "steam_state_invalid"


@pytest.mark.parametrize("carrier", ["饱和蒸汽", "热水", "热力"])
def test_heat_by_its_own_factors_by_gas(carrier):
    given = {"ef_components": {"CO2": "110", "N2O": "0.001"}, "ef_components_unit": "kg/GJ"}
    result = run(act(carrier, "10", "GJ", **given), options={"gwp_report": "AR5"})
    assert (result["lines"][0]["category"], result["total_exact"]) == ("heat_in", "1.1")
    assert result["total_tco2e_exact"] == "1.10265"


def test_hot_water_of_the_reference_temperature_carries_nothing():
    hot = {"heat_method": "hot_water_20c"}
    assert run(act("热水", temperature_c="20", **hot))["total_exact"] == "0"
    assert refused(act("热水", temperature_c="19.9", **hot)).id == "steam_state_invalid"


def test_enthalpy_at_the_feedwater_is_no_steam():
    given = {"heat_method": "minus_feedwater_83_74"}
    assert refused(act("蒸汽", enthalpy_kj_per_kg="83.74", **given)).id == "steam_state_invalid"
    assert run(act("蒸汽", enthalpy_kj_per_kg="83.75", **given))["total_exact"] == "0.0000011"
