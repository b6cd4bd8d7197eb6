"""Losing evidence never helps: over generated factories, taking things away only ever leads to 待补证 or 不适用.

The generator is seeded, so a failure is reproducible by its number."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "spec" / "eligibility"))
from case_builder import PAPER, SUPPORT, Inputs, make_run

from app.corpus.rules import load_ruleset
from app.domain.project import FactoryProfile
from app.domain.verdict import CriterionVerdict, Verdict
from app.eligibility import evaluate
from app.eligibility.evidence import DocumentFact
from app.eligibility.facts import COMPUTED_FACTS, build_fact_sheet
from app.eligibility.values import FactSheet

RULESET = load_ruleset()
SIZE = 1000
"""Generated factories: a hundred rules each, judged before and after two kinds of loss."""
SCHEMES = tuple(RULESET.schemes)
PLACES = [("安徽", ""), ("湖南", ""), ("浙江", ""), ("上海", ""), ("河南", ""), ("天津", ""), ("江苏", "苏州"), ("", "")]
RETREATS = (Verdict.INSUFFICIENT_EVIDENCE, Verdict.NOT_APPLICABLE)
LEVELS = {
    "equipment": {"efficiency_grade": ["1级", "2级", ""], "advanced_level": ["先进水平", "节能水平", ""]},
    "energy_benchmarks": {"limit_level": ["1级", "先进值", "2级", "无限额标准"], "benchmark_level": ["标杆水平", "未列入", "基准水平"]},
    "products": {"footprint_standard": ["GB/T 24067-2024", "T/ABC 1", "未开展"]},
}
TEXTS: dict[str, list[Any]] = {
    "accounting_standard": ["GB/T 32150-2015", "CETS", "其他"],
    "application_date": ["2025-05-01", "2024-12-01", "以后"],
}


def backing(rng: random.Random) -> dict[str, str]:
    return SUPPORT[rng.choices(["proved", "stated", "unfiled", "bare"], [6, 2, 1, 1])[0]]


def random_inputs(seed: int) -> Inputs:
    rng = random.Random(seed)
    extra: dict[str, Any] = {"declarations": [], "annual": [], "registers": {}}
    for name, spec in RULESET.facts.items():
        if name in COMPUTED_FACTS or spec.source != "declared" or rng.random() < 0.25:
            continue
        if spec.type == "series":
            for year in range(2022, 2026):
                if rng.random() < 0.85:
                    row = {"id": name.removeprefix("annual_"), "year": year, "value": str(rng.randint(1, 6))}
                    extra["annual"].append({**row, **backing(rng)})
            continue
        value: Any = rng.random() < 0.7
        if spec.type == "number":
            value = str(rng.choice([1, 5, 6, 80, 100]))
        elif spec.type == "text":
            value = rng.choice(TEXTS[name])
        extra["declarations"].append({"id": name, "value": value, **backing(rng)})
    for section in ("measures", "titles", "certificates", "disclosures", "centre_functions"):
        names = [n for n in RULESET.facts[section].options if rng.random() < 0.6]
        extra[section] = [{"name": n, "value": rng.random() < 0.85, **backing(rng)} for n in names]
    for section, columns in LEVELS.items():
        count = rng.randint(0, 4)
        extra[section] = [
            {"name": f"{section}{n}", "quantity": str(rng.randint(1, 3)), **{c: rng.choice(v) for c, v in columns.items()}, **backing(rng)}
            for n in range(count)
        ]
        total = sum(int(row["quantity"]) for row in extra[section]) + rng.choice([0, 0, 0, 1])
        if rng.random() < 0.9:
            extra["registers"][section] = {"total": str(max(total, 0)), **backing(rng)}
    province, city = rng.choice(PLACES)
    if city:
        extra["factory"] = {"district": rng.choice(["苏州工业园区", "吴中区"])}
    profile = FactoryProfile(
        name="示例工厂", province=province, city=city, year=rng.choice([2025, 2025, 2025, 2028, None]), extra=extra,
        industry=rng.choice(["锂电池", "水泥", "食品", "新材料", ""]), ets_covered=rng.choice([True, False, None]),
    )  # fmt: skip
    lines = {n: str(rng.randint(1, 9_000_000)) for n in ("fuel", "process", "grid", "pv", "green", "gec", "heat") if rng.random() < 0.6}
    ratio = str(rng.choice(["0.2", "0.4", "0.9", "0.99"]))
    spec = {
        "lines": lines, "total": str(rng.randint(1, 900)), "co2e": str(rng.randint(1, 900)), "offsets": rng.random() < 0.5,
        "blocking": rng.random() < 0.2,
        "indicators": {
            "energy_tce": {"当量": "300", "等价": "400"}, "intensity_tco2_per_tce": {"当量": "1.9", "等价": "1.1"},
            "non_fossil_share": {"当量": ratio, "等价": ratio}, "physical_share": ratio,
        },
    }  # fmt: skip
    kinds = [k for k in ("grid_bill", "gas_bill", "green_certificate", "green_power_settlement") if rng.random() < 0.5]
    papers = [DocumentFact(sha256=f"{n:02d}" * 32, filename=f"{k}.pdf", kind=k) for n, k in enumerate(kinds)]
    return Inputs(profile=profile, run=make_run(spec) if rng.random() < 0.9 else None, documents=(PAPER, *papers))


def sheet_of(inputs: Inputs) -> FactSheet:
    return build_fact_sheet(inputs.profile, inputs.run, inputs.documents)


def verdicts(sheet: FactSheet) -> dict[str, CriterionVerdict]:
    return {c.id: c for c in evaluate(RULESET, sheet, project="p", run_id=None, schemes=SCHEMES).criteria}


def assert_only_retreats(before: dict[str, CriterionVerdict], after: dict[str, CriterionVerdict], what: str) -> None:
    for rule_id, criterion in after.items():
        if criterion.verdict is not before[rule_id].verdict:
            assert criterion.verdict in RETREATS, f"{what}: {rule_id} {before[rule_id].verdict} -> {criterion.verdict}"


@cache
def generated() -> tuple[tuple[Inputs, FactSheet, dict[str, CriterionVerdict]], ...]:
    made = ((inputs, sheet_of(inputs)) for inputs in map(random_inputs, range(SIZE)))
    return tuple((inputs, sheet, verdicts(sheet)) for inputs, sheet in made)


def test_dropping_facts_from_the_sheet_never_helps() -> None:
    moved = 0
    for seed, (_, sheet, before) in enumerate(generated()):
        rng = random.Random(seed)
        dropped = [name for name in sheet.facts if rng.random() < 0.15]
        after = verdicts(sheet.without(*dropped))
        assert_only_retreats(before, after, f"seed {seed} without {dropped}")
        moved += sum(after[r].verdict is not before[r].verdict for r in after)
    assert moved > 2 * SIZE


def thinner(inputs: Inputs, rng: random.Random) -> Inputs:
    """The same factory with entries, evidence, documents or the run taken away."""
    extra = dict(inputs.profile.extra)
    for section, rows in extra.items():
        if isinstance(rows, list):
            kept = [dict(row) for row in rows if rng.random() > 0.12]
            for row in kept:
                for key in ("evidence", "declared_on", "declared_by"):
                    if rng.random() < 0.08:
                        row.pop(key, None)
            extra[section] = kept
    if rng.random() < 0.2:
        extra["registers"] = {}
    fields = {name: "" for name in ("province", "city", "industry") if rng.random() < 0.1}
    profile = replace(inputs.profile, extra=extra, **fields)
    documents = tuple(d for d in inputs.documents if rng.random() > 0.15)
    return Inputs(profile=profile, run=inputs.run if rng.random() > 0.15 else None, documents=documents)


def test_dropping_entries_from_the_profile_never_makes_a_verdict_better() -> None:
    """A run supersedes a declared value, so without it a declared one may show; met may never appear where it was not."""
    for seed, (inputs, _, before) in enumerate(generated()):
        rng = random.Random(-seed - 1)
        less = thinner(inputs, rng)
        if inputs.run is not None and less.run is None:
            less = replace(less, run=inputs.run)
        assert_only_retreats(before, verdicts(sheet_of(less)), f"seed {seed}")


def test_nothing_is_met_without_a_run_a_document_or_the_head_of_the_profile() -> None:
    for inputs, _, _ in generated()[:250]:
        bare = replace(inputs, documents=(), run=None)
        met = [c.id for c in verdicts(sheet_of(bare)).values() if c.verdict is Verdict.MET]
        assert set(met) <= {"g13-sector-2027", "g13-sector-2030", "zj-sector"}


def test_every_met_requirement_rests_on_a_run_or_a_document() -> None:
    met = 0
    for _, _, found in generated():
        for criterion in found.values():
            if criterion.verdict is Verdict.MET and RULESET.facts[criterion.operands[-1].name].source != "profile":
                met += 1
                assert any(o.run_line or o.document for o in criterion.operands), criterion.id
    assert met > 4 * SIZE


def test_unverified_reports_never_decide_and_reports_repeat_to_the_byte() -> None:
    from app.eligibility.report import report_to_json

    for inputs, sheet, _ in generated()[:60]:
        report = evaluate(RULESET, sheet, project="p", run_id=None, schemes=SCHEMES)
        again = evaluate(RULESET, sheet_of(inputs), project="p", run_id=None, schemes=SCHEMES)
        assert repr(report_to_json(report)) == repr(report_to_json(again))
        for criterion in report.criteria:
            assert criterion.evidence.decidable or criterion.verdict in RETREATS


@pytest.mark.parametrize("block", range(SIZE // 100))
def test_the_generator_covers_all_four_verdicts(block: int) -> None:
    seen = {c.verdict for _, _, found in generated()[block * 100 : block * 100 + 100] for c in found.values()}
    assert seen == set(Verdict)
