"""Looking into a project without changing it: what pages and the API show of documents and records."""

from __future__ import annotations

from app.domain.activity import RecordStatus
from app.domain.errors import NotFound
from app.domain.project import Project
from app.domain.stored import StoredDocument, StoredRecord
from app.services.workspace import Workspace
from app.store import rows


def documents(ws: Workspace, project: Project) -> list[StoredDocument]:
    """Every document received, in the order of arrival."""
    with ws.reading() as c:
        return rows.documents(c, project.id)


def document(ws: Workspace, project: Project, sha256: str) -> StoredDocument:
    """A document by its sha256 or a unique beginning of it. Raises NotFound."""
    with ws.reading() as c:
        found = rows.find_document(c, project.id, sha256)
    if found is None:
        raise NotFound("document_not_found", "没有这份单据", fix="返回单据列表", subject=sha256)
    return found


def record(ws: Workspace, project: Project, record_id: str) -> StoredRecord:
    """Raises NotFound."""
    with ws.reading() as c:
        return rows.find_record(c, project.id, record_id)


def waiting(ws: Workspace, project: Project) -> int:
    """How many records wait for a person."""
    with ws.reading() as c:
        return rows.count_records(c, project.id, RecordStatus.PROPOSED)
