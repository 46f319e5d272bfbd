"""More than one category in a server: Discord takes 50 channels in each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    made = op.create_table(
        "setup_categories",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_setup_categories")),
    )
    servers = sa.table("setup_servers", sa.column("guild_id"), sa.column("category_id"))
    first = sa.select(servers.c.guild_id, sa.literal(1), servers.c.category_id).where(
        servers.c.category_id.is_not(None)
    )
    op.execute(sa.insert(made).from_select(["guild_id", "number", "channel_id"], first))
