"""Tables. The log is the truth; document, record, run, draft, gap_note, draft_* and conversation rows are its projections, written in the same
transaction and re-derivable (services.verify replays the log and compares)."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

project = Table(
    "project",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("profile", Text, nullable=False),  # FactoryProfile as JSON
    Column("profile_toml", Text, nullable=False),  # as the user gave it
    Column("schemes", Text, nullable=False),  # JSON list
    Column("created_at", String(40), nullable=False),
)

document = Table(
    "document",
    metadata,
    Column("project_id", ForeignKey("project.id"), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("filename", String(400), nullable=False),
    Column("aliases", Text, nullable=False, default="[]"),  # further names under which the same bytes arrived
    Column("size", Integer, nullable=False),
    Column("status", String(16), nullable=False),  # queued | read | refused
    Column("kind", String(40)),
    Column("source", String(16)),
    Column("pages", Integer),
    Column("media", String(16)),
    Column("invoice_key", String(80)),  # code + number, for recognising one invoice in several files
    Column("extraction", Text),  # Extraction as JSON
    Column("error", Text),  # error object of the contract when refused
    Column("added_at", String(40), nullable=False),
    Index("ix_document_invoice_key", "project_id", "invoice_key"),
)

record = Table(
    "record",
    metadata,
    Column("project_id", ForeignKey("project.id"), primary_key=True),
    Column("id", String(80), primary_key=True),
    Column("document_sha256", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("payload", Text, nullable=False),  # ProposedRecord as JSON
    Column("raw_payload", Text, nullable=False),  # as extracted, never overwritten
    Column("supersedes", String(80)),
    Column("superseded_by", String(80)),
    Column("evidence", Text, nullable=False, default="[]"),  # further documents that show the same fact
    Column("decided_by", String(80)),
    Column("decided_at", String(40)),
    Column("why", Text),
    Index("ix_record_status", "project_id", "status"),
)

run = Table(
    "run",
    metadata,
    Column("project_id", ForeignKey("project.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("run_id", String(40), nullable=False),
    Column("inputs", Text, nullable=False),
    Column("output", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
    Index("ix_run_run_id", "project_id", "run_id"),
)

draft = Table(
    "draft",
    metadata,
    Column("project_id", ForeignKey("project.id"), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("run_id", String(40)),
    Column("facts", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
)

gap_note = Table(
    "gap_note",
    metadata,
    Column("project_id", ForeignKey("project.id"), primary_key=True),
    Column("criterion", String(120), primary_key=True),
    Column("note", Text, nullable=False),
    Column("assignee", String(80), nullable=False),
    Column("due", String(10), nullable=False),  # ISO date or empty
    Column("noted_by", String(80), nullable=False),
    Column("noted_at", String(40), nullable=False),
)

draft_version = Table(
    "draft_version",
    metadata,
    Column("project_id", ForeignKey("project.id"), primary_key=True),
    Column("form", String(80), primary_key=True),
    Column("section", String(80), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("way", String(16), nullable=False),  # edited | refreshed | restored | generated | frozen
    Column("note", Text, nullable=False),
    Column("content", Text, nullable=False),  # blocks and the facts they print, as JSON
    Column("hash", String(64), nullable=False),  # of the content; an approval holds for a hash
    Column("basis", Text, nullable=False),  # what the program itself wrote at that time, as JSON
    Column("log_seq", Integer, nullable=False),  # what happened behind the section since then is read from the log
    Column("saved_by", String(80), nullable=False),
    Column("saved_at", String(40), nullable=False),
)

draft_approval = Table(
    "draft_approval",
    metadata,
    Column("project_id", ForeignKey("project.id"), primary_key=True),
    Column("form", String(80), primary_key=True),
    Column("section", String(80), primary_key=True),
    Column("seq", Integer, primary_key=True),  # log entry of the approval
    Column("version", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("approved_by", String(80), nullable=False),
    Column("approved_at", String(40), nullable=False),
    Column("withdrawn_by", String(80)),
    Column("withdrawn_at", String(40)),
    Column("why", Text),
)

draft_comment = Table(
    "draft_comment",
    metadata,
    Column("project_id", ForeignKey("project.id"), primary_key=True),
    Column("form", String(80), primary_key=True),
    Column("section", String(80), primary_key=True),
    Column("seq", Integer, primary_key=True),  # log entry of the comment
    Column("version", Integer, nullable=False),  # the version it was written about; 0 before the first
    Column("text", Text, nullable=False),
    Column("written_by", String(80), nullable=False),
    Column("written_at", String(40), nullable=False),
    Column("resolved_by", String(80)),
    Column("resolved_at", String(40)),
)

conversation = Table(
    "conversation",
    metadata,
    Column("project_id", ForeignKey("project.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("started_by", String(80), nullable=False),
    Column("started_at", String(40), nullable=False),
)

exchange = Table(
    "exchange",
    metadata,
    Column("project_id", ForeignKey("project.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),  # entry of the question in the conversation's chain
    Column("conversation", Integer, nullable=False),
    Column("question", Text, nullable=False),
    Column("region", Text),
    Column("scheme", Text),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", String(40), nullable=False),
    Column("answer", Text),  # the contract's ask object as JSON, when there is one
    Column("answered_at", String(40)),
)

answer_feedback = Table(
    "answer_feedback",
    metadata,
    Column("project_id", ForeignKey("project.id"), primary_key=True),
    Column("exchange", Integer, primary_key=True),
    Column("rated_by", String(80), primary_key=True),
    Column("verdict", String(16), nullable=False),  # helpful | wrong_clause
    Column("text", Text, nullable=False),
    Column("rated_at", String(40), nullable=False),
)

log_entry = Table(
    "log_entry",
    metadata,
    Column("project_id", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("type", String(40), nullable=False),
    Column("payload", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("project_id", "hash"),
)

APPEND_ONLY_SQLITE = (
    "CREATE TRIGGER IF NOT EXISTS log_entry_no_update BEFORE UPDATE ON log_entry "
    "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END",
    "CREATE TRIGGER IF NOT EXISTS log_entry_no_delete BEFORE DELETE ON log_entry "
    "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END",
)

APPEND_ONLY_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION log_entry_append_only() RETURNS trigger AS $$ "
    "BEGIN RAISE EXCEPTION 'the log is append-only'; END $$ LANGUAGE plpgsql",
    "DROP TRIGGER IF EXISTS log_entry_append_only ON log_entry",
    "CREATE TRIGGER log_entry_append_only BEFORE UPDATE OR DELETE ON log_entry "
    "FOR EACH ROW EXECUTE FUNCTION log_entry_append_only()",
)
