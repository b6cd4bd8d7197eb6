"""notes beside open criteria"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "gap_note",
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("criterion", sa.String(120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("assignee", sa.String(80), nullable=False),
        sa.Column("due", sa.String(10), nullable=False),
        sa.Column("noted_by", sa.String(80), nullable=False),
        sa.Column("noted_at", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_gap_note_project_id"),
        sa.PrimaryKeyConstraint("project_id", "criterion", name="pk_gap_note"),
    )


def downgrade() -> None:
    op.drop_table("gap_note")
