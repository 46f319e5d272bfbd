"""Groups: making them, finding them, who is in them, and leaving."""

from __future__ import annotations

from collections.abc import Callable

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import NotFound, UserError
from bot.features.groups import store
from bot.features.groups.closing import Archive, Breaks
from bot.features.groups.covering import Covering
from bot.features.groups.departures import Departures, OnPerson
from bot.features.groups.desk import Desk, ServerOf
from bot.features.groups.handover import Handovers
from bot.features.groups.handover.handovers import Concerns
from bot.features.groups.keeping import Founding, Keeping
from bot.features.groups.keeping.planning import Planning
from bot.features.groups.model import (
    Entry,
    Group,
    Member,
    Place,
    Plan,
    Role,
    Rules,
    Standing,
)
from bot.features.groups.places import Admission, Invitations, Places, Visits
from bot.features.groups.places.admission import OnMember
from bot.features.groups.requests import Requests
from bot.features.groups.rooms import OnGroup, OnPlace, Restrains, Rooms
from bot.features.groups.setbacks import Setbacks
from bot.features.groups.watch import Watch
from bot.inbox import Inbox
from bot.outbox import Outbox
from bot.storage import Database, Tx
from bot.timers import Timers


class Groups:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        outbox: Outbox,
        inbox: Inbox,
        timers: Timers,
        audit: Audit,
        *,
        rules: Rules,
        server: ServerOf,
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._server = server
        self.setbacks = Setbacks(outbox, clock)
        outbox.unneeded(self.setbacks.forget)
        self.desk = Desk(outbox, inbox, clock, server)
        self.rooms = Rooms(outbox, self.desk, self.setbacks, server)
        self._take_in(outbox, inbox, timers, rules)
        self._departures = Departures(
            db, desk=self.desk, requests=self.requests, places=self.places, server=server, end=self.end
        )
        self.covering = Covering(
            clock, timers, audit, rooms=self.rooms, places=self.places, admission=self._admission, end=self.end
        )
        self.watch = Watch(db, clock, outbox, audit, self.rooms, self.desk, self.setbacks, server=server)
        self.left: list[OnMember] = [self.places.freed]
        self.archived: list[OnGroup] = [self.requests.close_all]
        self.paused: list[OnGroup] = []
        """Called when a group's break begins."""
        self.restored: list[OnGroup] = []
        """Called when an archived group was brought back."""
        self.ended: list[OnGroup] = []
        """Called when an archived group cannot be brought back any more: what it had of its own goes."""
        self.changed: list[OnGroup] = [self.places.changed]
        """Called when somebody has changed how many a group takes, or when; also when a break is over, and after a
        hand-over.
        """
        self.concerns: list[Concerns] = []
        """Asked how many concerns of a group are open, of those that somebody may know of."""
        self._found(timers, rules)
        self._keep_up(outbox, timers)

    def _found(self, timers: Timers, rules: Rules) -> None:
        """Making groups, and changing what they are."""
        planning = Planning(self._clock, rules)
        self._founding = Founding(
            self._db, self._clock, timers, self._audit, rooms=self.rooms, planning=planning, server=self._server
        )
        self.keeping = Keeping(
            self._db,
            self._audit,
            self._founding,
            planning,
            self.rooms,
            self.desk,
            changed=self.changed,
            server=self._server,
            end=self._departures.end_place,
        )

    def _take_in(self, outbox: Outbox, inbox: Inbox, timers: Timers, rules: Rules) -> None:
        """Asking, visiting, waiting and being invited: the ways into a group."""
        base = (self._db, self._clock)
        self.visits = Visits(*base, timers, self._audit, desk=self.desk, rules=rules, end=self.end)
        self._admission = Admission(self._clock, inbox, rooms=self.rooms, visits=self.visits)
        self.places = Places(
            *base,
            timers,
            self._audit,
            desk=self.desk,
            admission=self._admission,
            server=self._server,
            rules=rules,
        )
        self.invitations = Invitations(*base, self._audit, places=self.places, rules=rules)
        self.requests = Requests(
            *base,
            outbox,
            timers,
            self._audit,
            places=self.places,
            admission=self._admission,
            desk=self.desk,
            setbacks=self.setbacks,
            rules=rules,
        )
        self._admission.joined.append(self.places.came_in)

    def _keep_up(self, outbox: Outbox, timers: Timers) -> None:
        """Handing over, breaks and the archive, which hear of one another."""
        base = (self._db, self._clock)
        self.handovers = Handovers(
            *base,
            timers,
            self._audit,
            rooms=self.rooms,
            desk=self.desk,
            requests=self.requests,
            server=self._server,
            end=self.end,
            concerns=self.concerns,
            changed=self.changed,
        )
        self.breaks = Breaks(
            *base,
            outbox,
            timers,
            self._audit,
            desk=self.desk,
            setbacks=self.setbacks,
            server=self._server,
            paused=self.paused,
            changed=self.changed,
        )
        self.archive = Archive(
            *base,
            outbox,
            timers,
            self._audit,
            rooms=self.rooms,
            desk=self.desk,
            setbacks=self.setbacks,
            end=self.end,
            concerns=self.concerns,
            archived=self.archived,
            restored=self.restored,
            ended=self.ended,
        )
        self.left.append(self.handovers.left)
        self.archived += [self.handovers.archived, self.breaks.archived]
        self.restored.append(self.breaks.expect)
        self._departures.departed.append(self.handovers.withdraw_all)
        self._departures.awaited.append(self.handovers.wait_for)

    # announcements

    @property
    def joined(self) -> list[OnMember]:
        """Called, in the same transaction, when somebody has become a member, or a visitor."""
        return self._admission.joined

    @property
    def departed(self) -> list[OnPerson]:
        """Called, in the same transaction, when somebody who matters here is not in the server any more."""
        return self._departures.departed

    @property
    def opened(self) -> list[OnGroup]:
        """Called, in the same transaction, when a group's room and desk are there for the first time."""
        return self.rooms.opened

    @property
    def remade(self) -> list[OnPlace]:
        """Called, in the same transaction, when a channel that was gone has been made again."""
        return self.rooms.remade

    @property
    def restrains(self) -> list[Restrains]:
        """Asked of some of a group's people: which of them only read and listen for now."""
        return self.rooms.restrains

    @property
    def progressed(self) -> list[Callable[[int], None]]:
        """Rung with a group's id when one of its channels was made, or could not be."""
        return self.rooms.progressed

    # making

    async def create(self, *, guild_id: int, actor_id: int, plan: Plan) -> Group:
        """Found a group; its channels follow, unless its name makes it a draft. Raises ``UserError`` for what cannot
        be so.
        """
        return await self._founding.create(guild_id=guild_id, actor_id=actor_id, plan=plan)

    # finding

    async def group(self, tx: Tx, guild_id: int, group_id: int) -> Group | None:
        return await store.group(tx, guild_id, group_id)

    async def all_in(self, tx: Tx, guild_id: int) -> list[Group]:
        """The server's groups that are not archived."""
        return await store.groups_in(tx, guild_id)

    async def members(self, tx: Tx, guild_id: int, group_id: int) -> list[Member]:
        """Who is in the group now, facilitators among them."""
        return await store.members(tx, guild_id, group_id)

    async def member(self, tx: Tx, guild_id: int, group_id: int, user_id: int) -> Member | None:
        """The person's row in this group, though they may have left."""
        return await store.membership(tx, guild_id, group_id, user_id)

    async def entry(self, *, guild_id: int, group_id: int, user_id: int, place: Place) -> Entry | None:
        """Whether this person may enter this channel now; None if there is no such channel."""
        async with self._db.read() as tx:
            return await self.rooms.entry(tx, guild_id, group_id, user_id, place)

    async def standing(
        self,
        tx: Tx,
        guild_id: int,
        user_id: int,
        *,
        group_id: int | None = None,
        code: str | None = None,
        channel_id: int | None = None,
    ) -> Standing:
        """What this person is to the group of that id, else of that code, else to the one whose channel it is.

        Of an archived group nobody is a member or visitor; its facilitators are known, who may bring it back.
        """
        if group_id is not None:
            group = await store.group(tx, guild_id, group_id)
        elif code is not None:
            group = await store.group_by_code(tx, guild_id, code.strip().lower())
        elif channel_id is not None:
            group = await store.group_of_channel(tx, guild_id, channel_id)
        else:
            group = None
        member = None if group is None else await store.membership(tx, guild_id, group.id, user_id)
        if group is None or member is None or not member.active:
            return Standing(group=group)
        return Standing(
            group=group,
            member=member.role is not Role.VISITOR and not group.archived,
            facilitator=member.role is Role.FACILITATOR,
            visitor=member.role is Role.VISITOR and not group.archived,
        )

    async def runnable(
        self, tx: Tx, guild_id: int, user_id: int, *, facilitating: bool, every: bool, visiting: bool = True
    ) -> list[Group]:
        """The groups this person is in (``facilitating``: runs), or ``every`` group of the server.

        ``visiting``: those they visit count as well.
        """
        groups = await store.groups_in(tx, guild_id)
        if every:
            return groups
        others = () if facilitating else (Role.MEMBER, Role.VISITOR) if visiting else (Role.MEMBER,)
        roles = {Role.FACILITATOR, *others}
        mine = {member.group_id for member in await store.memberships(tx, guild_id, user_id) if member.role in roles}
        return [group for group in groups if group.id in mine]

    # agreeing

    async def agree(self, tx: Tx, group: Group, member: Member, version: str) -> None:
        """Keep that this person accepts the agreement of that version, and give them what it opens."""
        await store.set_agreement(tx, member.id, version, self._clock())
        await self.rooms.look_again(tx, group, member)

    # leaving

    async def may_leave(self, *, guild_id: int, group_id: int, user_id: int) -> Group:
        """The group. Raises ``UserError`` if the person is not in it, or is its only facilitator."""
        async with self._db.read() as tx:
            group, _ = await self._leaving(tx, guild_id, group_id, user_id)
            return group

    async def leave(self, *, guild_id: int, group_id: int, user_id: int) -> Group:
        """Leave the group: access ends at once, and nobody is told."""
        async with self._db.begin(urgent=True) as tx:
            await tx.lock("group", group_id)
            group, member = await self._leaving(tx, guild_id, group_id, user_id)
            await self.end(tx, group, member)
            return group

    async def gone(self, *, guild_id: int, user_id: int) -> None:
        """Somebody is not in the server any more: they left it, were sent away, or their account is deleted.

        Their places and what they asked for end, and a word waits for them in case they come back. To say so again
        changes nothing.
        """
        await self._departures.gone(guild_id=guild_id, user_id=user_id)

    async def returned(self, tx: Tx, guild_id: int) -> None:
        """The bot is in a server again that it was taken out of, and in which nobody could press anything."""
        await self.archive.returned(tx, guild_id)
        await self.handovers.returned(tx, guild_id)
        await self.places.returned(tx, guild_id)
        await self.visits.returned(tx, guild_id)

    async def leave_all(self, tx: Tx, guild_id: int, user_id: int) -> None:
        """Leave every group of the server and withdraw what was asked for: for a person who wants to be forgotten.

        A group that loses a facilitator is told of to the safeguarding lead.
        """
        await self._departures.leave_all(tx, guild_id, user_id)
        await self.watch.forget(tx, guild_id, user_id)
        await self.handovers.withdraw_all(tx, guild_id, user_id)

    async def _leaving(self, tx: Tx, guild_id: int, group_id: int, user_id: int) -> tuple[Group, Member]:
        group = await store.group(tx, guild_id, group_id)
        member = await store.membership(tx, guild_id, group_id, user_id)
        if group is None or member is None or not member.active:
            raise NotFound("groups.not_in")
        settled = member.facilitates and not member.stands_in
        if settled and await store.count(tx, group_id, Role.FACILITATOR) == 1:
            raise UserError("groups.sole_facilitator", name=group.name)
        return group, member

    async def end(self, tx: Tx, group: Group, member: Member) -> None:
        """End this person's place in the group, and their access at once. Nobody is told.

        Of somebody who only visited nothing is kept.
        """
        await store.end_membership(tx, member.id, self._clock())
        await self.rooms.shut_out(tx, group, member)
        for announce in self.left:
            await announce(tx, member)
        if member.role is Role.VISITOR:
            await self.requests.forget_visitor(tx, member)
