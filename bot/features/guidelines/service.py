"""The agreement: posted, one copy of it pinned, and accepted by each member."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import NotFound, UserError
from bot.core.ids import new_id
from bot.features.groups import Group, Groups, GroupState
from bot.features.guidelines import store
from bot.features.guidelines.asking import Asking
from bot.features.guidelines.model import Agreement, Posted
from bot.outbox import Deed, Delivered, Lane, Outbox, Post, Returned, What
from bot.storage import Database, Tx
from bot.timers import Timers

POST: Final = "guidelines.post"
PIN: Final = "guidelines.pin"
REMOVE: Final = "guidelines.remove"


class Guidelines:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        outbox: Outbox,
        timers: Timers,
        audit: Audit,
        groups: Groups,
        *,
        agreement: str,
        short: str,
        version: str,
    ) -> None:
        """``agreement``: the words of the house; ``version``: what they are called in what people accepted.

        ``short``: the few words of it with which a meeting opens.
        """
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._groups = groups
        self.agreement = agreement
        self.short = short
        self.version = version
        self.asking = Asking(db, clock, outbox, timers, audit, groups, version=version, put=self._put)
        groups.opened.append(self._opened)
        outbox.delivered(POST, self._posted)
        outbox.undeliverable(POST, self._not_posted)
        outbox.delivered(PIN, self._pinned)
        outbox.undeliverable(PIN, self._not_pinned)
        outbox.delivered(REMOVE, self._removed)
        outbox.undeliverable(REMOVE, self._not_removed)

    async def current(self, *, guild_id: int, group_id: int) -> Agreement:
        """The agreement that holds in this group."""
        return Agreement(words=self.agreement, version=self.version)

    async def same_version(self, *, guild_id: int, group_id: int, version: str) -> None:
        """Raises ``UserError`` if the agreement has changed since somebody read this version of it."""
        if version != (await self.current(guild_id=guild_id, group_id=group_id)).version:
            raise UserError("guidelines.changed_meanwhile")

    async def post(self, *, guild_id: int, group_id: int) -> Group:
        """Post and pin the agreement anew; the old one goes when the new one is there."""
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            group = await self._groups.group(tx, guild_id, group_id)
            if group is None or group.room_id is None or group.state is GroupState.ARCHIVED:
                raise NotFound("guidelines.no_room")
            if all(posted.message_id is not None for posted in await store.of(tx, guild_id, group_id)):
                await self._put_anew(tx, group)
            elif not await self._groups.setbacks.put_again(tx, guild_id, kind=POST, group_id=group_id):
                raise UserError("guidelines.on_its_way")
            return group

    async def posted(self, guild_id: int, post_id: int) -> Posted | None:
        """What a post or deed of ours is about; None once it is not to be there any more."""
        async with self._db.read() as tx:
            return await store.get(tx, guild_id, post_id)

    async def standing_post(self, guild_id: int, group_id: int) -> Posted | None:
        """The agreement that stands in the group's room."""
        async with self._db.read() as tx:
            there = await self._there(tx, guild_id, group_id)
        return there[-1] if there else None

    async def _opened(self, tx: Tx, group: Group) -> None:
        await self._put(tx, group, None)

    async def _put_anew(self, tx: Tx, group: Group) -> None:
        before = await store.newest(tx, group.guild_id, group.id)
        if before is not None and before.version != self.version:
            await self.asking.ask(tx, group)
        else:
            await self._put(tx, group, None if before is None or before.over(self._clock()) else before.agree_by)

    async def _put(self, tx: Tx, group: Group, agree_by: datetime | None) -> Posted:
        assert group.room_id is not None
        before = await store.newest(tx, group.guild_id, group.id)
        same = before if before is not None and before.version == self.version else None
        posted = Posted(
            id=new_id(),
            guild_id=group.guild_id,
            group_id=group.id,
            number=before.number + 1 if before is not None else 1,
            version=self.version,
            channel_id=group.room_id,
            message_id=None,
            agree_by=agree_by,
            card=None if same is None else same.card,
        )
        await store.add(tx, posted, self._clock())
        await self._outbox.put(
            tx,
            Post(
                key=f"guidelines:{posted.id}:post",
                guild_id=group.guild_id,
                channel_id=group.room_id,
                lane=Lane.PROMPT,
                kind=POST,
                params={"post": posted.id, "group": group.id},
            ),
        )
        return posted

    async def _posted(self, tx: Tx, done: Delivered) -> None:
        await self._groups.setbacks.forget(tx, done.key)
        post_id, group_id = _subject(done)
        if done.message_id is None or await store.get(tx, done.guild_id, post_id) is None:
            return
        await store.set_message(tx, post_id, done.message_id)
        *_, newest = await self._there(tx, done.guild_id, group_id)
        await self._put_deed(tx, newest, What.PIN, PIN)

    async def _pinned(self, tx: Tx, done: Delivered) -> None:
        """Only now do the older ones go: a room is never without an agreement that can be found."""
        await self._done(tx, done)
        post_id, group_id = _subject(done)
        there = await self._there(tx, done.guild_id, group_id)
        pinned = next((posted for posted in there if posted.id == post_id), None)
        for posted in there:
            if pinned is not None and posted.number < pinned.number:
                await self._put_deed(tx, posted, What.DELETE, REMOVE)

    async def _there(self, tx: Tx, guild_id: int, group_id: int) -> list[Posted]:
        """Those that stand in the room, the oldest first."""
        return [posted for posted in await store.of(tx, guild_id, group_id) if posted.message_id is not None]

    async def _put_deed(self, tx: Tx, posted: Posted, what: What, kind: str) -> None:
        await self._outbox.put(
            tx,
            Deed(
                key=f"guidelines:{posted.id}:{what}",
                guild_id=posted.guild_id,
                what=what,
                lane=Lane.PROMPT,
                kind=kind,
                channel_id=posted.channel_id,
                params={"post": posted.id, "group": posted.group_id},
            ),
        )

    async def _done(self, tx: Tx, done: Delivered) -> None:
        await self._groups.setbacks.forget(tx, done.key)

    async def _removed(self, tx: Tx, done: Delivered) -> None:
        await self._done(tx, done)
        await store.remove(tx, _subject(done)[0])

    async def _not_posted(self, tx: Tx, returned: Returned) -> None:
        await self._tell(tx, returned, What.POST, "guidelines.trouble_post")

    async def _not_pinned(self, tx: Tx, returned: Returned) -> None:
        await self._tell(tx, returned, What.PIN, "guidelines.trouble_pin")

    async def _not_removed(self, tx: Tx, returned: Returned) -> None:
        if returned.problem == "missing":
            await store.remove(tx, _subject(returned)[0])
        else:
            await self._tell(tx, returned, What.DELETE, "guidelines.trouble_remove")

    async def _tell(self, tx: Tx, returned: Returned, what: What, about: str) -> None:
        post_id, group_id = _subject(returned)
        group = await self._groups.group(tx, returned.guild_id, group_id)
        if group is None or await store.get(tx, returned.guild_id, post_id) is None:
            return
        if await self._groups.setbacks.remember(tx, returned, what, Lane.PROMPT, group_id=group_id):
            await self._groups.desk.tell(tx, group, about, problem=returned.problem)


def _subject(errand: Delivered | Returned) -> tuple[int, int]:
    return int(str(errand.params["post"])), int(str(errand.params["group"]))
