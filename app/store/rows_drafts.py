"""Rows of edited draft sections as typed values."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Table, func, select, tuple_

from app.domain.stored import StoredApproval, StoredComment, StoredVersion
from app.store.tables import draft_approval, draft_comment, draft_version


def _of(table: Table, project_id: str, form: str, section: str | None) -> Any:
    query = select(table).where(table.c.project_id == project_id, table.c.form == form)
    return query.where(table.c.section == section) if section else query


def _typed(cls: Any, row: Any) -> Any:
    known = {f.name for f in fields(cls)}
    values = {k: v for k, v in row._mapping.items() if k in known}
    return cls(**{k: json.loads(v) if k in ("content", "basis") else v for k, v in values.items()})


def versions(c: Connection, project_id: str, form: str, section: str) -> list[StoredVersion]:
    """Every version of a section, oldest first."""
    query = _of(draft_version, project_id, form, section).order_by(draft_version.c.version)
    return [_typed(StoredVersion, row) for row in c.execute(query)]


def latest_versions(c: Connection, project_id: str, form: str) -> dict[str, StoredVersion]:
    """The newest version of every section that has one."""
    here = (draft_version.c.project_id == project_id, draft_version.c.form == form)
    newest = select(draft_version.c.section, func.max(draft_version.c.version)).where(*here)
    key = tuple_(draft_version.c.section, draft_version.c.version)
    query = select(draft_version).where(*here, key.in_(newest.group_by(draft_version.c.section)))
    return {row.section: _typed(StoredVersion, row) for row in c.execute(query)}


def approvals(c: Connection, project_id: str, form: str, section: str | None = None) -> list[StoredApproval]:
    """Approvals, oldest first, withdrawn ones among them."""
    query = _of(draft_approval, project_id, form, section).order_by(draft_approval.c.seq)
    return [_typed(StoredApproval, row) for row in c.execute(query)]


def comments(c: Connection, project_id: str, form: str, section: str | None = None) -> list[StoredComment]:
    """Comments, oldest first."""
    query = _of(draft_comment, project_id, form, section).order_by(draft_comment.c.seq)
    return [_typed(StoredComment, row) for row in c.execute(query)]
