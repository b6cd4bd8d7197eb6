"""The eleven reported indicators: computed where their inputs exist, with the evidence of formula and threshold, never judged."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction

import pytest

from app.accounting import calculate
from app.accounting.indicators_reported import Facts, evidence_of, reported_indicators
from app.accounting.report import run_to_json
from app.accounting.reporting import read_reporting
from app.corpus.factors import load_factor_library
from app.corpus.indicators import read_indicator_sets
from app.corpus.paths import corpus_root
from app.domain.clause import EvidenceLevel
from app.domain.errors import CalculationRefused, Unavailable, UsageError

LIBRARY = load_factor_library()
GRID = {"data_year": 2023, "level": "national", "region": "全国", "basis": "average"}
COEFFICIENTS = {"电力_当量": "0.1229 kgce/kWh", "电力_等价": "0.2856 kgce/kWh", "天然气": "1.33 kgce/Nm3"}
REPORTING = {
    "product": "电池", "output_quantity": "2", "output_unit": "GWh", "industrial_value_added_wan_yuan": "1000",
    "output_value_wan_yuan": "4000", "equipment_power_kw": "800", "efficient_equipment_power_kw": "600",
    "product_categories": "4", "product_categories_with_footprint": "1", "supply_chain_measures": "3",
    "metering_points": "50", "automatic_metering_points": "45", "centre_functions": "7", "disclosures": "0",
    "base": {"year": "2024", "co2": "700", "energy_当量": "130", "output_quantity": "0", "metering_points": "40"},
}  # fmt: skip


def run(reporting=REPORTING, request=("energy_tce", "non_fossil_share", "physical_share"), **more):
    rows = [
        {"id": "g", "carrier": "电力", "quantity": "1000", "unit": "MWh", "direction": "in", "params": {"supply": "grid"}},
        {"id": "p", "carrier": "电力", "quantity": "250", "unit": "MWh", "direction": "in",
         "params": {"supply": "self_use_pv", "proof": ["monthly_record"]}},
    ]  # fmt: skip
    given = {
        "edition": "any", "factor_set": "A", "year": 2025, "grid_basis": GRID, "activities": rows, "request": list(request),
        "options": {"tce_coefficients": COEFFICIENTS}, "reporting": reporting, **more,
    }  # fmt: skip
    return run_to_json(calculate(given, LIBRARY))


def indicators(**more):
    (system,) = run(**more)["reported_indicators"]["systems"]
    return {i["id"]: i for i in system["indicators"]}


def values(indicator):
    return {v["basis"]: v["exact"] for v in indicator["values"]}


def test_there_are_eleven_in_five_groups():
    found = indicators()
    assert len(found) == 11
    assert len({i["group"] for i in found.values()}) == 5
    assert list(found)[:3] == ["carbon_intensity", "non_fossil_share", "physical_share"]


def test_intensity_and_shares_by_both_bases():
    found = indicators()
    energy = {"当量": Fraction("153.625"), "等价": Fraction(357)}
    assert values(found["carbon_intensity"]) == {
        "当量": str(Fraction("530.6") / energy["当量"]),
        "等价": str(Fraction("530.6") / energy["等价"]),
    }
    assert values(found["non_fossil_share"]) == {"当量": "20", "等价": "20"}
    assert values(found["physical_share"]) == {None: "20"}
    assert values(found["energy_per_value_added"]) == {"当量": "0.153625", "等价": "0.357"}


@pytest.mark.parametrize(
    ("id", "value", "of"),
    [
        ("efficient_equipment_share", "75", None), ("footprint_share", "25", None), ("supply_chain_measures", "3", "6"),
        ("automatic_metering_share", "90", None), ("centre_functions", "7", "13"), ("disclosure", "0", "3"),
    ],
)  # fmt: skip
def test_what_is_reported_besides_energy(id, value, of):
    one = indicators()[id]
    assert (values(one), one["of"], one["missing"]) == ({None: value}, of, [])


def test_a_rule_nobody_has_seen_is_not_made_up():
    one = indicators()["carbon_removal_rate"]
    assert (one["values"], one["missing"]) == ([], ["计算细则未见"])


def test_thresholds_carry_their_evidence_and_no_verdict():
    one = indicators()["carbon_intensity"]
    assert [(t["stage"], t["operator"], t["value"], t["evidence"]) for t in one["thresholds"]] == [
        ("基本要求", "<=", "1.8", "news"),
        ("2030", "<=", "0.2", "news"),
    ]
    texts = [c["text"] for t in one["thresholds"] for c in t["comparison"]]
    assert len(texts) == 4
    assert "计算值高于该值，不作结论" in texts[0]
    assert "新闻报道，待核实" in texts[0]
    assert not any(word in t for t in texts for word in ("符合", "达标", "合格"))
    assert (one["evidence"], one["source"]) == ("derived", "miit-2026-07-notice#carbon_intensity-3")
    physical = indicators()["physical_share"]["thresholds"]
    assert "年用电量不少于500万千瓦时" in physical[0]["comparison"][0]["text"]


def test_what_is_missing_is_named():
    found = indicators(reporting={"equipment_power_kw": "0", "efficient_equipment_power_kw": "0"}, request=())
    assert found["carbon_intensity"]["missing"] == ["综合能源消费量 E"]
    assert found["energy_per_value_added"]["missing"] == ["综合能源消费量 E", "工业增加值"]
    assert found["efficient_equipment_share"]["missing"] == ["纳入统计装备的额定功率为零"]
    assert all(i["values"] == [] or i["id"] == "co2" for i in found.values())


def test_one_basis_alone():
    found = indicators(request=["energy_tce:当量"])
    assert list(values(found["carbon_intensity"])) == ["当量"]
    assert found["non_fossil_share"]["missing"] == ["非化石能源消费量 R"]


def test_intensity_per_product_and_per_value():
    shown = {i["id"]: (i["title"], i["exact"], i["unit"]) for i in run()["reported_indicators"]["intensities"]}
    assert shown["output_quantity:tCO2"] == ("单位产品碳排放", "265.3", "tCO2/GWh")
    assert shown["output_quantity:tce:当量"] == ("单位产品综合能耗", "76.8125", "tce/GWh")
    assert shown["output_value_wan_yuan:tCO2"] == ("单位产值碳排放", "0.13265", "tCO2/万元")
    assert shown["industrial_value_added_wan_yuan:tce:等价"] == ("单位工业增加值综合能耗", "0.357", "tce/万元")
    assert run(reporting={"output_quantity": "0"})["reported_indicators"]["intensities"] == []


def test_year_on_year_against_what_was_given():
    shown = {y["name"]: y for y in run()["reported_indicators"]["year_on_year"]}
    assert (shown["co2"]["base_year"], shown["co2"]["change"], shown["co2"]["change_pct"]) == ("2024", "-169.4", "-24.200000")
    assert shown["energy_当量"]["change"] == "23.625"
    assert shown["metering_points"]["change_pct"] == "25.000000"
    assert (shown["output_quantity"]["change"], shown["output_quantity"]["change_pct"]) == ("2", None)
    silent = run(request=())["reported_indicators"]["year_on_year"]
    assert next(y for y in silent if y["name"] == "energy_当量")["after"] is None


def test_reporting_is_optional_and_its_mistakes_are_said():
    assert "reported_indicators" not in run(reporting=None)
    assert "reported_indicators" in run(reporting=None, request=["reported_indicators"])
    stray = run(reporting={"output_quantitty": "1", "base": {"co3": "1"}})
    (finding,) = [f for f in stray["findings"] if f["id"] == "unknown-input"]
    assert finding["subjects"] == ["reporting.base.co3", "reporting.output_quantitty"]
    with pytest.raises(CalculationRefused) as caught:
        run(reporting={"output_quantity": "2,000"})
    assert (caught.value.id, caught.value.subject) == ("invalid_number", "reporting")
    for wrong in ([], "x", {"base": []}):
        with pytest.raises(UsageError):
            run(reporting=wrong)


def test_the_contracts_keys_do_not_move():
    with_it, without = run(), run(reporting=None)
    for key in ("lines", "subtotals", "total_tco2", "total_exact", "indicators", "lookups", "warnings"):
        a, b = (json.dumps(r[key], ensure_ascii=False).replace(r["run_id"], "") for r in (with_it, without))
        assert a == b, key


def test_every_formula_and_threshold_points_at_a_provision_with_a_level():
    levels = evidence_of(LIBRARY.indicator_sets)
    assert levels
    assert not any(EvidenceLevel(level).decidable for level in levels.values())


def broken(tmp_path, old, new):
    for part in ("indicators", "documents/miit-2026-07-notice"):
        shutil.copytree(corpus_root() / part, tmp_path / part)
    file = tmp_path / "indicators" / "national_2026_07.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('formula_provision = "carbon_intensity-3"', 'formula_provision = "carbon_intensity-9"'),
        ('numerator = "co2"', 'numerator = "co3"'),
        ('kind = "count"', 'kind = "sum"'),
        ('document = "miit-2026-07-notice"', 'document = "unseen"'),
    ],
)
def test_a_broken_definition_is_said_to_be_broken(tmp_path, old, new):
    with pytest.raises(Unavailable):
        read_indicator_sets(broken(tmp_path, old, new))


def test_thresholds_are_read_from_the_provisions(tmp_path):
    root = broken(tmp_path, "2026年7月", "2026年7月")
    file = root / "documents/miit-2026-07-notice/provisions.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('threshold = "1.8"', 'threshold = "1.7"'), encoding="utf-8")
    (system,) = read_indicator_sets(root)
    facts = Facts(plain={"co2": Fraction("1.7")}, by_basis={("energy", "当量"): Fraction(1)})
    first = reported_indicators(system, facts)["indicators"][0]
    assert first["thresholds"][0]["value"] == "1.7"
    assert "计算值等于该值" in first["thresholds"][0]["comparison"][0]["text"]


def test_the_year_before_stands_beside_the_base_year():
    got = read_reporting({"base": {"year": "2022", "co2": "9"}, "previous": {"year": "2024", "co2": "8", "odd": "1"}})
    assert (got.base, got.base_year) == ({"co2": 9}, "2022")
    assert (got.previous, got.previous_year, got.unknown) == ({"co2": 8}, "2024", ("previous.odd",))
    for wrong in ({"previous": "2024"}, {"base": "2022"}, "2024"):
        with pytest.raises(UsageError):
            read_reporting(wrong)
