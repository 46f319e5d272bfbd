"""Handing a group over: asked for by the one who goes, confirmed by the one who comes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import NotAllowed, NotFound, UserError
from bot.core.ids import new_id
from bot.features.groups import store as groups
from bot.features.groups.desk import Desk, ServerOf
from bot.features.groups.handover import store
from bot.features.groups.handover.model import LASTS, WRITTEN_LENGTH, Handing, Handover, HandoverState, Kind, PassedOn
from bot.features.groups.model import Candidate, Group, GroupState, Member, Role, facilitating
from bot.features.groups.requests import OnMember, Requests
from bot.features.groups.rooms import OnGroup, Rooms
from bot.storage import Database, Tx
from bot.timers import Due, Timers

LAPSES: Final = "groups.handover_lapses"
ASKED: Final = "groups.handover_asked"
CARRIED: Final = "groups.handover_carried"
CONFIRMED: Final = "groups.handover_confirmed"
DECLINED: Final = "groups.handover_declined"
LAPSED: Final = "groups.handover_lapsed"
OFF: Final = "groups.handover_off"
OFF_FOR_ASKER: Final = "groups.handover_off_for_asker"
NEWS: Final = "groups.news_handover"

End = Callable[[Tx, Group, Member], Awaitable[None]]
"""Ends somebody's place in a group."""

Concerns = Callable[[Tx, int, int, int], Awaitable[int]]
"""How many concerns are open: of this server and group, and of those that this person may know of."""


class Handovers:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        timers: Timers,
        audit: Audit,
        *,
        rooms: Rooms,
        desk: Desk,
        requests: Requests,
        server: ServerOf,
        end: End,
        concerns: Sequence[Concerns],
        changed: Sequence[OnGroup],
    ) -> None:
        """``changed``: called when a member has become a facilitator, whose place is free then."""
        self._db = db
        self._clock = clock
        self._timers = timers
        self._audit = audit
        self._rooms = rooms
        self._desk = desk
        self._requests = requests
        self._server = server
        self._end = end
        self._concerns = concerns
        self._changed = changed
        timers.on(LAPSES, self._lapse)

    @property
    def _joined(self) -> list[OnMember]:
        return self._requests.joined

    # asking

    async def may_ask(self, *, guild_id: int, handing: Handing) -> Group:
        """The group. Raises ``UserError`` if this person may not hand it over, or not to that person."""
        async with self._db.read() as tx:
            group, _ = await self._asking(tx, guild_id, handing)
            return group

    async def ask(self, *, guild_id: int, handing: Handing) -> Group:
        """Ask somebody to take over; what the same person had asked another before is withdrawn.

        Nothing changes until they confirm it: handing over is the act of two people. Raises as ``may_ask`` does.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", handing.group_id)
            group, kind = await self._asking(tx, guild_id, handing)
            for earlier in await store.open_in(tx, guild_id, group.id):
                if earlier.asker_id == handing.asker_id:
                    same = earlier.incoming_id == handing.to.user_id
                    await self._withdraw(tx, earlier, tell=None if same else earlier.incoming_id)
            handover = self._handover(guild_id, handing, kind)
            await store.add(tx, handover)
            await self._timers.set(tx, LAPSES, _subject(handover), handover.asked_at + LASTS, guild_id=guild_id)
            params = {"group": group.id, "handover": handover.id}
            await self._desk.say(tx, guild_id, handover.incoming_id, ASKED, params)
            await self._record(tx, handover, "groups.handover_asked", handing.asker_id)
            return group

    async def _asking(self, tx: Tx, guild_id: int, handing: Handing) -> tuple[Group, Kind]:
        group = await groups.group(tx, guild_id, handing.group_id)
        if group is None or group.state in (GroupState.ARCHIVED, GroupState.DRAFT):
            raise NotFound("groups.gone")
        members = await groups.members(tx, guild_id, group.id)
        running = [member.user_id for member in members if member.facilitates and not member.stands_in]
        _refuse(handing.to, handing.asker_id, running)
        if handing.asker_id in running:
            return group, Kind.STAY if handing.stay else Kind.GO
        server = await self._server(tx, guild_id)
        if server is None or handing.asker_id not in (server.lead_id, server.backup_id):
            raise NotAllowed("errors.for_facilitators")
        if running:
            raise UserError("groups.handover_by_facilitator", name=group.name)
        return group, Kind.LEAD

    def _handover(self, guild_id: int, handing: Handing, kind: Kind) -> Handover:
        return Handover(
            id=new_id(),
            guild_id=guild_id,
            group_id=handing.group_id,
            asker_id=handing.asker_id,
            incoming_id=handing.to.user_id,
            kind=kind,
            practical=handing.practical.strip()[:WRITTEN_LENGTH],
            needs=handing.needs.strip()[:WRITTEN_LENGTH],
            state=HandoverState.ASKED,
            asked_at=self._clock(),
        )

    # answering

    async def may_take(self, *, guild_id: int, handover_id: int, user_id: int) -> Handover:
        """The hand-over, if it waits for this person's answer. Raises ``UserError`` if not."""
        async with self._db.read() as tx:
            return await self._waiting(tx, guild_id, handover_id, user_id)

    async def confirm(self, *, guild_id: int, handover_id: int, user_id: int, duty: bool) -> Group:
        """Take over. Only now does the one who asked lose the desk, unless they stay.

        ``duty``: this person has a legal duty to report some kinds of harm.
        """
        async with self._db.begin(urgent=True) as tx:
            handover = await self._answer(tx, guild_id, handover_id, user_id, HandoverState.CONFIRMED)
            group = await groups.group(tx, guild_id, handover.group_id)
            assert group is not None, "a group is never taken out of the database"
            await self._become_facilitator(tx, group, user_id, duty=duty)
            await self._let_go(tx, group, handover)
            for announce in self._changed:
                await announce(tx, group)
            params = {"group": group.id, "handover": handover.id}
            await self._desk.say(tx, guild_id, user_id, CARRIED, params)
            await self._desk.tell_lead(tx, guild_id, group.id, NEWS)
            await self._record(tx, handover, "groups.handed_over", user_id)
            return group

    async def decline(self, *, guild_id: int, handover_id: int, user_id: int) -> None:
        """Say *not now*; the one who asked is told."""
        async with self._db.begin() as tx:
            handover = await self._answer(tx, guild_id, handover_id, user_id, HandoverState.DECLINED)
            await self._tell_asker(tx, handover, DECLINED)

    async def get(self, *, guild_id: int, handover_id: int) -> Handover | None:
        async with self._db.read() as tx:
            return await store.get(tx, guild_id, handover_id)

    async def passed_on(self, *, guild_id: int, handover_id: int) -> PassedOn | None:
        """What the one who has taken over is shown; None once its time is over, or they have let go of the group."""
        async with self._db.read() as tx:
            handover = await store.get(tx, guild_id, handover_id)
            if handover is None or handover.state is not HandoverState.CONFIRMED:
                return None
            which = (guild_id, handover.group_id, handover.incoming_id)
            member = await groups.membership(tx, *which)
            if member is None or not member.facilitates:
                return None
            concerns = sum([await count(tx, *which) for count in self._concerns])
            return PassedOn(handover=handover, concerns=concerns)

    async def _answer(self, tx: Tx, guild_id: int, handover_id: int, user_id: int, state: HandoverState) -> Handover:
        handover = await self._waiting(tx, guild_id, handover_id, user_id)
        await tx.lock("group", handover.group_id)
        if not await self._settle(tx, handover, state):
            raise UserError("groups.handover_settled")
        return handover

    async def _waiting(self, tx: Tx, guild_id: int, handover_id: int, user_id: int) -> Handover:
        handover = await store.get(tx, guild_id, handover_id)
        if handover is None or handover.incoming_id != user_id:
            raise NotFound("groups.handover_gone")
        if not handover.open:
            raise UserError("groups.handover_settled")
        return handover

    async def _become_facilitator(self, tx: Tx, group: Group, user_id: int, *, duty: bool) -> None:
        before = await groups.membership(tx, group.guild_id, group.id, user_id)
        inside = before is not None and before.active
        if before is not None and inside:
            after = replace(
                before,
                role=Role.FACILITATOR,
                duty=duty or before.duty,
                visits=0,
                visit_ends_at=None,
                cover_until=None,
            )
        else:
            after = facilitating(group, user_id, self._clock(), duty=duty)
        member = await groups.put_member(tx, after)
        await self._requests.withdraw_from(tx, group.guild_id, group.id, user_id)
        await self._rooms.look_again(tx, group, member)
        if inside:
            await self._requests.risen(tx, member)
        else:
            for announce in self._joined:
                await announce(tx, member)

    async def _let_go(self, tx: Tx, group: Group, handover: Handover) -> None:
        if handover.asker_id is None:
            return
        asker = await groups.membership(tx, group.guild_id, group.id, handover.asker_id)
        if handover.kind is Kind.GO and asker is not None and asker.facilitates:
            await self._end(tx, group, asker)
        await self._tell_asker(tx, handover, CONFIRMED)

    # what does not come about

    async def left(self, tx: Tx, member: Member) -> None:
        """Somebody's place in a group has ended: what they had to do with is withdrawn, and what was passed on to them
        is deleted.
        """
        await store.forget_written(tx, member.guild_id, member.group_id, member.user_id)
        for handover in await store.open_in(tx, member.guild_id, member.group_id):
            await self._withdraw_for(tx, handover, member.user_id)

    async def withdraw_all(self, tx: Tx, guild_id: int, user_id: int) -> None:
        """Somebody is gone from the server, or wants to be forgotten: no group waits for them."""
        theirs = await store.open_of(tx, guild_id, user_id)
        for handover in sorted(theirs, key=lambda handover: handover.group_id):
            await tx.lock("group", handover.group_id)
            await self._withdraw_for(tx, handover, user_id)

    async def wait_for(self, tx: Tx, guild_id: int, user_id: int) -> set[int]:
        """The groups with a hand-over that this person has to do with and that is not settled."""
        return {handover.group_id for handover in await store.open_of(tx, guild_id, user_id)}

    async def archived(self, tx: Tx, group: Group) -> None:
        for handover in await store.open_in(tx, group.guild_id, group.id):
            await self._withdraw(tx, handover, tell=handover.incoming_id)

    async def returned(self, tx: Tx, guild_id: int) -> None:
        """The bot was away from that server for a while, in which nobody could answer."""
        await self._timers.postpone(tx, LAPSES, guild_id, self._clock() + LASTS)

    async def _withdraw_for(self, tx: Tx, handover: Handover, user_id: int) -> None:
        """Withdraw it if this person has to do with it. The other is told that it is off, and not why."""
        if user_id == handover.asker_id:
            await self._withdraw(tx, handover, tell=handover.incoming_id)
        elif user_id == handover.incoming_id and await self._withdraw(tx, handover, tell=None):
            await self._tell_asker(tx, handover, OFF_FOR_ASKER)

    async def _withdraw(self, tx: Tx, handover: Handover, *, tell: int | None) -> bool:
        withdrawn = await self._settle(tx, handover, HandoverState.WITHDRAWN)
        if withdrawn and tell is not None:
            await self._desk.say(tx, handover.guild_id, tell, OFF, {"group": handover.group_id})
        return withdrawn

    async def _lapse(self, tx: Tx, due: Due) -> None:
        guild_id, handover_id = map(int, due.subject.split(":"))
        handover = await store.get(tx, guild_id, handover_id)
        if handover is not None:
            await tx.lock("group", handover.group_id)
        # also one whose two people are forgotten: what was written for it is not kept
        lapsed = await store.settle(tx, handover_id, HandoverState.LAPSED, self._clock())
        if lapsed and handover is not None:
            await self._tell_asker(tx, handover, LAPSED)

    async def _settle(self, tx: Tx, handover: Handover, state: HandoverState) -> bool:
        await self._timers.cancel(tx, LAPSES, _subject(handover))
        return await store.settle(tx, handover.id, state, self._clock())

    async def _tell_asker(self, tx: Tx, handover: Handover, kind: str) -> None:
        if handover.asker_id is not None:
            params = {"group": handover.group_id, "kind": handover.kind}
            await self._desk.say(tx, handover.guild_id, handover.asker_id, kind, params)

    async def _record(self, tx: Tx, handover: Handover, action: str, actor_id: int) -> None:
        subject = f"group:{handover.group_id}"
        await self._audit.record(
            tx, guild_id=handover.guild_id, actor=actor_id, action=action, subject=subject, kind=handover.kind
        )


def _refuse(to: Candidate, asker_id: int, running: Sequence[int]) -> None:
    if to.bot:
        raise UserError("groups.facilitator_bot")
    if to.user_id == asker_id:
        raise UserError("groups.handover_to_oneself")
    if to.user_id in running:
        raise UserError("groups.handover_already")


def _subject(handover: Handover) -> str:
    return f"{handover.guild_id}:{handover.id}"
