"""What a run carries beside its numbers: reasons, losers, sources, caveats, findings, an identity."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from app.accounting import ENGINE, calculate
from app.accounting.convert import convert
from app.accounting.report import run_to_json
from app.corpus.factors import load_factor_library
from app.domain.errors import CalculationRefused
from app.domain.number import exact_text
from evals.accounting import load_vectors

LIBRARY = load_factor_library()
GRID = {"data_year": 2022, "level": "province", "region": "浙江省", "basis": "average"}


def act(carrier, quantity="1", unit="t", direction="in", id="a1", **params):
    return {"id": id, "carrier": carrier, "quantity": quantity, "unit": unit, "direction": direction, "params": params}


def run(*activities, **more):
    given = {"edition": "GB/T 32151.34-2024", "factor_set": "A", "year": 2025, "province": "安徽", "grid_basis": GRID}
    return calculate({**given, "activities": list(activities), **more}, LIBRARY)


def factor(result, id):
    return next(use for use in result.factors if use.id == id)


def has(texts, *words):
    return any(all(word in text for word in words) for text in texts)


def test_a_default_says_which_set_won_and_which_lost():
    use = factor(run(act("柴油")), "FUEL/A/柴油#ncv")
    assert (use.value, use.unit, use.evidence) == ("42.652", "GJ/t", "agree")
    assert "默认集 A" in use.why
    assert [i for i, _ in use.rejected] == ["FUEL/B/柴油#ncv", "FUEL/C/柴油#ncv", "FUEL/D/柴油#ncv"]


def test_a_measured_value_beats_the_default_and_says_so():
    use = factor(run(act("柴油", ncv_gj_per_unit="42.1", ncv_source="检测报告")), "USER/a1/ncv_gj_per_unit")
    assert (use.value, use.source, use.evidence) == ("42.1", "检测报告", "user")
    assert use.rejected[0][0] == "FUEL/A/柴油#ncv"


def test_a_grid_factor_says_its_notice_and_the_other_years():
    use = factor(run(act("电力", unit="MWh")), "GRID/2022/province/浙江/average")
    assert "公告2024年第33号" in use.why
    assert use.source.startswith("公告2024年第33号")
    assert {i for i, _ in use.rejected} >= {"GRID/2021/province/浙江/average", "GRID/2022/national/全国/average"}


def test_a_line_has_formula_clause_operands_and_factors():
    line = run_to_json(run(act("柴油", "10", "L", density_kg_per_l="0.84")))["lines"][0]
    assert line["formula"].endswith("× 44/12")
    assert "附录C" in line["clause"]
    names = {o["name"]: o for o in line["operands"]}
    assert names["密度"] == {"name": "密度", "value": "0.84", "unit": "kg/L", "source": "params:density_kg_per_l"}
    assert names["消耗量"]["value"] == "0.0084"
    assert line["factors"] == ["FUEL/A/柴油#ncv", "FUEL/A/柴油#carbon", "FUEL/A/柴油#oxidation"]
    assert "密度" in line["why"]


@pytest.mark.parametrize(
    ("words", "result"),
    [
        (("借用", "GB/T 32151.34-2024"), lambda: run(act("柴油"))),
        (("归属为推断",), lambda: run(act("柴油"), factor_set="B")),
        (("数据年是 2022", "早于报告年 2025"), lambda: run(act("电力", unit="MWh"))),
        (("更新的 2023 数据年",), lambda: run(act("电力", unit="MWh"))),
        (("晚于报告年 2021", "以后值代前值"), lambda: run(act("电力", unit="MWh"), year=2021)),
        (("浙江", "企业所在省为安徽"), lambda: run(act("电力", unit="MWh"))),
        (("并列于 electricity_methods", "合计采用市场法"), lambda: run(act("电力", unit="MWh"))),
        (("只按一种方法", "位置法缺少依据"), lambda: run(act("电力", unit="MWh", ef={"value": "0.5", "unit": "tCO2/MWh"}), grid_basis=None)),
        (("于报告年内（2025-03-01）实施",), lambda: run(act("柴油"))),
        (("2026-07-01", "晚于报告年 2025"), lambda: run(act("柴油"), edition="GB/T 32150-2025")),
        (("已由 GB/T 32150-2025 代替",), lambda: run(act("柴油"), edition="GB/T 32150-2015")),
        (("仅见一处来源", "FUEL/A/烟煤#ncv"), lambda: run(act("烟煤"))),
        (("由输入直接给出", "USER/a1/ef"), lambda: run(act("柴油", ef={"value": "3", "unit": "tCO2/t"}))),
        (("20 ℃ 而非 0 ℃",), lambda: run(act("天然气", unit="m3", gas_condition="标况"))),
        (
            ("相差约 3%",),
            lambda: run(
                act("饱和蒸汽", pressure_mpa="0.8", pressure_basis="absolute", heat_method="minus_feedwater_83_74")
            ),
        ),
        (
            ("剩余电量", "没有写明"),
            lambda: run(act("电力", unit="MWh", supply="green_trade", proof=["gec"]), act("电力", unit="MWh", id="a2")),
        ),
    ],
)
def test_caveats_are_computed(words, result):
    caveats = result().caveats
    assert has(caveats, *words), caveats


def test_the_home_industry_is_not_borrowing():
    assert not has(run(act("柴油"), industry="炭素材料").caveats, "借用")


@pytest.mark.parametrize(
    ("id", "result"),
    [
        ("unknown-input", lambda: run(act("柴油"), factors="A")),
        ("unknown-input", lambda: run(act("柴油"), options={"gwp": "AR6"})),
        ("unknown-input", lambda: run(act("柴油"), request=["total_tce"])),
        ("unknown-parameter", lambda: run(act("柴油", oxidation_rate="99"))),
        ("unused-permission", lambda: run(act("柴油"), options={"allow_suspect": ["steam_eq13"]})),
        ("period-crosses-years", lambda: run(act("柴油", period="2024-12-26/2025-01-25"))),
        ("period-outside-year", lambda: run(act("柴油", period={"start": "2023-01-01", "end": "2023-01-31"}))),
        ("factor-out-of-band", lambda: run(act("柴油", ncv_gj_per_unit="42652"))),
        ("factor-out-of-band", lambda: run(act("电力", unit="MWh", ef={"value": "0.57", "unit": "tCO2/kWh"}))),
        ("fuel-out", lambda: run(act("柴油", direction="out"))),
        ("control-total", lambda: run(act("电力", unit="MWh"), options={"metered_total_mwh": "3"})),
        (
            "correction-exceeds",
            lambda: run(act("柴油"), act("柴油", "-2", id="a2", correction_of="a1", reason="多记")),
        ),
        ("indicator-undefined", lambda: run(act("已核排放", unit="tCO2"), request=["physical_share"])),
    ],
)
def test_findings_name_what_to_explain(id, result):
    findings = {f.id: f for f in result().findings}
    assert id in findings, findings
    assert findings[id].fix
    assert findings[id].message.endswith("。")


def test_a_clean_run_has_no_findings():
    assert run(act("柴油"), act("电力", unit="MWh", id="a2", supply="grid")).findings == ()


def test_identity_follows_inputs_engine_and_factor_files():
    one, same = run(act("柴油")), run(act("柴油"))
    other = run(act("柴油", "1.0"))
    assert one == same
    assert one.run_id.startswith("run-")
    assert len(one.run_id) == len("run-") + 12
    assert one.run_id != other.run_id
    assert one.engine == f"{ENGINE}+factors.{LIBRARY.digest[:12]}"
    changed = dataclasses.replace(LIBRARY, digest="f" * 64)
    assert (
        calculate(load_vectors()[0]["inputs"], changed).run_id != calculate(load_vectors()[0]["inputs"], LIBRARY).run_id
    )


@pytest.mark.parametrize("quantity", ["1000", 1000, Decimal("1000"), "1e3", " 1000 "])
def test_the_ways_a_number_may_come(quantity):
    assert exact_text(run(act("电力", quantity, "kWh")).total_tco2) == "0.5153"


@pytest.mark.parametrize(
    ("carrier", "unit"),
    [
        ("electricity", "MWh"), ("natural_gas", "万Nm3"), ("lng", "t"), ("lpg", "t"), ("diesel", "t"), ("gasoline", "t"),
        ("kerosene", "t"), ("fuel_oil", "t"), ("anthracite", "t"), ("bituminous_coal", "t"), ("lignite", "t"), ("washed_coal", "t"),
        ("coke", "t"), ("coke_oven_gas", "万Nm3"), ("blast_furnace_gas", "万Nm3"), ("converter_gas", "万Nm3"),
        ("refinery_gas", "t"), ("heat", "GJ"), ("steam", "GJ"), ("hot_water", "GJ"), ("其它洗煤", "t"), ("LNG", "t"), ("煤油", "t"),
    ],
)  # fmt: skip
def test_identifiers_and_spellings_are_carriers(carrier, unit):
    assert run(act(carrier, unit=unit)).total_tco2 > 0


def test_carriers_that_imply_a_supply_path():
    wind = run(act("wind_generation", unit="kWh", proof=["monthly_record"]))
    green = run(act("green_power", unit="kWh", proof=["settlement"]))
    assert [line.category for r in (wind, green) for line in r.lines] == ["electricity_zero", "electricity_zero"]


def test_biomass_stands_beside_the_total():
    result = run(act("biomass", ef={"value": "1.4", "unit": "tCO2/t"}))
    assert result.lines[0].category == "outside_boundary"
    assert result.total_tco2 == 0
    assert result.subtotals == {}


def test_lookups_of_several_steam_lines_carry_their_activity():
    steam = {"pressure_basis": "absolute", "heat_method": "minus_feedwater_83_74"}
    first = act("饱和蒸汽", pressure_mpa="0.8", **steam)
    result = run(first, act("饱和蒸汽", pressure_mpa="0.7", id="a2", **steam))
    assert result.lookups["a1.h_kj_per_kg"] == "2768.4"
    assert result.lookups["a2.h_kj_per_kg"] == "2762.9"
    assert "h_kj_per_kg" not in result.lookups


def test_an_export_of_unstated_origin_is_taken_off_own_generation():
    rows = [
        act("电力", "900", "MWh", supply="grid"),
        act("电力", "200", "MWh", id="a2", supply="self_generation_pv", role="generation", proof=["monthly_record"]),
        act("电力", "100", "MWh", "out", id="a3"),
    ]
    assert run(*rows, request=["physical_share"]).indicators == {"physical_share": "0.1"}


def test_a_named_library_coefficient_keeps_its_evidence():
    options = {"tce_coefficients": {"电力_当量": "TCE/电力/当量"}}
    result = run(act("电力", "1000", "kWh"), request=["energy_tce:当量"], options=options)
    assert result.indicators == {"energy_tce": {"当量": "0.1229"}}
    assert factor(result, "TCE/电力/当量").evidence == "confirmed"


def test_convert_is_exact_and_refuses_what_needs_a_fact():
    assert convert("4977.893128498", "kWh", "MJ") * 10**10 == 179204152625928
    with pytest.raises(CalculationRefused) as caught:
        convert("1", "L", "kg")
    assert caught.value.id == "unit_dimension_mismatch"


def test_the_report_has_the_shape_of_the_contract():
    shown = run_to_json(run(act("电力", "2", "MWh"), offsets=[{"kind": "CCER", "quantity": "1", "unit": "tCO2e"}]))
    assert shown.keys() >= {
        "run_id", "inputs_hash", "engine", "lines", "subtotals", "total_tco2", "total_exact", "indicators", "lookups",
        "conversions", "warnings", "factors", "offsets", "offsets_reported_tco2e", "caveats", "findings",
    }  # fmt: skip
    assert shown["factors"][0].keys() >= {"id", "value", "unit", "source", "evidence", "why"}
    assert shown["total_tco2"] == "1.030600"
    assert shown["offsets_reported_tco2e"] == "1.000000"
    assert "total_tco2e" not in shown
    assert shown["annual_quantity"] == "2"
    assert {"from": "2", "unit": "MWh", "to_unit": "MJ", "value": "7200"} in shown["conversions"]


def test_a_factor_per_tonne_of_steam_needs_no_enthalpy():
    result = run(act("蒸汽", "20", "t", ef={"value": "310", "unit": "kgCO2/t"}))
    assert [(line.category, exact_text(line.tco2)) for line in result.lines] == [("heat_in", "6.2")]


def test_a_leak_by_gas_is_a_process_emission_without_co2():
    leak = act("SF6 补气", "12", "kg", ef_components={"SF6": "1"}, ef_components_unit="kg/kg")
    result = run(leak, options={"gwp_report": "AR5"})
    assert result.lines[0].category == "process"
    assert exact_text(result.total_tco2) == "0"
    assert exact_text(result.total_tco2e) == "282"


def test_other_gases_outside_the_boundary_stay_out_of_the_equivalents():
    leak = act("SF6 补气", "12", "kg", ef_components={"SF6": "1"}, ef_components_unit="kg/kg", in_boundary=False)
    assert run(leak, options={"gwp_report": "AR5"}).total_tco2e == 0


def test_a_zero_factor_points_at_the_rule_that_allows_it():
    result = run(act("电力", unit="MWh", supply="self_use_pv", proof=["逐月原始记录"]))
    assert [use.id for use in result.factors] == ["RULE/gbt32151_34_annex_d"]
    assert any(row["id"] == "RULE/gbt32151_34_annex_d" for row in LIBRARY.tables["green-power-rules"])


def test_every_line_factor_is_in_the_list_of_the_run():
    steam = {"pressure_mpa": "1.25", "pressure_basis": "absolute", "heat_method": "minus_feedwater_83_74"}
    result = run(act("柴油"), act("饱和蒸汽", id="a2", **steam), act("电力", unit="kWh", id="a3"))
    listed = {use.id for use in result.factors}
    assert {i for line in result.lines for i in line.factor_ids} == listed
    assert all(use.source and use.evidence and use.why for use in result.factors)
