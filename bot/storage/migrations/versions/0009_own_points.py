"""Points that a group has of its own beside the house's agreement, and how often it is reminded of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guidelines_groups",
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.LargeBinary(), nullable=True),
        sa.Column("draft", sa.LargeBinary(), nullable=True),
        sa.Column("remind_weeks", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_guidelines_groups_group_id")),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_guidelines_groups")),
    )
    with op.batch_alter_table("guidelines_groups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guidelines_groups_guild_id"), ["guild_id"], unique=False)

    with op.batch_alter_table("guidelines_posts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("house_version", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("words", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("gone", sa.Boolean(), server_default=sa.false(), nullable=False))
