"""Generated factories for judging the rules: by number, so that a failure can be looked at again.

A factory declares some facts with proof, some without, some not at all; ``thinner`` takes away entries, evidence, documents or the run.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from app.domain.finding import Finding, Severity
from app.domain.project import FactoryProfile
from app.domain.run import CalculationRun, EmissionLine
from app.eligibility.evidence import DocumentFact
from app.eligibility.facts import COMPUTED_FACTS
from app.eligibility.rule import RuleSet

PAPER = DocumentFact(sha256="ab" * 32, filename="证明材料.pdf", kind="other", pages=9)
PROVED = {"declared_by": "张工", "declared_on": "2026-03-01", "evidence": "证明材料.pdf#p2"}
STATED = {"declared_by": "张工", "declared_on": "2026-03-01"}
UNFILED = {**STATED, "evidence": "没有上传.pdf"}
SUPPORT: dict[str, dict[str, str]] = {"proved": PROVED, "stated": STATED, "unfiled": UNFILED, "bare": {}}

LINES: dict[str, tuple[str, str, str, str]] = {
    # short name: category, carrier, unit, why
    "fuel": ("fuel_combustion", "天然气", "Nm3", ""),
    "process": ("process", "碳酸盐 CaCO3", "t", ""),
    "grid": ("electricity_in", "电力", "kWh", "网购电，按电网排放因子计。"),
    "pv": ("electricity_zero", "pv_generation", "kWh", "自用光伏凭逐月原始记录按 0 计。"),
    "green": ("electricity_zero", "电力", "kWh", "绿电交易凭合同、结算凭证按 0 计。"),
    "gec": ("electricity_zero", "电力", "kWh", "凭绿证按 0 计。"),
    "direct": ("electricity_zero", "电力", "kWh", "直供电凭合同按 0 计。"),
    "export": ("electricity_out", "电力", "kWh", ""),
    "heat": ("heat_in", "热力", "GJ", ""),
}
PLACES = [("安徽", ""), ("湖南", ""), ("浙江", ""), ("上海", ""), ("河南", ""), ("天津", ""), ("江苏", "苏州"), ("", "")]
LEVELS = {
    "equipment": {"efficiency_grade": ["1级", "2级", ""], "advanced_level": ["先进水平", "节能水平", ""]},
    "energy_benchmarks": {"limit_level": ["1级", "先进值", "2级", "无限额标准"], "benchmark_level": ["标杆水平", "未列入", "基准水平"]},
    "products": {"footprint_standard": ["GB/T 24067-2024", "T/ABC 1", "未开展"]},
}
TEXTS: dict[str, list[Any]] = {
    "accounting_standard": ["GB/T 32150-2015", "CETS", "其他"],
    "application_date": ["2025-05-01", "2024-12-01", "以后"],
}


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What ``build_fact_sheet`` takes."""

    profile: FactoryProfile
    run: CalculationRun | None
    documents: tuple[DocumentFact, ...]


def make_run(spec: Mapping[str, Any]) -> CalculationRun:
    """``lines`` maps short names to quantities; ``total``, ``co2e``, ``indicators``, ``edition``, ``offsets``, ``blocking``."""
    lines = []
    for name, quantity in spec.get("lines", {}).items():
        category, carrier, unit, why = LINES[name]
        direction = "out" if category == "electricity_out" else "in"
        lines.append(
            EmissionLine(
                activity=name, category=category, carrier=carrier, direction=direction, quantity=str(quantity), unit=unit,
                tco2=Fraction(0), formula_id="case", formula="", clause="", why=why,
            )
        )  # fmt: skip
    blocking = Finding(id="case", severity=Severity.BLOCKING, message="缺少三月电费账单")
    return CalculationRun(
        run_id="run-case", inputs_hash="0" * 12, engine="case", edition=str(spec.get("edition", "GB/T 32150-2015")),
        factor_set="A", year=int(spec.get("year", 2025)), lines=tuple(lines), subtotals={},
        total_tco2=Fraction(str(spec.get("total", "100"))),
        total_tco2e=Fraction(str(spec["co2e"])) if "co2e" in spec else None,
        indicators=spec.get("indicators", {}),
        offsets=({"kind": "CCER", "quantity": "10", "unit": "tCO2"},) if spec.get("offsets") else (),
        findings=(blocking,) if spec.get("blocking") else (),
    )  # fmt: skip


def backing(rng: random.Random) -> dict[str, str]:
    return SUPPORT[rng.choices(["proved", "stated", "unfiled", "bare"], [6, 2, 1, 1])[0]]


def random_inputs(seed: int, ruleset: RuleSet) -> Inputs:
    """Factory number ``seed``: declarations with and without proof, registers, marks, a run, documents. The same number, the same factory."""
    rng = random.Random(seed)
    extra: dict[str, Any] = {"declarations": [], "annual": [], "registers": {}}
    for name, spec in ruleset.facts.items():
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
        names = [n for n in ruleset.facts[section].options if rng.random() < 0.6]
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
    run_spec = {
        "lines": lines, "total": str(rng.randint(1, 900)), "co2e": str(rng.randint(1, 900)), "offsets": rng.random() < 0.5,
        "blocking": rng.random() < 0.2,
        "indicators": {
            "energy_tce": {"当量": "300", "等价": "400"}, "intensity_tco2_per_tce": {"当量": "1.9", "等价": "1.1"},
            "non_fossil_share": {"当量": ratio, "等价": ratio}, "physical_share": ratio,
        },
    }  # fmt: skip
    kinds = [k for k in ("grid_bill", "gas_bill", "green_certificate", "green_power_settlement") if rng.random() < 0.5]
    papers = [DocumentFact(sha256=f"{n:02d}" * 32, filename=f"{k}.pdf", kind=k) for n, k in enumerate(kinds)]
    return Inputs(profile=profile, run=make_run(run_spec) if rng.random() < 0.9 else None, documents=(PAPER, *papers))


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
    fields: dict[str, Any] = {name: "" for name in ("province", "city", "industry") if rng.random() < 0.1}
    profile = replace(inputs.profile, extra=extra, **fields)
    documents = tuple(d for d in inputs.documents if rng.random() > 0.15)
    return Inputs(profile=profile, run=inputs.run if rng.random() > 0.15 else None, documents=documents)
