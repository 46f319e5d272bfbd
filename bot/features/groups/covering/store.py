"""The queries on those who cover a meeting."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.features.groups.store import groups_members
from bot.storage import Tx


async def set_until(tx: Tx, member_id: int, until: datetime) -> None:
    await tx.execute(sa.update(groups_members).where(groups_members.c.id == member_id).values(cover_until=until))
