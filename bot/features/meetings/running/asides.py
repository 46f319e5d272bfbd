"""Stepping out of a meeting: private to everybody but the facilitators, who may check in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from bot.core.clock import Clock
from bot.features.groups import Groups, Member
from bot.features.meetings.course import Course
from bot.features.meetings.model import Occasion
from bot.features.meetings.running import store
from bot.features.meetings.running.model import CLOSES_AFTER, FORGOTTEN_AFTER, Aside, AsideState, named_in, params_of
from bot.features.meetings.timetable import OccasionState
from bot.outbox import Deed, Delivered, Lane, Outbox, Post, Returned, What
from bot.storage import Database, Tx

CARD: Final = "meetings.aside"
CHANGED: Final = "meetings.aside_changed"
GONE: Final = "meetings.aside_gone"
UNSEEN: Final = "meetings.aside_unseen"


class Asides:
    def __init__(self, db: Database, clock: Clock, outbox: Outbox, groups: Groups, course: Course) -> None:
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._groups = groups
        self._course = course
        groups.left.append(self._left)
        outbox.delivered(CARD, self._posted)
        outbox.undeliverable(CARD, self._refused)
        outbox.delivered(GONE, self._deleted)
        outbox.undeliverable(GONE, self._not_deleted)

    async def step_out(self, *, guild_id: int, group_id: int, meeting_id: int, day: date, user_id: int) -> bool:
        """Show the facilitators that this person stepped out, once until they are back. False if nothing is open."""
        async with self._db.begin(urgent=True) as tx:
            await tx.lock("meeting", meeting_id)
            occasion = await self._open_one(tx, guild_id, meeting_id, day, group_id=group_id)
            if occasion is not None and await store.outside(tx, occasion, user_id) is None:
                aside_id = await store.put_aside(tx, occasion, user_id, ends_at=occasion.ends_at + FORGOTTEN_AFTER)
                await self._show(tx, occasion, aside_id)
            return occasion is not None

    async def ask_alone(self, *, guild_id: int, group_id: int, meeting_id: int, day: date, user_id: int) -> bool:
        """Ask the facilitators not to check in on this person. False if they are not out of a meeting."""
        return await self._now(guild_id, group_id, meeting_id, day, user_id, AsideState.ALONE)

    async def come_back(self, *, guild_id: int, group_id: int, meeting_id: int, day: date, user_id: int) -> bool:
        """Show the facilitators that this person is back. False if they were not out of a meeting."""
        return await self._now(guild_id, group_id, meeting_id, day, user_id, AsideState.BACK)

    async def _now(
        self, guild_id: int, group_id: int, meeting_id: int, day: date, user_id: int, state: AsideState
    ) -> bool:
        async with self._db.begin() as tx:
            await tx.lock("meeting", meeting_id)
            occasion = await self._open_one(tx, guild_id, meeting_id, day, group_id=group_id)
            aside = None if occasion is None else await store.outside(tx, occasion, user_id)
            if aside is None:
                return False
            await store.set_aside(tx, aside.id, state)
            await self._redraw(tx, guild_id, aside.id)
            return True

    async def get(self, guild_id: int, aside_id: int) -> tuple[Aside, tuple[int, int] | None] | None:
        """Who stepped out, and where the card about it stands; None once the meeting is closed."""
        async with self._db.read() as tx:
            aside = await store.aside(tx, guild_id, aside_id)
            return None if aside is None else (aside, await self._outbox.message(tx, _key(aside_id)))

    async def take_down(self, tx: Tx, guild_id: int, asides: Iterable[int]) -> None:
        """Have no card left that says who stepped out; their rows are gone."""
        for aside_id in asides:
            place = await self._outbox.message(tx, _key(aside_id))
            if place is not None:
                await self._delete(tx, guild_id, aside_id, *place)

    async def _open_one(
        self, tx: Tx, guild_id: int, meeting_id: int, day: date, *, group_id: int | None = None
    ) -> Occasion | None:
        occasion = await self._course.occasion(tx, guild_id, meeting_id, day)
        if occasion is not None and group_id not in (None, occasion.group.id):
            return None
        return occasion if occasion is not None and occasion.state is OccasionState.OPEN else None

    async def _left(self, tx: Tx, member: Member) -> None:
        gone = await store.forget_person(tx, member.guild_id, member.group_id, member.user_id)
        await self.take_down(tx, member.guild_id, gone)

    # the card

    async def _show(self, tx: Tx, occasion: Occasion, aside_id: int) -> None:
        params = {**params_of(occasion), "aside": aside_id}
        if occasion.group.desk_id is None:
            await self._nobody_sees(tx, occasion, aside_id, "missing")
            return
        await self._outbox.put(
            tx,
            Post(
                key=_key(aside_id),
                guild_id=occasion.meeting.guild_id,
                channel_id=occasion.group.desk_id,
                lane=Lane.URGENT,
                kind=CARD,
                params=params,
            ),
        )

    async def _redraw(self, tx: Tx, guild_id: int, aside_id: int) -> None:
        deed = Deed(
            key=f"{_key(aside_id)}:changed",
            guild_id=guild_id,
            what=What.EDIT,
            lane=Lane.PROMPT,
            kind=CHANGED,
            params={"aside": aside_id},
        )
        await self._outbox.put(tx, deed)

    async def _posted(self, tx: Tx, card: Delivered) -> None:
        aside_id = int(str(card.params["aside"]))
        aside = await store.aside(tx, card.guild_id, aside_id)
        if aside is not None and aside.state is not AsideState.OUT:
            # they may have said more between the writing of the card and now
            await self._redraw(tx, card.guild_id, aside_id)
        elif aside is None and card.channel_id is not None and card.message_id is not None:
            # the meeting was closed while the card was on its way
            await self._delete(tx, card.guild_id, aside_id, card.channel_id, card.message_id)

    async def _delete(self, tx: Tx, guild_id: int, aside_id: int, channel_id: int, message_id: int) -> None:
        await self._outbox.put(
            tx,
            Deed(
                key=f"{_key(aside_id)}:gone",
                guild_id=guild_id,
                what=What.DELETE,
                lane=Lane.PROMPT,
                kind=GONE,
                channel_id=channel_id,
                params={"message": message_id},
            ),
        )

    async def _deleted(self, tx: Tx, done: Delivered) -> None:
        await self._groups.setbacks.forget(tx, done.key)

    async def _not_deleted(self, tx: Tx, returned: Returned) -> None:
        """An administrator's check has it tried again: nothing may say for long who was there."""
        if returned.problem != "missing":
            await self._groups.setbacks.remember(tx, returned, What.DELETE, Lane.PROMPT, group_id=None)

    async def _refused(self, tx: Tx, card: Returned) -> None:
        occasion = await self._open_one(tx, card.guild_id, *named_in(card.params))
        if occasion is not None:
            await self._nobody_sees(tx, occasion, int(str(card.params["aside"])), card.problem)

    async def _nobody_sees(self, tx: Tx, occasion: Occasion, aside_id: int, problem: str) -> None:
        """The lead is told that somebody stepped out, and that person that their facilitators could not be shown it."""
        guild_id, group = occasion.meeting.guild_id, occasion.group
        aside = await store.aside(tx, guild_id, aside_id)
        if aside is not None:
            await self._groups.desk.tell_lead(tx, guild_id, group.id, "meetings.trouble_aside", problem=problem)
            await self._groups.desk.say(tx, guild_id, aside.user_id, UNSEEN, {"group": group.id}, lasts=CLOSES_AFTER)


def _key(aside_id: int) -> str:
    return f"meeting-aside:{aside_id}"
