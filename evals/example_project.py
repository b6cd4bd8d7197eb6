"""A small project for questions about own figures: invented numbers, one month missing, one record unconfirmed."""

from __future__ import annotations

import calendar
import hashlib

from app.accounting import calculate
from app.assistant import ActivityView, ProjectView
from app.corpus.factors import load_factor_library
from app.domain.carrier import Carrier, Direction
from app.domain.clause import EvidenceLevel, Modality
from app.domain.project import FactoryProfile
from app.domain.verdict import CriterionVerdict, EligibilityReport, Verdict

YEAR = 2025
MISSING_MONTH = 8


def example_project() -> ProjectView:
    records = [_bill(month) for month in range(1, 13) if month != MISSING_MONTH]
    records.append(_bill(MISSING_MONTH, status="proposed"))
    activities = [{"id": r.activity, "carrier": "电力", "quantity": r.quantity, "unit": r.unit, "direction": "in",
                   "params": {"supply": "grid"}} for r in records if r.status == "confirmed"]
    run = calculate({"edition": "GB/T 32151.34-2024", "factor_set": "A", "year": YEAR, "province": "安徽",
                     "grid_basis": {"data_year": 2023, "level": "province", "region": "安徽", "basis": "average"},
                     "activities": activities}, load_factor_library())
    return ProjectView(
        project="example",
        profile=FactoryProfile(name="示例电子有限公司", province="安徽", city="合肥", industry="电子电器", year=YEAR),
        records=tuple(records), run=run, report=_report(run.run_id),
        documents=tuple((r.filename, 1) for r in records))


def _bill(month: int, *, status: str = "confirmed") -> ActivityView:
    name = f"电费账单-{YEAR}-{month:02}.pdf"
    last = calendar.monthrange(YEAR, month)[1]
    return ActivityView(id=f"r{month}", activity=f"r{month}", carrier=Carrier.ELECTRICITY, direction=Direction.PURCHASED,
                        quantity=str(80_000 + 1_000 * month), unit="kWh", status=status,
                        period_start=f"{YEAR}-{month:02}-01", period_end=f"{YEAR}-{month:02}-{last}",
                        sha256=hashlib.sha256(name.encode()).hexdigest(), page=1, filename=name)


def _report(run_id: str) -> EligibilityReport:
    return EligibilityReport(project="example", run_id=run_id, ruleset="example", criteria=(
        _criterion("equipment-grade", "通用设备能效等级", Verdict.INSUFFICIENT_EVIDENCE, "没有设备清单。", ("设备清单和能效等级",)),
        _criterion("accounting", "核算方法", Verdict.MET, "按国家标准核算。", ())))


def _criterion(id: str, title: str, verdict: Verdict, reason: str, missing: tuple[str, ...]) -> CriterionVerdict:
    return CriterionVerdict(id=id, scheme="zero_carbon_factory_guideline", topic="equipment_grade", title=title,
                            clause="miit-2026-13/三-(三)", modality=Modality.SHALL, evidence=EvidenceLevel.OFFICIAL,
                            verdict=verdict, reason=reason, missing=missing)
