"""Founding groups. One whose name would tell too much waits as a draft until somebody has thought it over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import NotFound, UserError
from bot.core.ids import new_id
from bot.features.groups import store
from bot.features.groups.closing.store import archived_names
from bot.features.groups.desk import ServerOf
from bot.features.groups.keeping import store as kept
from bot.features.groups.keeping.planning import Planning
from bot.features.groups.model import (
    Candidate,
    Group,
    GroupState,
    Member,
    MemberState,
    Plan,
    Role,
    Server,
    same_name,
)
from bot.features.groups.rooms import Rooms
from bot.storage import Database, Tx
from bot.timers import Due, Timers

UNDECIDED: Final = "groups.undecided"
"""The timer after which a name that nobody decided about is dropped."""

THINKING_LASTS: Final = timedelta(days=1)


class Founding:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        timers: Timers,
        audit: Audit,
        *,
        rooms: Rooms,
        planning: Planning,
        server: ServerOf,
    ) -> None:
        self._db = db
        self._clock = clock
        self._timers = timers
        self._audit = audit
        self._rooms = rooms
        self._planning = planning
        self._server = server
        timers.on(UNDECIDED, self._nobody_decided)

    async def create(self, *, guild_id: int, actor_id: int, plan: Plan) -> Group:
        """Found a group; its channels follow, unless its name makes it a draft. Raises ``UserError`` for what cannot
        be so.

        To type the name of a draft again is to type the draft anew: its page may be lost to whoever saw it.
        """
        async with self._db.begin() as tx:
            await tx.lock("groups", guild_id)
            server = await self.ready_server(tx, guild_id)
            group = self._planning.group(guild_id, plan, server.zone)
            facilitators = _facilitators(plan.facilitators)
            await self.check_name(tx, group)
            before = await self._draft_called(tx, group)
            if before is not None:
                await tx.lock("group", before.id)
                await kept.remove_draft(tx, before)
                group = replace(group, id=before.id, code=before.code)
            await store.add_group(tx, group, self._clock())
            for person in facilitators:
                await store.put_member(tx, self._facilitator(group, person))
            if group.state is GroupState.DRAFT:
                await self.think_over(tx, group)
            else:
                await self._begin(tx, group, actor_id, len(facilitators))
            return group

    async def use_name(self, tx: Tx, draft: Group, *, actor_id: int) -> Group:
        """Make the group of that draft, under the name that it has."""
        await self.ready_server(tx, draft.guild_id)
        facilitators = await kept.begin_members(tx, draft.id, self._clock())
        if not facilitators:
            raise NotFound("groups.draft_gone")
        await store.set_state(tx, draft.id, before=GroupState.DRAFT, after=GroupState.FORMING)
        await self._timers.cancel(tx, UNDECIDED, subject_of(draft))
        group = replace(draft, state=GroupState.FORMING)
        await self._begin(tx, group, actor_id, facilitators)
        return group

    async def check_name(self, tx: Tx, group: Group) -> None:
        """Raises ``UserError`` if another group of the server is called so, or one that may be brought back."""
        others = [other.name for other in await store.groups_in(tx, group.guild_id) if other.id != group.id]
        if any(same_name(group.name, other) for other in others + await archived_names(tx, group.guild_id)):
            raise UserError("groups.name_taken", name=group.name)

    async def think_over(self, tx: Tx, group: Group) -> None:
        """Give people time to decide about a name."""
        await self._timers.set(
            tx, UNDECIDED, subject_of(group), self._clock() + THINKING_LASTS, guild_id=group.guild_id
        )

    async def decided(self, tx: Tx, group: Group) -> None:
        await self._timers.cancel(tx, UNDECIDED, subject_of(group))

    async def _draft_called(self, tx: Tx, group: Group) -> Group | None:
        drafts = await kept.drafts_in(tx, group.guild_id)
        return next((draft for draft in drafts if same_name(draft.name, group.name)), None)

    async def _begin(self, tx: Tx, group: Group, actor_id: int, facilitators: int) -> None:
        await self._rooms.make(tx, group)
        await self._audit.record(
            tx,
            guild_id=group.guild_id,
            actor=actor_id,
            action="groups.created",
            subject=f"group:{group.id}",
            capacity=group.capacity,
            mode=group.mode,
            facilitators=facilitators,
        )

    async def ready_server(self, tx: Tx, guild_id: int) -> Server:
        """The server's set-up. Raises ``UserError`` where no room can be made yet."""
        server = await self._server(tx, guild_id)
        if server is None:
            raise UserError("groups.setup_first")
        if server.category_id is None:
            raise UserError("groups.setup_unfinished")
        return server

    def _facilitator(self, group: Group, person: Candidate) -> Member:
        return Member(
            id=new_id(),
            guild_id=group.guild_id,
            group_id=group.id,
            user_id=person.user_id,
            role=Role.FACILITATOR,
            state=MemberState.NAMED if group.state is GroupState.DRAFT else MemberState.ACTIVE,
            joined_at=self._clock(),
            left_at=None,
            consent_version=None,
            agreement_version=None,
            agreed_at=None,
            duty=person.duty,
        )

    async def _nobody_decided(self, tx: Tx, due: Due) -> None:
        guild_id, group_id = map(int, due.subject.split(":"))
        await tx.lock("group", group_id)
        group = await store.group(tx, guild_id, group_id)
        if group is None:
            return
        if group.state is GroupState.DRAFT:
            await kept.remove_draft(tx, group)
        else:
            await kept.set_details(tx, replace(group, pending_name=""))


def subject_of(group: Group) -> str:
    return f"{group.guild_id}:{group.id}"


def _facilitators(named: tuple[Candidate, ...]) -> list[Candidate]:
    """Each person once."""
    if any(candidate.bot for candidate in named):
        raise UserError("groups.facilitator_bot")
    bound = {candidate.user_id for candidate in named if candidate.duty}
    people = dict.fromkeys(candidate.user_id for candidate in named)
    return [Candidate(user_id=user_id, duty=user_id in bound) for user_id in people]
