"""Meetings whole: what is so of single times, answers, events, running one, rounds, and who holds it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _occasions()
    _changes()
    _answers()
    _events()
    _running()
    _rounds()
    _cover()


def _occasions() -> None:
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


def _changes() -> None:
    op.create_table(
        "meetings_drafts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meetings_drafts_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings_drafts")),
    )
    with op.batch_alter_table("meetings_drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetings_drafts_guild_id"), ["guild_id"])
    op.create_table(
        "meetings_zone_rules",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings_zone_rules")),
    )


def _answers() -> None:
    op.create_table(
        "meetings_wishes",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.Column("seconds_before", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_meetings_wishes_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings_wishes")),
        sa.UniqueConstraint("guild_id", "group_id", "user", name=op.f("uq_meetings_wishes_guild_id_group_id_user")),
    )
    op.create_table(
        "meetings_told",
        sa.Column("wish_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meetings_told_meeting_id")),
        sa.PrimaryKeyConstraint("wish_id", "meeting_id", "day", name=op.f("pk_meetings_told")),
    )
    with op.batch_alter_table("meetings_told", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_meetings_told_meeting_id_day"), ["meeting_id", "day"], unique=False)
    op.create_table(
        "meetings_waiting",
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meetings_waiting_meeting_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_meetings_waiting_group_id")),
        sa.PrimaryKeyConstraint("meeting_id", "day", "user", name=op.f("pk_meetings_waiting")),
    )
    with op.batch_alter_table("meetings_waiting", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_meetings_waiting_guild_id_user"), ["guild_id", "user"], unique=False)


def _events() -> None:
    op.create_table(
        "meetings_events",
        sa.Column("meeting_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_meetings_events")),
    )
    with op.batch_alter_table("meetings_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetings_events_guild_id"), ["guild_id"], unique=False)


def _running() -> None:
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


def _rounds() -> None:
    op.create_table(
        "meetings_rounds",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("pauses", sa.Integer(), nullable=False),
        sa.Column("turn_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("troubled", sa.Boolean(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings_rounds")),
    )
    op.create_index(op.f("ix_meetings_rounds_ends_at"), "meetings_rounds", ["ends_at"])
    op.create_index(op.f("ix_meetings_rounds_guild_id_group_id"), "meetings_rounds", ["guild_id", "group_id"])
    op.create_table(
        "meetings_turns",
        sa.Column("round_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "user", name=op.f("pk_meetings_turns")),
    )
    op.create_index(op.f("ix_meetings_turns_ends_at"), "meetings_turns", ["ends_at"])
    op.create_index(op.f("ix_meetings_turns_guild_id_user"), "meetings_turns", ["guild_id", "user"])


def _cover() -> None:
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
