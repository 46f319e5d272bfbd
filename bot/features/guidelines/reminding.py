"""A few words of the agreement, in the room every few weeks: nobody is called, and nothing is asked."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from bot.core.calendar import at_local
from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.features.groups import Group, Groups, GroupState
from bot.features.groups.desk import ServerOf
from bot.features.guidelines import store
from bot.features.guidelines.model import RHYTHMS
from bot.outbox import Lane, Outbox, Post, Returned
from bot.storage import Database, Tx
from bot.timers import Due, Timers

REMIND: Final = "guidelines.remind"
REMINDER: Final = "guidelines.reminder"

AT = time(10)
QUIET = timedelta(days=3)
"""For so long after the agreement was posted nobody needs to be reminded of it."""
TOO_LATE = timedelta(days=1)


class Reminding:
    def __init__(
        self, db: Database, clock: Clock, outbox: Outbox, timers: Timers, groups: Groups, *, server: ServerOf
    ) -> None:
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._timers = timers
        self._groups = groups
        self._server = server
        timers.on(REMIND, self._remind)
        outbox.undeliverable(REMINDER, self._not_posted)

    async def every(self, *, guild_id: int, group_id: int, weeks: int) -> datetime | None:
        """Remind the group every ``weeks`` weeks, 0 for never; gives when the next one comes.

        Raises ``UserError`` for a group that has ended.
        """
        assert weeks == 0 or weeks in RHYTHMS
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            group = await self._groups.group(tx, guild_id, group_id)
            if group is None or group.state is GroupState.ARCHIVED:
                raise UserError("guidelines.no_room")
            await store.set_rhythm(tx, guild_id, group_id, weeks)
            return await self.go_on(tx, group)

    async def go_on(self, tx: Tx, group: Group) -> datetime | None:
        """Count from today, if the group has a rhythm; gives when the next one comes."""
        subject = f"{group.guild_id}:{group.id}"
        weeks = (await store.own(tx, group.guild_id, group.id)).weeks
        if not weeks:
            await self._timers.cancel(tx, REMIND, subject)
            return None
        following = await self._after(tx, group, self._clock(), weeks)
        await self._timers.set(tx, REMIND, subject, following, guild_id=group.guild_id)
        return following

    async def _after(self, tx: Tx, group: Group, instant: datetime, weeks: int) -> datetime:
        """The next one: at ten in the morning on the group's own clocks, on the same day of the week."""
        server = await self._server(tx, group.guild_id)
        zone = group.clocks(server)
        day = instant.astimezone(zone).date() + timedelta(weeks=weeks)
        while at_local(day, AT, zone) <= self._clock():
            day += timedelta(weeks=weeks)
        return at_local(day, AT, zone)

    async def _remind(self, tx: Tx, due: Due) -> datetime | None:
        guild_id, group_id = map(int, due.subject.split(":"))
        group = await self._groups.group(tx, guild_id, group_id)
        weeks = (await store.own(tx, guild_id, group_id)).weeks
        if group is None or group.state is GroupState.ARCHIVED or not weeks:
            return None
        if group.state is GroupState.OPEN and group.room_id is not None and await self._fitting(tx, group, due):
            await self._outbox.put(
                tx,
                Post(
                    key=f"guidelines-reminder:{group.id}:{due.due_at.isoformat()}",
                    guild_id=guild_id,
                    channel_id=group.room_id,
                    lane=Lane.ROUTINE,
                    kind=REMINDER,
                    params={"group": group.id},
                    expires_at=due.due_at + TOO_LATE,
                ),
            )
        return await self._after(tx, group, due.due_at, weeks)

    async def _fitting(self, tx: Tx, group: Group, due: Due) -> bool:
        newest = await store.newest(tx, group.guild_id, group.id)
        just_posted = newest is not None and due.due_at - newest.put_at < QUIET
        return due.late < TOO_LATE and not just_posted

    async def _not_posted(self, tx: Tx, returned: Returned) -> None:
        group = await self._groups.group(tx, returned.guild_id, int(str(returned.params["group"])))
        if group is not None and returned.problem != "expired":
            await self._groups.desk.tell(tx, group, "guidelines.trouble_reminder", problem=returned.problem)
