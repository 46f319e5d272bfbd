"""Who holds a meeting, and who wishes to be asked after when they are away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("groups_members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cover_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "meetings_cover",
        sa.Column("meeting_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("meeting_id", "day", "user", name=op.f("pk_meetings_cover")),
    )
    with op.batch_alter_table("meetings_cover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetings_cover_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetings_cover_guild_id_user"), ["guild_id", "user"], unique=False)
    op.create_table(
        "meetings_cover_steps",
        sa.Column("meeting_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("meeting_id", "day", "step", name=op.f("pk_meetings_cover_steps")),
    )
    op.create_table(
        "meetings_notices",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("spell", sa.Text(), nullable=False),
        sa.Column("excused", sa.Boolean(), nullable=False),
        sa.Column("card_channel_id", sa.BigInteger(), nullable=True),
        sa.Column("card_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings_notices")),
        sa.UniqueConstraint("group_id", "user", name=op.f("uq_meetings_notices_group_id_user")),
    )
    with op.batch_alter_table("meetings_notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetings_notices_guild_id_user"), ["guild_id", "user"], unique=False)
