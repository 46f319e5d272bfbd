"""Times of a meeting that are called by other days from now on, and the rows about them, which follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import sqlalchemy as sa

from bot.features.meetings.model import Meeting
from bot.storage import Tx


async def follow(tx: Tx, table: sa.Table, before: Meeting, after: Meeting, names: Mapping[date, date]) -> None:
    """Have what a table holds of the times of ``before`` be about those of ``after``, until they end there.

    ``names``: what each time is called from now on. What is about a later time that has no name any more is deleted.
    """
    of_meeting = sa.and_(table.c.guild_id == before.guild_id, table.c.meeting_id == before.id)
    rows = await tx.all(sa.select(table.c.day).where(of_meeting, table.c.day >= min(names)).distinct())
    known = {row["day"] for row in rows}
    gone = known - names.keys()
    if gone:
        await tx.execute(sa.delete(table).where(of_meeting, table.c.day.in_(gone)))
    for day, new_day in in_order({day: names[day] for day in known - gone}):
        now = after.timetable.on(new_day)
        assert now is not None, "a new name is one that the schedule has"
        named = {"meeting_id": after.id, "day": new_day, "ends_at": after.timetable.ends_at(now)}
        await tx.execute(sa.update(table).where(of_meeting, table.c.day == day).values(named))


def in_order(names: Mapping[date, date]) -> Iterator[tuple[date, date]]:
    """So that none is given a name that another still has."""
    forward = any(new > old for old, new in names.items())
    return iter(sorted(names.items(), reverse=forward))
