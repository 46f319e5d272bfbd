"""A group with its meetings, and somebody who carries: the bot without Discord, which can be stopped and started."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.audit import Audit
from bot.core.ids import new_id
from bot.features.groups import Group, Groups, Role, Server
from bot.features.groups.model import Candidate, Member, MemberState, Plan
from bot.features.groups.store import put_member
from bot.features.meetings import Change, Meetings, Occasion, Proposal
from bot.features.meetings import store as meetings_store
from bot.features.meetings.running import Closing, Opening
from bot.inbox import Inbox, State
from bot.inbox.store import inbox as inbox_table
from bot.outbox import Errand, Lane, Outbox, What
from bot.outbox.store import outbox as outbox_table
from bot.storage import Database, Tx
from bot.timers import Timers
from bot.timers.store import timers as timers_table
from tests.conftest import StepClock
from tests.features.groups.village import RULES

GUILD, LEAD, FACILITATOR, BACKUP = 7001, 901, 902, 903
SAFEGUARDING = 2
A_DAY_AND_AN_HOUR = (timedelta(hours=24), timedelta(hours=1))


class Bell:
    """Remembers when it was last asked to ring."""

    def __init__(self) -> None:
        self.seconds: float | None = None

    def ring_in(self, seconds: float) -> None:
        self.seconds = seconds


@dataclass(frozen=True)
class Carried:
    key: str
    kind: str
    at: datetime


@dataclass(frozen=True)
class Said:
    kind: str
    at: datetime
    state: State


class House:
    def __init__(
        self,
        db: Database,
        clock: StepClock,
        *,
        reminders: Sequence[timedelta] = A_DAY_AND_AN_HOUR,
        confirm: bool = False,
    ) -> None:
        self.db, self.clock, self.reminders, self.confirming = db, clock, reminders, confirm
        self.zone = "Europe/Berlin"
        self.opening = False
        self.safeguarding_id: int | None = SAFEGUARDING
        self.refusing: dict[str, str] = {}  # kind -> problem
        self.carried: list[Carried] = []
        self._message_ids = itertools.count(1)
        self.group: Group
        self.start()

    def start(self) -> None:
        """A new process over the same database: nothing that the old one had in memory is left."""
        self.bell = Bell()
        self.outbox = Outbox(self.db, self.clock)
        self.inbox = Inbox(self.db, self.clock, self.outbox)
        self.timers = Timers(self.db, self.clock, self._make_bell, at_most=10.0**9)
        audit = Audit(self.clock)
        self.groups = Groups(
            self.db,
            self.clock,
            self.outbox,
            self.inbox,
            self.timers,
            audit,
            rules=RULES,
            server=self._server,
        )
        self.meetings = Meetings(
            self.db,
            self.clock,
            self.outbox,
            self.timers,
            audit,
            self.groups,
            inbox=self.inbox,
            minutes=90,
            reminders=self.reminders,
            server=self._server,
            opening=self.opening,
            confirm=self.confirming,
        )

    def _make_bell(self, name: str, ring: Callable[[], None]) -> Bell:
        return self.bell

    async def _server(self, tx: Tx, guild_id: int) -> Server:
        return Server(
            guild_id=guild_id,
            lead_id=LEAD,
            backup_id=BACKUP,
            zone=self.zone,
            category_id=1,
            safeguarding_id=self.safeguarding_id,
        )

    async def found(self, name: str = "Evening") -> Group:
        """Found a group and have its rooms made."""
        self.group = await self.found_unfinished(name)
        assert self.group.ready
        return self.group

    async def found_unfinished(self, name: str) -> Group:
        """Found a group whose rooms are made unless they are refused."""
        plan = Plan(name=name, facilitators=(Candidate(user_id=FACILITATOR),))
        made = await self.groups.create(guild_id=GUILD, actor_id=LEAD, plan=plan)
        await self.carry()
        self.carried.clear()
        return await self.read(made.id)

    async def read(self, group_id: int) -> Group:
        async with self.db.read() as tx:
            group = await self.groups.group(tx, GUILD, group_id)
        assert group is not None
        return group

    async def join(self, user_id: int, role: Role = Role.MEMBER) -> Member:
        member = Member(
            id=new_id(),
            guild_id=GUILD,
            group_id=self.group.id,
            user_id=user_id,
            role=role,
            state=MemberState.ACTIVE,
            joined_at=self.clock(),
            left_at=None,
            consent_version=None,
            agreement_version=None,
            agreed_at=None,
        )
        async with self.db.begin() as tx:
            await put_member(tx, member)
        return member

    async def propose(self, title: str = "Tuesday circle", **typed: object) -> Occasion:
        proposal = Proposal(title=title, **typed)  # pyright: ignore[reportArgumentType]
        return await self.meetings.propose(guild_id=GUILD, group_id=self.group.id, proposal=proposal)

    async def confirm(self, occasion: Occasion) -> Occasion:
        return await self.meetings.schedule(
            guild_id=GUILD, group_id=self.group.id, meeting_id=occasion.meeting.id, user_id=FACILITATOR
        )

    async def schedule(self, title: str = "Tuesday circle", **typed: object) -> Occasion:
        return await self.confirm(await self.propose(title, **typed))

    # time passes

    async def due(self) -> None:
        """What is due now happens, and what must be posted is carried."""
        await self.timers.start()
        await self.timers.settled()
        await self.tell()
        await self.carry()

    async def tell(self) -> None:
        """What was put for somebody goes on its way, as it does when no interaction of theirs is open."""
        for word in await self.inbox.fresh():
            await self.inbox.send_on(word)

    async def until(self, instant: datetime) -> None:
        """Let time pass, stopping only when the bell rings."""
        await self.due()
        while self.bell.seconds is not None and self.clock() + timedelta(seconds=self.bell.seconds) <= instant:
            self.clock.now += timedelta(seconds=self.bell.seconds)
            await self.due()
        self.clock.now = instant

    async def carry(self) -> None:
        """Carry everything that may be carried now, as Discord would take it."""
        while errands := await self.outbox.claim(busy=(), worst=Lane.BULK, limit=50):
            for errand in errands:
                if problem := self.refusing.get(errand.kind):
                    await self.outbox.give_back(errand, problem)
                else:
                    await self._deliver(errand)

    async def _deliver(self, errand: Errand) -> None:
        self.carried.append(Carried(errand.key, errand.kind, self.clock()))
        made = errand.what is What.ENSURE_ROOM
        message_id = next(self._message_ids) if errand.what is What.POST else None
        await self.outbox.done(errand, message_id=message_id, channel_id=new_id() if made else None)

    def of(self, kind: str) -> list[Carried]:
        return [carried for carried in self.carried if carried.kind == kind]

    @property
    def reminded(self) -> list[tuple[str, datetime]]:
        """The reminders that were posted: their key after the meeting's id, and when."""
        return [(carried.key.split(":", 2)[2], carried.at) for carried in self.of("meetings.reminder")]

    async def empty(self) -> None:
        """Forget every timer and errand: the next test in the same database starts from here."""
        async with self.db.begin() as tx:
            await tx.execute(sa.delete(timers_table))
            await tx.execute(sa.delete(outbox_table))

    async def words(self, user_id: int) -> list[Said]:
        """All words that were put for somebody, oldest first, also those that are over."""
        mine = inbox_table.c.user == self.db.vault.seal_id(user_id, GUILD)
        async with self.db.read() as tx:
            rows = await tx.all(sa.select(inbox_table).where(mine).order_by(inbox_table.c.created_at))
            return [Said(row["kind"], row["created_at"], State(row["state"])) for row in rows]

    async def change(self, meeting_id: int, day: date, **what: object) -> None:
        """Have something be so of one time of a meeting, as who changes it does."""
        async with self.db.begin() as tx:
            meeting = await meetings_store.get(tx, GUILD, meeting_id)
            assert meeting is not None
            revision = meeting.changes[day].revision + 1 if day in meeting.changes else 1
            changed = Change(day=day, revision=revision, **what)  # pyright: ignore[reportArgumentType]
            meeting = await meetings_store.change(tx, meeting, changed)
            await self.meetings._course.plan(tx, meeting)

    # a meeting that takes place

    async def tonight(self, **typed: object) -> Occasion:
        """A meeting that begins now."""
        occasion = await self.schedule(**{"starts": "2026-12-01 19:00", **typed})  # pyright: ignore[reportArgumentType]
        await self.until(occasion.starts_at)
        self.carried.clear()
        return occasion

    async def open(self, *, alone: bool = True, user_id: int = FACILITATOR) -> Opening:
        return await self.meetings.running.start(guild_id=GUILD, group_id=self.group.id, user_id=user_id, alone=alone)

    async def close(self, **said: Any) -> Closing:
        return await self.meetings.running.close(guild_id=GUILD, group_id=self.group.id, user_id=FACILITATOR, **said)

    async def now(self, occasion: Occasion) -> Occasion:
        """That time of the meeting as it stands now."""
        found = await self.meetings.spoken_of(guild_id=GUILD, meeting_id=occasion.meeting.id, day=occasion.day)
        assert found is not None
        return found
