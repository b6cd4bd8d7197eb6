"""Every refusal kind of the closed list, on the activity it is about, with a sentence and a way out."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from app.accounting import calculate
from app.accounting.refusals import Kind
from app.corpus.factors import load_factor_library
from app.domain.errors import CalculationRefused, UsageError

GRID = {"data_year": 2023, "level": "national", "region": "全国", "basis": "average"}
STEAM = {"pressure_basis": "absolute", "heat_method": "minus_feedwater_83_74"}


def act(carrier, quantity="1", unit="t", direction="in", id="a1", **params):
    return {"id": id, "carrier": carrier, "quantity": quantity, "unit": unit, "direction": direction, "params": params}


def power(quantity="1", direction="in", id="a1", unit="MWh", **params):
    return act("电力", quantity, unit, direction, id, **params)


def inputs(*activities, **more):
    return {
        "edition": "any",
        "factor_set": "A",
        "year": 2025,
        "grid_basis": GRID,
        "activities": list(activities),
        **more,
    }


def basis(**changes):
    return {k: v for k, v in {**GRID, **changes}.items() if v is not None}


def superheated(pressure, temperature, **params):
    return act("过热蒸汽", pressure_mpa=pressure, temperature_c=temperature, **{**STEAM, **params})


def saturated(pressure=None, **params):
    return act("饱和蒸汽", **({"pressure_mpa": pressure} if pressure else {}), **{**STEAM, **params})


CASES = [
    # unknown_unit
    ("unknown_unit", inputs(act("柴油", unit="桶"))),
    ("unknown_unit", inputs(act("柴油", unit=""))),
    ("unknown_unit", inputs(power(unit="mwh"))),
    ("unknown_unit", inputs(act("天然气", unit="NM3"))),
    ("unknown_unit", inputs(power(), grid_basis={"value": "0.57", "unit": "tCO2e/MWh"})),
    ("unknown_unit", inputs(power(), grid_basis={"value": "1.2", "unit": "lb/kWh"})),
    ("unknown_unit", inputs(act("天然气", unit="m3", ef={"value": "2", "unit": "kg/m3"}))),
    ("unknown_unit", inputs(power(), offsets=[{"kind": "CCER", "quantity": "1", "unit": "桶"}])),
    ("unknown_unit", inputs(power(), conversions=[{"from": "1", "unit": "BTU", "to_unit": "MJ"}])),
    (
        "unknown_unit",
        inputs(power(), request=["energy_tce:当量"], options={"tce_coefficients": {"电力_当量": "0.1229 kgce/unit"}}),
    ),
    # unit_dimension_mismatch
    ("unit_dimension_mismatch", inputs(power(unit="m3"))),
    ("unit_dimension_mismatch", inputs(power(unit="GJ"))),
    ("unit_dimension_mismatch", inputs(act("天然气", unit="t"))),
    ("unit_dimension_mismatch", inputs(act("炼厂干气", unit="Nm3"))),
    ("unit_dimension_mismatch", inputs(act("烟煤", unit="L", density_kg_per_l="0.8"))),
    ("unit_dimension_mismatch", inputs(act("热力", unit="t"))),
    ("unit_dimension_mismatch", inputs(act("已核排放", unit="t"))),
    ("unit_dimension_mismatch", inputs(act("过程排放", unit="t", formula="gbt32151_34_eq10", variables={}))),
    ("unit_dimension_mismatch", inputs(power(), grid_basis={"value": "0.1", "unit": "tCO2/GJ"})),
    ("unit_dimension_mismatch", inputs(act("热力", unit="GJ", ef={"value": "0.1", "unit": "tCO2/t"}))),
    ("unit_dimension_mismatch", inputs(power(), conversions=[{"from": "1", "unit": "m3", "to_unit": "Nm3"}])),
    # invalid_number
    ("invalid_number", inputs(power("约100"))),
    ("invalid_number", inputs(power("1,000"))),
    ("invalid_number", inputs(power("１００"))),
    ("invalid_number", inputs(power("1/3"))),
    ("invalid_number", inputs(power("NaN"))),
    ("invalid_number", inputs(power(Decimal("Infinity")))),
    ("invalid_number", inputs(power(1.5))),
    ("invalid_number", inputs(power(True))),
    ("invalid_number", inputs(power("1e999"))),
    ("invalid_number", inputs(act("柴油", oxidation_rate_pct="150"))),
    ("invalid_number", inputs(act("柴油", ncv_gj_per_unit="-42"))),
    ("invalid_number", inputs(act("柴油", unit="L", density_kg_per_l="0"))),
    ("invalid_number", inputs(power(), grid_basis={"value": "-0.5", "unit": "tCO2/MWh"})),
    # missing_quantity
    ("missing_quantity", inputs(power(""))),
    ("missing_quantity", inputs(power(None))),
    ("missing_quantity", inputs({"id": "a1", "carrier": "电力", "unit": "kWh"})),
    # missing_parameter
    ("missing_parameter", inputs(act("柴油", unit="L"))),
    ("missing_parameter", inputs(act("柴油"), factor_set="explicit")),
    ("missing_parameter", inputs(act("柴油", ncv_gj_per_unit="42"), factor_set="explicit")),
    ("missing_parameter", inputs(act("烟煤"), factor_set="C", options={"allow_suspect": ["FUEL/C/烟煤"]})),
    ("missing_parameter", inputs(act("饱和蒸汽", pressure_mpa="0.8", pressure_basis="absolute"))),
    ("missing_parameter", inputs(saturated("0.7", pressure_basis="gauge"))),
    ("missing_parameter", inputs(act("饱和蒸汽", **STEAM))),
    ("missing_parameter", inputs(act("过热蒸汽", pressure_mpa="1", **STEAM))),
    ("missing_parameter", inputs(act("蒸汽", **STEAM))),
    ("missing_parameter", inputs(act("蒸汽（给定比焓）", **STEAM))),
    ("missing_parameter", inputs(act("热水", heat_method="hot_water_20c"))),
    ("missing_parameter", inputs(act("热水", temperature_c="70"))),
    ("missing_parameter", inputs(act("碳酸盐 CaCO3", conversion_pct="100"))),
    ("missing_parameter", inputs(act("碳酸盐 CaCO3", purity_pct="95"))),
    ("missing_parameter", inputs(act("过程排放", unit="项"))),
    ("missing_parameter", inputs(act("过程排放", unit="项", formula="gbt32151_34_eq10", variables={"CAL": "1"}))),
    ("missing_parameter", inputs(power(ef_components={"N2O": "1"}, ef_components_unit="kg/kWh"))),
    ("missing_parameter", inputs(power(ef_components={"CO2": "1"}))),
    ("missing_parameter", inputs(power(), grid_basis={"value": "0.57"})),
    ("missing_parameter", inputs(power(supply="gec", proof=["gec"]))),
    ("missing_parameter", inputs(power(supply="nuclear"))),
    ("missing_parameter", inputs(power(direction="sideways"))),
    # unknown_carrier
    ("unknown_carrier", inputs(act("神秘燃料"))),
    ("unknown_carrier", inputs(act("神秘燃料", unit="m3"))),
    ("unknown_carrier", inputs(act("神秘燃料", ncv_gj_per_unit="20"))),
    ("unknown_carrier", inputs(act("hydrogen"))),
    ("unknown_carrier", inputs(act(""))),
    # gas condition
    ("gas_condition_unstated", inputs(act("天然气", unit="m3"))),
    ("gas_condition_unstated", inputs(act("天然气", unit="万立方米", gas_condition="不清楚"))),
    ("gas_condition_unstated", inputs(act("天然气", unit="m3", ef={"value": "2.1", "unit": "kgCO2/Nm3"}))),
    ("operating_condition_volume", inputs(act("天然气", unit="方", gas_condition="工况"))),
    ("operating_condition_volume", inputs(act("天然气", unit="Nm3", gas_condition="工况"))),
    # grid basis and factors
    ("grid_basis_unspecified", inputs(power(), grid_basis=None)),
    ("grid_basis_unspecified", inputs(power(), grid_basis=basis(data_year=None))),
    ("grid_basis_unspecified", inputs(power(), grid_basis=basis(level=None))),
    ("grid_basis_unspecified", inputs(power(), grid_basis=basis(basis=None))),
    ("grid_basis_unspecified", inputs(power(), grid_basis=basis(level="province", region=None))),
    ("grid_basis_unspecified", inputs(power(direction="out"), power(id="a2"), grid_basis=None)),
    ("grid_basis_unspecified", inputs(power(), options={"remainder_policy": "residual_mix"})),
    ("factor_not_found", inputs(power(), grid_basis=basis(data_year=2024))),
    ("factor_not_found", inputs(power(), grid_basis=basis(level="province", region="西藏"))),
    ("factor_not_found", inputs(power(), grid_basis=basis(level="province", region="华东"))),
    ("factor_not_found", inputs(power(), grid_basis=basis(region="浙江"))),
    (
        "factor_not_found",
        inputs(power(), grid_basis=basis(level="province", region="浙江", basis="excl_market_nonfossil")),
    ),
    ("factor_not_found", inputs(act("喷气煤油"))),
    ("factor_not_found", inputs(act("柴油"), factor_set="E")),
    ("factor_not_found", inputs(act("生物质"))),
    ("factor_not_found", inputs(act("碳酸盐 ZnCO3", purity_pct="95", conversion_pct="100"))),
    (
        "factor_not_found",
        inputs(power(ef_components={"XF9": "1"}, ef_components_unit="kg/kWh"), options={"gwp_report": "AR6"}),
    ),
    (
        "factor_not_in_cited_table",
        inputs(power(), grid_basis={"value": "0.5633", "unit": "tCO2/MWh", "cited_notice": "公告2024年第33号"}),
    ),
    (
        "factor_not_in_cited_table",
        inputs(power(), grid_basis={"value": "0.5568", "unit": "tCO2/MWh", "cited_notice": "公告2024年第33号"}),
    ),
    (
        "factor_not_in_cited_table",
        inputs(power(), grid_basis={"value": "0.5366", "unit": "tCO2/MWh", "cited_notice": "公告2019年第1号"}),
    ),
    ("factor_not_in_cited_table", inputs(power(), grid_basis={**GRID, "cited_notice": "公告2024年第33号"})),
    # suspect
    ("suspect_factor", inputs(act("柴油"), factor_set="C")),
    ("suspect_factor", inputs(act("柴油"), factor_set="D")),
    ("suspect_factor", inputs(act("柴油"), factor_set="C", options={"allow_suspect": ["FUEL/C/汽油", "steam_eq13"]})),
    ("suspect_factor", inputs(act("柴油"), factor_set="C", options={"allow_suspect": True})),
    ("suspect_factor", inputs(act("烟煤", carbon_content_tc_per_gj="0.026", oxidation_rate_pct="93"), factor_set="C")),
    ("suspect_factor", inputs(superheated("0.5", "400"))),
    ("suspect_factor", inputs(superheated("0.5", "380"))),
    ("suspect_factor", inputs(superheated("0.8", "410"))),
    ("suspect_factor", inputs(superheated("27", "430"))),
    ("suspect_factor", inputs(saturated("22"))),
    ("suspect_factor", inputs(saturated("21.4"))),
    ("suspect_factor", inputs(saturated("0.8", heat_method="full_enthalpy_eq13"))),
    ("suspect_factor", inputs(act("过程排放", unit="项", formula="gbt32151_34_eq6", variables={}))),
    (
        "suspect_factor",
        inputs(power(ef_components={"SF6": "1"}, ef_components_unit="kg/kWh"), options={"gwp_report": "AR6"}),
    ),
    # steam
    ("steam_state_invalid", inputs(superheated("1", "170"))),
    ("steam_state_invalid", inputs(superheated("1", "179.88"))),
    ("steam_state_invalid", inputs(superheated("2", "215"))),
    ("steam_state_invalid", inputs(superheated("0.3", "150"))),
    ("steam_state_invalid", inputs(superheated("1", "620"))),
    ("steam_state_invalid", inputs(superheated("31", "500"))),
    ("steam_state_invalid", inputs(superheated("0.005", "200"))),
    ("steam_state_invalid", inputs(superheated("25", "380"))),
    ("steam_state_invalid", inputs(saturated("22.5"))),
    ("steam_state_invalid", inputs(saturated("0.0005"))),
    ("steam_state_invalid", inputs(saturated("0.8", temperature_c="250"))),
    ("steam_state_invalid", inputs(act("蒸汽（给定比焓）", enthalpy_kj_per_kg="60", **STEAM))),
    ("steam_state_invalid", inputs(act("热水", temperature_c="15", heat_method="hot_water_20c"))),
    ("pressure_basis_unspecified", inputs(act("饱和蒸汽", pressure_mpa="0.8", heat_method="minus_feedwater_83_74"))),
    ("pressure_basis_unspecified", inputs(superheated("1", "250", pressure_basis="压力表"))),
    # claims
    ("zero_factor_without_proof", inputs(power(supply="green_trade", proof=[]))),
    ("zero_factor_without_proof", inputs(power(supply="green_trade", proof=["monthly_record"]))),
    (
        "zero_factor_without_proof",
        inputs(power(supply="gec", proof=["contract"]), options={"gec_zero_factor": True}),
    ),
    ("zero_factor_without_proof", inputs(power(supply="direct_line", proof=["gec"]))),
    ("zero_factor_without_proof", inputs(power(supply="self_use_pv", proof=["contract"]))),
    ("zero_factor_without_proof", inputs(power(supply="self_generation_wind", role="generation"))),
    ("zero_factor_without_proof", inputs(act("光伏发电", unit="kWh"))),
    ("unexplained_negative", inputs(power("-1"))),
    ("unexplained_negative", inputs(power("-1", correction_of="a9", reason="补退"), power("5", id="a2"))),
    ("unexplained_negative", inputs(power("-1", correction_of="a2"), power("5", id="a2"))),
    ("unexplained_negative", inputs(power("-1", correction_of="a1", reason="自己"))),
    ("unexplained_negative", inputs(power("-1", correction_of="a2", reason="补退"), act("柴油", id="a2"))),
    ("unexplained_negative", inputs(act("柴油", "-1", net_exporter=True))),
]
RUN_LEVEL = [
    ("export_exceeds_supply", "a2", inputs(power("10"), power("11", "out", id="a2"))),
    ("export_exceeds_supply", "a1", inputs(power("1", "out"))),
    (
        "green_claim_exceeds_consumption",
        "a2",
        inputs(
            power("1"), power("9", id="a2", supply="green_trade", proof=["gec"]), options={"metered_total_mwh": "8"}
        ),
    ),
    (
        "duplicate_claim",
        "a2",
        inputs(
            power(supply="green_trade", proof=["gec"], certificate_id="G-1"),
            power(id="a2", supply="direct_line", proof=["contract"], certificate_id="G-9, G-1"),
        ),
    ),
    ("conversion_basis_unspecified", "a1", inputs(power(), request=["energy_tce"])),
    (
        "conversion_basis_unspecified",
        "a1",
        inputs(power(), request=["energy_tce"], options={"tce_coefficients": {"电力_当量": "0.1229 kgce/kWh"}}),
    ),
    (
        "conversion_basis_unspecified",
        "a1",
        inputs(power(), request=["energy_tce:等价"], options={"tce_coefficients": {"电力": "0.1229 kgce/kWh"}}),
    ),
    (
        "conversion_basis_unspecified",
        "a2",
        inputs(
            power(),
            act("柴油", id="a2"),
            request=["intensity_tco2_per_tce:当量"],
            options={"tce_coefficients": {"电力_当量": "0.1229 kgce/kWh"}},
        ),
    ),
    ("offset_netting_requested", "", inputs(power(), request=["net_total_tco2"])),
    ("offset_netting_requested", "", inputs(power(), options={"net_offsets": True})),
    (
        "offset_netting_requested",
        "",
        inputs(power(), offsets=[{"kind": "CCER", "quantity": "1", "unit": "tCO2e", "net": True}]),
    ),
    ("missing_quantity", "offset1", inputs(power(), offsets=[{"kind": "CCER", "unit": "tCO2e"}])),
    ("missing_parameter", "", inputs(power(), request=["total_tco2e"])),
    ("missing_parameter", "", inputs(power(), options={"remainder_policy": "whatever"})),
]


def refused(given) -> CalculationRefused:
    with pytest.raises(CalculationRefused) as caught:
        calculate(given, load_factor_library())
    return caught.value


@pytest.mark.parametrize(("kind", "given"), CASES)
def test_activity_is_refused(kind, given):
    assert refused(given).id == kind


@pytest.mark.parametrize(("kind", "subject", "given"), RUN_LEVEL)
def test_calculation_is_refused(kind, subject, given):
    error = refused(given)
    assert (error.id, error.subject) == (kind, subject)


def test_every_kind_is_shown():
    assert {kind for kind, _ in CASES} | {kind for kind, _, _ in RUN_LEVEL} == {kind.value for kind in Kind}


@pytest.mark.parametrize("given", [given for _, given in CASES] + [given for _, _, given in RUN_LEVEL])
def test_a_refusal_says_what_to_do_in_chinese(given):
    error = refused(given)
    for sentence in (error.message, error.fix):
        assert re.search(r"[一-鿿]", sentence), sentence
        assert sentence.endswith("。"), sentence


def test_the_refused_activity_is_named():
    error = refused(inputs(power("5", id="电表一"), act("柴油", id="叉车", unit="桶")))
    assert error.subject == "叉车"
    assert "叉车" in error.message


def test_one_refused_activity_leaves_no_total():
    good = [power("5", id=f"g{n}") for n in range(20)]
    assert refused(inputs(*good, act("柴油", unit="L"))).id == "missing_parameter"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"activities": {}},
        {"activities": ["电力"]},
        inputs(power(), power()),
        inputs({**power(), "params": "grid"}),
        {**inputs(power()), "year": "二〇二五"},
        {**inputs(power()), "options": []},
    ],
)
def test_what_is_no_calculation_is_a_usage_error(given):
    with pytest.raises(UsageError) as caught:
        calculate(given, load_factor_library())
    assert caught.value.id == "invalid_input"
    assert caught.value.fix


def test_naming_an_item_admits_it_and_is_written_down():
    run = calculate(
        inputs(act("柴油"), factor_set="C", options={"allow_suspect": ["fuel/c/柴油"]}), load_factor_library()
    )
    assert any("点名启用了：FUEL/C/柴油" in caveat for caveat in run.caveats)


@pytest.mark.parametrize("name", ["STEAM/SH/400/0.5", "steam_superheated/0.5/400", "0.5MPa/400℃"])
def test_a_suspect_cell_can_be_named(name):
    run = calculate(inputs(superheated("0.5", "400"), options={"allow_suspect": [name]}), load_factor_library())
    assert run.lookups["h_kj_per_kg"] == "3217.8"
