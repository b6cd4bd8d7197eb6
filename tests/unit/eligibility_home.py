"""A home with a project, confirmed monthly records and a run, made through the log as the program makes it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from app.bootstrap import open_workspace
from app.domain.activity import DocumentKind, Extraction, ProposedRecord, RecordStatus
from app.domain.carrier import Carrier, Direction
from app.domain.period import Period
from app.domain.plain import to_plain
from app.domain.project import Project
from app.services.account import account
from app.services.projects import add_project
from app.services.workspace import Workspace

SHA = "c" * 64
HEAD = """
schemes = ["zero_carbon_factory_guideline", "zero_carbon_factory_hunan"]
[factory]
name = "{name}"
province = "湖南"
year = 2025
industry = "锂电池"
ets_covered = false
[grid_basis]
data_year = 2023
level = "province"
region = "湖南"
basis = "average"
[accounting]
remainder_policy = "plain_average"
[accounting.tce_coefficients]
"电力_等价" = "0.2856 kgce/kWh"
[declarant]
declared_by = "张工"
declared_on = "2026-03-01"
"""
MONTHLY = {
    # carrier, direction -> (quantity a month, unit)
    (Carrier.ELECTRICITY, Direction.PURCHASED): ("100000", "kWh"),
    (Carrier.PV_GENERATION, Direction.SELF_CONSUMED): ("20000", "kWh"),
    (Carrier.NATURAL_GAS, Direction.PURCHASED): ("5000", "Nm3"),
}


def open_home(root: Path) -> Workspace:
    ws = open_workspace(root / "home", actor="测试")
    ws.clock = lambda: datetime(2026, 7, 1, 4, tzinfo=UTC)
    return ws


def add_factory(ws: Workspace, name: str = "示例工厂", extra: str = "", *, certificates: str = "", run: bool = True) -> Project:
    """A factory with twelve months of MONTHLY; ``certificates`` adds one confirmed certificate record of so many kWh."""
    project = add_project(ws, HEAD.format(name=name) + extra)
    records = [
        _record(f"cccccccccccc-r{month * 10 + n}", carrier, direction, quantity, unit, Period.month(2025, month))
        for month in range(1, 13)
        for n, ((carrier, direction), (quantity, unit)) in enumerate(MONTHLY.items())
    ]
    if certificates:
        year = Period(start=Period.month(2025, 1).start, end=Period.month(2026, 1).start)
        records.append(_record("cccccccccccc-r999", Carrier.GREEN_CERTIFICATE, Direction.PURCHASED, certificates, "kWh", year))
    extraction = Extraction(sha256=SHA, filename="账单.xlsx", kind=DocumentKind.GRID_BILL, source=None, pages=1, records=tuple(records))
    with ws.writing() as c:
        ws.record(c, project.id, "document-added", {"sha256": SHA, "filename": "账单.xlsx", "size": 1})
        payload = {
            "sha256": SHA, "kind": "grid_bill", "source": None, "pages": 1, "media": "xlsx", "invoice_key": None,
            "extraction": to_plain(extraction), "records": to_plain(tuple(records)),
        }  # fmt: skip
        ws.record(c, project.id, "document-read", payload)
        for item in records:
            ws.record(c, project.id, "record-confirmed", {"id": item.id, "way": "测试"})
    if run:
        account(ws, project)
    return project


def _record(id: str, carrier: Carrier, direction: Direction, quantity: str, unit: str, period: Period) -> ProposedRecord:
    return ProposedRecord(
        id=id, carrier=carrier, direction=direction, quantity=quantity, unit=unit, raw_quantity=quantity, raw_unit=unit,
        period_start=period.start.isoformat(), period_end=period.last.isoformat(), status=RecordStatus.PROPOSED,
        needs_review=False, page=1,
    )  # fmt: skip
