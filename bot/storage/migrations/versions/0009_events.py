"""About which meetings Discord may show an event."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meetings_events",
        sa.Column("meeting_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_meetings_events")),
    )
    with op.batch_alter_table("meetings_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetings_events_guild_id"), ["guild_id"], unique=False)
