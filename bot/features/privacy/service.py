"""Showing a person what is kept about them, and forgetting them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.features.groups import Groups
from bot.features.privacy import store
from bot.features.privacy.model import Given, Held, Outlook, Person
from bot.features.privacy.retention import Retention
from bot.inbox import Inbox
from bot.outbox import Outbox
from bot.storage import Database, Kept, Tx
from bot.timers import Due, Timers

ERASE: Final = "privacy.erase"
TRACES: Final = "privacy.traces"
BATCH = 200
RESUME_AFTER = timedelta(minutes=1)  # a crash in between is noticed by then
LOOK_AGAIN_AFTER = timedelta(hours=1)


class Privacy:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        outbox: Outbox,
        inbox: Inbox,
        timers: Timers,
        audit: Audit,
        groups: Groups,
        *,
        retention: Mapping[Kept, timedelta],
        named: Mapping[Kept, timedelta],
        has_task: Callable[[Tx, int, int], Awaitable[bool]],
    ) -> None:
        """``retention``: how long each class is kept; ``named``: how long with the person's name, where that is less.

        ``has_task`` says whether a server counts on somebody, so that another must be named before they can go.
        """
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._inbox = inbox
        self._timers = timers
        self._audit = audit
        self._groups = groups
        self._has_task = has_task
        self.retention = Retention(db, clock, timers, lengths=retention, named=named)
        timers.on(ERASE, self._resume)
        timers.on(TRACES, self._look_again)

    async def held(self, *, guild_id: int, user_id: int) -> Held:
        """What is kept about this person in this server."""
        async with self._db.read() as tx:
            return Held(
                holdings=await store.holdings(tx, _person(tx, guild_id, user_id)),
                given=await self._given(tx, guild_id, user_id),
                purposes=tuple(sorted(await self._inbox.purposes(tx, guild_id=guild_id, user_id=user_id))),
            )

    async def withdraw(self, *, guild_id: int, user_id: int, purpose: str) -> None:
        """Have the bot send no more direct messages for this purpose."""
        async with self._db.begin() as tx:
            await self._inbox.withdraw(tx, guild_id=guild_id, user_id=user_id, purpose=purpose)

    async def outlook(self, *, guild_id: int, user_id: int) -> Outlook:
        """What would go. Raises ``UserError`` for somebody whom others count on, with what to do first."""
        async with self._db.read() as tx:
            if await self._has_task(tx, guild_id, user_id):
                raise UserError("privacy.has_task")
            groups = await self._groups.runnable(tx, guild_id, user_id, facilitating=False, every=False)
            holdings = await store.holdings(tx, _person(tx, guild_id, user_id))
        return Outlook(groups=tuple(group.name for group in groups), count=sum(held.count for held in holdings))

    async def erase(self, *, guild_id: int, user_id: int, groups: int) -> None:
        """Have this person leave every group, and forget them; it is done when this returns.

        ``groups``: how many rooms they were told they would lose; another number now raises ``UserError``. What a
        crash interrupts goes on at the next start. To erase again changes nothing.
        """
        outlook = await self.outlook(guild_id=guild_id, user_id=user_id)
        if len(outlook.groups) != groups:
            raise UserError("privacy.changed_meanwhile")
        async with self._db.begin(urgent=True) as tx:
            person = _person(tx, guild_id, user_id)
            await self._groups.leave_all(tx, guild_id, user_id)
            await self._timers.set(tx, ERASE, person.subject, self._clock() + RESUME_AFTER, guild_id=None)
            await self._audit.record(tx, guild_id=guild_id, actor=None, action="privacy.erased", subject="person")
        done = False
        while not done:
            async with self._db.begin() as tx:
                done = await self._erase_some(tx, person)

    async def _given(self, tx: Tx, guild_id: int, user_id: int) -> tuple[Given, ...]:
        groups = await self._groups.runnable(tx, guild_id, user_id, facilitating=False, every=False)
        members = [(group, await self._groups.member(tx, guild_id, group.id, user_id)) for group in groups]
        return tuple(
            Given(
                group=group.name,
                role=member.role,
                joined_at=member.joined_at,
                consent_version=member.consent_version,
                agreement_version=member.agreement_version,
                agreed_at=member.agreed_at,
            )
            for group, member in members
            if member is not None
        )

    async def _erase_some(self, tx: Tx, person: Person) -> bool:
        """Take one step; whether it was the last."""
        # they may have been named for a task since they asked to be forgotten
        await tx.lock("setup", person.guild_id)
        needed = await self._has_task(tx, person.guild_id, _user_id(tx, person))
        if await store.erase(tx, person, BATCH, needed=needed) == BATCH:
            return False
        return await self._remove_traces(tx, person)

    async def _remove_traces(self, tx: Tx, person: Person) -> bool:
        """Remove what was on its way to this person, or names them and is done; what is still to be done, such as
        closing a room to them, is looked at again later.
        """
        traces = await self._outbox.forget(tx, person.guild_id, _user_id(tx, person), limit=BATCH)
        if traces.removed == BATCH:
            return False
        await self._timers.cancel(tx, ERASE, person.subject)
        if traces.left_upto is not None:
            subject = f"{person.subject}:{traces.left_upto}"
            await self._timers.set(tx, TRACES, subject, self._clock() + LOOK_AGAIN_AFTER, guild_id=None)
        return True

    async def _resume(self, tx: Tx, due: Due) -> datetime | None:
        return None if await self._erase_some(tx, Person.of(due.subject)) else self._clock()

    async def _look_again(self, tx: Tx, due: Due) -> datetime | None:
        # only as far as what there was then: the person may have come back since
        subject, upto = due.subject.rsplit(":", 1)
        person = Person.of(subject)
        traces = await self._outbox.forget(tx, person.guild_id, _user_id(tx, person), limit=BATCH, upto=int(upto))
        if traces.removed == BATCH:
            return self._clock()
        return None if traces.left_upto is None else self._clock() + LOOK_AGAIN_AFTER


def _user_id(tx: Tx, person: Person) -> int:
    return tx.vault.open_id(person.sealed, person.guild_id)


def _person(tx: Tx, guild_id: int, user_id: int) -> Person:
    return Person(guild_id=guild_id, sealed=tx.vault.seal_id(user_id, guild_id))
