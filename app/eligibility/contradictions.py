"""Where the profile says one thing and the accounts or documents show another.

The fact sheet follows the accounts and documents, so a wrong denial decides nothing; but one of the two is wrong, and a person has
to mend it. Each contradiction is a finding that names both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from app.domain.finding import Finding, Severity
from app.domain.project import FactoryProfile
from app.domain.run import CalculationRun
from app.eligibility.evidence import DocumentFact
from app.eligibility.facts import COMPUTED_FACTS, GREEN_KINDS, RUN_SERIES
from app.eligibility.facts_profile import declared_facts, entries
from app.eligibility.facts_run import SOURCES, number_of, run_facts, run_measures
from app.eligibility.values import Marks, plain_number

SOURCE_LABELS: dict[str, str] = {"fuel": "燃料燃烧", "process": "过程排放", "electricity": "外购电力", "heat": "外购热力"}


def contradictions(
    profile: FactoryProfile, run: CalculationRun | None, documents: Sequence[DocumentFact]
) -> tuple[Finding, ...]:
    """Findings, all to be explained; empty when the profile agrees with the run and the documents."""
    declared = declared_facts(profile, documents, COMPUTED_FACTS).facts
    marks = declared["measures"].value if "measures" in declared else Marks()
    denied = marks.absent if isinstance(marks, Marks) else frozenset()
    found = list(_denied_measures(denied, run, documents))
    if run is None:
        return tuple(found)
    for source, label in SOURCE_LABELS.items():
        fact = declared.get(f"source_{source}")
        shown = next((line.activity for line in run.lines if line.category in SOURCES[f"run_has_{source}"]), None)
        if fact is not None and fact.value is False and shown is not None:
            found.append(_denied_source(label, f"{run.run_id}/{shown}"))
        if fact is not None and fact.value is True and shown is None:
            found.append(_missing_source(label, run.run_id))
    found += _differing_years(profile, run)
    return tuple(found)


def _denied_measures(
    denied: frozenset[str], run: CalculationRun | None, documents: Sequence[DocumentFact]
) -> Iterator[Finding]:
    lines = {name: f"核算行 {run.run_id}/{line}" for name, line in run_measures(run).items()} if run is not None else {}
    papers = {GREEN_KINDS[d.kind]: f"文件 {d.filename}" for d in reversed(documents) if d.kind in GREEN_KINDS}
    for name, where in sorted({**papers, **lines}.items()):
        if name in denied:
            yield Finding(
                id="profile-denies-measure",
                severity=Severity.EXPLAIN,
                message=f"项目档案写明没有“{name}”，但{where} 显示正在使用；判断以核算与凭证为准",
                subjects=("measures", name),
                fix=f"核实后更正一处：删去 [[measures]] 中“{name}”的 value = false，或更正活动数据",
            )


def _denied_source(label: str, line: str) -> Finding:
    return Finding(
        id="profile-denies-source",
        severity=Severity.EXPLAIN,
        message=f"项目档案声明没有{label}，但核算行 {line} 就是{label}；判断以核算为准",
        subjects=(label,),
        fix="核实后更正一处：更正声明，或更正活动数据",
    )


def _missing_source(label: str, run_id: str) -> Finding:
    return Finding(
        id="run-lacks-source",
        severity=Severity.EXPLAIN,
        message=f"项目档案声明有{label}，但核算 {run_id} 中没有这一类的行",
        subjects=(label,),
        fix=f"补充并确认{label}的活动数据后重新核算，或更正声明",
    )


def _differing_years(profile: FactoryProfile, run: CalculationRun) -> Iterator[Finding]:
    """The reporting year, and yearly values given for the year that the run itself accounts for."""
    if profile.year is not None and run.year is not None and profile.year != run.year:
        yield Finding(
            id="run-of-another-year",
            severity=Severity.EXPLAIN,
            message=f"项目档案的报告年是 {profile.year}，最近一次核算是 {run.year} 年",
            subjects=("reporting_year",),
            fix="按报告年重新核算，或更正报告年",
        )
    facts = run_facts(run)
    for series, source in RUN_SERIES.items():
        fact = facts.get(source)
        for row in entries(profile, "annual"):
            value, year = number_of(row.get("value")), number_of(row.get("year"))
            same = f"annual_{str(row.get('id', '')).strip()}" == series and run.year is not None and year == run.year
            if same and fact is not None and isinstance(fact.value, Fraction) and value not in (None, fact.value):
                yield Finding(
                    id="annual-differs-from-run",
                    severity=Severity.EXPLAIN,
                    message=f"项目档案 [[annual]] {row['id']} {run.year} 年写作 {row['value']}，核算结果为 {plain_number(fact.value)}；"
                    "判断以核算为准",
                    subjects=(series,),
                    data={"declared": str(row["value"]), "run": plain_number(fact.value)},
                    fix=f"删去 [[annual]] 中 {run.year} 年的这一行，或查明两者为何不同",
                )
