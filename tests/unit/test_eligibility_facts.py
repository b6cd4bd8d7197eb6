"""Profile, run and documents to a fact sheet: where each fact comes from and what is refused."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "spec" / "eligibility"))
from case_builder import PAPER, PROVED, STATED, make_run

from app.domain.project import FactoryProfile
from app.eligibility.evidence import DocumentFact, find_document
from app.eligibility.facts import build_fact_sheet
from app.eligibility.facts_profile import short_region
from app.eligibility.values import Items, Marks, Series

ROOT = Path(__file__).parents[2]


def profile(**extra: Any) -> FactoryProfile:
    return FactoryProfile(name="示例工厂", province="安徽省", city="合肥市", year=2025, ets_covered=False, extra=extra)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("证明材料.pdf", "abababababab#p1"),
        ("证明材料.pdf#p9", "abababababab#p9"),
        ("证明材料.pdf#p10", None),
        ("证明材料.pdf#p0", None),
        ("abababab#p3", "abababababab#p3"),
        ("abab", None),
        ("别的.pdf", None),
        ("", None),
    ],
)
def test_evidence_is_an_uploaded_document_and_an_existing_page(reference: str, expected: str | None) -> None:
    assert find_document(reference, [PAPER]) == expected


def test_two_documents_of_one_name_prove_nothing() -> None:
    other = replace(PAPER, sha256="cd" * 32)
    assert find_document("证明材料.pdf", [PAPER, other]) is None
    assert find_document("证明材料.pdf", [PAPER, PAPER]) == "abababababab#p1"


def test_regions_lose_their_endings() -> None:
    names = ["安徽省", "上海市", "广西壮族自治区", "新疆维吾尔自治区", "内蒙古自治区", "湖南", "香港特别行政区", ""]
    assert [short_region(n) for n in names] == ["安徽", "上海", "广西", "新疆", "内蒙古", "湖南", "香港", ""]


def test_an_empty_profile_has_no_facts_but_its_head() -> None:
    sheet = build_fact_sheet(FactoryProfile(name="示例工厂"), None, ())
    assert dict(sheet.facts) == {}
    named = build_fact_sheet(profile(), None, ())
    assert {n: f.declared for n, f in named.facts.items()} == {
        "city": "项目档案“基本信息”",
        "ets_covered": "项目档案“基本信息”",
        "province": "项目档案“基本信息”",
        "reporting_year": "项目档案“基本信息”",
    }
    assert named.value("province", strict=False) == "安徽"


def test_a_declaration_is_proved_stated_or_unusable() -> None:
    rows = [
        {"id": "accounting_system", "value": True, **PROVED},
        {"id": "energy_rules", "value": True, **STATED},
        {"id": "digital_centre", "value": True},
        {"id": "plan_zero_carbon", "value": True, "declared_by": "张工", "declared_on": "去年"},
    ]
    sheet = build_fact_sheet(profile(declarations=rows), None, [PAPER])
    proved, stated = sheet.facts["accounting_system"], sheet.facts["energy_rules"]
    assert (proved.proved, proved.document, proved.declared) == (True, "abababababab#p2", None)
    assert (stated.proved, stated.document, stated.declared) == (None, None, "张工，2026-03-01")
    assert "digital_centre" not in sheet.facts
    assert "plan_zero_carbon" not in sheet.facts
    assert "缺少填报人" in sheet.notes["digital_centre"]
    assert "有效日期" in sheet.notes["plan_zero_carbon"]


def test_contradictions_and_computed_facts_are_not_taken_from_declarations() -> None:
    rows = [
        {"id": "energy_rules", "value": True, **PROVED},
        {"id": "energy_rules", "value": False, **PROVED},
        {"id": "energy_rules", "value": True, **PROVED},
        {"id": "run_has_fuel", "value": True, **PROVED},
        {"id": "ets_covered", "value": True, **PROVED},
    ]
    sheet = build_fact_sheet(profile(declarations=rows), None, [PAPER])
    assert "energy_rules" not in sheet.facts
    assert "互相矛盾" in sheet.notes["energy_rules"]
    assert "run_has_fuel" not in sheet.facts
    assert sheet.value("ets_covered", strict=False) is False
    assert "声明未采用" in sheet.notes["run_has_fuel"]


def test_defaults_of_the_declarant_apply_to_every_entry() -> None:
    declarant = {"declared_by": "李工", "declared_on": "2026-01-05"}
    sheet = build_fact_sheet(profile(declarant=declarant, declarations=[{"id": "energy_rules", "value": "是"}]), None, ())
    assert sheet.facts["energy_rules"].declared == "李工，2026-01-05"
    assert sheet.facts["energy_rules"].value is True


def test_a_planned_measure_is_not_one_in_use() -> None:
    rows = [{"name": "分布式光伏", "owner": "动力部", **PROVED}, {"name": "电锅炉", "value": True, **PROVED}, {"name": "电窑炉", "value": False, **STATED}]
    value = build_fact_sheet(profile(measures=rows), None, [PAPER]).value("measures", strict=True)
    assert value == Marks(present=frozenset({"电锅炉"}))
    known = build_fact_sheet(profile(measures=rows), None, [PAPER]).value("measures", strict=False)
    assert known == Marks(present=frozenset({"电锅炉"}), absent=frozenset({"电窑炉"}))


def test_a_register_is_complete_only_when_the_rows_add_up() -> None:
    rows = [{"kind": "电机", "quantity": "10", "efficiency_grade": "1级", **PROVED}]
    for total, complete in (("10", True), ("11", False), ("9", False), ("10.5", False)):
        sheet = build_fact_sheet(profile(equipment=rows, registers={"equipment": {"total": total, **PROVED}}), None, [PAPER])
        value = sheet.value("equipment_grades", strict=True)
        assert isinstance(value, Items)
        assert value.complete is complete
    broken = build_fact_sheet(profile(equipment=[{"kind": "电机", "quantity": "1.5", **PROVED}]), None, [PAPER])
    assert "equipment_grades" not in broken.facts
    assert "正整数" in broken.notes["equipment_grades"]


def test_run_facts_carry_their_line() -> None:
    run = make_run({"lines": {"grid": 6000, "pv": 3000, "export": 1000, "fuel": 5}, "indicators": {"energy_tce": {"当量": "2"}}})
    sheet = build_fact_sheet(profile(), run, ())
    assert sheet.value("renewable_kwh", strict=True) == 2000
    assert sheet.value("renewable_kwh_share", strict=True) == 25
    assert sheet.value("electricity_kwh", strict=True) == 8000
    assert sheet.facts["renewable_kwh_share"].run_line == "run-case/pv"
    assert sheet.facts["run_has_fuel"].run_line == "run-case/fuel"
    assert sheet.value("run_has_heat", strict=True) is False
    assert sheet.value("energy_tce_calorific", strict=True) == 2
    assert "energy_tce_equivalent" not in sheet.facts
    share = sheet.value("electricity_share", strict=True)
    assert isinstance(share, Fraction)
    assert share == Fraction(8000 * 36, 10000) / Fraction("29.3076") / 2 * 100


def test_exact_indicators_win_over_rounded_ones() -> None:
    run = make_run({"indicators": {"intensity_tco2_per_tce": {"当量": "0.333333", "当量_exact": "1/3", "等价": "0.25"}}})
    sheet = build_fact_sheet(profile(), run, ())
    assert sheet.value("intensity_calorific", strict=True) == Fraction(1, 3)
    assert sheet.value("intensity_equivalent", strict=True) == Fraction(1, 4)


def test_measures_in_the_run_and_settlements_overrule_a_denial() -> None:
    denied = [{"name": "分布式光伏", "value": False, **PROVED}, {"name": "绿证交易", "value": False, **STATED}]
    certificate = DocumentFact(sha256="11" * 32, filename="绿证.pdf", kind="green_certificate")
    sheet = build_fact_sheet(profile(measures=denied), make_run({"lines": {"pv": 5}}), [PAPER, certificate])
    assert sheet.value("measures", strict=True) == Marks(present=frozenset({"分布式光伏", "绿证交易"}))


def test_yearly_values_merge_with_the_run_and_contradictions_count_as_none() -> None:
    rows = [
        {"id": "total_tco2", "year": 2024, "value": "120", **PROVED},
        {"id": "total_tco2", "year": "2023", "value": "130", **PROVED},
        {"id": "total_tco2", "year": 2023, "value": "131", **STATED},
        {"id": "total_tco2", "year": 2025, "value": "1", **PROVED},
        {"id": "total_tco2", "year": 2022, "value": "约一百", **PROVED},
    ]
    sheet = build_fact_sheet(profile(annual=rows), make_run({"total": "100.5"}), [PAPER])
    value = sheet.value("annual_total_tco2", strict=True)
    assert value == Series(points={2024: Fraction(120), 2025: Fraction("100.5")}, last_year=2025)
    assert "不同的值" in sheet.notes["annual_total_tco2"]


@pytest.mark.parametrize(
    "extra",
    [
        {"declarations": "不是表"},
        {"declarations": {"id": "energy_rules"}},
        {"declarations": [1, None, {"value": True}, {"id": "", "value": 1}]},
        {"measures": [{"name": 3, "value": "也许"}], "titles": {"name": "省级绿色工厂"}},
        {"equipment": [{"quantity": "x"}], "registers": {"equipment": "12"}},
        {"registers": "12", "annual": [{"id": "total_tco2"}, {"year": "去年", "value": "1"}], "declarant": []},
        {"declarations": [{"id": "energy_rules", "value": True, "declared_by": "甲", "declared_on": "2026-01-01", "evidence": [1, {}]}]},
    ],
)
def test_odd_profiles_are_survived(extra: dict[str, Any]) -> None:
    sheet = build_fact_sheet(FactoryProfile(name="示例工厂", extra=extra), None, [PAPER])
    assert all(fact.proved is None or fact.document for fact in sheet.facts.values())


def test_the_examples_of_the_guide_are_valid_and_used() -> None:
    from app.services.profile import parse_profile

    text = (ROOT / "docs" / "profile.md").read_text(encoding="utf-8")
    parsed, schemes = parse_profile("\n".join(re.findall(r"```toml\n(.*?)```", text, re.S)))
    names = sorted({name.partition("#")[0] for name in re.findall(r'evidence = "([^"]+)"', text)})
    papers = [DocumentFact(sha256=f"{n:02x}" * 32, filename=name, kind="other", pages=20) for n, name in enumerate(names)]
    sheet = build_fact_sheet(parsed, None, papers)
    assert schemes == ("zero_carbon_factory_guideline",)
    assert not sheet.notes
    for name in ("accounting_system", "source_process", "accounting_standard", "measures", "titles", "certificates", "disclosures",
                 "centre_functions", "energy_limit_levels", "product_footprints", "annual_total_tco2"):  # fmt: skip
        assert sheet.facts[name].proved is not None, name
        assert sheet.facts[name].document, name
    assert sheet.value("district", strict=False) == "高新区"
