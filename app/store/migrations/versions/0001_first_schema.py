"""first schema"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.store.tables import APPEND_ONLY_POSTGRESQL, APPEND_ONLY_SQLITE

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "project",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("profile_toml", sa.Text(), nullable=False),
        sa.Column("schemes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_project"),
    )
    op.create_table(
        "document",
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("filename", sa.String(400), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(40)),
        sa.Column("source", sa.String(16)),
        sa.Column("pages", sa.Integer()),
        sa.Column("media", sa.String(16)),
        sa.Column("invoice_key", sa.String(80)),
        sa.Column("extraction", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("added_at", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_document_project_id"),
        sa.PrimaryKeyConstraint("project_id", "sha256", name="pk_document"),
    )
    op.create_index("ix_document_invoice_key", "document", ["project_id", "invoice_key"])
    op.create_table(
        "record",
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("document_sha256", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("raw_payload", sa.Text(), nullable=False),
        sa.Column("supersedes", sa.String(80)),
        sa.Column("superseded_by", sa.String(80)),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(80)),
        sa.Column("decided_at", sa.String(40)),
        sa.Column("why", sa.Text()),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_record_project_id"),
        sa.PrimaryKeyConstraint("project_id", "id", name="pk_record"),
    )
    op.create_index("ix_record_status", "record", ["project_id", "status"])
    op.create_table(
        "run",
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(40), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("output", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_run_project_id"),
        sa.PrimaryKeyConstraint("project_id", "seq", name="pk_run"),
    )
    op.create_index("ix_run_run_id", "run", ["project_id", "run_id"])
    op.create_table(
        "draft",
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("run_id", sa.String(40)),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_draft_project_id"),
        sa.PrimaryKeyConstraint("project_id", "sha256", name="pk_draft"),
    )
    op.create_table(
        "log_entry",
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "seq", name="pk_log_entry"),
        sa.UniqueConstraint("project_id", "hash", name="uq_log_entry_project_id"),
    )
    statements = APPEND_ONLY_SQLITE if op.get_bind().dialect.name == "sqlite" else APPEND_ONLY_POSTGRESQL
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    for table in ("log_entry", "draft", "run", "record", "document", "project"):
        op.drop_table(table)
