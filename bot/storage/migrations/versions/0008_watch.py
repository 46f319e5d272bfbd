"""What was found not to be as declared, and whom it is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "groups_drift",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("mending", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("desk_channel_id", sa.BigInteger(), nullable=True),
        sa.Column("desk_card_id", sa.BigInteger(), nullable=True),
        sa.Column("safeguarding_channel_id", sa.BigInteger(), nullable=True),
        sa.Column("safeguarding_card_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups_drift")),
    )
    with op.batch_alter_table("groups_drift", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_groups_drift_guild_id_state"), ["guild_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_groups_drift_settled_at"), ["settled_at"], unique=False)

    op.create_table(
        "groups_drift_people",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("drift_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["drift_id"],
            ["groups_drift.id"],
            name=op.f("fk_groups_drift_people_drift_id_groups_drift"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups_drift_people")),
        sa.UniqueConstraint("drift_id", "part", name=op.f("uq_groups_drift_people_drift_id_part")),
    )
    with op.batch_alter_table("groups_drift_people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_groups_drift_people_guild_id_user"), ["guild_id", "user"], unique=False)
        batch_op.create_index(batch_op.f("ix_groups_drift_people_settled_at"), ["settled_at"], unique=False)
