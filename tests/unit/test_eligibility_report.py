"""Reports, gap lists and applicable schemes."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "spec" / "eligibility"))
from case_builder import build_inputs

from app.corpus.rules import load_ruleset
from app.domain.clause import Modality
from app.domain.errors import NotFound
from app.domain.project import FactoryProfile
from app.domain.verdict import EligibilityReport, Verdict
from app.eligibility import evaluate
from app.eligibility.applicable import Applicability, schemes_for
from app.eligibility.facts import build_fact_sheet
from app.eligibility.gaps import gap_plan
from app.eligibility.report import report_to_json

RULESET = load_ruleset()
GUIDELINE = "zero_carbon_factory_guideline"
ROW = {
    "profile": {"industry": "锂电池"},
    "run": {"lines": {"grid": 80, "pv": 20, "fuel": 3}, "total": "90"},
    "proved": {"accounting_system": True},
    "stated": {"digital_centre": True, "inventory_report": False, "energy_rules": False},
}


def report_of(row: dict[str, object], schemes: list[str] | None = None) -> EligibilityReport:
    inputs = build_inputs(row)
    sheet = build_fact_sheet(inputs.profile, inputs.run, inputs.documents)
    return evaluate(RULESET, sheet, project="p1", run_id=inputs.run.run_id if inputs.run else None, schemes=schemes)


def test_the_json_has_the_keys_of_the_contract_and_no_others() -> None:
    data = report_to_json(report_of(ROW, [GUIDELINE]))
    assert set(data) == {"project", "run_id", "ruleset", "criteria", "counts"}
    assert data["run_id"] == "run-case"
    for criterion in data["criteria"]:
        assert set(criterion) == {
            "id", "scheme", "topic", "clause", "modality", "evidence", "verdict", "reason", "operands", "threshold", "missing", "next_step",
        }  # fmt: skip
        for operand in criterion["operands"]:
            assert set(operand) <= {"name", "value", "unit", "run_line", "document", "declared"}
            assert len(set(operand) - {"name", "value", "unit"}) == (operand["value"] is not None)
            assert operand["value"] is None or isinstance(operand["value"], str)
    assert sum(data["counts"].values()) == len(data["criteria"])
    assert set(data["counts"]) == {"met", "not_met", "insufficient_evidence", "not_applicable"}


def test_the_detailed_json_adds_what_a_screen_shows() -> None:
    criterion = report_to_json(report_of(ROW, [GUIDELINE]), detail=True)["criteria"][0]
    assert criterion["title"]
    assert criterion["proof"]
    assert criterion["operands"][0]["label"]


def test_the_same_input_gives_the_same_bytes() -> None:
    first, second = (json.dumps(report_to_json(report_of(ROW)), ensure_ascii=False) for _ in range(2))
    assert first == second


def test_without_named_schemes_those_of_the_place_are_judged_and_national_ones_come_first() -> None:
    here = list(dict.fromkeys(c.scheme for c in report_of(ROW).criteria))
    hunan = list(dict.fromkeys(c.scheme for c in report_of({"profile": {"province": "湖南"}}).criteria))
    assert here == [GUIDELINE, "zero_carbon_factory_national_2026"]
    assert hunan == [*here, "zero_carbon_factory_hunan"]


def test_an_unknown_scheme_is_refused_with_the_list() -> None:
    with pytest.raises(NotFound) as refused:
        report_of(ROW, ["green_factory"])
    assert GUIDELINE in refused.value.fix


def test_a_scheme_of_another_place_is_not_applicable_throughout() -> None:
    report = report_of(ROW, ["zero_carbon_factory_shanghai"])
    assert {c.verdict for c in report.criteria} == {Verdict.NOT_APPLICABLE}
    assert all("注册地在上海" in c.reason for c in report.criteria)


def test_the_gap_list_puts_requirements_first_and_says_who_does_what() -> None:
    report = report_of({**ROW, "profile": {"province": "湖南"}})
    gaps = gap_plan(report)
    open_ids = {c.id for c in report.criteria if c.verdict in (Verdict.NOT_MET, Verdict.INSUFFICIENT_EVIDENCE)}
    assert {g.criterion for g in gaps} == open_ids
    assert gaps[0].criterion == "g13-inventory-report"
    assert gaps[0].kind == "不符合"
    certain = [g for g in gaps if g.kind != "待核实"]
    first_other = next(n for n, g in enumerate(certain) if g.modality is not Modality.SHALL)
    assert all(g.modality is not Modality.SHALL for g in certain[first_other:])
    assert [g.kind for g in gaps[len(certain) :]] == ["待核实"] * (len(gaps) - len(certain))
    for gap in gaps:
        assert gap.missing
        assert gap.documents
        assert gap.supplier
        assert gap.next_step.endswith("。")


def test_a_stated_fact_asks_for_its_document() -> None:
    gap = next(g for g in gap_plan(report_of(ROW, [GUIDELINE])) if g.criterion == "g13-digital-centre")
    assert gap.missing == ("已建成并运营数字化能碳管理中心的证明文件",)
    assert "补充证明文件" in gap.next_step


def test_nothing_is_asked_where_nothing_is_open() -> None:
    report = report_of(ROW, [GUIDELINE])
    closed = replace(report, criteria=tuple(c for c in report.criteria if c.verdict is Verdict.MET))
    assert closed.criteria
    assert gap_plan(closed) == ()


def test_a_name_outside_the_list_is_pointed_out() -> None:
    report = report_of({"profile": {"province": "江苏", "city": "苏州"}, "marks": {"certificates": ["能源管理体系认证"]}}, ["near_zero_carbon_factory_suzhou"])
    reason = next(c.reason for c in report.criteria if c.id == "sz-systems")
    assert "未登记的名称没有采用：能源管理体系认证" in reason


def statuses(profile: FactoryProfile, today: date | None = None) -> dict[str, Applicability]:
    return {s.scheme or s.documents[0]: s.status for s in schemes_for(profile, RULESET, today=today)}


def test_place_decides_which_schemes_apply() -> None:
    found = statuses(FactoryProfile(name="甲", province="安徽省", city="合肥"))
    assert found[GUIDELINE] is Applicability.NOW
    assert found["zero_carbon_factory_hunan"] is Applicability.NOT
    assert found["ndrc-2025-910-park"] is Applicability.NOT
    assert found["anhui-2025-green-factory"] is Applicability.NOT
    nowhere = statuses(FactoryProfile(name="甲"))
    assert nowhere["zero_carbon_factory_hunan"] is Applicability.UNKNOWN
    suzhou = statuses(FactoryProfile(name="甲", province="江苏", city="苏州市"))
    assert suzhou["near_zero_carbon_factory_suzhou"] is Applicability.UNKNOWN
    assert suzhou["zero_carbon_factory_sip"] is Applicability.UNKNOWN


def test_a_closed_batch_does_not_apply_any_more() -> None:
    profile = FactoryProfile(name="甲", province="上海")
    assert statuses(profile)["zero_carbon_factory_shanghai"] is Applicability.NOW
    assert statuses(profile, date(2025, 5, 20))["zero_carbon_factory_shanghai"] is Applicability.NOW
    closed = next(s for s in schemes_for(profile, RULESET, today=date(2025, 5, 21)) if s.scheme == "zero_carbon_factory_shanghai")
    assert closed.status is Applicability.LATER
    assert "2025-05-20" in closed.reason
    assert "新一批" in closed.reason


def test_every_status_has_a_reason_and_parks_are_named_as_such() -> None:
    found = schemes_for(FactoryProfile(name="甲", province="湖北"), RULESET)
    assert all(s.reason for s in found)
    park = next(s for s in found if s.documents == ("hubei-hbas-244-2025",))
    assert "不得用于零碳工厂" in park.reason
    order = [s.status for s in found if s.scheme]
    assert order == sorted(order, key=list(Applicability).index)


def test_a_list_is_shown_only_as_far_as_the_rule_asks_each_with_its_own_source() -> None:
    row = {"run": {"lines": {"pv": 5}}, "marks": {"measures": ["电锅炉", "物联网计量|stated"]}}
    operands = {c.id: c.operands[0] for c in report_of(row, [GUIDELINE]).criteria if c.operands[0].name == "measures"}
    supply, boiler = operands["g13-zero-carbon-supply"], operands["g13-electrification-technology"]
    assert (supply.value, supply.run_line) == ("分布式光伏", "run-case/pv")
    assert (boiler.value, boiler.document) == ("电锅炉", "abababababab#p2")
    assert operands["g13-iot-data"].declared == "张工，2026-03-01"
    assert operands["g13-microgrid"].value is None


def test_the_guideline_shows_no_figure_it_does_not_state() -> None:
    thresholds = {c.id: c.threshold or "" for c in report_of(ROW, [GUIDELINE]).criteria}
    assert thresholds["g13-renewable-share"] == "报告年高于上一年"
    assert thresholds["g13-equipment-grade"] == "1级及以上"
    figures = {i: t for i, t in thresholds.items() if any(ch.isdigit() for ch in t)}
    assert set(figures) == {"g13-equipment-grade", "g13-energy-limit", "g13-method-other", "g13-footprint"}
