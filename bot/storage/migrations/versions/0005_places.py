"""Waiting lists, places that are offered, and invitations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "groups_places",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.Column("visit", sa.Boolean(), nullable=False),
        sa.Column("invited", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offer_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_groups_places_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups_places")),
        sa.UniqueConstraint("group_id", "user", name=op.f("uq_groups_places_group_id_user")),
    )
    with op.batch_alter_table("groups_places", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_groups_places_guild_id_user"), ["guild_id", "user"], unique=False)
        batch_op.create_index(batch_op.f("ix_groups_places_since"), ["since"], unique=False)
