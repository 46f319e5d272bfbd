"""The agreement in a group's room: one copy, pinned, looked after every day, and never a moment without one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from bot.core.clock import Clock
from bot.core.ids import new_id
from bot.features.groups import Group, Groups, GroupState
from bot.features.guidelines import store
from bot.features.guidelines.model import Agreement, Posted
from bot.outbox import Deed, Delivered, Lane, Outbox, Post, Returned, What
from bot.storage import Tx
from bot.timers import Due, Timers

POST: Final = "guidelines.post"
PIN: Final = "guidelines.pin"
REMOVE: Final = "guidelines.remove"
NOTICE: Final = "guidelines.notice"
LOOK: Final = "guidelines.look"

GONE: Final = "gone"
LONG: Final = "long"

A_DAY = timedelta(days=1)

OnPosted = Callable[[Tx, Group, Posted], Awaitable[None]]

_WHY = {GONE: "missing", LONG: "long"}


class Posting:
    def __init__(self, clock: Clock, outbox: Outbox, timers: Timers, groups: Groups) -> None:
        self._clock = clock
        self._outbox = outbox
        self._timers = timers
        self._groups = groups
        self.there: list[OnPosted] = []
        """Called with the agreement that holds, once it is in the room."""
        timers.on(LOOK, self._look)
        outbox.delivered(POST, self._posted)
        outbox.undeliverable(POST, self._not_posted)
        outbox.delivered(PIN, self._pinned)
        outbox.undeliverable(PIN, self._not_pinned)
        outbox.delivered(REMOVE, self._removed)
        outbox.undeliverable(REMOVE, self._not_removed)
        outbox.undeliverable(NOTICE, self._not_noticed)

    async def put(self, tx: Tx, group: Group, agreement: Agreement, agree_by: datetime | None) -> Posted:
        """Have it posted and pinned; those before it go when it is there. ``agree_by``: until when it is asked for."""
        assert group.room_id is not None
        await self._give_up_refused(tx, group)
        before = await store.newest(tx, group.guild_id, group.id)
        same = before if before is not None and before.version == agreement.version else None
        posted = Posted(
            id=new_id(),
            guild_id=group.guild_id,
            group_id=group.id,
            number=before.number + 1 if before is not None else 1,
            version=agreement.version,
            house_version=agreement.house_version,
            words=agreement.words,
            channel_id=group.room_id,
            message_id=None,
            put_at=self._clock(),
            agree_by=agree_by,
            card=None if same is None else same.card,
        )
        await store.add(tx, posted)
        await self._outbox.put(
            tx,
            Post(
                key=_post_key(posted.id),
                guild_id=group.guild_id,
                channel_id=group.room_id,
                lane=Lane.PROMPT,
                kind=POST,
                params={"post": posted.id, "group": group.id},
            ),
        )
        return posted

    async def put_again(self, tx: Tx, group: Group) -> bool:
        """Try a post once more that Discord refused; False if none was refused."""
        return bool(await self._groups.setbacks.put_again(tx, group.guild_id, kind=POST, group_id=group.id))

    async def room_remade(self, tx: Tx, group: Group) -> None:
        """The room is another than the one in which earlier ones stood."""
        await self._give_up_refused(tx, group)
        for posted in await store.of(tx, group.guild_id, group.id):
            await store.set_gone(tx, posted.id)

    async def watch(self, tx: Tx, group: Group) -> None:
        """Look every day whether it is there and pinned, each group at a time of its own."""
        now = self._clock()
        at = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(seconds=group.id % 86_400)
        while at <= now:
            at += A_DAY
        await self._timers.set(tx, LOOK, f"{group.guild_id}:{group.id}", at, guild_id=group.guild_id)

    async def notice(self, tx: Tx, group: Group, about: str, *, key: str) -> None:
        """Tell the facilitators of something that they can mend, once for each ``key``."""
        if group.desk_id is None:
            await self._tell_lead(tx, group.guild_id, group.id, about)
            return
        await self._outbox.put(
            tx,
            Post(
                key=f"guidelines-{about}:{key}",
                guild_id=group.guild_id,
                channel_id=group.desk_id,
                lane=Lane.PROMPT,
                kind=NOTICE,
                params={"group": group.id, "about": about},
            ),
        )

    async def _look(self, tx: Tx, due: Due) -> datetime | None:
        guild_id, group_id = map(int, due.subject.split(":"))
        group = await self._groups.group(tx, guild_id, group_id)
        if group is None or group.state is GroupState.ARCHIVED:
            return None
        newest = await store.newest(tx, guild_id, group_id)
        if newest is not None and newest.stands and newest.channel_id == group.room_id:
            await self._put_deed(tx, newest, What.PIN, PIN, Lane.BULK, standing=True)
        following = due.due_at + A_DAY
        return following if following > self._clock() else self._clock() + A_DAY

    async def _posted(self, tx: Tx, done: Delivered) -> None:
        await self._groups.setbacks.forget(tx, done.key)
        post_id, group_id = _subject(done)
        if done.message_id is None or await store.get(tx, done.guild_id, post_id) is None:
            return
        await store.set_message(tx, post_id, done.message_id)
        there = [posted for posted in await store.of(tx, done.guild_id, group_id) if posted.stands]
        group = await self._groups.group(tx, done.guild_id, group_id)
        if there and group is not None:
            await self._put_deed(tx, there[-1], What.PIN, PIN)
            await self.watch(tx, group)
        if group is not None and there and there[-1].id == post_id and await self._holds(tx, there[-1]):
            for announce in self.there:
                await announce(tx, group, there[-1])

    async def _pinned(self, tx: Tx, done: Delivered) -> None:
        """Only now do the older ones go: a room is never without an agreement that can be found."""
        await self._groups.setbacks.forget(tx, done.key)
        post_id, group_id = _subject(done)
        known = await store.of(tx, done.guild_id, group_id)
        pinned = next((posted for posted in known if posted.id == post_id), None)
        for posted in known:
            if pinned is None or posted.number >= pinned.number:
                continue
            if posted.gone:
                await store.remove(tx, posted.id)
            elif posted.stands:
                await self._put_deed(tx, posted, What.DELETE, REMOVE)

    async def _put_deed(
        self, tx: Tx, posted: Posted, what: What, kind: str, lane: Lane = Lane.PROMPT, *, standing: bool = False
    ) -> None:
        await self._outbox.put(
            tx,
            Deed(
                key=f"guidelines:{posted.id}:{what}",
                guild_id=posted.guild_id,
                what=what,
                lane=lane,
                kind=kind,
                channel_id=posted.channel_id,
                params={"post": posted.id, "group": posted.group_id, "standing": standing},
            ),
        )

    async def _removed(self, tx: Tx, done: Delivered) -> None:
        await self._groups.setbacks.forget(tx, done.key)
        await store.remove(tx, _subject(done)[0])

    async def _not_posted(self, tx: Tx, returned: Returned) -> None:
        posted = await store.get(tx, returned.guild_id, _subject(returned)[0])
        if posted is not None and not await self._holds(tx, posted):
            await self._groups.setbacks.forget(tx, returned.key)
            await store.remove(tx, posted.id)
            return
        await self._tell(tx, returned, What.POST, "guidelines.trouble_post")

    async def _not_pinned(self, tx: Tx, returned: Returned) -> None:
        if returned.problem != "missing":
            await self._tell(tx, returned, What.PIN, "guidelines.trouble_pin")
            return
        await self._groups.setbacks.forget(tx, returned.key)
        post_id, group_id = _subject(returned)
        posted = await store.get(tx, returned.guild_id, post_id)
        group = await self._groups.group(tx, returned.guild_id, group_id)
        if posted is None or group is None or posted.gone:
            return
        if not await self._holds(tx, posted):
            await store.remove(tx, posted.id)
            return
        await store.set_gone(tx, posted.id)
        await self.notice(tx, group, GONE, key=str(posted.id))

    async def _not_removed(self, tx: Tx, returned: Returned) -> None:
        if returned.problem == "missing":
            await self._groups.setbacks.forget(tx, returned.key)
            await store.remove(tx, _subject(returned)[0])
        else:
            await self._tell(tx, returned, What.DELETE, "guidelines.trouble_remove")

    async def _not_noticed(self, tx: Tx, returned: Returned) -> None:
        group_id, about = int(str(returned.params["group"])), str(returned.params["about"])
        await self._tell_lead(tx, returned.guild_id, group_id, about)

    async def _tell_lead(self, tx: Tx, guild_id: int, group_id: int, about: str) -> None:
        await self._groups.desk.tell_lead(tx, guild_id, group_id, f"guidelines.trouble_{about}", problem=_WHY[about])

    async def _tell(self, tx: Tx, returned: Returned, what: What, about: str) -> None:
        post_id, group_id = _subject(returned)
        group = await self._groups.group(tx, returned.guild_id, group_id)
        if group is None or await store.get(tx, returned.guild_id, post_id) is None:
            await self._groups.setbacks.forget(tx, returned.key)
            return
        if await self._groups.setbacks.remember(tx, returned, what, Lane.PROMPT, group_id=group_id):
            await self._groups.desk.tell(tx, group, about, problem=returned.problem)

    async def _holds(self, tx: Tx, posted: Posted) -> bool:
        newest = await store.newest(tx, posted.guild_id, posted.group_id)
        return newest is not None and newest.id == posted.id

    async def _give_up_refused(self, tx: Tx, group: Group) -> None:
        """What was refused and has a successor is not tried again."""
        for setback in await self._groups.setbacks.of(tx, group.guild_id):
            if setback.kind == POST and setback.group_id == group.id and not setback.on_its_way:
                await self._groups.setbacks.forget(tx, setback.key)
                await store.set_gone(tx, int(str(setback.params["post"])))


def _post_key(post_id: int) -> str:
    return f"guidelines:{post_id}:post"


def _subject(errand: Delivered | Returned) -> tuple[int, int]:
    return int(str(errand.params["post"])), int(str(errand.params["group"]))
