"""Check-ins: opening one, answering it without a trace, and closing it with a sentence a question.

An answer changes the tally's file and nothing else: no row, no log line, no errand, no entry in the trail.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.drain import Drain
from bot.core.errors import NotAllowed, NotFound, OperatorError
from bot.core.questions import Template
from bot.features.checkins import store
from bot.features.checkins.limits import LastMet, Limits, never_met
from bot.features.checkins.model import LONGEST, Checkin, CheckinState, bands_of
from bot.features.checkins.opening import CLOSE, LATEST, Opening, Wanted
from bot.features.checkins.past import Past
from bot.features.checkins.posts import CANCELLED, RESULTS, Posts
from bot.features.checkins.release import Sentence, release
from bot.features.checkins.rhythms import Rhythms
from bot.features.checkins.tallies import Tallies, Told
from bot.features.checkins.tally import TallyLost
from bot.features.groups import Group, Groups
from bot.features.groups.desk import ServerOf
from bot.outbox import Outbox
from bot.storage import Database, Tx
from bot.timers import Due, Timers

log = logging.getLogger(__name__)

STRAY_AFTER = LONGEST + timedelta(days=1)
READ_AGAIN = timedelta(minutes=15)
"""After which a tally that could not be read is tried again."""


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
        last_met: LastMet = never_met,
    ) -> None:
        """``folder``: where the tally of an open check-in lies: never in a backup, best in memory."""
        self._db = db
        self._clock = clock
        self._timers = timers
        self._audit = audit
        self._groups = groups
        self._folder = folder
        self._tallies = Tallies(folder)
        self._sweeping = Drain(self._sweep, name="tallies")
        self._undone: set[int] = set()
        self._posts = Posts(outbox, groups)
        self.templates = {template.id: template for template in templates}
        self.past = Past(db)
        limits = Limits(last_met, self.templates)
        self._opening = Opening(
            clock,
            timers,
            audit,
            groups,
            templates=self.templates,
            tallies=self._tallies,
            limits=limits,
            posts=self._posts,
            server=server,
            undone=self._not_opened,
        )
        self.rhythms = Rhythms(db, clock, timers, audit, groups, opening=self._opening, limits=limits)
        timers.on(CLOSE, self._close)
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
        wanted = Wanted(template=template, closes=closes, user_id=user_id)
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            group = await self._groups.group(tx, guild_id, group_id)
            return await self._opening.open(tx, group, wanted)

    async def open_after(self, tx: Tx, group: Group, template: str, user_id: int) -> Checkin:
        """As ``open``, with what else happens in ``tx``, which holds the group's lock.

        Raises ``UserError`` before anything is written. If ``tx`` is not kept, nothing is left of it.
        """
        template = self._opening.id_of(template)
        lasts = await self.rhythms.lasts_after_meeting(tx, group, template)
        return await self._opening.open(tx, group, Wanted(template=template, closes=lasts or "", user_id=user_id))

    def _not_opened(self, checkin_id: int) -> None:
        self._undone.add(checkin_id)
        self._sweeping.ring()

    # answering

    async def may_answer(
        self, *, guild_id: int, group_id: int, checkin_id: int, user_id: int, facilitates: bool = False
    ) -> Checkin:
        """The check-in, if this person may answer it now. Raises ``UserError`` with the reason if not.

        ``facilitates``: whether they look after the group by now; they may have been asked before they did, and know
        too much of the others since.
        """
        checkin = await self._open_one(guild_id, group_id, checkin_id)
        _refuse(Told.NOT_ASKED if facilitates else Told.WELCOME)
        await self._admit(checkin, await self._tallies.look(checkin_id, user_id))
        return checkin

    async def answer(
        self,
        *,
        guild_id: int,
        group_id: int,
        checkin_id: int,
        user_id: int,
        chosen: Mapping[int, int],
        facilitates: bool = False,
    ) -> None:
        """Count this person's answers, once. When this returns they have reached the disk.

        ``chosen``: the place of the option that was chosen, by the question's place. Raises as ``may_answer`` does.
        """
        checkin = await self._open_one(guild_id, group_id, checkin_id)
        _refuse(Told.NOT_ASKED if facilitates else Told.WELCOME)
        await self._admit(checkin, await self._tallies.count(checkin_id, user_id, bands_of(checkin.asked, chosen)))

    async def _admit(self, checkin: Checkin, told: Told) -> None:
        if told is Told.LOST:
            # its tally may be gone because it has ended in this very moment
            await self._open_one(checkin.guild_id, checkin.group_id, checkin.id)
        _refuse(told)

    async def _open_one(self, guild_id: int, group_id: int, checkin_id: int) -> Checkin:
        async with self._db.read() as tx:
            checkin = await store.get(tx, guild_id, checkin_id)
        if checkin is None or checkin.group_id != group_id or not checkin.takes_answers(self._clock()):
            raise NotFound("checkins.closed")
        return checkin

    # ending

    async def cancel(self, *, guild_id: int, group_id: int, user_id: int, checkin_id: int | None = None) -> Checkin:
        """End the group's open check-in without results; when this returns, its answers are destroyed.

        ``checkin_id``: end it only if it is that one. Raises ``NotFound`` if none is open.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            checkin = await store.open_in(tx, guild_id, group_id)
            group = await self._groups.group(tx, guild_id, group_id)
            if checkin is None or group is None or checkin_id not in (None, checkin.id):
                raise NotFound("checkins.none_open")
            await self._cancel(tx, checkin)
            await self._posts.put(tx, group, checkin, CANCELLED)
            await self._record(tx, checkin, "checkins.cancelled", user_id)
        await self.settled()
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
        try:
            state, sentences = await self._outcome(checkin)
        except OSError as error:
            return await self._unread(tx, group, checkin, due, error)
        if await self._end(tx, checkin, state, sentences) and group is not None:
            await self._posts.put(tx, group, checkin, RESULTS)
            if state is CheckinState.LOST:
                await self._groups.desk.tell(tx, group, "checkins.trouble_lost", problem=None)
        return None

    async def _unread(self, tx: Tx, group: Group | None, checkin: Checkin, due: Due, error: OSError) -> datetime:
        """It may be read another time; meanwhile the group's keepers know, and can end it themselves."""
        log.error("the answers to a check-in that has ended cannot be read: %s", errno.errorcode.get(error.errno or 0))
        first = due.due_at <= checkin.closes_at + timedelta(seconds=LATEST)
        if first and group is not None:
            await self._groups.desk.tell(tx, group, "checkins.trouble_unread", problem=None)
        return self._clock() + READ_AGAIN

    async def _outcome(self, checkin: Checkin) -> tuple[CheckinState, list[Sentence]]:
        try:
            tally = await self._tallies.read(checkin.id)
        except TallyLost:
            return CheckinState.LOST, []
        return CheckinState.CLOSED, [release(tally.of(place)) for place in range(len(checkin.asked.questions))]

    async def _end(self, tx: Tx, checkin: Checkin, state: CheckinState, sentences: Sequence[Sentence] = ()) -> bool:
        tx.after_commit(self._sweeping.ring)
        now = self._clock()
        ended = await store.end(tx, checkin, state, now, sentences)
        if ended and any(sentence is not Sentence.NONE for sentence in sentences):
            await store.keep_asked(tx, checkin, now)
        elif ended:
            await store.forget_asked(tx, checkin)
        return ended

    async def _sweep(self) -> None:
        """Destroy the tallies of check-ins that are over.

        What the database does not know may be another bot's in the same folder, or being opened at this moment; once
        it is older than any check-in can be, it is nobody's. What was not opened in the end is nobody's at once.
        """
        undone, kept = set(self._undone), await self._tallies.kept()
        if not kept:
            self._undone -= undone
            return
        async with self._db.read() as tx:
            states = await store.states(tx, list(kept))
        long_ago = self._clock() - STRAY_AFTER
        over = {checkin_id for checkin_id, state in states.items() if state is not CheckinState.OPEN}
        strays = {
            checkin_id
            for checkin_id, written in kept.items()
            if checkin_id not in states and (written < long_ago or checkin_id in undone)
        }
        await self._tallies.destroy(over | strays)
        self._undone -= undone

    # looking

    async def get(self, guild_id: int, checkin_id: int) -> Checkin | None:
        async with self._db.read() as tx:
            return await store.get(tx, guild_id, checkin_id)

    async def open_in(self, *, guild_id: int, group_id: int) -> Checkin | None:
        """The check-in that the group can answer now."""
        async with self._db.read() as tx:
            return await store.open_in(tx, guild_id, group_id)

    async def _record(self, tx: Tx, checkin: Checkin, action: str, actor_id: int, **detail: str) -> None:
        subject = f"group:{checkin.group_id}"
        await self._audit.record(
            tx, guild_id=checkin.guild_id, actor=actor_id, action=action, subject=subject, **detail
        )


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
