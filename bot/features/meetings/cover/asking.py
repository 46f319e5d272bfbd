"""Asks the leads, in their channel and one at a time, to hold a meeting, and tells when one is called off."""

from __future__ import annotations

from datetime import date
from typing import Final

from bot.core.clock import Clock
from bot.features.groups import Groups, Server
from bot.features.groups.desk import ServerOf
from bot.features.meetings import store
from bot.features.meetings.course import Course
from bot.features.meetings.cover import store as cover
from bot.features.meetings.cover.model import Step
from bot.features.meetings.model import Meeting, Occasion
from bot.outbox import Deed, Delivered, Lane, Outbox, Post, Returned, What
from bot.outbox.model import Params
from bot.storage import Tx

ASKED: Final = "meetings.cover_asked"
"""Asks one lead; where it cannot be posted, a word of the same kind asks both."""
SHOWN: Final = "meetings.cover_shown"
"""Has what asked a lead say how it stands now."""
AGAIN: Final = "meetings.cover_again"
"""A word that asks a facilitator."""
UNCOVERED: Final = "meetings.uncovered"
"""Tells those who keep the group that a meeting was called off because nobody would hold it."""

EXPIRED = "expired"


class Asking:
    """Holds no state of its own."""

    def __init__(self, clock: Clock, outbox: Outbox, groups: Groups, course: Course, *, server: ServerOf) -> None:
        self._clock = clock
        self._outbox = outbox
        self._groups = groups
        self._course = course
        self._server = server
        outbox.delivered(ASKED, self._posted)
        outbox.undeliverable(ASKED, self._not_posted)
        outbox.undeliverable(UNCOVERED, self._not_told)

    async def ask_facilitators(self, tx: Tx, occasion: Occasion) -> None:
        """Ask each of them privately, once more."""
        group = occasion.group
        for member in await self._groups.members(tx, group.guild_id, group.id):
            if member.facilitates and not member.stands_in:
                await self.ask_again(tx, occasion, member.user_id)

    async def ask_again(self, tx: Tx, occasion: Occasion, user_id: int) -> None:
        """Ask one of them privately, by a word that says nothing once it is another time that the meeting begins."""
        await self._groups.desk.say(tx, occasion.group.guild_id, user_id, AGAIN, _params(occasion))

    async def ask_lead(self, tx: Tx, occasion: Occasion, step: Step) -> None:
        """Ask the one whose turn it is at this step; the other, if that one comes to the group for themselves."""
        server = await self._server(tx, occasion.group.guild_id)
        if server is None:
            return
        turn = (server.backup_id, server.lead_id) if step is Step.BACKUP else (server.lead_id, server.backup_id)
        able = [user_id for user_id in turn if await self._groups.covering.may(tx, occasion.group, user_id)]
        if not able:
            return
        params = {**_params(occasion), "step": step, "task": "lead" if able[0] == server.lead_id else "backup"}
        if server.safeguarding_id is None:
            await self._ask_privately(tx, server, params)
            return
        await self._outbox.put(
            tx,
            Post(
                key=f"meeting-cover:{_name(occasion)}:{step}",
                guild_id=server.guild_id,
                channel_id=server.safeguarding_id,
                lane=Lane.URGENT,
                kind=ASKED,
                params=params,
                expires_at=occasion.starts_at,
            ),
        )

    async def show(self, tx: Tx, occasion: Occasion, *, called: tuple[Meeting, date] | None = None) -> None:
        """Have what asked the leads say how it stands now. ``called``: the time's name when they were asked."""
        meeting, day = called or (occasion.meeting, occasion.day)
        for what in await store.posts_of(tx, meeting.guild_id, meeting.id, day):
            place = await store.post(tx, meeting.guild_id, meeting.id, day, what)
            if place is not None and what.startswith(f"{ASKED}:"):
                await self._show(tx, occasion, place, what.rpartition(":")[2])

    async def _show(self, tx: Tx, occasion: Occasion, place: tuple[int, int], task: str) -> None:
        channel_id, message_id = place
        deed = Deed(
            key=f"meeting-cover:{message_id}:shown",
            guild_id=occasion.group.guild_id,
            what=What.EDIT,
            lane=Lane.ROUTINE,
            kind=SHOWN,
            # where it stands, because that is forgotten together with a meeting that is called off
            params={**_params(occasion), "task": task, "channel": channel_id, "message": message_id},
        )
        await self._outbox.put(tx, deed)

    async def tell_uncovered(self, tx: Tx, occasion: Occasion) -> None:
        """Tell the desk and the leads, each once, that the meeting is called off."""
        server = await self._server(tx, occasion.group.guild_id)
        safeguarding_id = None if server is None else server.safeguarding_id
        if server is not None and safeguarding_id is None:
            await self._tell_privately(tx, server, _params(occasion))
        channels = {"desk": occasion.group.desk_id, "lead": safeguarding_id}
        for place, channel_id in channels.items():
            if channel_id is None:
                continue
            await self._outbox.put(
                tx,
                Post(
                    key=f"meeting-uncovered:{_name(occasion)}:{place}",
                    guild_id=occasion.group.guild_id,
                    channel_id=channel_id,
                    lane=Lane.PROMPT,
                    kind=UNCOVERED,
                    params={**_params(occasion), "place": place},
                ),
            )

    async def _posted(self, tx: Tx, done: Delivered) -> None:
        occasion = await self._occasion(tx, done.guild_id, done.params)
        if occasion is None or done.channel_id is None or done.message_id is None:
            return
        place, task = (done.channel_id, done.message_id), str(done.params["task"])
        what = f"{ASKED}:{done.params['step']}:{task}"
        where = {"channel_id": done.channel_id, "message_id": done.message_id}
        await store.put_post(tx, occasion.meeting, occasion.day, what, **where, ends_at=occasion.ends_at)
        if await cover.said(tx, occasion):
            # somebody may have come forward between the writing of the post and now
            await self._show(tx, occasion, place, task)

    async def _not_posted(self, tx: Tx, returned: Returned) -> None:
        """Nobody was asked by this: both are, when they are next reached."""
        server = await self._server(tx, returned.guild_id)
        occasion = await self._occasion(tx, returned.guild_id, returned.params)
        if server is not None and occasion is not None and returned.problem != EXPIRED:
            await self._ask_privately(tx, server, returned.params)

    async def _ask_privately(self, tx: Tx, server: Server, params: Params) -> None:
        for user_id in (server.lead_id, server.backup_id):
            await self._groups.desk.say(tx, server.guild_id, user_id, ASKED, params)

    async def _not_told(self, tx: Tx, returned: Returned) -> None:
        server = await self._server(tx, returned.guild_id)
        # where the desk is refused, the leads know already
        if server is not None and returned.params["place"] == "lead":
            await self._tell_privately(tx, server, returned.params)

    async def _tell_privately(self, tx: Tx, server: Server, params: Params) -> None:
        for user_id in (server.lead_id, server.backup_id):
            await self._groups.desk.say(tx, server.guild_id, user_id, UNCOVERED, params)

    async def _occasion(self, tx: Tx, guild_id: int, params: Params) -> Occasion | None:
        """The time that this is about, unless it has become another, or it has begun."""
        day = date.fromisoformat(str(params["day"]))
        occasion = await self._course.occasion(tx, guild_id, int(str(params["meeting"])), day)
        if occasion is None or occasion.starts_at <= self._clock():
            return None
        return occasion if int(occasion.starts_at.timestamp()) == params["starts"] else None


def _params(occasion: Occasion) -> Params:
    return {
        "group": occasion.group.id,
        "meeting": occasion.meeting.id,
        "day": occasion.day.isoformat(),
        "starts": int(occasion.starts_at.timestamp()),
    }


def _name(occasion: Occasion) -> str:
    starts = int(occasion.starts_at.timestamp())
    return f"{occasion.meeting.id}:{occasion.day}:{starts}:r{occasion.revision}"
