"""Changes of meetings that wait to be confirmed, and the zone rules by which all is planned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meetings_drafts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meetings_drafts_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings_drafts")),
    )
    with op.batch_alter_table("meetings_drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetings_drafts_guild_id"), ["guild_id"])
    op.create_table(
        "meetings_zone_rules",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings_zone_rules")),
    )
