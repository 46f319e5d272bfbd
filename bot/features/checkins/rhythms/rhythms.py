"""Opening check-ins by themselves: in their rhythm, as long as that is, and never too soon."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.audit import Audit
from bot.core.calendar import at_local
from bot.core.clock import Clock
from bot.core.errors import NotFound, UserError
from bot.core.questions import Template
from bot.core.reading import WallTime, read_start
from bot.features.checkins.limits import Limits, NotYet
from bot.features.checkins.model import read_closing, read_lasting
from bot.features.checkins.opening import Opening, Wanted
from bot.features.checkins.rhythms import store
from bot.features.checkins.rhythms.model import STILL_OPENED, USUALLY_AT, Every, Rhythm, is_never, read_every
from bot.features.groups import Group, Groups, GroupState
from bot.storage import Database, Tx
from bot.timers import Due, Timers

RHYTHM: Final = "checkins.rhythm"

PUT_OFF: Final = {
    "checkins.too_few": "checkins.put_off_few",
    "checkins.too_many": "checkins.put_off_many",
    "checkins.one_at_a_time": "checkins.put_off_open",
    "checkins.not_yet": "checkins.put_off_soon",
    "checkins.not_yet_changed": "checkins.put_off_changed",
    "checkins.once_a_meeting": "checkins.put_off_meeting",
    "checkins.no_place": "checkins.put_off_place",
    "checkins.overheard": "checkins.put_off_place",
    "checkins.no_template": "checkins.put_off_template",
}
"""What the facilitators are told, by the reason why one could not be opened."""

TRIED_DAILY: Final = frozenset({"checkins.one_at_a_time", "checkins.no_place", "checkins.overheard"})
"""What passes by itself in a few days, so that it need not wait for a whole round."""

A_DAY: Final = timedelta(days=1)
A_MINUTE: Final = timedelta(minutes=1)


class Rhythms:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        timers: Timers,
        audit: Audit,
        groups: Groups,
        *,
        opening: Opening,
        limits: Limits,
    ) -> None:
        self._db = db
        self._clock = clock
        self._timers = timers
        self._audit = audit
        self._groups = groups
        self._opening = opening
        self._limits = limits
        timers.on(RHYTHM, self._due)
        groups.archived.append(self._archived)
        groups.restored.append(self._restored)
        groups.ended.append(self._ended)

    # setting

    async def schedule(
        self,
        *,
        guild_id: int,
        group_id: int,
        user_id: int,
        template: str,
        every: str,
        starts: str = "",
        closes: str = "",
    ) -> Rhythm | None:
        """Have this check-in come round in the group, instead of as it did; None if it does not any more.

        ``every``: a length of time, ``meeting`` or ``never``. Raises ``UserError`` that says what to type, or why it
        cannot be.
        """
        template = self._opening.id_of(template)
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            before = await store.get(tx, guild_id, group_id, template)
            if is_never(every):
                await self._end(tx, before, user_id)
                return None
            group = await self._groups.group(tx, guild_id, group_id)
            if group is None or group.state is not GroupState.OPEN:
                raise UserError("checkins.group_not_open")
            rhythm = await self._read(tx, group, self._opening.asked(template), every, starts, closes)
            await self._keep(tx, group, rhythm)
            await self._record(tx, rhythm, "checkins.rhythm_set", user_id)
            return rhythm

    async def end(self, *, guild_id: int, group_id: int, user_id: int, template: str) -> None:
        """Have this check-in not come round any more. Raises ``NotFound`` if it does not."""
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            await self._end(tx, await store.get(tx, guild_id, group_id, template), user_id)

    async def _end(self, tx: Tx, rhythm: Rhythm | None, user_id: int) -> None:
        if rhythm is None:
            raise NotFound("checkins.no_rhythm")
        await self._forget(tx, rhythm)
        await self._record(tx, rhythm, "checkins.rhythm_ended", user_id)

    async def _read(self, tx: Tx, group: Group, asked: Template, typed: str, starts: str, closes: str) -> Rhythm:
        every = read_every(typed, asked)
        rhythm = Rhythm(guild_id=group.guild_id, group_id=group.id, template=asked.id)
        if isinstance(every, Every):
            if starts.strip():
                raise UserError("checkins.starts_with_meeting")
            return replace(rhythm, lasts=read_lasting(closes))
        zone = await self._opening.zone(tx, group)
        coming = await self._first(tx, group, asked, starts, zone)
        lasts = _lasts(closes, at_local(coming.day, coming.time, zone), zone)
        if lasts >= timedelta(days=every):
            raise UserError("checkins.closes_after_next")
        return replace(rhythm, days=every, coming=coming, lasts=lasts)

    async def _first(self, tx: Tx, group: Group, asked: Template, starts: str, zone: ZoneInfo) -> WallTime:
        """Its first time: as it was typed, else the next evening on which it may be."""
        now = self._clock()
        start = read_start(starts.strip() or f"{USUALLY_AT:%H:%M}", now, zone, usual=USUALLY_AT)
        try:
            await self._limits.once(tx, group, asked, at=at_local(start.day, start.time, zone), zone=zone)
        except NotYet as not_yet:
            # whether the group will have met by then nobody knows
            if not_yet.day is None:
                return start
            if starts.strip():
                raise
            return replace(start, day=not_yet.day)
        return start

    async def _keep(self, tx: Tx, group: Group, rhythm: Rhythm) -> None:
        if rhythm.days is None:
            # only one can follow a meeting
            for other in await store.of_group(tx, group.guild_id, group.id):
                if other.days is None and other.template != rhythm.template:
                    await store.remove(tx, other)
        await store.put(tx, rhythm)
        await self._expect(tx, rhythm, await self._opening.zone(tx, group))

    async def _expect(self, tx: Tx, rhythm: Rhythm, zone: ZoneInfo) -> None:
        due_at = rhythm.due_at(zone)
        if due_at is None:
            await self._timers.cancel(tx, RHYTHM, rhythm.subject)
        else:
            await self._timers.set(tx, RHYTHM, rhythm.subject, due_at, guild_id=rhythm.guild_id)

    async def _forget(self, tx: Tx, rhythm: Rhythm) -> None:
        await self._timers.cancel(tx, RHYTHM, rhythm.subject)
        await store.remove(tx, rhythm)

    async def _record(self, tx: Tx, rhythm: Rhythm, action: str, actor_id: int) -> None:
        await self._audit.record(
            tx,
            guild_id=rhythm.guild_id,
            actor=actor_id,
            action=action,
            subject=f"group:{rhythm.group_id}",
            template=rhythm.template,
        )

    # looking

    async def of_group(self, *, guild_id: int, group_id: int) -> list[tuple[Rhythm, datetime | None]]:
        """What comes round in this group and when next, the soonest first, what follows meetings last."""
        async with self._db.read() as tx:
            group = await self._groups.group(tx, guild_id, group_id)
            if group is None:
                return []
            zone = await self._opening.zone(tx, group)
            found = [(rhythm, rhythm.due_at(zone)) for rhythm in await store.of_group(tx, guild_id, group_id)]
        return sorted(found, key=lambda one: (one[1] is None, one[1]))

    async def after_meeting(self, tx: Tx, group: Group) -> str | None:
        """The template that follows each meeting of this group; None if that was not said."""
        following = await store.of_group(tx, group.guild_id, group.id)
        return next((one.template for one in following if one.days is None and self._opening.knows(one.template)), None)

    async def lasts_after_meeting(self, tx: Tx, group: Group, template: str) -> timedelta | None:
        """How long the one that follows a meeting stays open; None if that was not said."""
        rhythm = await store.get(tx, group.guild_id, group.id, template)
        return rhythm.lasts if rhythm is not None and rhythm.days is None else None

    # time passes

    async def _due(self, tx: Tx, due: Due) -> datetime | None:
        guild_id, group_id, template = due.subject.split(":")
        await tx.lock("group", int(group_id))
        rhythm = await store.get(tx, int(guild_id), int(group_id), template)
        group = await self._groups.group(tx, int(guild_id), int(group_id))
        if rhythm is None or group is None or group.archived:
            return None
        zone = await self._opening.zone(tx, group)
        due_at = rhythm.due_at(zone)
        if due_at is None or due_at > self._clock():
            return due_at  # the group's clocks are others by now
        rhythm = await self._happen(tx, group, rhythm, due_at, zone)
        await store.put(tx, rhythm)
        return rhythm.due_at(zone)

    async def _happen(self, tx: Tx, group: Group, rhythm: Rhythm, due_at: datetime, zone: ZoneInfo) -> Rhythm:
        """Open it if that can be; gives the rhythm with its next time."""
        now = self._clock()
        if group.state is not GroupState.OPEN or group.room_id is None:
            return self._tomorrow(rhythm, zone)  # on a break nothing is said; it comes once that is over
        if now - due_at > STILL_OPENED:
            return rhythm.next_round(now, zone)
        try:
            await self._opening.open(tx, group, Wanted(template=rhythm.template, closes=rhythm.lasts))
        except UserError as refused:
            return await self._put_off(tx, group, rhythm, refused, zone)
        return replace(rhythm.next_round(now, zone), told=None)

    async def _put_off(self, tx: Tx, group: Group, rhythm: Rhythm, refused: UserError, zone: ZoneInfo) -> Rhythm:
        if rhythm.told != refused.key:
            await self._groups.desk.tell(tx, group, PUT_OFF[refused.key], problem=None)
        rhythm = replace(rhythm, told=refused.key)
        if isinstance(refused, NotYet) and refused.day is not None:
            rhythm = rhythm.on(refused.day)
        elif refused.key in TRIED_DAILY:
            rhythm = self._tomorrow(rhythm, zone)
        return rhythm.next_round(self._clock(), zone)

    def _tomorrow(self, rhythm: Rhythm, zone: ZoneInfo) -> Rhythm:
        return rhythm.on(self._clock().astimezone(zone).date() + A_DAY)

    # the group ends

    async def _archived(self, tx: Tx, group: Group) -> None:
        for rhythm in await store.of_group(tx, group.guild_id, group.id):
            await self._timers.cancel(tx, RHYTHM, rhythm.subject)

    async def _restored(self, tx: Tx, group: Group) -> None:
        zone = await self._opening.zone(tx, group)
        for rhythm in await store.of_group(tx, group.guild_id, group.id):
            ahead = rhythm.next_round(self._clock(), zone)
            await store.put(tx, ahead)
            await self._expect(tx, ahead, zone)

    async def _ended(self, tx: Tx, group: Group) -> None:
        for rhythm in await store.of_group(tx, group.guild_id, group.id):
            await self._forget(tx, rhythm)


def _lasts(closes: str, opens_at: datetime, zone: ZoneInfo) -> timedelta:
    """How long one stays open that opens then, in whole minutes."""
    lasts = read_closing(closes, opens_at, zone) - opens_at
    return A_MINUTE * round(lasts / A_MINUTE)
