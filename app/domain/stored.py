"""What is kept of a project, as services and pages read it: documents, records, runs, drafts, notes."""

from __future__ import annotations

from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFeedback:
    """``verdict`` is helpful or wrong_clause."""

    verdict: str
    text: str
    rated_by: str
    rated_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredExchange:
    """A question and its answer, an ``ask`` object of the contract; None while there is none. ``conversation`` counts from 1."""

    seq: int
    conversation: int
    question: str
    region: str | None
    scheme: str | None
    asked_by: str
    asked_at: str
    answer: dict[str, Any] | None
    answered_at: str | None
    feedback: tuple[StoredFeedback, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """One version of a section. ``way`` says how it came about: edited, refreshed (prose kept, values of today), restored,
    generated (back to what the program writes) or frozen (approved as the program wrote it)."""

    section: str
    version: int
    way: str
    note: str
    hash: str
    log_seq: int
    saved_by: str
    saved_at: str
    content: dict[str, Any] = field(default_factory=dict, compare=False)
    basis: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredApproval:
    section: str
    seq: int
    version: int
    hash: str
    approved_by: str
    approved_at: str
    withdrawn_by: str | None
    withdrawn_at: str | None
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredComment:
    section: str
    seq: int
    version: int
    text: str
    written_by: str
    written_at: str
    resolved_by: str | None
    resolved_at: str | None
