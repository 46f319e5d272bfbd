"""features."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "groups",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("about", sa.LargeBinary(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("joins_from", sa.Date(), nullable=True),
        sa.Column("joins_until", sa.Date(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("voice", sa.Boolean(), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=True),
        sa.Column("desk_id", sa.BigInteger(), nullable=True),
        sa.Column("voice_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("guild_id", "code", name=op.f("uq_groups_guild_id_code")),
    )
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_groups_desk_id"), ["desk_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_groups_guild_id"), ["guild_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_groups_room_id"), ["room_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_groups_voice_id"), ["voice_id"], unique=False)

    op.create_table(
        "groups_setbacks",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("on_its_way", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts_from", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_groups_setbacks")),
    )
    with op.batch_alter_table("groups_setbacks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_groups_setbacks_guild_id"), ["guild_id"], unique=False)

    op.create_table(
        "setup_people",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "task", name=op.f("pk_setup_people")),
    )
    op.create_table(
        "setup_servers",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("safeguarding_id", sa.BigInteger(), nullable=True),
        sa.Column("set_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_setup_servers")),
    )
    op.create_table(
        "groups_members",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consent_version", sa.Text(), nullable=True),
        sa.Column("agreement_version", sa.Text(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_groups_members_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups_members")),
        sa.UniqueConstraint("group_id", "user", name=op.f("uq_groups_members_group_id_user")),
    )
    with op.batch_alter_table("groups_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_groups_members_guild_id_user"), ["guild_id", "user"], unique=False)
        batch_op.create_index(batch_op.f("ix_groups_members_left_at"), ["left_at"], unique=False)

    op.create_table(
        "groups_requests",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consent_version", sa.Text(), nullable=False),
        sa.Column("agreement_version", sa.Text(), nullable=False),
        sa.Column("card_channel_id", sa.BigInteger(), nullable=True),
        sa.Column("card_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_groups_requests_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups_requests")),
    )
    with op.batch_alter_table("groups_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_groups_requests_answered_at"), ["answered_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_groups_requests_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_groups_requests_guild_id_user"), ["guild_id", "user"], unique=False)

    op.create_table(
        "guidelines_posts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_guidelines_posts_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guidelines_posts")),
        sa.UniqueConstraint("group_id", "number", name=op.f("uq_guidelines_posts_group_id_number")),
    )
    with op.batch_alter_table("guidelines_posts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guidelines_posts_group_id"), ["group_id"], unique=False)

    op.create_table(
        "meetings",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("time", sa.Time(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("repeat", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_meetings_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
    )
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_meetings_guild_id_group_id_state"), ["guild_id", "group_id", "state"], unique=False
        )

    op.create_table(
        "meetings_answers",
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.LargeBinary(length=24), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meetings_answers_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", "day", "user", name=op.f("pk_meetings_answers")),
    )
    with op.batch_alter_table("meetings_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetings_answers_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetings_answers_guild_id_user"), ["guild_id", "user"], unique=False)

    op.create_table(
        "meetings_cards",
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meetings_cards_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", "day", name=op.f("pk_meetings_cards")),
    )
