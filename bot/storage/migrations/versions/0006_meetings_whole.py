"""Meetings whole: where they are, and what is so of single times of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place", sa.Text(), server_default="room", nullable=False))
        batch_op.add_column(sa.Column("place_words", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("places", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("event", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.create_table(
        "meetings_occasions",
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("moved_day", sa.Date(), nullable=True),
        sa.Column("moved_time", sa.Time(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("title", sa.LargeBinary(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("place_words", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("single_facilitator", sa.Boolean(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meetings_occasions_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", "day", name=op.f("pk_meetings_occasions")),
    )
    posts = op.create_table(
        "meetings_posts",
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meetings_posts_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", "day", "what", name=op.f("pk_meetings_posts")),
    )
    kept = ["meeting_id", "day", "guild_id", "channel_id", "message_id", "ends_at"]
    cards = sa.select(*map(sa.column, kept), sa.literal("meetings.card")).select_from(sa.table("meetings_cards"))
    op.execute(sa.insert(posts).from_select([*kept, "what"], cards))
    op.drop_table("meetings_cards")
