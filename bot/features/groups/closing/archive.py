"""The end of a group: rooms closed at once, seven days to think again, and then nothing of it is left to read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import NotFound, UserError
from bot.core.ids import new_id
from bot.features.groups import store as groups
from bot.features.groups.closing import store
from bot.features.groups.desk import Desk
from bot.features.groups.handover.handovers import Concerns, End
from bot.features.groups.model import ARCHIVE_LASTS, Group, GroupState, Place
from bot.features.groups.rooms import OnGroup, Rooms
from bot.features.groups.setbacks import Setbacks
from bot.outbox import Deed, Delivered, Lane, Outbox, Post, Returned, What
from bot.storage import Database, Tx
from bot.timers import Due, Timers

OVER: Final = "groups.archive_over"
ARCHIVED_CARD: Final = "groups.archived_card"
ROOM_GONE: Final = "groups.room_gone"
ENDED: Final = "groups.ended"
BACK: Final = "groups.back"
NEWS_ARCHIVED: Final = "groups.news_archived"
NEWS_BACK: Final = "groups.news_back"
UNLED: Final = "groups.trouble_unled"

ONCE_MORE = timedelta(days=1)
"""How long a group can still be brought back, at least, once the bot is in its server again."""


class Archive:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        outbox: Outbox,
        timers: Timers,
        audit: Audit,
        *,
        rooms: Rooms,
        desk: Desk,
        setbacks: Setbacks,
        end: End,
        concerns: Sequence[Concerns],
        archived: Sequence[OnGroup],
        restored: Sequence[OnGroup],
        ended: Sequence[OnGroup],
    ) -> None:
        """``archived`` and ``restored`` are called when a group was archived, and when it was brought back; ``ended``
        when it cannot be brought back any more.
        """
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._timers = timers
        self._audit = audit
        self._rooms = rooms
        self._desk = desk
        self._setbacks = setbacks
        self._end = end
        self._concerns = concerns
        self._archived = archived
        self._restored = restored
        self._ended = ended
        timers.on(OVER, self._over)
        outbox.delivered(ARCHIVED_CARD, self._card_posted)
        outbox.undeliverable(ARCHIVED_CARD, self._card_refused)
        outbox.delivered(ROOM_GONE, self._room_gone)
        outbox.undeliverable(ROOM_GONE, self._room_stays)

    # archiving

    async def may_archive(self, *, guild_id: int, group_id: int, actor_id: int) -> Group:
        """The group. Raises ``UserError`` if it cannot be archived now.

        A concern that this person may not know of does not stop them: it would tell them that there is one.
        """
        async with self._db.read() as tx:
            return await self._archivable(tx, guild_id, group_id, actor_id)

    async def archive(self, *, guild_id: int, group_id: int, actor_id: int) -> Group:
        """End the group: everybody's access to its rooms first. It can be brought back for seven days."""
        async with self._db.begin(urgent=True) as tx:
            await tx.lock("group", group_id)
            await self._archivable(tx, guild_id, group_id, actor_id)
            now = self._clock()
            await store.archive(tx, group_id, now)
            group = await self._group(tx, guild_id, group_id)
            for member in await groups.members(tx, guild_id, group_id):
                await self._rooms.close(tx, group, member)
                if not member.facilitates:
                    await self._desk.say(tx, guild_id, member.user_id, ENDED, {"group": group_id})
            await self._timers.set(tx, OVER, _subject(group), now + ARCHIVE_LASTS, guild_id=guild_id)
            for announce in self._archived:
                await announce(tx, group)
            await self._post_card(tx, group)
            await self._tell_lead(tx, group, NEWS_ARCHIVED)
            await self._record(tx, group, "groups.archived", actor_id)
            return group

    async def _archivable(self, tx: Tx, guild_id: int, group_id: int, actor_id: int) -> Group:
        group = await self._group(tx, guild_id, group_id)
        if group.archived:
            raise UserError("groups.archived_already")
        held = sum([await count(tx, guild_id, group_id, actor_id) for count in self._concerns])
        if held:
            raise UserError("groups.archive_held", count=held)
        return group

    async def _group(self, tx: Tx, guild_id: int, group_id: int) -> Group:
        group = await groups.group(tx, guild_id, group_id)
        if group is None or group.state is GroupState.DRAFT:
            raise NotFound("groups.gone")
        return group

    async def _post_card(self, tx: Tx, group: Group) -> None:
        if group.desk_id is None:
            return
        await self._outbox.put(
            tx,
            Post(
                key=f"group:{group.id}:archived:{new_id()}",
                guild_id=group.guild_id,
                channel_id=group.desk_id,
                lane=Lane.PROMPT,
                kind=ARCHIVED_CARD,
                params={"group": group.id},
            ),
        )

    async def _card_posted(self, tx: Tx, done: Delivered) -> None:
        await self._setbacks.forget(tx, done.key)

    async def _card_refused(self, tx: Tx, returned: Returned) -> None:
        group = await groups.group(tx, returned.guild_id, int(str(returned.params["group"])))
        if group is None or not group.archived:
            await self._setbacks.forget(tx, returned.key)
            return
        if await self._setbacks.remember(tx, returned, What.POST, Lane.PROMPT, group_id=group.id):
            await self._tell_lead(tx, group, "groups.trouble_archived_card", problem=returned.problem)

    # thinking again

    async def bring_back(self, *, guild_id: int, group_id: int, actor_id: int) -> Group:
        """Have the group be again what it was, with everybody who has not left since. Raises ``UserError`` once its
        time is over, or if somebody has brought it back already.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            before = await self._group(tx, guild_id, group_id)
            if before.archived_from is None:
                raise UserError("groups.archive_is_over" if before.archived else "groups.back_already")
            await store.bring_back(tx, group_id, before.archived_from)
            await self._timers.cancel(tx, OVER, _subject(before))
            group = await self._group(tx, guild_id, group_id)
            # what was on its way when it was archived was not made
            await self._rooms.make(tx, group)
            await self._rooms.open(tx, group)
            members = await groups.members(tx, guild_id, group_id)
            for member in members:
                await self._rooms.look_again(tx, group, member)
                await self._desk.say(tx, guild_id, member.user_id, BACK, {"group": group_id})
            for announce in self._restored:
                await announce(tx, group)
            await self._tell_lead(tx, group, NEWS_BACK)
            if not any(member.facilitates and not member.stands_in for member in members):
                await self._tell_lead(tx, group, UNLED)
            await self._record(tx, group, "groups.brought_back", actor_id)
            return group

    async def returned(self, tx: Tx, guild_id: int) -> None:
        """The bot was away from that server for a while, in which nobody could bring a group back."""
        await self._timers.postpone(tx, OVER, guild_id, self._clock() + ONCE_MORE)

    # the end

    async def _over(self, tx: Tx, due: Due) -> None:
        guild_id, group_id = map(int, due.subject.split(":"))
        await tx.lock("group", group_id)
        if not await store.end(tx, group_id):
            return
        group = await self._group(tx, guild_id, group_id)
        for member in await groups.members(tx, guild_id, group_id):
            await self._end(tx, group, member)
        for place in Place:
            await self._remove(tx, group, place)
        for announce in self._ended:
            await announce(tx, group)
        await self._record(tx, group, "groups.deleted", None)

    async def _remove(self, tx: Tx, group: Group, place: Place) -> None:
        channel_id = group.channel(place)
        if channel_id is None:
            return
        await self._outbox.put(
            tx,
            Deed(
                key=f"group:{group.id}:gone:{place}",
                guild_id=group.guild_id,
                what=What.DELETE_ROOM,
                lane=Lane.PROMPT,
                kind=ROOM_GONE,
                channel_id=channel_id,
                params={"group": group.id, "place": place},
            ),
        )

    async def _room_gone(self, tx: Tx, done: Delivered | Returned) -> None:
        await self._setbacks.forget(tx, done.key)
        await store.clear_channel(tx, int(str(done.params["group"])), Place(str(done.params["place"])))

    async def _room_stays(self, tx: Tx, returned: Returned) -> None:
        group = await groups.group(tx, returned.guild_id, int(str(returned.params["group"])))
        if group is None:
            return
        if returned.problem == "missing":
            await self._room_gone(tx, returned)
            return
        if await self._setbacks.remember(tx, returned, What.DELETE_ROOM, Lane.PROMPT, group_id=group.id):
            await self._tell_lead(tx, group, "groups.trouble_gone", problem=returned.problem)

    async def _tell_lead(self, tx: Tx, group: Group, about: str, *, problem: str | None = None) -> None:
        await self._desk.tell_lead(tx, group.guild_id, group.id, about, problem=problem)

    async def _record(self, tx: Tx, group: Group, action: str, actor_id: int | None) -> None:
        await self._audit.record(
            tx, guild_id=group.guild_id, actor=actor_id, action=action, subject=f"group:{group.id}"
        )


def _subject(group: Group) -> str:
    return f"{group.guild_id}:{group.id}"
