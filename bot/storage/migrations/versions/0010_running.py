"""Meetings that take place: who is there and who stepped out while they are open, and how many came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meetings_here",
        sa.Column("meeting_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("meeting_id", "day", "user", name=op.f("pk_meetings_here")),
    )
    op.create_index(op.f("ix_meetings_here_ends_at"), "meetings_here", ["ends_at"])
    op.create_index(op.f("ix_meetings_here_guild_id_user"), "meetings_here", ["guild_id", "user"])
    op.create_table(
        "meetings_asides",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings_asides")),
    )
    op.create_index(op.f("ix_meetings_asides_ends_at"), "meetings_asides", ["ends_at"])
    op.create_index(op.f("ix_meetings_asides_meeting_id_day"), "meetings_asides", ["meeting_id", "day"])
    op.create_index(op.f("ix_meetings_asides_guild_id_user"), "meetings_asides", ["guild_id", "user"])
    op.create_table(
        "meetings_headcounts",
        sa.Column("meeting_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("meeting_id", "day", name=op.f("pk_meetings_headcounts")),
    )
    op.create_index(op.f("ix_meetings_headcounts_guild_id"), "meetings_headcounts", ["guild_id"])
    op.create_index(op.f("ix_meetings_headcounts_closed_at"), "meetings_headcounts", ["closed_at"])
