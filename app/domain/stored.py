"""What is kept of a project, as services and pages read it: documents, records, runs, drafts, notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.domain.activity import Extraction, ProposedRecord, RecordStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """``status`` is queued | read | refused; ``error`` the contract's error object when refused."""

    sha256: str
    filename: str
    aliases: tuple[str, ...]
    size: int
    status: str
    kind: str | None
    source: str | None
    pages: int
    media: str | None
    invoice_key: str | None
    extraction: Extraction | None
    error: dict[str, str] | None
    added_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """``record`` is the current content; ``raw`` what was extracted, never overwritten."""

    record: ProposedRecord
    raw: ProposedRecord
    document_sha256: str
    status: RecordStatus
    supersedes: str | None
    superseded_by: str | None
    evidence: tuple[str, ...]
    decided_by: str | None
    decided_at: str | None
    why: str | None

    @property
    def id(self) -> str:
        return self.record.id


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    run_id: str
    seq: int
    inputs: dict[str, Any]
    output: dict[str, Any]
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDraft:
    sha256: str
    run_id: str | None
    facts: dict[str, Any]
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNote:
    """What a person wrote beside a criterion; ``due`` is an ISO date or empty."""

    criterion: str
    note: str
    assignee: str
    due: str
    noted_by: str
    noted_at: str
