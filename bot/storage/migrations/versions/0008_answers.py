"""Answers: who wants to be reminded privately, of what they were, and who waits for a place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meetings_wishes",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.Column("seconds_before", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_meetings_wishes_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings_wishes")),
        sa.UniqueConstraint("guild_id", "group_id", "user", name=op.f("uq_meetings_wishes_guild_id_group_id_user")),
    )
    op.create_table(
        "meetings_told",
        sa.Column("wish_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meetings_told_meeting_id")),
        sa.PrimaryKeyConstraint("wish_id", "meeting_id", "day", name=op.f("pk_meetings_told")),
    )
    with op.batch_alter_table("meetings_told", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_meetings_told_meeting_id_day"), ["meeting_id", "day"], unique=False)
    op.create_table(
        "meetings_waiting",
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meetings_waiting_meeting_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_meetings_waiting_group_id")),
        sa.PrimaryKeyConstraint("meeting_id", "day", "user", name=op.f("pk_meetings_waiting")),
    )
    with op.batch_alter_table("meetings_waiting", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_meetings_waiting_guild_id_user"), ["guild_id", "user"], unique=False)
