"""the conversation with the assistant: questions with answers, opinions on them, where a new one starts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "conversation",
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_by", sa.String(80), nullable=False),
        sa.Column("started_at", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_conversation_project_id"),
        sa.PrimaryKeyConstraint("project_id", "number", name="pk_conversation"),
    )
    op.create_table(
        "exchange",
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("conversation", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("region", sa.Text()),
        sa.Column("scheme", sa.Text()),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_at", sa.String(40), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_at", sa.String(40)),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_exchange_project_id"),
        sa.PrimaryKeyConstraint("project_id", "seq", name="pk_exchange"),
    )
    op.create_table(
        "answer_feedback",
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("exchange", sa.Integer(), nullable=False),
        sa.Column("rated_by", sa.String(80), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rated_at", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_answer_feedback_project_id"),
        sa.PrimaryKeyConstraint("project_id", "exchange", "rated_by", name="pk_answer_feedback"),
    )


def downgrade() -> None:
    op.drop_table("answer_feedback")
    op.drop_table("exchange")
    op.drop_table("conversation")
