"""Groups that can be brought back, and hand-overs between facilitators."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("archived_from", sa.Text(), nullable=True))

    op.create_table(
        "groups_handovers",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("practical", sa.LargeBinary(), nullable=True),
        sa.Column("needs", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_groups_handovers_group_id_groups")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups_handovers")),
    )
    with op.batch_alter_table("groups_handovers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_groups_handovers_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_groups_handovers_group_id_state"), ["group_id", "state"], unique=False)

    op.create_table(
        "groups_handovers_people",
        sa.Column("handover_id", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["handover_id"],
            ["groups_handovers.id"],
            name=op.f("fk_groups_handovers_people_handover_id_groups_handovers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("handover_id", "part", name=op.f("pk_groups_handovers_people")),
    )
    with op.batch_alter_table("groups_handovers_people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_groups_handovers_people_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_groups_handovers_people_guild_id_user"), ["guild_id", "user"], unique=False
        )
