"""Check-ins that closed long ago, put straight among what is kept: to ask them all would take weeks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.core.ids import new_id
from bot.core.questions import Template
from bot.features.checkins import Checkin, CheckinState, Sentence, store
from bot.features.groups import Group
from bot.storage import Database


async def bygone(
    db: Database,
    group: Group,
    asked: Template,
    closed: datetime,
    sentences: Sequence[Sentence] = (),
    *,
    state: CheckinState = CheckinState.CLOSED,
) -> None:
    """One that was open for the day before ``closed``; without ``sentences``: all answers were spread out."""
    checkin = Checkin(
        id=new_id(),
        guild_id=group.guild_id,
        group_id=group.id,
        asked=asked,
        state=CheckinState.OPEN,
        opened_at=closed - timedelta(days=1),
        closes_at=closed,
    )
    said = sentences or [Sentence.SPREAD] * len(asked.questions)
    async with db.begin() as tx:
        await store.add(tx, checkin, [1])
        await store.end(tx, checkin, state, closed, said if state is CheckinState.CLOSED else ())
