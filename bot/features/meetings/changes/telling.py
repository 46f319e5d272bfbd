"""Tells of a change: the room once, each who had answered once, and in everything that was posted about it before."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

from bot.core.ids import new_id
from bot.features.groups import Group, Groups
from bot.features.meetings import store
from bot.features.meetings.answers import store as waiting
from bot.features.meetings.changes.model import News, Told
from bot.features.meetings.model import Meeting, Occasion
from bot.features.meetings.private.model import PurposeOf
from bot.features.meetings.reminders import CARD, REMINDER
from bot.inbox.model import Kept, State
from bot.outbox import Deed, Delivered, Lane, Outbox, Post, Returned, What
from bot.outbox.model import Params
from bot.storage import Tx

NOTICE: Final = "meetings.notice"
CHANGED: Final = "meetings.changed"
STANDING: Final = "meetings.standing"
"""Has a message that speaks of a time of a meeting say what is so now."""


class Telling:
    """Holds no state of its own."""

    def __init__(self, outbox: Outbox, groups: Groups, *, purpose: PurposeOf) -> None:
        self._outbox = outbox
        self._groups = groups
        self._purpose = purpose
        outbox.delivered(NOTICE, self._posted)
        outbox.undeliverable(NOTICE, self._not_posted)

    async def announce(self, tx: Tx, news: News) -> None:
        """Say it in the group's room, once, as long as it is not over."""
        group, now = news.now.group, news.now
        if group.room_id is None:
            await self._groups.desk.tell(tx, group, "meetings.trouble_notice", problem="missing")
            return
        await self._outbox.put(
            tx,
            Post(
                key=_notice_key(news),
                guild_id=group.guild_id,
                channel_id=group.room_id,
                lane=Lane.PROMPT,
                kind=NOTICE,
                params=_params(news),
                expires_at=max(news.before.ends_at, now.ends_at),
            ),
        )

    async def say(self, tx: Tx, news: News, user_ids: Collection[int]) -> None:
        """A word to each of these; of what one of them was not told yet only the newest is told."""
        if not user_ids:
            return
        said, group = await self._said(tx, news.before), news.now.group
        for user_id in sorted(user_ids):
            params = dict(_params(news))
            for word in said:
                if word.user_id == user_id and word.state is not State.DELIVERED:
                    await self._groups.desk.unsay(tx, word)
                    # to this person it is still where it was before that
                    params["was"] = min(int(str(word.params["was"])), int(str(params["was"])))
            purpose = await self._purpose(tx, group.guild_id, group.id, user_id)
            await self._groups.desk.say(tx, group.guild_id, user_id, CHANGED, params, purpose=purpose)

    async def concerned(self, tx: Tx, meeting: Meeting, day: date) -> set[int]:
        """Who answered about this time, also those who wait for a place."""
        return await store.answered(tx, meeting, day) | await waiting.who(tx, meeting, day)

    async def who_heard(self, tx: Tx, called_off: Occasion) -> set[int]:
        """Who was told, or is to be told, that this time is called off."""
        said = await self._said(tx, called_off)
        return {word.user_id for word in said if word.params["revision"] == called_off.revision}

    async def _said(self, tx: Tx, occasion: Occasion) -> list[Kept]:
        name = (occasion.meeting.id, occasion.day.isoformat())
        words = await self._groups.desk.said(tx, occasion.group.guild_id, CHANGED)
        return [word for word in words if (word.params["meeting"], word.params["day"]) == name]

    async def mend(self, tx: Tx, meeting: Meeting, day: date, *, named: tuple[int, date] | None = None) -> None:
        """Have what was posted about this time say what is so now. ``named``: what it is called from now on."""
        meeting_id, new_day = named or (meeting.id, day)
        for what in await store.posts_of(tx, meeting.guild_id, meeting.id, day):
            place = await store.post(tx, meeting.guild_id, meeting.id, day, what)
            if place is not None and (what == CARD or what.startswith(f"{REMINDER}:")):
                about: Params = {"meeting": meeting_id, "day": new_day.isoformat(), "card": what == CARD}
                await self._mend(tx, meeting.guild_id, place, about)

    async def overtaken(self, tx: Tx, reminder: Delivered) -> None:
        """A reminder was on its way while its meeting changed."""
        if reminder.channel_id is not None and reminder.message_id is not None:
            place = (reminder.channel_id, reminder.message_id)
            about = {name: reminder.params[name] for name in ("meeting", "day")}
            await self._mend(tx, reminder.guild_id, place, {**about, "card": False})

    async def _mend(self, tx: Tx, guild_id: int, place: tuple[int, int], about: Params) -> None:
        channel_id, message_id = place
        deed = Deed(
            key=f"meeting-post:{message_id}",
            guild_id=guild_id,
            what=What.EDIT,
            lane=Lane.ROUTINE,
            kind=STANDING,
            params={**about, "channel": channel_id, "message": message_id},
        )
        await self._outbox.put(tx, deed)

    async def _posted(self, tx: Tx, done: Delivered) -> None:
        await self._groups.setbacks.forget(tx, done.key)

    async def _not_posted(self, tx: Tx, returned: Returned) -> None:
        group = await self._group(tx, returned)
        if group is None or group.archived:
            await self._groups.setbacks.forget(tx, returned.key)
            return
        if await self._groups.setbacks.remember(tx, returned, What.POST, Lane.PROMPT, group_id=group.id):
            await self._groups.desk.tell(tx, group, "meetings.trouble_notice", problem=returned.problem)

    async def _group(self, tx: Tx, returned: Returned) -> Group | None:
        return await self._groups.group(tx, returned.guild_id, int(str(returned.params["group"])))


def _notice_key(news: News) -> str:
    now = news.now
    number = f"e{new_id()}" if news.told is Told.EDITED else f"r{now.revision}"
    return f"meeting-notice:{now.meeting.id}:{now.day}:{news.told}:{number}"


def _params(news: News) -> Params:
    now = news.now
    return {
        "group": now.group.id,
        "meeting": now.meeting.id,
        "day": now.day.isoformat(),
        "revision": now.revision,
        "told": news.told,
        "was": int(news.before.starts_at.timestamp()),
        "reason": news.reason,
    }
