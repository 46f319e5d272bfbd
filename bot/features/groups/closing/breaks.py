"""A break: nothing is asked, offered or announced, and the room stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.audit import Audit
from bot.core.calendar import at_local
from bot.core.clock import Clock
from bot.core.errors import NotFound, UserError
from bot.core.ids import new_id
from bot.core.reading import read_day
from bot.features.groups import store as groups
from bot.features.groups.closing import store
from bot.features.groups.desk import Desk, ServerOf
from bot.features.groups.model import Group, GroupState
from bot.features.groups.rooms import OnGroup
from bot.features.groups.setbacks import Setbacks
from bot.outbox import Delivered, Lane, Outbox, Post, Returned, What
from bot.storage import Database, Tx
from bot.timers import Due, Timers

BREAK_BEGINS: Final = "groups.break_begins"
BREAK_OVER: Final = "groups.break_over"
RESUME: Final = "groups.resume"


class Breaks:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        outbox: Outbox,
        timers: Timers,
        audit: Audit,
        *,
        desk: Desk,
        setbacks: Setbacks,
        server: ServerOf,
        paused: Sequence[OnGroup],
        changed: Sequence[OnGroup],
    ) -> None:
        """``paused``: called when a break begins; ``changed``: when it is over."""
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._timers = timers
        self._audit = audit
        self._desk = desk
        self._setbacks = setbacks
        self._server = server
        self._paused = paused
        self._changed = changed
        self.begun: list[OnGroup] = []
        """Called when a break begins."""
        timers.on(RESUME, self._due)
        for kind in (BREAK_BEGINS, BREAK_OVER):
            outbox.delivered(kind, self._posted)
            outbox.undeliverable(kind, self._not_posted)

    async def last_day(self, *, guild_id: int, group_id: int, typed: str) -> date | None:
        """The last day of a break, as somebody typed it; None where they typed nothing.

        Raises ``UserError`` that says what to type, or why this group cannot have a break now.
        """
        async with self._db.read() as tx:
            group = await self._group(tx, guild_id, group_id)
            _open(group)
            return read_day(typed, self._clock(), await self._zone(tx, group)) if typed.strip() else None

    async def begin(self, *, guild_id: int, group_id: int, actor_id: int, until: date | None) -> Group:
        """Begin a break. Of two who press at once one does; the other gets ``UserError``."""
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            group = await self._group(tx, guild_id, group_id)
            _open(group)
            if until is not None and self._over_at(until, await self._zone(tx, group)) <= self._clock():
                raise UserError("groups.break_past")
            await store.begin_break(tx, group_id, until)
            paused = await self._group(tx, guild_id, group_id)
            await self.expect(tx, paused)
            for announce in self._paused:
                await announce(tx, paused)
            await self._post(tx, paused, BREAK_BEGINS)
            for announce in self.begun:
                await announce(tx, paused)
            await self._record(tx, paused, "groups.paused", actor_id)
            return paused

    async def end(self, *, guild_id: int, group_id: int, actor_id: int) -> Group:
        """The break is over. Raises ``UserError`` if there is none."""
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            if not await self._end(tx, guild_id, group_id, actor_id):
                raise UserError("groups.no_break")
            return await self._group(tx, guild_id, group_id)

    async def expect(self, tx: Tx, group: Group) -> None:
        """Have the break of this group end by itself, on the day after its last, where one is set."""
        if group.state is GroupState.PAUSED and group.paused_until is not None:
            over_at = self._over_at(group.paused_until, await self._zone(tx, group))
            await self._timers.set(tx, RESUME, _subject(group.guild_id, group.id), over_at, guild_id=group.guild_id)

    async def archived(self, tx: Tx, group: Group) -> None:
        await self._timers.cancel(tx, RESUME, _subject(group.guild_id, group.id))

    async def _due(self, tx: Tx, due: Due) -> None:
        guild_id, group_id = map(int, due.subject.split(":"))
        await tx.lock("group", group_id)
        await self._end(tx, guild_id, group_id, None)

    async def _end(self, tx: Tx, guild_id: int, group_id: int, actor_id: int | None) -> bool:
        if not await store.end_break(tx, group_id):
            return False
        await self._timers.cancel(tx, RESUME, _subject(guild_id, group_id))
        group = await self._group(tx, guild_id, group_id)
        await self._post(tx, group, BREAK_OVER)
        await self._record(tx, group, "groups.resumed", actor_id)
        for announce in self._changed:
            await announce(tx, group)
        return True

    async def _group(self, tx: Tx, guild_id: int, group_id: int) -> Group:
        group = await groups.group(tx, guild_id, group_id)
        if group is None or group.archived:
            raise NotFound("groups.gone")
        return group

    def _over_at(self, last_day: date, zone: ZoneInfo) -> datetime:
        return at_local(last_day + timedelta(days=1), time(), zone)

    async def _zone(self, tx: Tx, group: Group) -> ZoneInfo:
        server = await self._server(tx, group.guild_id)
        return group.clocks(server)

    async def _record(self, tx: Tx, group: Group, action: str, actor_id: int | None) -> None:
        await self._audit.record(
            tx, guild_id=group.guild_id, actor=actor_id, action=action, subject=f"group:{group.id}"
        )

    # in the room

    async def _post(self, tx: Tx, group: Group, kind: str) -> None:
        if group.room_id is None:
            return
        await self._outbox.put(
            tx,
            Post(
                key=f"group:{group.id}:break:{new_id()}",
                guild_id=group.guild_id,
                channel_id=group.room_id,
                lane=Lane.PROMPT,
                kind=kind,
                params={"group": group.id},
            ),
        )

    async def _posted(self, tx: Tx, done: Delivered) -> None:
        await self._setbacks.forget(tx, done.key)

    async def _not_posted(self, tx: Tx, returned: Returned) -> None:
        group = await groups.group(tx, returned.guild_id, int(str(returned.params["group"])))
        if group is None or group.archived:
            await self._setbacks.forget(tx, returned.key)
            return
        if await self._setbacks.remember(tx, returned, What.POST, Lane.PROMPT, group_id=group.id):
            await self._desk.tell(tx, group, "groups.trouble_break", problem=returned.problem)


def _open(group: Group) -> None:
    if group.state is GroupState.PAUSED:
        raise UserError("groups.break_already")
    if group.state is not GroupState.OPEN:
        raise UserError("groups.not_open_yet")


def _subject(guild_id: int, group_id: int) -> str:
    return f"{guild_id}:{group_id}"
