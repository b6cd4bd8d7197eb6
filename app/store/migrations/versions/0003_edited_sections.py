"""edited sections of a draft: versions, approvals, comments"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def place() -> list[sa.Column[str]]:
    return [
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("form", sa.String(80), nullable=False),
        sa.Column("section", sa.String(80), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "draft_version",
        *place(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("log_seq", sa.Integer(), nullable=False),
        sa.Column("saved_by", sa.String(80), nullable=False),
        sa.Column("saved_at", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_draft_version_project_id"),
        sa.PrimaryKeyConstraint("project_id", "form", "section", "version", name="pk_draft_version"),
    )
    op.create_table(
        "draft_approval",
        *place(),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("approved_by", sa.String(80), nullable=False),
        sa.Column("approved_at", sa.String(40), nullable=False),
        sa.Column("withdrawn_by", sa.String(80)),
        sa.Column("withdrawn_at", sa.String(40)),
        sa.Column("why", sa.Text()),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_draft_approval_project_id"),
        sa.PrimaryKeyConstraint("project_id", "form", "section", "seq", name="pk_draft_approval"),
    )
    op.create_table(
        "draft_comment",
        *place(),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(80), nullable=False),
        sa.Column("written_at", sa.String(40), nullable=False),
        sa.Column("resolved_by", sa.String(80)),
        sa.Column("resolved_at", sa.String(40)),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_draft_comment_project_id"),
        sa.PrimaryKeyConstraint("project_id", "form", "section", "seq", name="pk_draft_comment"),
    )


def downgrade() -> None:
    op.drop_table("draft_comment")
    op.drop_table("draft_approval")
    op.drop_table("draft_version")
