"""Asking members again when the agreement has changed: they read on, and write again once they agree.

A member is asked as long as the version they accepted is not the one that holds. Facilitators are not held back: a
room is never without somebody who can speak in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import NotAllowed, UserError
from bot.features.groups import Group, Groups, GroupState, Member
from bot.features.guidelines import store
from bot.features.guidelines.agreements import Agreements
from bot.features.guidelines.model import Accepted, Numbers, Posted
from bot.features.guidelines.posting import LONG, Posting
from bot.outbox import Deed, Delivered, Lane, Outbox, Post, Returned, What
from bot.storage import Database, Tx
from bot.timers import Due, Timers

RENEW: Final = "guidelines.renew"
TERM: Final = "guidelines.term"
CARD: Final = "guidelines.card"
COUNTED: Final = "guidelines.counted"
ENDED: Final = "guidelines.ended"

ALL: Final = "all"
BATCH = 5  # groups in one transaction, each with its members
TERM_LASTS = timedelta(days=14)
ONCE_MORE = timedelta(days=7)
"""How long people have at least, once the bot is back in a server: as long as it can have been away from it."""


class Asking:
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
        posting: Posting,
    ) -> None:
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._timers = timers
        self._audit = audit
        self._groups = groups
        self._agreements = agreements
        self._posting = posting
        timers.on(RENEW, self._renew)
        timers.on(TERM, self._term)
        outbox.delivered(CARD, self._card_posted)
        outbox.undeliverable(CARD, self._card_refused)
        groups.restrains.append(self._only_reading)
        groups.joined.append(self._joined)
        groups.left.append(self._left)
        posting.there.append(self._there)

    async def begin(self) -> None:
        """Have every group asked for which the house's words are others by now. To be called at each start."""
        async with self._db.read() as tx:
            outdated = await store.outdated(tx, self._agreements.version, 1)
        if outdated:
            async with self._db.begin() as tx:
                await self._timers.set(tx, RENEW, ALL, self._clock(), guild_id=None)

    async def ask(self, tx: Tx, group: Group) -> None:
        """Post the agreement that holds now, and ask whoever has not accepted it; for a while they only read."""
        agreement = await self._agreements.of(tx, group.guild_id, group.id)
        members = [member for member in await self._members(tx, group) if not member.facilitates]
        until = None
        if any(_to_agree(member, agreement.version) for member in members):
            until = self._clock() + TERM_LASTS
        posted = await self._posting.put(tx, group, agreement, until)
        for member in members:
            # also those who need not agree again, since the words have become what they had agreed to
            await self._groups.rooms.look_again(tx, group, member)
        if until is None:
            return
        await self._timers.set(tx, TERM, f"{group.guild_id}:{group.id}", until, guild_id=group.guild_id)
        if group.desk_id is not None:
            await self._outbox.put(
                tx,
                Post(
                    key=f"guidelines-card:{posted.id}",
                    guild_id=group.guild_id,
                    channel_id=group.desk_id,
                    lane=Lane.ROUTINE,
                    kind=CARD,
                    params={"group": group.id},
                    expires_at=until,
                ),
            )

    async def would_ask(self, tx: Tx, group: Group, version: str) -> bool:
        """Whether anybody would be asked, were this the version that holds."""
        return any(_to_agree(member, version) for member in await self._members(tx, group))

    async def agree(self, *, guild_id: int, group_id: int, user_id: int, version: str) -> Group:
        """Keep that this member has accepted the agreement, and let them write again. To agree again changes nothing.

        Raises ``UserError`` if what they read is not what holds any more.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            if version != (await self._agreements.of(tx, guild_id, group_id)).version:
                raise UserError("guidelines.changed_since")
            group = await self._groups.group(tx, guild_id, group_id)
            member = await self._groups.member(tx, guild_id, group_id, user_id)
            if group is None or member is None or not member.active:
                raise NotAllowed("errors.for_members")
            if member.agreement_version != version:
                await self._groups.agree(tx, group, member, version)
                await self._recount(tx, group.guild_id, group.id)
            return group

    async def numbers(self, *, guild_id: int, group_id: int) -> Numbers | None:
        """How many members have agreed, for the desk; None if nobody is asked."""
        async with self._db.read() as tx:
            group = await self._groups.group(tx, guild_id, group_id)
            newest = await store.newest(tx, guild_id, group_id)
            if group is None or newest is None or newest.agree_by is None:
                return None
            members = [member for member in await self._members(tx, group) if not member.facilitates]
            version = (await self._agreements.of(tx, guild_id, group_id)).version
        agreed = sum(not _to_agree(member, version) for member in members)
        return Numbers(agreed=agreed, members=len(members), agree_by=newest.agree_by)

    async def card(self, *, guild_id: int, group_id: int) -> tuple[int, int] | None:
        """Channel and message id of the card on the desk that counts."""
        async with self._db.read() as tx:
            newest = await store.newest(tx, guild_id, group_id)
        return None if newest is None else newest.card

    async def accepted(self, *, guild_id: int, group_id: int, user_id: int) -> Accepted | None:
        """What this person has agreed to in this group; None if nothing, or if they are not in it."""
        async with self._db.read() as tx:
            member = await self._groups.member(tx, guild_id, group_id, user_id)
            version = (await self._agreements.of(tx, guild_id, group_id)).version
        if member is None or not member.active or member.agreement_version is None or member.agreed_at is None:
            return None
        current = member.agreement_version == version
        asked = _to_agree(member, version)
        return Accepted(version=member.agreement_version, at=member.agreed_at, current=current, asked=asked)

    async def _only_reading(self, tx: Tx, group: Group, members: Sequence[Member]) -> set[int]:
        asked = [member for member in members if member.active and not member.facilitates]
        if not asked:
            return set()
        version = (await self._agreements.of(tx, group.guild_id, group.id)).version
        return {member.id for member in asked if _to_agree(member, version)}

    async def _members(self, tx: Tx, group: Group) -> list[Member]:
        return await self._groups.members(tx, group.guild_id, group.id)

    async def _renew(self, tx: Tx, due: Due) -> datetime | None:
        outdated = await store.outdated(tx, self._agreements.version, BATCH)
        # in the order in which others hold several, so that neither waits for the other
        for guild_id, group_id in sorted(outdated, key=lambda found: found[1]):
            await tx.lock("group", group_id)
            group = await self._groups.group(tx, guild_id, group_id)
            assert group is not None
            await self._bring_up_to_date(tx, group)
        return self._clock() if outdated else None

    async def _bring_up_to_date(self, tx: Tx, group: Group) -> None:
        own = await store.own(tx, group.guild_id, group.id)
        agreement = self._agreements.holding(own.points)
        newest = await store.newest(tx, group.guild_id, group.id)
        if newest is not None and newest.version == agreement.version:
            await store.adopt(tx, newest, house_version=agreement.house_version, words=agreement.words)
            await self._posting.watch(tx, group)
            return
        if not self._agreements.fit(own.points):
            await self._posting.notice(tx, group, LONG, key=f"{group.id}:{agreement.house_version}")
        await self.ask(tx, group)

    async def restored(self, tx: Tx, group: Group) -> None:
        """Ask those whose time ran out, or whose agreement changed, while nobody could read."""
        agreement = await self._agreements.of(tx, group.guild_id, group.id)
        newest = await store.newest(tx, group.guild_id, group.id)
        members = await self._members(tx, group)
        missed = any(_to_agree(member, agreement.version) for member in members)
        if newest is not None and (newest.version != agreement.version or (missed and newest.over(self._clock()))):
            await self.ask(tx, group)

    async def _term(self, tx: Tx, due: Due) -> datetime | None:
        """End the place of those who have not agreed in time: a whole group, or one who came with an old yes."""
        guild_id, group_id, *one = map(int, due.subject.split(":"))
        await tx.lock("group", group_id)
        group = await self._groups.group(tx, guild_id, group_id)
        if group is None or group.state is GroupState.ARCHIVED:
            return None
        newest = await store.newest(tx, guild_id, group_id)
        if newest is None or not newest.stands:
            return await self._begin_anew(tx, newest)
        if one and newest.agree_by is not None and newest.agree_by > self._clock():
            return newest.agree_by  # the words have changed since they came
        asked_at = due.due_at - TERM_LASTS
        version = (await self._agreements.of(tx, guild_id, group_id)).version
        over = [
            member
            for member in await self._members(tx, group)
            if _to_agree(member, version) and (member.id in one if one else member.joined_at <= asked_at)
        ]
        for member in over:
            await self._groups.end(tx, group, member)
            await self._groups.desk.say(tx, guild_id, member.user_id, ENDED, {"group": group_id})
        if over:
            subject = f"group:{group_id}"
            await self._audit.record(
                tx, guild_id=guild_id, actor=None, action=ENDED, subject=subject, members=len(over)
            )
        return None

    async def term(self, tx: Tx, posted: Posted) -> datetime | None:
        """Until when the words of this posting are asked for: who sees them late, because Discord refused them until
        then, has as long as anybody. None if nobody is asked.
        """
        known = await store.of(tx, posted.guild_id, posted.group_id)
        earlier = [one for one in known if one.number < posted.number and one.version == posted.version]
        if posted.agree_by is None or posted.gone or any(one.message_id is not None for one in earlier):
            return posted.agree_by
        return max(posted.agree_by, self._clock() + TERM_LASTS)

    async def _there(self, tx: Tx, group: Group, posted: Posted) -> None:
        until = await self.term(tx, posted)
        if until is None or until == posted.agree_by:
            return
        await store.set_agree_by(tx, posted.id, until)
        await self._timers.set(tx, TERM, f"{group.guild_id}:{group.id}", until, guild_id=group.guild_id)
        await self._recount(tx, group.guild_id, group.id)

    async def _begin_anew(self, tx: Tx, newest: Posted | None) -> datetime:
        """Nobody loses a place over words that are not there to be read and agreed to."""
        until = self._clock() + TERM_LASTS
        if newest is not None:
            await store.set_agree_by(tx, newest.id, until)
        return until

    async def returned(self, tx: Tx, guild_id: int) -> None:
        """The bot was away from that server for a while, in which nobody could agree to anything."""
        await self._timers.postpone(tx, TERM, guild_id, self._clock() + ONCE_MORE)

    async def _joined(self, tx: Tx, member: Member) -> None:
        """Somebody may have asked to join before a change, and be welcomed after it."""
        agreement = await self._agreements.of(tx, member.guild_id, member.group_id)
        if not _to_agree(member, agreement.version):
            return
        until = self._clock() + TERM_LASTS
        subject = f"{member.guild_id}:{member.group_id}:{member.id}"
        await self._timers.set(tx, TERM, subject, until, guild_id=member.guild_id)
        group = await self._groups.group(tx, member.guild_id, member.group_id)
        newest = await store.newest(tx, member.guild_id, member.group_id)
        if group is not None and group.room_id is not None and newest is not None and newest.over(self._clock()):
            await self._posting.put(tx, group, agreement, until)
        await self._recount(tx, member.guild_id, member.group_id)

    async def _left(self, tx: Tx, member: Member) -> None:
        await self._recount(tx, member.guild_id, member.group_id)

    async def _recount(self, tx: Tx, guild_id: int, group_id: int) -> None:
        """Have the card show what the numbers are now."""
        newest = await store.newest(tx, guild_id, group_id)
        if newest is not None and newest.card is not None:
            await self._outbox.put(
                tx,
                Deed(
                    key=f"guidelines-card:{group_id}:counted",
                    guild_id=guild_id,
                    what=What.EDIT,
                    lane=Lane.BULK,
                    kind=COUNTED,
                    params={"group": group_id},
                ),
            )

    async def _card_posted(self, tx: Tx, done: Delivered) -> None:
        group_id = int(str(done.params["group"]))
        await self._groups.setbacks.forget(tx, done.key)
        newest = await store.newest(tx, done.guild_id, group_id)
        if newest is not None and done.channel_id is not None and done.message_id is not None:
            await store.set_card(tx, newest.id, channel_id=done.channel_id, message_id=done.message_id)
            # somebody may have agreed between the writing of the card and now
            await self._recount(tx, done.guild_id, group_id)

    async def _card_refused(self, tx: Tx, returned: Returned) -> None:
        group = await self._groups.group(tx, returned.guild_id, int(str(returned.params["group"])))
        if group is None or returned.problem == "expired":
            return
        if await self._groups.setbacks.remember(tx, returned, What.POST, Lane.ROUTINE, group_id=group.id):
            await self._groups.desk.tell(tx, group, "guidelines.trouble_card", problem=returned.problem)


def _to_agree(member: Member, version: str) -> bool:
    """Whether this member is asked to accept that version, and only reads until then."""
    return member.active and not member.facilitates and member.agreement_version != version
