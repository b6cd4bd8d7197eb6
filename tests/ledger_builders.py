"""Small makers of profiles, records and extractions, and the way of an extraction into a project without a file to read."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from app.domain.activity import Confidence, DocumentKind, Extraction, FieldValue, ProposedRecord
from app.domain.carrier import Carrier, Direction
from app.domain.page import Document, Media, Source
from app.domain.project import FactoryProfile, Project
from app.services import intake
from app.services.inventory_pieces import ConfirmedRecord
from app.services.projects import add_project
from app.services.workspace import Workspace

USCC = "91340000TEST000018"
PROFILE = f"""
[factory]
name = "测试电池有限公司"
uscc = "{USCC}"
province = "安徽"
year = 2025
[accounts]
electricity = ["1001", "1002"]
[grid_basis]
data_year = 2023
level = "province"
region = "安徽"
basis = "average"
[densities_kg_per_l]
diesel = "0.84"
"""


def new_project(ws: Workspace, profile: str = PROFILE) -> Project:
    return add_project(ws, profile)


def record(id: str, quantity: str = "1000", **changes: Any) -> ProposedRecord:
    """A clean electricity record of account 1001 for March 2025."""
    values: dict[str, Any] = {
        "id": id,
        "carrier": Carrier.ELECTRICITY,
        "direction": Direction.PURCHASED,
        "quantity": quantity,
        "unit": "kWh",
        "raw_quantity": quantity,
        "raw_unit": "kWh",
        "period_start": "2025-03-01",
        "period_end": "2025-03-31",
        "account_number": "1001",
        "confidence": Confidence.A,
        "needs_review": False,
    }
    return ProposedRecord(**(values | changes))


def confirmed(id: str, quantity: str = "1000", *, issued: str | None = None, invoice: str | None = None, **changes: Any) -> ConfirmedRecord:
    return ConfirmedRecord(
        record=record(id, quantity, **changes),
        document_sha256="0" * 64,
        document_kind="grid_bill",
        issue_date=issued,
        invoice_number=invoice,
    )


def profile_of(toml: str = PROFILE) -> FactoryProfile:
    from app.services.profile import parse_profile

    return parse_profile(toml)[0]


def extraction(
    name: str,
    *records: ProposedRecord,
    kind: DocumentKind = DocumentKind.VAT_INVOICE,
    source: Source = Source.PDF_TEXT,
    **fields: str,
) -> Extraction:
    """An extraction whose bytes are its name; record ids given as ``r1`` become the ids of that content."""
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    return Extraction(
        sha256=sha256,
        filename=name,
        kind=kind,
        source=source,
        pages=1,
        fields=tuple(FieldValue(name=k, value=v, raw=v) for k, v in fields.items()),
        records=tuple(replace(r, id=f"{sha256[:12]}-{r.id}") for r in records),
    )


def take_in(ws: Workspace, project: Project, *extractions: Extraction) -> None:
    """Bring extractions into a project as if their files had been read."""
    for item in extractions:
        received = intake.receive(ws, project, [item.filename.encode()], item.filename)
        assert received.sha256 == item.sha256
        document = Document(sha256=item.sha256, filename=item.filename, media=Media.PDF, size=len(item.filename.encode()))
        with ws.writing() as c:
            intake.propose(ws, c, project, document, item)


def rid(name: str, number: int = 1) -> str:
    """The id of a record of ``extraction(name, record("r<number>"))``."""
    return f"{hashlib.sha256(name.encode()).hexdigest()[:12]}-r{number}"
