"""The agreement of each group: the house's words and the group's own points, previewed, posted, accepted."""

from __future__ import annotations

from dataclasses import replace

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import NotFound, UserError
from bot.core.wording import faults
from bot.features.groups import Group, Groups, GroupState, Place
from bot.features.groups.desk import ServerOf
from bot.features.guidelines import store
from bot.features.guidelines.agreements import Agreements
from bot.features.guidelines.asking import Asking
from bot.features.guidelines.model import (
    LONGEST,
    POINTS_LENGTH,
    Agreement,
    Own,
    Posted,
    Preview,
    changes_between,
    hidden_link,
    tidy_points,
)
from bot.features.guidelines.posting import Posting
from bot.features.guidelines.reminding import Reminding
from bot.outbox import Outbox
from bot.storage import Database, Tx
from bot.timers import Timers


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
        agreements: Agreements,
        short: str,
        server: ServerOf,
    ) -> None:
        """``short``: the few words of the house's agreement with which a meeting opens."""
        self._db = db
        self._clock = clock
        self._audit = audit
        self._groups = groups
        self._agreements = agreements
        self.short = short
        self._posting = Posting(clock, outbox, timers, groups)
        self.asking = Asking(db, clock, outbox, timers, audit, groups, agreements=agreements, posting=self._posting)
        self.reminding = Reminding(db, clock, outbox, timers, groups, server=server)
        groups.opened.append(self._opened)
        groups.remade.append(self._remade)
        groups.restored.append(self._restored)
        groups.ended.append(self._ended)

    # reading

    @property
    def house(self) -> str:
        """The words that hold in every group, and the lines that keep people safe."""
        return self._agreements.house

    async def current(self, *, guild_id: int, group_id: int) -> Agreement:
        """The agreement that holds in this group."""
        async with self._db.read() as tx:
            return await self._agreements.of(tx, guild_id, group_id)

    async def same_version(self, *, guild_id: int, group_id: int, version: str) -> None:
        """Raises ``UserError`` if the agreement has changed since somebody read this version of it."""
        if version != (await self.current(guild_id=guild_id, group_id=group_id)).version:
            raise UserError("guidelines.changed_meanwhile")

    async def posted(self, guild_id: int, post_id: int) -> Posted | None:
        """What a post or deed of ours is about; None once it is not to be there any more.

        Of one that is on its way it says until when it is asked for if it comes now.
        """
        async with self._db.read() as tx:
            posted = await store.get(tx, guild_id, post_id)
            if posted is None or not posted.coming:
                return posted
            return replace(posted, agree_by=await self.asking.term(tx, posted))

    async def standing(self, guild_id: int, group_id: int) -> Posted | None:
        """The newest agreement that stands in the group's room."""
        async with self._db.read() as tx:
            known = await store.of(tx, guild_id, group_id)
        return next((posted for posted in reversed(known) if posted.stands), None)

    # the group's own points

    async def own(self, *, guild_id: int, group_id: int) -> Own:
        async with self._db.read() as tx:
            return await store.own(tx, guild_id, group_id)

    async def edit(self, *, guild_id: int, group_id: int, typed: str) -> Preview:
        """Keep these as what the group's own points might be, and show what that would come to.

        Raises ``UserError`` for words that no text may hold, and for more than fits in one post.
        """
        points = tidy_points(typed)
        self._check(points)
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            group = await self._group(tx, guild_id, group_id)
            same = points == (await store.own(tx, guild_id, group_id)).points
            await store.set_draft(tx, guild_id, group_id, None if same else points)
            return await self._preview(tx, group)

    async def preview(self, *, guild_id: int, group_id: int) -> Preview:
        """The agreement as it would be posted now, with points that are being thought over."""
        async with self._db.read() as tx:
            return await self._preview(tx, await self._group(tx, guild_id, group_id))

    async def post(
        self, *, guild_id: int, group_id: int, user_id: int, version: str, number: int
    ) -> tuple[Preview, bool]:
        """Post and pin what somebody saw in a preview: that ``version``, when the newest posting was that ``number``.

        Gives what it is about, and whether it is on its way: if it would not be what they saw, nothing is done, and
        they are to look at it anew. Members are asked for their yes if the version changes. Raises ``UserError`` if
        it was posted meanwhile.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            group = await self._group(tx, guild_id, group_id)
            preview = await self._preview(tx, group)
            newest = await store.newest(tx, guild_id, group_id)
            if newest is not None and newest.number > number and newest.version == version:
                raise UserError("guidelines.posted_already")
            if (preview.agreement.version, preview.number) != (version, number):
                return preview, False
            if preview.draft:
                await store.set_points(tx, guild_id, group_id, preview.points)
            await self._put(tx, group)
            await self._audit.record(
                tx,
                guild_id=guild_id,
                actor=user_id,
                action="guidelines.posted",
                subject=f"group:{group_id}",
                version=preview.agreement.version,
            )
            return preview, True

    async def _group(self, tx: Tx, guild_id: int, group_id: int) -> Group:
        group = await self._groups.group(tx, guild_id, group_id)
        if group is None or group.room_id is None or group.state is GroupState.ARCHIVED:
            raise NotFound("guidelines.no_room")
        return group

    def _check(self, points: str) -> None:
        if len(points) > POINTS_LENGTH:
            raise UserError("guidelines.points_long", length=len(points), longest=POINTS_LENGTH)
        for fault in faults(points):
            raise UserError(f"guidelines.fault_{fault.wrong}", said=fault.said)
        if (link := hidden_link(points)) is not None:
            raise UserError("guidelines.fault_link", said=link)
        length = len(self._agreements.with_points(points).words)
        if points and length > LONGEST:
            raise UserError("guidelines.whole_long", length=length, longest=LONGEST, over=length - LONGEST)

    async def _preview(self, tx: Tx, group: Group) -> Preview:
        own, newest = await store.own(tx, group.guild_id, group.id), await store.newest(tx, group.guild_id, group.id)
        draft = own.draft is not None and self._agreements.fit(own.draft)
        points = own.draft if draft and own.draft is not None else own.points
        agreement = self._agreements.holding(points)
        posted = newest is not None and not newest.gone
        differs = newest is not None and newest.version != agreement.version
        return Preview(
            group=group,
            agreement=agreement,
            points=points,
            draft=draft,
            left_out=not self._agreements.fit(points) or (own.draft is not None and not draft),
            number=newest.number if newest else 0,
            posted=posted,
            changes=changes_between(newest.words or self.house, agreement.words) if newest and posted else (),
            asks=differs and await self.asking.would_ask(tx, group, agreement.version),
        )

    # posting

    async def _put(self, tx: Tx, group: Group) -> None:
        """Post what holds now, asking for a yes if its version is another than before."""
        agreement = await self._agreements.of(tx, group.guild_id, group.id)
        before = await store.newest(tx, group.guild_id, group.id)
        if before is not None and before.version == agreement.version and before.coming:
            if not await self._posting.put_again(tx, group):
                raise UserError("guidelines.on_its_way")
        elif before is None:
            await self._posting.put(tx, group, agreement, None)
        elif before.version == agreement.version and not before.over(self._clock()):
            await self._posting.put(tx, group, agreement, before.agree_by)
        else:
            await self.asking.ask(tx, group)

    async def _opened(self, tx: Tx, group: Group) -> None:
        await self._put(tx, group)

    async def _remade(self, tx: Tx, group: Group, place: Place) -> None:
        if place is Place.ROOM and group.room_id is not None:
            await self._posting.room_remade(tx, group)
            await self._put(tx, group)

    async def _restored(self, tx: Tx, group: Group) -> None:
        if group.room_id is None:
            return
        await self.asking.restored(tx, group)
        await self._posting.watch(tx, group)
        await self.reminding.go_on(tx, group)

    async def _ended(self, tx: Tx, group: Group) -> None:
        """Its rooms are deleted, and nobody is to read there what its people agreed on."""
        await store.forget(tx, group.guild_id, group.id)
