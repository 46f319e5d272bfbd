"""Check-ins: opening one, answering it without a trace, and closing it with a sentence a question.

An answer changes the tally's file and nothing else: no row, no log line, no errand, no entry in the trail.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.drain import Drain
from bot.core.errors import NotAllowed, NotFound, OperatorError, UserError
from bot.core.ids import new_id
from bot.core.questions import Template
from bot.features.checkins import store
from bot.features.checkins.model import (
    FEWEST_ELIGIBLE,
    LONGEST,
    Checkin,
    CheckinState,
    bands_of,
    eligible,
    read_closing,
)
from bot.features.checkins.release import Sentence, release
from bot.features.checkins.tallies import Tallies, Told
from bot.features.checkins.tally import MOST_ELIGIBLE, TallyLost
from bot.features.groups import Group, Groups, GroupState
from bot.features.groups.desk import ServerOf
from bot.outbox import Delivered, Lane, Outbox, Post, Returned, What
from bot.storage import Database, Tx
from bot.timers import Due, Timers

log = logging.getLogger(__name__)

CLOSE: Final = "checkins.close"
OPENED: Final = "checkins.opened"
RESULTS: Final = "checkins.results"
CANCELLED: Final = "checkins.cancelled"

SOONEST, LATEST = 10, 120
"""Seconds after its announced end at which a check-in is closed, drawn at random: when its sentences come says nothing
of the last answer, and one that was sent in time is counted."""

STRAY_AFTER = LONGEST + timedelta(days=1)
MOST_SHOWN = 10


class Checkins:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        outbox: Outbox,
        timers: Timers,
        audit: Audit,
        groups: Groups,
        *,
        templates: Sequence[Template],
        folder: Path,
        server: ServerOf,
    ) -> None:
        """``folder``: where the tally of an open check-in lies: never in a backup, best in memory."""
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._timers = timers
        self._audit = audit
        self._groups = groups
        self._server = server
        self._folder = folder
        self._tallies = Tallies(folder)
        self._sweeping = Drain(self._sweep, name="tallies")
        self.templates = {template.id: template for template in templates}
        timers.on(CLOSE, self._close)
        for kind in (OPENED, RESULTS, CANCELLED):
            outbox.delivered(kind, self._posted)
            outbox.undeliverable(kind, self._not_posted)
        groups.archived.append(self._archived)

    async def begin(self) -> None:
        """Destroy what a crash left of check-ins that are over. To be called before anybody can answer.

        Raises ``OperatorError`` if one is open whose tally could not be written.
        """
        async with self._db.read() as tx:
            needed = await store.any_open(tx)
        if needed:
            try:
                await self._tallies.prepare()
            except OSError as error:
                raise OperatorError(
                    f"A check-in is open, and its answers cannot be kept in {self._folder}: {error}. "
                    "Set CIRCLEKEEPER_CHECKINS to a folder that only the bot's own user can use."
                ) from error
        try:
            await self._sweep()
        except OSError as error:
            log.warning("what may be left of past check-ins could not be destroyed: %s", error)

    async def close(self) -> None:
        """Let what is being destroyed be destroyed."""
        await self._sweeping.close()

    async def settled(self) -> None:
        """Return once the tallies of what has ended are destroyed."""
        await self._sweeping.settled()

    # opening

    async def open(self, *, guild_id: int, group_id: int, user_id: int, template: str, closes: str = "") -> Checkin:
        """Ask everybody who is a member now; nobody who joins later. Raises ``UserError`` with the reason if not."""
        checkin_id = new_id()
        try:
            async with self._db.begin() as tx:
                await tx.lock("group", group_id)
                group = await self._groups.group(tx, guild_id, group_id)
                return await self._open(tx, group, checkin_id, user_id=user_id, template=template, closes=closes)
        except BaseException:
            await self._discard(checkin_id)
            raise

    async def open_after(self, tx: Tx, group: Group, template: str, user_id: int) -> Checkin:
        """As ``open``, with what else happens in ``tx``, which holds the group's lock.

        Raises ``UserError`` before anything is written. If ``tx`` is not kept, the tally belongs to nobody, and is
        destroyed with the strays.
        """
        return await self._open(tx, group, new_id(), user_id=user_id, template=template)

    async def _open(
        self, tx: Tx, group: Group | None, checkin_id: int, *, user_id: int, template: str, closes: str = ""
    ) -> Checkin:
        asked = self.templates.get(template)
        if asked is None:
            raise UserError("checkins.no_template", template=template[:40])
        group = await self._askable(tx, group)
        people = _enough(eligible(await self._groups.members(tx, group.guild_id, group.id)))
        checkin = replace(await self._planned(tx, group, checkin_id, asked, closes), eligible=len(people))
        await self._make_tally(checkin.id, people)
        await store.add(tx, checkin, people)
        await self._announce(tx, group, checkin, actor_id=user_id)
        return checkin

    async def _make_tally(self, checkin_id: int, people: list[int]) -> None:
        try:
            await self._tallies.make(checkin_id, people)
        except OSError as error:
            log.error("no check-in can be opened, because its answers cannot be kept: %s", error)
            raise UserError("checkins.no_place") from error

    async def _discard(self, checkin_id: int) -> None:
        try:
            await self._tallies.destroy([checkin_id])
        except OSError as error:
            log.warning("the tally of a check-in that was not opened could not be removed: %s", type(error).__name__)

    async def _askable(self, tx: Tx, group: Group | None) -> Group:
        if group is None or group.room_id is None or group.state is not GroupState.OPEN:
            raise UserError("checkins.group_not_open")
        if await store.open_in(tx, group.guild_id, group.id) is not None:
            raise UserError("checkins.one_at_a_time")
        return group

    async def _planned(self, tx: Tx, group: Group, checkin_id: int, asked: Template, closes: str) -> Checkin:
        server = await self._server(tx, group.guild_id)
        now = self._clock()
        return Checkin(
            id=checkin_id,
            guild_id=group.guild_id,
            group_id=group.id,
            asked=asked,
            state=CheckinState.OPEN,
            opened_at=now,
            closes_at=read_closing(closes, now, group.clocks(server)),
        )

    async def _announce(self, tx: Tx, group: Group, checkin: Checkin, *, actor_id: int) -> None:
        delay = SOONEST + secrets.randbelow(LATEST - SOONEST + 1)
        closes_at = checkin.closes_at + timedelta(seconds=delay)
        await self._timers.set(tx, CLOSE, str(checkin.id), closes_at, guild_id=group.guild_id)
        await self._post(tx, group, checkin, OPENED, expires_at=checkin.closes_at)
        await self._record(tx, checkin, "checkins.opened", actor_id, template=checkin.asked.id)

    # answering

    async def may_answer(self, *, guild_id: int, group_id: int, checkin_id: int, user_id: int) -> Checkin:
        """The check-in, if this person may answer it now. Raises ``UserError`` with the reason if not."""
        checkin = await self._open_one(guild_id, group_id, checkin_id)
        _refuse(await self._tallies.look(checkin_id, user_id))
        return checkin

    async def answer(
        self, *, guild_id: int, group_id: int, checkin_id: int, user_id: int, chosen: Mapping[int, int]
    ) -> None:
        """Count this person's answers, once. When this returns they have reached the disk.

        ``chosen``: the place of the option that was chosen, by the question's place. Raises as ``may_answer`` does.
        """
        checkin = await self._open_one(guild_id, group_id, checkin_id)
        _refuse(await self._tallies.count(checkin_id, user_id, bands_of(checkin.asked, chosen)))

    async def _open_one(self, guild_id: int, group_id: int, checkin_id: int) -> Checkin:
        async with self._db.read() as tx:
            checkin = await store.get(tx, guild_id, checkin_id)
        if checkin is None or checkin.group_id != group_id or not checkin.takes_answers(self._clock()):
            raise NotFound("checkins.closed")
        return checkin

    # ending

    async def cancel(self, *, guild_id: int, group_id: int, user_id: int) -> Checkin:
        """End the group's open check-in without results. Raises ``NotFound`` if none is open."""
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            checkin = await store.open_in(tx, guild_id, group_id)
            group = await self._groups.group(tx, guild_id, group_id)
            if checkin is None or group is None:
                raise NotFound("checkins.none_open")
            await self._cancel(tx, checkin)
            await self._post(tx, group, checkin, CANCELLED)
            await self._record(tx, checkin, "checkins.cancelled", user_id)
            return checkin

    async def _cancel(self, tx: Tx, checkin: Checkin) -> None:
        await self._timers.cancel(tx, CLOSE, str(checkin.id))
        await self._end(tx, checkin, CheckinState.CANCELLED)

    async def _archived(self, tx: Tx, group: Group) -> None:
        checkin = await store.open_in(tx, group.guild_id, group.id)
        if checkin is not None:
            await self._cancel(tx, checkin)

    async def forgotten(self, tx: Tx, guild_id: int) -> None:
        """That server is being forgotten: its tallies go before the rows by which they are found."""
        await self._tallies.destroy(await store.open_on(tx, guild_id))

    async def _close(self, tx: Tx, due: Due) -> datetime | None:
        checkin = await store.whose_timer(tx, int(due.subject))
        if checkin is None or checkin.state is not CheckinState.OPEN:
            return None
        await tx.lock("group", checkin.group_id)
        group = await self._groups.group(tx, checkin.guild_id, checkin.group_id)
        state, sentences = await self._outcome(checkin)
        if await self._end(tx, checkin, state, sentences) and group is not None:
            await self._post(tx, group, checkin, RESULTS)
            if state is CheckinState.LOST:
                await self._groups.desk.tell(tx, group, "checkins.trouble_lost", problem="missing")
        return None

    async def _outcome(self, checkin: Checkin) -> tuple[CheckinState, list[Sentence]]:
        try:
            tally = await self._tallies.read(checkin.id)
        except TallyLost:
            return CheckinState.LOST, []
        return CheckinState.CLOSED, [release(tally.of(place)) for place in range(len(checkin.asked.questions))]

    async def _end(self, tx: Tx, checkin: Checkin, state: CheckinState, sentences: Sequence[Sentence] = ()) -> bool:
        tx.after_commit(self._sweeping.ring)
        return await store.end(tx, checkin, state, self._clock(), sentences)

    async def _sweep(self) -> None:
        """Destroy the tallies of check-ins that are over.

        What the database does not know may be another bot's in the same folder, or being opened at this moment; once
        it is older than any check-in can be, it is nobody's.
        """
        kept = await self._tallies.kept()
        if not kept:
            return
        async with self._db.read() as tx:
            states = await store.states(tx, list(kept))
        long_ago = self._clock() - STRAY_AFTER
        over = {checkin_id for checkin_id, state in states.items() if state is not CheckinState.OPEN}
        strays = {checkin_id for checkin_id, written in kept.items() if checkin_id not in states and written < long_ago}
        await self._tallies.destroy(over | strays)

    # looking

    async def get(self, guild_id: int, checkin_id: int) -> Checkin | None:
        async with self._db.read() as tx:
            return await store.get(tx, guild_id, checkin_id)

    async def open_in(self, *, guild_id: int, group_id: int) -> Checkin | None:
        """The check-in that the group can answer now."""
        async with self._db.read() as tx:
            return await store.open_in(tx, guild_id, group_id)

    async def past(self, *, guild_id: int, group_id: int) -> list[Checkin]:
        """The group's last check-ins that ended with their sentences, the newest first."""
        async with self._db.read() as tx:
            return await store.closed_in(tx, guild_id, group_id, MOST_SHOWN)

    # posting

    async def _post(
        self, tx: Tx, group: Group, checkin: Checkin, kind: str, *, expires_at: datetime | None = None
    ) -> None:
        if group.room_id is None:
            return
        await self._outbox.put(
            tx,
            Post(
                key=f"checkin:{checkin.id}:{kind.rpartition('.')[2]}",
                guild_id=checkin.guild_id,
                channel_id=group.room_id,
                lane=Lane.PROMPT,
                kind=kind,
                params={"checkin": checkin.id, "group": group.id},
                expires_at=expires_at,
            ),
        )

    async def _posted(self, tx: Tx, done: Delivered) -> None:
        await self._groups.setbacks.forget(tx, done.key)

    async def _not_posted(self, tx: Tx, returned: Returned) -> None:
        group = await self._groups.group(tx, returned.guild_id, int(str(returned.params["group"])))
        if group is None:
            return
        if await self._groups.setbacks.remember(tx, returned, What.POST, Lane.PROMPT, group_id=group.id):
            about = f"checkins.trouble_{returned.kind.rpartition('.')[2]}"
            await self._groups.desk.tell(tx, group, about, problem=returned.problem)

    async def _record(self, tx: Tx, checkin: Checkin, action: str, actor_id: int, **detail: str) -> None:
        subject = f"group:{checkin.group_id}"
        await self._audit.record(
            tx, guild_id=checkin.guild_id, actor=actor_id, action=action, subject=subject, **detail
        )


def _enough(people: list[int]) -> list[int]:
    if len(people) < FEWEST_ELIGIBLE:
        raise UserError("checkins.too_few", fewest=FEWEST_ELIGIBLE, people=len(people))
    if len(people) > MOST_ELIGIBLE:
        raise UserError("checkins.too_many", most=MOST_ELIGIBLE)
    return people


def _refuse(told: Told) -> None:
    match told:
        case Told.WELCOME:
            return
        case Told.ALREADY:
            raise NotAllowed("checkins.already")
        case Told.NOT_ASKED:
            raise NotAllowed("checkins.not_asked")
        case Told.LOST:
            raise NotFound("checkins.lost")
