"""What the profile denies and the accounts show is pointed out, and decides nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "spec" / "eligibility"))
from case_builder import STATED, build_inputs

from app.corpus.rules import load_ruleset
from app.domain.finding import Finding, Severity
from app.domain.verdict import Verdict
from app.eligibility import evaluate
from app.eligibility.contradictions import contradictions
from app.eligibility.facts import build_fact_sheet

RULESET = load_ruleset()


def found(row: dict[str, Any]) -> list[Finding]:
    inputs = build_inputs(row)
    return list(contradictions(inputs.profile, inputs.run, inputs.documents))


def verdict(row: dict[str, Any], rule: str) -> Verdict:
    inputs = build_inputs(row)
    sheet = build_fact_sheet(inputs.profile, inputs.run, inputs.documents)
    report = evaluate(RULESET, sheet, project="p", run_id=None, schemes=["zero_carbon_factory_guideline"])
    return next(c.verdict for c in report.criteria if c.id == rule)


def test_a_profile_that_denies_the_photovoltaics_of_the_run_is_told_so() -> None:
    row = {"run": {"lines": {"grid": 100, "pv": 20}}, "absent": {"measures": ["分布式光伏", "电锅炉"]}}
    (finding,) = found(row)
    assert (finding.id, finding.severity) == ("profile-denies-measure", Severity.EXPLAIN)
    assert "分布式光伏" in finding.message
    assert "run-case/pv" in finding.message
    assert finding.fix
    assert verdict(row, "g13-renewable-core") is Verdict.MET


def test_a_settlement_shows_what_the_profile_denies_even_before_a_run() -> None:
    (finding,) = found({"documents": ["green_power_settlement"], "absent": {"measures": ["绿电交易"]}})
    assert "green_power_settlement.pdf" in finding.message


def test_denied_and_missing_sources_are_named() -> None:
    ids = [f.id for f in found({"run": {"lines": {"fuel": 5}}, "stated": {"source_fuel": False, "source_heat": True}})]
    assert ids == ["profile-denies-source", "run-lacks-source"]


def test_yearly_values_and_years_that_differ_from_the_run() -> None:
    (annual,) = found({"run": {"total": "90"}, "annual": {"total_tco2": {2024: "100", 2025: "95"}}})
    assert (annual.id, annual.data) == ("annual-differs-from-run", {"declared": "95", "run": "90"})
    assert found({"run": {"total": "90"}, "annual": {"total_tco2": {2024: "100", 2025: "90.0"}}}) == []
    assert [f.id for f in found({"profile": {"year": 2024}, "run": {}})] == ["run-of-another-year"]


def test_agreement_and_denials_nobody_signed_are_no_contradiction() -> None:
    assert found({}) == []
    assert found({"run": {"lines": {"grid": 1}}, "absent": {"measures": ["分布式光伏"]}, "stated": {"source_heat": False}}) == []
    inputs = build_inputs({"run": {"lines": {"pv": 5}}, "absent": {"measures": ["分布式光伏"]}})
    for row in inputs.profile.extra["measures"]:
        for key in STATED:
            row.pop(key)
    assert contradictions(inputs.profile, inputs.run, inputs.documents) == ()
