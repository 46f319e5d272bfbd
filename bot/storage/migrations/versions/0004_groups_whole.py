"""Visits, a duty to report, breaks, archives, and names that are being thought over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paused_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("pending_name", sa.LargeBinary(), nullable=True))

    with op.batch_alter_table("groups_members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("duty", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("visits", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("visit_ends_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("groups_requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("visit", sa.Boolean(), server_default=sa.false(), nullable=False))
