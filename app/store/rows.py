"""Rows as typed values: what services read."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, func, select

from app.domain.activity import Extraction, ProposedRecord, RecordStatus
from app.domain.errors import NotFound
from app.domain.plain import from_plain
from app.domain.project import FactoryProfile, Project
from app.domain.stored import StoredDocument, StoredDraft, StoredNote, StoredRecord, StoredRun
from app.store.tables import document, draft, gap_note, project, record, run


def _project(row: Any) -> Project:
    return Project(
        id=row.id,
        profile=from_plain(FactoryProfile, json.loads(row.profile)),
        schemes=tuple(json.loads(row.schemes)),
    )


def projects(c: Connection) -> list[Project]:
    return [_project(row) for row in c.execute(select(project).order_by(project.c.created_at, project.c.id))]


def find_project(c: Connection, key: str) -> Project:
    """By id, else by a unique part of its name. Raises NotFound with the choices."""
    known = projects(c)
    for item in known:
        if item.id == key:
            return item
    matches = [item for item in known if key and key in item.profile.name]
    if len(matches) == 1:
        return matches[0]
    names = "、".join(f"{p.id}（{p.profile.name}）" for p in known) or "尚无项目"
    raise NotFound("project_not_found", f"没有项目 {key}", fix=f"可用的项目：{names}", subject=key)


def profile_toml(c: Connection, project_id: str) -> str:
    return c.execute(select(project.c.profile_toml).where(project.c.id == project_id)).scalar_one()


def _document(row: Any) -> StoredDocument:
    return StoredDocument(
        sha256=row.sha256,
        filename=row.filename,
        aliases=tuple(json.loads(row.aliases)),
        size=row.size,
        status=row.status,
        kind=row.kind,
        source=row.source,
        pages=row.pages or 1,
        media=row.media,
        invoice_key=row.invoice_key,
        extraction=from_plain(Extraction, json.loads(row.extraction)) if row.extraction else None,
        error=json.loads(row.error) if row.error else None,
        added_at=row.added_at,
    )


def documents(c: Connection, project_id: str, *, status: str | None = None) -> list[StoredDocument]:
    query = select(document).where(document.c.project_id == project_id)
    if status:
        query = query.where(document.c.status == status)
    return [_document(row) for row in c.execute(query.order_by(document.c.added_at, document.c.filename))]


def document_names(c: Connection, project_id: str) -> list[tuple[str, tuple[str, ...], str, int]]:
    """(sha256, names, kind, pages) of the documents that were read, without what was extracted from them."""
    columns = (document.c.sha256, document.c.filename, document.c.aliases, document.c.kind, document.c.pages)
    query = select(*columns).where(document.c.project_id == project_id, document.c.status == "read")
    found = c.execute(query.order_by(document.c.added_at, document.c.filename))
    return [(r.sha256, (r.filename, *json.loads(r.aliases)), r.kind or "other", r.pages or 1) for r in found]


def find_document(c: Connection, project_id: str, sha256: str) -> StoredDocument | None:
    """By full sha256 or a unique prefix of at least eight digits."""
    query = select(document).where(document.c.project_id == project_id)
    query = query.where(document.c.sha256 == sha256 if len(sha256) == 64 else document.c.sha256.startswith(sha256))
    rows = c.execute(query).all()
    return _document(rows[0]) if len(rows) == 1 and len(sha256) >= 8 else None


def documents_of_invoice(c: Connection, project_id: str, invoice_key: str) -> list[StoredDocument]:
    query = select(document).where(document.c.project_id == project_id, document.c.invoice_key == invoice_key)
    return [_document(row) for row in c.execute(query.order_by(document.c.added_at))]


def _record(row: Any) -> StoredRecord:
    return StoredRecord(
        record=from_plain(ProposedRecord, json.loads(row.payload)),
        raw=from_plain(ProposedRecord, json.loads(row.raw_payload)),
        document_sha256=row.document_sha256,
        status=RecordStatus(row.status),
        supersedes=row.supersedes,
        superseded_by=row.superseded_by,
        evidence=tuple(json.loads(row.evidence)),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        why=row.why,
    )


def records(c: Connection, project_id: str, *, status: RecordStatus | None = None) -> list[StoredRecord]:
    query = select(record).where(record.c.project_id == project_id)
    if status:
        query = query.where(record.c.status == status.value)
    return [_record(row) for row in c.execute(query.order_by(record.c.id))]


def count_records(c: Connection, project_id: str, status: RecordStatus) -> int:
    """How many records have a status, without reading them."""
    query = select(func.count()).select_from(record).where(record.c.project_id == project_id, record.c.status == status.value)
    return int(c.execute(query).scalar_one())


def find_record(c: Connection, project_id: str, id: str) -> StoredRecord:
    row = c.execute(select(record).where(record.c.project_id == project_id, record.c.id == id)).first()
    if row is None:
        raise NotFound("record_not_found", f"没有记录 {id}", fix="用 lingtan review -p 项目 --list 查看全部记录", subject=id)
    return _record(row)


def latest_run(c: Connection, project_id: str, run_id: str | None = None) -> StoredRun | None:
    query = select(run).where(run.c.project_id == project_id)
    if run_id:
        query = query.where(run.c.run_id == run_id)
    row = c.execute(query.order_by(run.c.seq.desc()).limit(1)).first()
    return _run(row) if row else None


def runs(c: Connection, project_id: str) -> list[StoredRun]:
    return [_run(row) for row in c.execute(select(run).where(run.c.project_id == project_id).order_by(run.c.seq))]


def _run(row: Any) -> StoredRun:
    return StoredRun(
        run_id=row.run_id,
        seq=row.seq,
        inputs=json.loads(row.inputs),
        output=json.loads(row.output),
        created_at=row.created_at,
    )


def drafts(c: Connection, project_id: str) -> list[StoredDraft]:
    query = select(draft).where(draft.c.project_id == project_id).order_by(draft.c.created_at)
    return [
        StoredDraft(sha256=r.sha256, run_id=r.run_id, facts=json.loads(r.facts), created_at=r.created_at)
        for r in c.execute(query)
    ]


def gap_notes(c: Connection, project_id: str) -> dict[str, StoredNote]:
    """The notes of a project by criterion."""
    query = select(gap_note).where(gap_note.c.project_id == project_id).order_by(gap_note.c.criterion)
    found = (StoredNote(**{k: v for k, v in row._mapping.items() if k != "project_id"}) for row in c.execute(query))
    return {note.criterion: note for note in found}


def next_project_id(c: Connection) -> str:
    """p1, p2, …: short enough to type."""
    return f"p{c.execute(select(func.count()).select_from(project)).scalar_one() + 1}"
