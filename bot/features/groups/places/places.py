"""How full a group is, who waits for a place in it, and to whom one is offered."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.audit import Audit
from bot.core.calendar import at_local
from bot.core.clock import Clock
from bot.core.errors import NotFound, UserError
from bot.core.ids import new_id
from bot.features.groups import store
from bot.features.groups.desk import Desk, ServerOf
from bot.features.groups.model import Asking, Group, GroupState, Member, Mode, Request, Rules
from bot.features.groups.places import store as places
from bot.features.groups.places.admission import Admission
from bot.features.groups.places.model import Crowd, Expected
from bot.features.groups.rooms import JOINING
from bot.storage import Database, Tx
from bot.timers import Due, Timers

ENDS: Final = "groups.place"
WINDOW: Final = "groups.window"

WAITING: Final = "groups.waiting"
OFFERED: Final = "groups.offered"
INVITED: Final = "groups.invited"
OFFER_OVER: Final = "groups.offer_over"
WAITING_OVER: Final = "groups.waiting_over"
CLOSED: Final = "groups.asking_over"

BATCH = 50


class Places:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        timers: Timers,
        audit: Audit,
        *,
        desk: Desk,
        admission: Admission,
        server: ServerOf,
        rules: Rules,
    ) -> None:
        self._db = db
        self._clock = clock
        self._timers = timers
        self._audit = audit
        self._desk = desk
        self._admission = admission
        self._server = server
        self._rules = rules
        timers.on(ENDS, self._ended)
        timers.on(WINDOW, self._window_begins)

    # how full it is, and whether it takes people

    async def crowd(self, tx: Tx, group: Group) -> Crowd:
        taken = (await places.taken(tx, group.guild_id))[group.id]
        closed = not await self.takes_people(tx, group)
        return Crowd(taken=taken, capacity=group.capacity, most=self._rules.hard_capacity, closed=closed)

    async def full(self, tx: Tx, guild_id: int, groups: list[Group]) -> set[int]:
        """Those of these groups in which every place is taken, or kept for somebody."""
        taken = await places.taken(tx, guild_id)
        return {group.id for group in groups if taken[group.id] >= group.capacity}

    async def open_group(self, tx: Tx, guild_id: int, group_id: int) -> Group:
        """The group. Raises ``UserError`` if it is not open, with the reason."""
        group = await store.group(tx, guild_id, group_id)
        if group is None or group.state is GroupState.ARCHIVED:
            raise NotFound("groups.gone")
        if group.state is not GroupState.OPEN:
            raise UserError("groups.paused" if group.state is GroupState.PAUSED else "groups.not_open_yet")
        return group

    async def takes_people(self, tx: Tx, group: Group) -> bool:
        """Whether new people may ask today, by the group's calendar."""
        return group.open_on(await self._today(tx, group))

    async def expected(self, tx: Tx, guild_id: int, group_id: int, user_id: int) -> Expected | None:
        """The place of this person on the group's waiting list, or the one that is kept for them."""
        return await places.of(tx, guild_id, group_id, user_id)

    async def all_of(self, tx: Tx, guild_id: int, user_id: int) -> dict[int, Expected]:
        """The same for every group of the server."""
        return {expected.group_id: expected for expected in await places.all_of(tx, guild_id, user_id)}

    async def counts(self, tx: Tx, guild_id: int, group_id: int) -> tuple[int, int]:
        """How many wait for a place in the group, and for how many one is kept."""
        everybody = await places.all_in(tx, guild_id, group_id)
        offered = sum(expected.offered for expected in everybody)
        return len(everybody) - offered, offered

    # waiting

    async def add(self, tx: Tx, group: Group, request: Request) -> bool:
        """Put somebody who asked on the waiting list; whether they are offered one that is free at once."""
        expected = Expected(
            id=new_id(),
            guild_id=group.guild_id,
            group_id=group.id,
            user_id=request.user_id,
            visit=request.visit,
            invited=False,
            since=self._clock(),
        )
        await places.add(tx, expected)
        await self._timers.set(tx, ENDS, _subject(expected), self._waits_until(expected), guild_id=group.guild_id)
        await self.fill(tx, group.guild_id, group.id)
        now = await places.get(tx, group.guild_id, expected.id)
        offered = now is not None and now.offered
        if not offered:
            await self._say(tx, expected, WAITING)
        return offered

    async def give_up(self, *, guild_id: int, group_id: int, user_id: int, offered: bool) -> None:
        """Say no to the place that is ``offered``, which goes to the next in order, or else leave the waiting list.

        Raises ``UserError`` if it is the other of the two by now: an old button is not to cost anybody their place.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            group = await store.group(tx, guild_id, group_id)
            expected = await places.of(tx, guild_id, group_id, user_id)
            if group is None or expected is None:
                raise NotFound("groups.not_waiting")
            if expected.offered is not offered:
                raise UserError(
                    "groups.already_kept" if expected.offered else "groups.already_waiting", name=group.name
                )
            await self.remove(tx, expected)
            await self.fill(tx, guild_id, group_id)

    async def forget(self, tx: Tx, guild_id: int, user_id: int) -> list[Expected]:
        """The person waits for nothing here any more; gives what it was. Whoever calls this holds those groups."""
        given_up = await places.all_of(tx, guild_id, user_id)
        for expected in given_up:
            await self.remove(tx, expected)
            await self.fill(tx, guild_id, expected.group_id)
        return given_up

    async def close(self, tx: Tx, group: Group) -> None:
        """The group is archived: nobody waits for it any more, and everyone who did is told."""
        for expected in await places.all_in(tx, group.guild_id, group.id):
            await self.remove(tx, expected)
            await self._say(tx, expected, CLOSED)

    async def remove(self, tx: Tx, expected: Expected) -> None:
        await places.remove(tx, expected.id)
        await self._timers.cancel(tx, ENDS, _subject(expected))

    # offering

    async def came_in(self, tx: Tx, member: Member) -> None:
        """Somebody is in the group by another way than the place that they waited for."""
        expected = await places.of(tx, member.guild_id, member.group_id, member.user_id)
        if expected is not None:
            await self.remove(tx, expected)
            # who comes in to look after the group takes no place in it
            await self.fill(tx, member.guild_id, member.group_id)

    async def freed(self, tx: Tx, member: Member) -> None:
        """Somebody's place has ended, or they take none any more."""
        await self.fill(tx, member.guild_id, member.group_id)

    async def changed(self, tx: Tx, group: Group) -> None:
        """The group takes more people than before, or at other times."""
        await self.fill(tx, group.guild_id, group.id)

    async def fill(self, tx: Tx, guild_id: int, group_id: int) -> None:
        """Offer every place that is free to the next in order, if the group takes people today."""
        if not await self._waiting(tx, guild_id, group_id, 1):
            return
        await tx.lock("group", group_id)
        group = await store.group(tx, guild_id, group_id)
        if group is None or group.state is not GroupState.OPEN:
            return
        if not await self.takes_people(tx, group):
            await self._await_window(tx, group)
            return
        crowd = await self.crowd(tx, group)
        free = max(0, crowd.capacity - crowd.taken)
        lasts = await self._lasts(tx, group)
        for expected in await self._waiting(tx, guild_id, group_id, free):
            await self.offer(tx, expected, lasts=lasts)

    async def _lasts(self, tx: Tx, group: Group) -> timedelta:
        """How long a place is kept in a group that takes people today: no longer than it does."""
        if group.mode is Mode.OPEN or group.joins_until is None:
            return self._rules.offer_lasts
        closes = at_local(group.joins_until + timedelta(days=1), time.min, await self._zone(tx, group))
        return min(self._rules.offer_lasts, closes - self._clock())

    async def _waiting(self, tx: Tx, guild_id: int, group_id: int, limit: int) -> list[Expected]:
        after = self._clock() - self._rules.request_lasts
        return await places.waiting(tx, guild_id, group_id, after=after, limit=limit)

    async def offer(self, tx: Tx, expected: Expected, *, lasts: timedelta) -> None:
        """Keep a place for them, and tell them until when: never longer than anybody may be on the list."""
        now = self._clock()
        ends_at = min(now + lasts, self._waits_until(expected))
        await places.set_offer(tx, expected.id, offered_at=now, ends_at=ends_at)
        await self._timers.set(tx, ENDS, _subject(expected), ends_at, guild_id=expected.guild_id)
        await self._say(tx, expected, INVITED if expected.invited else OFFERED)

    async def may_take(self, *, guild_id: int, group_id: int, user_id: int) -> Group:
        """The group, if a place in it is kept for this person. Raises ``UserError`` with the reason if not."""
        async with self._db.read() as tx:
            group, _ = await self._kept(tx, guild_id, group_id, user_id)
            return group

    async def take(self, *, guild_id: int, asking: Asking) -> Group:
        """Come in by the place that was offered. Raises ``UserError`` once it is not kept any more."""
        async with self._db.begin() as tx:
            await tx.lock("group", asking.group_id)
            group, expected = await self._kept(tx, guild_id, asking.group_id, asking.user_id)
            await self.remove(tx, expected)
            await self._admission.remember_choice(tx, guild_id, asking)
            await self._admission.let_in(
                tx,
                group,
                asking.user_id,
                visit=expected.visit,
                consent_version=asking.consent_version,
                agreement_version=asking.agreement_version,
                agreed_at=self._clock(),
            )
            await self._audit.record(
                tx, guild_id=guild_id, actor=None, action="groups.place_taken", subject=f"group:{group.id}"
            )
            return group

    async def _kept(self, tx: Tx, guild_id: int, group_id: int, user_id: int) -> tuple[Group, Expected]:
        group = await self.open_group(tx, guild_id, group_id)
        member = await store.membership(tx, guild_id, group_id, user_id)
        if member is not None and member.active:
            raise UserError("groups.already_in", name=group.name)
        expected = await places.of(tx, guild_id, group_id, user_id)
        if expected is None or expected.offer_ends_at is None or expected.offer_ends_at <= self._clock():
            raise UserError("groups.not_kept", name=group.name)
        crowd = await self.crowd(tx, group)
        if crowd.taken > crowd.most:  # the place that is kept for them is one of those
            raise UserError("groups.packed", name=group.name)
        return group, expected

    # time

    async def _ended(self, tx: Tx, due: Due) -> datetime | None:
        """They did not take the place that was offered, or none became free: they are told, and the next is asked."""
        guild_id, expected_id = map(int, due.subject.split(":"))
        seen = await places.get(tx, guild_id, expected_id)
        if seen is None:
            return None
        await tx.lock("group", seen.group_id)
        # they may have taken it, or left the list, before the lock was had
        expected = await places.get(tx, guild_id, expected_id)
        if expected is None:
            return None
        now, ends_at = self._clock(), expected.offer_ends_at or self._waits_until(expected)
        if ends_at > now:
            return ends_at
        group = await store.group(tx, guild_id, expected.group_id)
        if group is not None and now < self._waits_until(expected) and await self._was_shut(tx, group, expected):
            return await self._keep_waiting(tx, group, expected)
        await self._end(tx, expected)
        return None

    async def _end(self, tx: Tx, expected: Expected) -> None:
        await self.remove(tx, expected)
        await self._say(tx, expected, OFFER_OVER if expected.offered else WAITING_OVER)
        await self.fill(tx, expected.guild_id, expected.group_id)

    async def _was_shut(self, tx: Tx, group: Group, expected: Expected) -> bool:
        """Whether the group lets them in no more, by a break or the end of its window: that is not their fault."""
        return group.state is GroupState.PAUSED or (not expected.invited and not await self.takes_people(tx, group))

    async def _keep_waiting(self, tx: Tx, group: Group, expected: Expected) -> datetime:
        """Who was invited keeps the place; who had asked is the next in order when the group takes people again."""
        if expected.invited:
            ends_at = min(self._clock() + self._rules.offer_lasts, self._waits_until(expected))
            await places.set_offer(tx, expected.id, offered_at=expected.offered_at, ends_at=ends_at)
            return ends_at
        await places.set_offer(tx, expected.id, offered_at=None, ends_at=None)
        await self._await_window(tx, group)
        await self._say(tx, expected, WAITING)
        return self._waits_until(expected)

    async def end_old(self, tx: Tx) -> bool:
        """Say to those whose time on a list is over that it is, before what is kept of it is deleted: their timer may
        be late. Whether there may be more of them.
        """
        old = await places.since_before(tx, self._clock() - self._rules.request_lasts, limit=BATCH)
        for seen in old:
            await tx.lock("group", seen.group_id)
            expected = await places.get(tx, seen.guild_id, seen.id)
            if expected is not None:
                await self._end(tx, expected)
        return len(old) == BATCH

    async def returned(self, tx: Tx, guild_id: int) -> None:
        """The bot was away from that server for a while, in which nobody could take a place: they have time again."""
        until = self._clock() + self._rules.offer_lasts
        for seen in await places.offered_until(tx, guild_id, until):
            await tx.lock("group", seen.group_id)
            expected = await places.get(tx, guild_id, seen.id)
            if expected is not None and expected.offered:
                ends_at = min(until, self._waits_until(expected))
                await places.set_offer(tx, expected.id, offered_at=expected.offered_at, ends_at=ends_at)
                await self._timers.set(tx, ENDS, _subject(expected), ends_at, guild_id=guild_id)

    async def _await_window(self, tx: Tx, group: Group) -> None:
        """Look again on the first day on which the group takes people, if that is to come."""
        if group.joins_from is not None and group.joins_from > await self._today(tx, group):
            begins = at_local(group.joins_from, time.min, await self._zone(tx, group))
            await self._timers.set(tx, WINDOW, f"{group.guild_id}:{group.id}", begins, guild_id=group.guild_id)

    async def _window_begins(self, tx: Tx, due: Due) -> datetime | None:
        guild_id, group_id = map(int, due.subject.split(":"))
        await self.fill(tx, guild_id, group_id)
        return None

    async def _today(self, tx: Tx, group: Group) -> date:
        return self._clock().astimezone(await self._zone(tx, group)).date()

    async def _zone(self, tx: Tx, group: Group) -> ZoneInfo:
        server = await self._server(tx, group.guild_id)
        return group.clocks(server)

    def _waits_until(self, expected: Expected) -> datetime:
        return expected.since + self._rules.request_lasts

    async def _say(self, tx: Tx, expected: Expected, kind: str) -> None:
        params = {"group": expected.group_id, "place": expected.id}
        # who was invited has asked for nothing, and so has allowed no message about it
        purpose = None if expected.invited else JOINING
        await self._desk.say(tx, expected.guild_id, expected.user_id, kind, params, purpose=purpose)


def _subject(expected: Expected) -> str:
    return f"{expected.guild_id}:{expected.id}"
