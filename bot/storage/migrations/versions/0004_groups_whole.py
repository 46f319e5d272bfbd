"""Groups whole: visits, places, hand-overs, breaks, the watch over rooms, categories, own points, servers away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
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
        "servers_away",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_servers_away")),
    )
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
            ["drift_id"], ["groups_drift.id"], name=op.f("fk_groups_drift_people_drift_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups_drift_people")),
        sa.UniqueConstraint("drift_id", "part", name=op.f("uq_groups_drift_people_drift_id_part")),
    )
    with op.batch_alter_table("groups_drift_people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_groups_drift_people_guild_id_user"), ["guild_id", "user"], unique=False)
        batch_op.create_index(batch_op.f("ix_groups_drift_people_settled_at"), ["settled_at"], unique=False)

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
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_groups_handovers_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups_handovers")),
    )
    with op.batch_alter_table("groups_handovers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_groups_handovers_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_groups_handovers_group_id_state"), ["group_id", "state"], unique=False)

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
            name=op.f("fk_groups_handovers_people_handover_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("handover_id", "part", name=op.f("pk_groups_handovers_people")),
    )
    with op.batch_alter_table("groups_handovers_people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_groups_handovers_people_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_groups_handovers_people_guild_id_user"), ["guild_id", "user"], unique=False
        )

    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paused_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("archived_from", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("pending_name", sa.LargeBinary(), nullable=True))

    with op.batch_alter_table("groups_members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("greeted", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("duty", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("visits", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("visit_ends_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("groups_requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("visit", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("guidelines_posts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("house_version", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("words", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("gone", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("setup_people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("timers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("guild_id", sa.BigInteger(), nullable=True))
        batch_op.create_index(batch_op.f("ix_timers_guild_id"), ["guild_id"], unique=False)
