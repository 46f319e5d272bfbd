"""Check-ins whole: who was asked, when a group has last met, and check-ins that come round."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("checkins", schema=None) as batch_op:
        batch_op.add_column(sa.Column("eligible", sa.Integer(), nullable=True))
    op.create_table(
        "checkins_asked",
        sa.Column("checkin_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkin_id"], ["checkins.id"], name=op.f("fk_checkins_asked_checkin_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("checkin_id", "user", name=op.f("pk_checkins_asked")),
    )
    with op.batch_alter_table("checkins_asked", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checkins_asked_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_checkins_asked_guild_id_user"), ["guild_id", "user"], unique=False)
    op.create_table(
        "checkins_rhythms",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("time", sa.Time(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("told", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_checkins_rhythms_group_id")),
        sa.PrimaryKeyConstraint("group_id", "template", name=op.f("pk_checkins_rhythms")),
    )
    with op.batch_alter_table("checkins_rhythms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checkins_rhythms_guild_id"), ["guild_id"], unique=False)
    op.create_table(
        "meetings_last",
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_meetings_last_group_id")),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_meetings_last")),
    )
    with op.batch_alter_table("meetings_last", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetings_last_guild_id"), ["guild_id"], unique=False)
